//! The form of the answer to a refused tool call: an HTTP status as OAuth defines it, or a tool result for clients that
//! read the challenge there.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::protocol_error::json_answer;
use crate::refuse::Rejection;

/// The form of the answer to a refused tool call. The program chooses the form; the layer does not recognize clients by
/// their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// HTTP 401 and 403 with the challenge in `WWW-Authenticate`, as MCP's specification demands.
    #[default]
    Http,
    /// HTTP 200 with a tool result that reports an error. The result has the challenge in
    /// `_meta["mcp/www_authenticate"]`, where `ChatGPT` reads it.
    ///
    /// This form is for tool calls without a token, and for tool calls with a token that lacks a scope or the required
    /// login. The tool does not run. An invalid token still gets a 401. Any request that is not a tool call gets a 401
    /// if it needs a token and has none.
    ///
    /// The tool itself can also refuse the call, with [`Access::require`](crate::Access::require). Behind
    /// [`McpServer`](crate::mcp::McpServer), this refusal has the same form. Behind [`McpLayer`](crate::mcp::McpLayer),
    /// the refusal is a JSON-RPC error with the challenge in its data, because the layer does not change the server's
    /// answers.
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

/// The member of `_meta` that has the challenges.
pub(super) const CHALLENGES: &str = "mcp/www_authenticate";

/// The result of a tool that did not run.
pub(super) struct ToolResult(Vec<u8>);

impl ToolResult {
    /// Turns the refusal of the tool call with the id `id` into a tool result. Returns `None` for a refusal without a
    /// challenge, since a result without a challenge does not help a client.
    pub(super) fn of(rejection: &Rejection, id: &Value, has_result_types: bool) -> Option<Self> {
        let challenges: Vec<_> =
            rejection.challenges().filter_map(|challenge| challenge.to_str().ok()).collect();
        if challenges.is_empty() {
            return None;
        }
        let mut result = json!({
            "content": [{ "type": "text", "text": rejection.description() }],
            "isError": true,
            "_meta": { CHALLENGES: challenges },
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
