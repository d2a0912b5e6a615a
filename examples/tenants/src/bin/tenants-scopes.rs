//! The exporter of this API for `cargo scopegate`.
//!
//! Run with
//!
//! ```sh
//! cargo scopegate report -p tenants --out report.html
//! ```
//!
//! `ISSUER` names the authorization server. Only `cargo scopegate doctor` contacts this server.

use std::{env, process::ExitCode};

use scopegate::{Resource, export};
use tenants::docs;

fn main() -> anyhow::Result<ExitCode> {
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "https://auth.example.com".to_owned());
    let resource = Resource::new("https://docs.example.com")?.authorization_server(issuer)?;
    Ok(export::main(&docs::gate(resource), &docs::routes().table()))
}
