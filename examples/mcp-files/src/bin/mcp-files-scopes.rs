//! The exporter of this server for `cargo scopegate`. It reads the same environment variables as the server.
//!
//! Run with
//!
//! ```sh
//! ANONYMOUS=1 cargo scopegate report -p mcp-files --out report.html
//! ```
//!
//! Without `ISSUER`, the authorization server is the one that the server starts. Only `cargo scopegate doctor` contacts
//! the authorization server, so start the server in another terminal before this command.

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
