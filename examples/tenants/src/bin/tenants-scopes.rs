//! The exporter of the documents for `cargo scopegate`.
//!
//! Run with
//!
//! ```sh
//! cargo scopegate report -p tenants --out report.html
//! ```
//!
//! `ISSUER` names the authorization server. Only the doctor contacts it.

use std::{env, process::ExitCode};

use scopegate::{Resource, export};
use tenants::docs;

fn main() -> anyhow::Result<ExitCode> {
    let issuer = env::var("ISSUER").unwrap_or_else(|_| "https://auth.example.com".to_owned());
    let resource = Resource::new("https://docs.example.com")?.authorization_server(issuer)?;
    Ok(export::main(&docs::gate(resource), &docs::routes().table()))
}
