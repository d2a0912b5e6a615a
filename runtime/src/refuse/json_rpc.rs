//! A JSON-RPC answer with an error.

use serde::Serialize;
use serde_json::Value;

/// A JSON-RPC answer with an error. The `id` comes from the request. Without an `id`, the error belongs to no
/// particular request.
#[derive(Serialize)]
pub(crate) struct ErrorAnswer<'a, D> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    error: ErrorObject<'a, D>,
}

#[derive(Serialize)]
struct ErrorObject<'a, D> {
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

impl<'a, D> ErrorAnswer<'a, D> {
    pub(crate) fn new(id: Option<&'a Value>, code: i32, message: &'a str, data: Option<D>) -> Self {
        Self { jsonrpc: "2.0", id, error: ErrorObject { code, message, data } }
    }
}
