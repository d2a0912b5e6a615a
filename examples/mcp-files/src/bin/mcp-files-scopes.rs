//! The exporter for `cargo scopegate`, with the environment of the server.
//!
//! Run with
//!
//! ```sh
//! ANONYMOUS=1 cargo scopegate report -p mcp-files --out report.html
//! ```
//!
//! Without `ISSUER`, the server starts its own authorization server. Only the doctor contacts it.

use std::process::ExitCode;

use mcp_files::{
    files,
    settings::{self, Access, Settings},
};
use scopegate::export;

fn main() -> anyhow::Result<ExitCode> {
    let Settings { port, resource, access, server } = Settings::from_env()?;
    let gate = match access {
        Access::OAuth(issuer, jwks_uri) => settings::oauth(resource, &issuer, jwks_uri.as_deref())?,
        Access::Embedded => {
            settings::oauth(resource, &format!("http://127.0.0.1:{}", port.saturating_add(1)), None)?
        }
        Access::Keys(keys) => settings::keys(keys),
    };
    Ok(export::main(&gate, &files::table(server.anonymous).to_scope_table()))
}
