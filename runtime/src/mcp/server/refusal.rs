//! Refusals inside a server: JSON-RPC errors with the challenge.

use rmcp::{
    ErrorData,
    handler::server::tool::IntoCallToolResult,
    model::{CallToolResponse, ErrorCode},
};
use serde_json::{Map, Value};

use crate::refuse::{Asked, Reason, Rejection};

/// Makes a JSON-RPC error. The code of the error is the HTTP status, which is outside the range that JSON-RPC reserves.
/// The data of the error has `error`, `scope`, and the challenge as `www_authenticate`. If a certain login is required,
/// the data also has `acr_values` and `max_age`.
///
/// The error is sent with HTTP 200, so clients show it but do not request more scopes. If the request alone determines
/// the required scopes, declare these scopes, so that the gate refuses the request with a 403.
impl From<Rejection> for ErrorData {
    fn from(rejection: Rejection) -> Self {
        let challenge = rejection.challenges_on_one_line();
        error(rejection.reason(), rejection.description(), rejection.asked(), challenge.as_deref())
    }
}

/// For tools that return `Result<_, Rejection>`.
impl IntoCallToolResult for Rejection {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Err(self.into())
    }
}

/// Writes a refusal as a JSON-RPC error. Without a gate, the error has no challenge.
pub(super) fn error(reason: Reason, text: &str, asked: &Asked, challenge: Option<&str>) -> ErrorData {
    let members: [(&str, Option<Value>); 5] = [
        ("error", reason.body_error().map(Value::from)),
        ("scope", asked.scope().map(Value::from)),
        ("acr_values", asked.acr_values().map(Value::from)),
        ("max_age", asked.max_age().map(Value::from)),
        ("www_authenticate", challenge.map(Value::from)),
    ];
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let data: Map<String, Value> = present.collect();
    let data = Some(Value::Object(data)).filter(|data| data.as_object().is_some_and(|data| !data.is_empty()));
    ErrorData::new(ErrorCode(reason.status().as_u16().into()), text.to_owned(), data)
}
