//! The programs whose reports are tested in a browser, and the decisions for their operations.

mod decisions;
mod thousand;

use anyhow::bail;
use scopegate::{Gate, Resource, ScopeTable};

pub use self::{
    decisions::{Decisions, decisions},
    thousand::thousand,
};

/// Makes the gate and the table of a program.
///
/// # Errors
///
/// If there is no such program, or its gate cannot be made.
pub fn program(name: &str) -> anyhow::Result<(Gate, ScopeTable)> {
    let resource =
        || Resource::new("https://docs.example.com")?.authorization_server("https://auth.example.com");
    match name {
        "tenants" => Ok((tenants::docs::gate(resource()?), tenants::docs::routes().table())),
        "mcp-files" => {
            let gate = mcp_files::settings::oauth(resource()?, "https://auth.example.com", None)?;
            Ok((gate, mcp_files::files::table(true).to_scope_table()))
        }
        "thousand" => thousand(),
        other => bail!("there is no program {other:?}"),
    }
}
