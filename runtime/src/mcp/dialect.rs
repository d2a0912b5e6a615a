//! How the refusal of a tool is answered: by the status that OAuth has for it, or in the result that some clients look at.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::protocol_error::json_answer;
use crate::refuse::Rejection;

/// How the refusal of a tool is answered. No client is told by its name: the program chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// By HTTP 401 and 403 with the challenge in `WWW-Authenticate`, as MCP's specification has it.
    #[default]
    Http,
    /// By HTTP 200, and a result that is an error and has the same challenge in `_meta["mcp/www_authenticate"]`, as `ChatGPT`
    /// looks for it.
    ///
    /// It is for calls of tools that lack a token, a scope or a login. The tool does not run. A token that is there and bad is a 401, and
    /// so is everything else without one that needs one.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, StartupError, mcp::{Dialect, McpLayer, McpTable}};
    ///
    /// fn layer(gate: &Gate, table: McpTable) -> Result<McpLayer, StartupError> {
    ///     Ok(gate.mcp_layer(table)?.dialect(Dialect::ToolResult))
    /// }
    /// ```
    ToolResult,
}

/// The result of a tool that did not run.
pub(super) struct ToolResult(Vec<u8>);

impl ToolResult {
    /// Makes a refusal the result of the request `id`; `None` where it has no challenge, so that a client could do nothing.
    pub(super) fn of(rejection: &Rejection, id: &Value, has_result_types: bool) -> Option<Self> {
        let challenges: Vec<_> =
            rejection.challenges().filter_map(|challenge| challenge.to_str().ok()).collect();
        if challenges.is_empty() {
            return None;
        }
        let mut result = json!({
            "content": [{ "type": "text", "text": rejection.description() }],
            "isError": true,
            "_meta": { "mcp/www_authenticate": challenges },
        });
        if has_result_types && let Some(members) = result.as_object_mut() {
            members.insert("resultType".to_owned(), "complete".into());
        }
        serde_json::to_vec(&json!({ "jsonrpc": "2.0", "id": id, "result": result })).ok().map(Self)
    }
}

impl IntoResponse for ToolResult {
    fn into_response(self) -> Response {
        json_answer(StatusCode::OK, self.0)
    }
}
