//! Refusals inside a server: JSON-RPC errors that carry the challenge.

use rmcp::{
    ErrorData,
    handler::server::tool::IntoCallToolResult,
    model::{CallToolResponse, ErrorCode},
};
use serde_json::{Map, Value};

use crate::{
    refuse::{Reason, Rejection},
    scope::{ScopeToken, join},
};

/// Makes a JSON-RPC error with the status as its code, outside the range that JSON-RPC reserves. Its data have `error`,
/// `scope` and `www_authenticate`, the challenge.
///
/// It arrives with HTTP 200, so clients show it and do not ask for more scopes; what can be told from the request is better
/// refused by the gate.
impl From<Rejection> for ErrorData {
    fn from(rejection: Rejection) -> Self {
        let challenge = rejection.challenge().and_then(|challenge| challenge.to_str().ok());
        error(rejection.reason(), rejection.description(), rejection.scopes(), challenge)
    }
}

/// For tools that answer `Result<_, Rejection>`.
impl IntoCallToolResult for Rejection {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Err(self.into())
    }
}

/// Writes a refusal; without a gate there is no challenge.
pub(super) fn error(reason: Reason, text: &str, scopes: &[ScopeToken], challenge: Option<&str>) -> ErrorData {
    let members = [
        ("error", reason.body_error().map(str::to_owned)),
        ("scope", Some(join(scopes.iter().map(ScopeToken::as_str))).filter(|scopes| !scopes.is_empty())),
        ("www_authenticate", challenge.map(str::to_owned)),
    ];
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    let data: Map<String, Value> = present.collect();
    let data = Some(Value::Object(data)).filter(|data| data.as_object().is_some_and(|data| !data.is_empty()));
    ErrorData::new(ErrorCode(reason.status().as_u16().into()), text.to_owned(), data)
}
