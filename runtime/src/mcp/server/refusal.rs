//! Refusals inside a server, as JSON-RPC errors. If a refusal has a challenge, the error contains the challenge.

use http::StatusCode;
use rmcp::{
    ErrorData,
    handler::server::tool::IntoCallToolResult,
    model::{CallToolResponse, CallToolResult, ContentBlock, ErrorCode, MetaObject},
};
use serde_json::{Map, Value};

use crate::{
    mcp::dialect::CHALLENGES,
    refuse::{Asked, Reason, Rejection},
};

/// Makes a JSON-RPC error. The code of the error is the HTTP status of the rejection. An HTTP status is never one of
/// the codes that JSON-RPC reserves. The data of the error can have `error`, `scope`, and the list `www_authenticate`,
/// which has one challenge for each authentication scheme. If a certain login is required, the data also has
/// `acr_values`, `max_age`, or both.
///
/// The error is sent with HTTP 200, so clients show the error but do not request more scopes. If the request alone
/// determines the required scopes, declare them for the operation. A token that lacks a scope then gets a 403.
///
/// If a tool returns this error, and the server was made with `McpServer` and
/// [`Dialect::ToolResult`](crate::mcp::Dialect::ToolResult), the client instead gets a tool result that contains the
/// challenge.
impl From<Rejection> for ErrorData {
    fn from(rejection: Rejection) -> Self {
        let challenges = rejection.challenges().filter_map(|challenge| challenge.to_str().ok());
        error(rejection.reason(), rejection.description(), rejection.asked(), challenges)
    }
}

/// With this implementation, tools can return `Result<_, Rejection>`.
impl IntoCallToolResult for Rejection {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Err(self.into())
    }
}

/// The name of the member that holds the challenges in an error's data.
const WWW_AUTHENTICATE: &str = "www_authenticate";

/// Makes a refusal without a challenge, for a server that has no gate.
pub(super) fn without_a_gate(text: &str) -> ErrorData {
    error(Reason::MissingToken, text, &Asked::NOTHING, [])
}

fn error<'a>(
    reason: Reason,
    text: &str,
    asked: &Asked,
    challenges: impl IntoIterator<Item = &'a str>,
) -> ErrorData {
    let challenges: Vec<Value> = challenges.into_iter().map(Value::from).collect();
    let members: [(&str, Option<Value>); 5] = [
        ("error", reason.body_error().map(Value::from)),
        ("scope", asked.scope().map(Value::from)),
        ("acr_values", asked.acr_values().map(Value::from)),
        ("max_age", asked.max_age().map(Value::from)),
        (WWW_AUTHENTICATE, (!challenges.is_empty()).then_some(Value::Array(challenges))),
    ];
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let data: Map<String, Value> = present.collect();
    let data = Some(Value::Object(data)).filter(|data| data.as_object().is_some_and(|data| !data.is_empty()));
    ErrorData::new(ErrorCode(reason.status().as_u16().into()), text.to_owned(), data)
}

/// Turns the error of a refused tool call into a tool result, in the form of
/// [`Dialect::ToolResult`](crate::mcp::Dialect). An error that is not a refusal stays an error. A refusal without a
/// challenge also stays an error.
pub(super) fn in_result(error: ErrorData) -> Result<CallToolResult, ErrorData> {
    let is_refusal = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]
        .map(|status| ErrorCode(status.as_u16().into()))
        .contains(&error.code);
    let challenges =
        error.data.as_ref().and_then(|data| data.get(WWW_AUTHENTICATE)).filter(|_| is_refusal).cloned();
    let Some(challenges) = challenges else { return Err(error) };
    let mut result = CallToolResult::error(vec![ContentBlock::text(error.message)]);
    result.meta = Some(MetaObject(Map::from_iter([(CHALLENGES.to_owned(), challenges)])));
    Ok(result)
}

#[cfg(test)]
mod tests {
    use rmcp::ErrorData;

    use super::{error, in_result};
    use crate::refuse::{Asked, Reason};

    #[test]
    fn an_error_without_a_challenge_stays_an_error() {
        let refused =
            |reason, challenge: Option<&str>| in_result(error(reason, "", &Asked::NOTHING, challenge));
        assert!(refused(Reason::InsufficientScope, Some("Bearer")).is_ok());
        assert!(refused(Reason::MissingToken, Some("Bearer")).is_ok());
        assert!(refused(Reason::Denied, None).is_err());
        assert!(refused(Reason::Misconfigured, Some("Bearer")).is_err());
        assert!(in_result(ErrorData::invalid_params("", None)).is_err());
    }
}
