//! The exporter of the quickstart for `cargo scopegate`: table, metadata, lock, and doctor.
//!
//! Run with
//!
//! ```sh
//! cargo scopegate table -p quickstart
//! cargo scopegate doctor -p quickstart
//! ```
//!
//! The doctor contacts the authorization server, so start the quickstart in another terminal first, with the same
//! environment.

use std::process::ExitCode;

use quickstart::{files, settings::Settings};

fn main() -> anyhow::Result<ExitCode> {
    let settings = Settings::from_env()?;
    let embedded = || format!("http://127.0.0.1:{}", settings.embedded_port());
    let issuer = settings.issuer.clone().unwrap_or_else(embedded);
    Ok(scopegate::export::main(&settings.gate(&issuer)?, &files::routes().table()))
}
