//! Refusals inside a server. They are JSON-RPC errors that contain the gate's challenge.

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

/// Makes a JSON-RPC error. The code of the error is the HTTP status of the rejection, which is outside the range that
/// JSON-RPC reserves. The data of the error has `error`, `scope`, and the challenge as `www_authenticate`. If a certain
/// login is required, the data also has `acr_values` and `max_age`.
///
/// The error is sent with HTTP 200, so clients show the error but do not request more scopes. If the required scopes
/// depend only on the request, declare them for the operation, so that the gate refuses the request with a 403.
///
/// If a tool returns this error, and the server was made with `McpServer` and
/// [`Dialect::ToolResult`](crate::mcp::Dialect::ToolResult), the client instead gets a tool result that contains the
/// challenge.
impl From<Rejection> for ErrorData {
    fn from(rejection: Rejection) -> Self {
        let challenge = rejection.challenges_on_one_line();
        error(rejection.reason(), rejection.description(), rejection.asked(), challenge.as_deref())
    }
}

/// With this implementation, tools can return `Result<_, Rejection>`.
impl IntoCallToolResult for Rejection {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Err(self.into())
    }
}

/// The member of an error's data that has the challenges.
const WWW_AUTHENTICATE: &str = "www_authenticate";

/// Writes a refusal as a JSON-RPC error. Without a gate, the error has no challenge.
pub(super) fn error(reason: Reason, text: &str, asked: &Asked, challenge: Option<&str>) -> ErrorData {
    let members: [(&str, Option<Value>); 5] = [
        ("error", reason.body_error().map(Value::from)),
        ("scope", asked.scope().map(Value::from)),
        ("acr_values", asked.acr_values().map(Value::from)),
        ("max_age", asked.max_age().map(Value::from)),
        (WWW_AUTHENTICATE, challenge.map(Value::from)),
    ];
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let data: Map<String, Value> = present.collect();
    let data = Some(Value::Object(data)).filter(|data| data.as_object().is_some_and(|data| !data.is_empty()));
    ErrorData::new(ErrorCode(reason.status().as_u16().into()), text.to_owned(), data)
}

/// Turns the error of a refused tool call into a tool result, in the form
/// of [`Dialect::ToolResult`](crate::mcp::Dialect). An error that is not a refusal stays an error, and so does a
/// refusal without a challenge.
pub(super) fn in_result(error: ErrorData) -> Result<CallToolResult, ErrorData> {
    let is_refusal = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]
        .map(|status| ErrorCode(status.as_u16().into()))
        .contains(&error.code);
    let line = error.data.as_ref().and_then(|data| data.get(WWW_AUTHENTICATE)).and_then(Value::as_str);
    let Some(line) = line.filter(|_| is_refusal) else { return Err(error) };
    let challenges: Vec<Value> = challenges(line).into_iter().map(Value::from).collect();
    let mut result = CallToolResult::error(vec![ContentBlock::text(error.message)]);
    result.meta = Some(MetaObject(Map::from_iter([(CHALLENGES.to_owned(), challenges.into())])));
    Ok(result)
}

/// Splits a line into its challenges. The second challenge, if there is one, has the scheme DPoP.
fn challenges(line: &str) -> Vec<&str> {
    const SECOND: &str = ", DPoP ";
    let is_outside_quotes = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    match line.match_indices(SECOND).map(|(at, _)| at).find(is_outside_quotes) {
        Some(at) => vec![&line[..at], &line[at + 2..]],
        None => vec![line],
    }
}

#[cfg(test)]
mod tests {
    use rmcp::ErrorData;

    use super::{challenges, error, in_result};
    use crate::refuse::{Asked, Reason};

    #[test]
    fn an_error_without_a_challenge_stays_an_error() {
        let refused = |reason, challenge| in_result(error(reason, "", &Asked::NOTHING, challenge));
        assert!(refused(Reason::InsufficientScope, Some("Bearer")).is_ok());
        assert!(refused(Reason::MissingToken, Some("Bearer")).is_ok());
        assert!(refused(Reason::Denied, None).is_err());
        assert!(refused(Reason::Misconfigured, Some("Bearer")).is_err());
        assert!(in_result(ErrorData::invalid_params("", None)).is_err());
    }

    #[test]
    fn a_line_has_one_challenge_or_two() {
        let one = r#"Bearer scope="a", error_description="not, DPoP as it is""#;
        assert_eq!(challenges(one), [one]);
        let second = r#"DPoP algs="ES256", error_description="not, DPoP as it is""#;
        assert_eq!(challenges(second), [second]);
        assert_eq!(challenges(&format!("{one}, {second}")), [one, second]);
    }
}
