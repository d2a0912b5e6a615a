//! Warns about rows for operations that the server does not announce. Most clients do not look for unannounced
//! operations.

use std::{any::type_name, sync::OnceLock};

use rmcp::model::ServerCapabilities;

use crate::{
    gate::log,
    mcp::{McpTable, operation::Kind},
};

/// Checks what a server announces. Only the server's first announcement is checked, so each warning is logged once.
#[derive(Default)]
pub(super) struct Announced(OnceLock<()>);

impl Announced {
    /// Logs a warning if the table has operations of a kind that the server `S` does not announce.
    ///
    /// A missing announcement is not an error at startup, for two reasons: a server may announce less to some callers,
    /// and no server is made before the first request.
    pub(super) fn check<S>(&self, table: &McpTable, announced: &ServerCapabilities) {
        self.0.get_or_init(|| {
            unannounced::<S>(table, announced).for_each(|warning| log::warning(&warning));
        });
    }
}

fn unannounced<S>(table: &McpTable, announced: &ServerCapabilities) -> impl Iterator<Item = String> {
    let kinds = [
        (Kind::Tool, announced.tools.is_some(), "tools", "call `enable_tools()` in its `get_info`"),
        (
            Kind::Prompt,
            announced.prompts.is_some(),
            "prompts",
            "call `enable_prompts()` in its `get_info`; if you wrote no `get_info`, put `#[tool_handler]` above `#[prompt_handler]`",
        ),
        (
            Kind::Resource,
            announced.resources.is_some(),
            "resources",
            "write a `get_info` that calls `enable_resources()`",
        ),
    ];
    let missing = kinds.into_iter().filter(|(_, is_announced, ..)| !is_announced);
    missing.filter_map(|(kind, _, what, mend)| {
        let operation = table.operations().iter().find(|operation| operation.kind() == kind)?;
        let server = type_name::<S>();
        Some(format!(
            "the table has `{operation}`, but `{server}` announces no {what}, so clients do not look for them; {mend}"
        ))
    })
}
