//! The decision about one HTTP request to an MCP server.

use std::{mem, sync::Arc};

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::AUTHORIZATION, request::Parts};

use super::{
    body::read,
    connection,
    dialect::{Dialect, ToolResult},
    encoding::{self, Plain},
    endpoint::Endpoint,
    headers::{self, Mismatch},
    message::{Message, Messages},
    protocol_error::ProtocolError,
    rules::{Found, Matched, Undecided},
    subject::{Subject, shortened},
    tasks::{Origins, Tasks},
};
#[cfg(feature = "rmcp")]
use super::{host, server::AsksForTools};
use crate::{
    enforce::{Admitted, Enforcement, Judge, Noted, Plan, Verified, plan_or_refusal, token},
    gate::{Failure, log},
    observe::{Outcome, Watch},
    refuse::{KeptHeaders, Reason, Rejection},
    routing::layer::is_preflight,
    token::Token,
};

/// Why a request does not reach the service.
pub(super) enum Refusal {
    /// A CORS preflight request. The answer has no CORS headers, so the browser does not send the actual request.
    Preflight,
    Token(Rejection),
    /// A refusal for clients that read challenges from the result of a tool.
    Tool(ToolResult),
    Request(ProtocolError),
}

impl Refusal {
    /// If the refusal is a `Refusal::Token`, stores the headers of the refused request in its rejection. The other
    /// variants stay unchanged. The function that the program passes to `Gate::body_with` can read these headers.
    pub(super) fn to(self, headers: KeptHeaders) -> Self {
        match self {
            Self::Token(rejection) => Self::Token(rejection.to(headers)),
            other => other,
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Token(rejection)
    }
}

impl From<ProtocolError> for Refusal {
    fn from(answer: ProtocolError) -> Self {
        Self::Request(answer)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Preflight => StatusCode::NO_CONTENT.into_response(),
            Self::Token(rejection) => rejection.into_response(),
            Self::Tool(result) => result.into_response(),
            Self::Request(answer) => answer.into_response(),
        }
    }
}

/// Admits a request if its token meets the requirements of all messages in the request, or if all of these messages are
/// public.
pub(super) async fn admit(endpoint: &Endpoint, parts: &mut Parts, body: &mut Body) -> Result<(), Refusal> {
    if is_preflight(parts) {
        return Err(Refusal::Preflight);
    }
    if !endpoint.origins.admit(&parts.headers) {
        return Err(ProtocolError::foreign_origin().into());
    }
    #[cfg(feature = "rmcp")]
    if endpoint.is_innermost && !host::is_plain(parts, &endpoint.host) {
        return Err(ProtocolError::foreign_host().into());
    }
    connection::detach(parts)?;
    // Unless the request has a valid token, only `admit_anyone` may read the body.
    let plan = &*plan_or_refusal(&endpoint.plan, parts)?;
    let mut watch = plan.gate.watch();
    let token = match token(plan, parts.extensions.get(), parts).await {
        Ok(token) => token,
        Err(Failure::For(Reason::MissingToken)) if endpoint.hears_anyone() => {
            // This case is rare, so its future is boxed. Without the box, the future of every request would be larger.
            return Box::pin(admit_anyone(endpoint, plan, parts, body, watch)).await;
        }
        Err(failure) => {
            let noted = Noted::of(parts, watch);
            return Err(plan.refuse(failure, &[floor(plan).demand()], &noted).into());
        }
    };
    let verified = if endpoint.is_innermost {
        plan.gate.strip(&mut parts.headers);
        None
    } else {
        Some(Verified::new(plan.clone(), Ok(token.clone()), parts))
    };
    let matched = if connection::has_no_message(&parts.method) {
        judge(plan, &token, &Found::default(), &Noted::of(parts, watch))?;
        // A request with this HTTP method carries no message, so the gate does not check the body. The service must
        // therefore not get the body.
        encoding::describe_none(&mut parts.headers);
        *body = Body::empty();
        None
    } else {
        let Some(described) = encoding::plain(&parts.headers) else {
            return Err(ProtocolError::encoded().into());
        };
        let bytes = watch.without(read(mem::take(body), &parts.headers, &endpoint.bounds)).await?;
        let matched = judge_body(endpoint, plan, &token, parts, &bytes, watch).await?;
        encoding::describe(&mut parts.headers, described, bytes.len());
        *body = Body::from(bytes);
        matched
    };
    let owner = endpoint.owner(plan, &token);
    endpoint.sessions.open(&endpoint.binding, owner, &mut parts.headers)?;
    let Matched { row, filled } = matched.unwrap_or_else(|| floor(plan));
    let admitted = Admitted::new(token, row, filled);
    Enforcement::done(endpoint.slot.clone(), plan, admitted, verified, &mut parts.extensions);
    Ok(())
}

/// Admits a request without a token if all messages in the request are public. If the gate cannot be sure of this, the
/// request needs a token.
async fn admit_anyone(
    endpoint: &Endpoint,
    plan: &Arc<Plan>,
    parts: &mut Parts,
    body: &mut Body,
    mut watch: Watch,
) -> Result<(), Refusal> {
    let needs_a_token = |parts: &Parts, watch, why| {
        log::needs_token(why);
        Refusal::from(plan.demand_a_token(&Noted::of(parts, watch)))
    };
    let opens_a_stream =
        connection::opens_a_stream(&parts.method) && !parts.headers.contains_key(AUTHORIZATION);
    if opens_a_stream && endpoint.rules.opens_connections() {
        return Err(ProtocolError::no_stream().into());
    }
    let described = described_by_anyone(parts).map_err(|why| needs_a_token(parts, watch, why))?;
    let bounds = endpoint.bounds_for_anyone();
    let bytes = match watch.without(read(mem::take(body), &parts.headers, &bounds)).await {
        Ok(bytes) => bytes,
        Err(answer) if answer.is_too_large() => return Err(needs_a_token(parts, watch, TOO_LONG_FOR_ANYONE)),
        Err(answer) => return Err(answer.into()),
    };
    let messages = Messages::read(&bytes).map_err(|_| {
        needs_a_token(parts, watch, "its body is no JSON-RPC message, or can be read in two ways")
    })?;
    let noted = Noted::of(parts, watch).about(messages.method());
    // A caller without a token has started no task.
    let found = find(endpoint, plan, &messages, &Origins::of_nobody());
    let mut found = found.map_err(|_| {
        log::needs_token("the row of one of its messages cannot be determined");
        named(plan, &messages, plan.demand_a_token(&noted))
    })?;
    found.fill_for(plan);
    let demands: Vec<_> = found.demands().collect();
    let judged = Judge::judge_anyone(plan, &demands, &noted);
    judged.map_err(|rejection| refusal(endpoint, plan, parts, &messages, rejection))?;
    headers::check(&parts.headers, &messages)
        .map_err(|why| ProtocolError::mismatch(why).to(messages.single()))?;
    endpoint.sessions.open(&endpoint.binding, None, &mut parts.headers)?;
    encoding::describe(&mut parts.headers, described, bytes.len());
    mark(&messages, parts);
    Enforcement::done_for_anyone(endpoint.slot.clone(), plan, &mut parts.extensions);
    *body = Body::from(bytes);
    Ok(())
}

const TOO_LONG_FOR_ANYONE: &str = "its body is longer than the limit for requests without a token";

/// For a request without a token, returns what the headers say about the body. If the headers or the HTTP method show
/// that the request needs a token, returns the reason.
fn described_by_anyone(parts: &Parts) -> Result<Plain, &'static str> {
    // The header can have credentials of another scheme, and these could identify a caller.
    if parts.headers.contains_key(AUTHORIZATION) {
        return Err("its header `Authorization` contains no token that the gate reads");
    }
    if connection::has_no_message(&parts.method) {
        return Err("its HTTP method carries no message");
    }
    encoding::plain(&parts.headers)
        .ok_or("its headers do not say that the body is uncompressed `application/json`")
}

/// Checks the token against the scopes that the messages of a body need. For a single message, returns the last row
/// that applies to the message. Usually, this is the row of the message's target. For a batch, returns `None`.
async fn judge_body(
    endpoint: &Endpoint,
    plan: &Plan,
    token: &Token,
    parts: &mut Parts,
    body: &Bytes,
    watch: Watch,
) -> Result<Option<Matched>, Refusal> {
    let noted = Noted::of(parts, watch);
    let messages = match Messages::read(body) {
        Ok(messages) => messages,
        Err(why) => {
            recheck_floor(plan, token, &noted)?;
            return Err(ProtocolError::unreadable(why).into());
        }
    };
    let noted = noted.about(messages.method());
    let origins = origins(endpoint, plan, token, &messages, &noted).await?;
    let mut found = match find(endpoint, plan, &messages, &origins) {
        Ok(found) => found,
        Err(why) => {
            recheck_floor(plan, token, &noted).map_err(|rejection| named(plan, &messages, rejection))?;
            if matches!(why.1, Cause::Undecided(_)) {
                Judge::Gate(plan).tell(Outcome::Unknown, Some(token), &[floor(plan).demand()], &noted);
            }
            return Err(undecided(endpoint, parts, why, messages.single().is_some()).into());
        }
    };
    found.fill_for(plan);
    let judged = judge(plan, token, &found, &noted);
    judged.map_err(|rejection| refusal(endpoint, plan, parts, &messages, rejection))?;
    let single = messages.single();
    headers::check(&parts.headers, &messages).map_err(|why| ProtocolError::mismatch(why).to(single))?;
    mark(&messages, parts);
    Ok(single.and_then(|_| found.into_last()))
}

/// Turns a rejection into an answer. If the body is a single request, the answer has the request's identifier and the
/// form that the endpoint's `Dialect` demands.
fn refusal(
    endpoint: &Endpoint,
    plan: &Plan,
    parts: &Parts,
    messages: &Messages<'_>,
    rejection: Rejection,
) -> Refusal {
    let call = messages.single().filter(|message| matches!(message.subject, Subject::Tool(_)));
    if endpoint.dialect == Dialect::ToolResult
        && let Some(id) = call.and_then(Message::request_id)
    {
        let has_result_types = !headers::version_has_sessions(&parts.headers);
        if let Some(result) = ToolResult::of(&rejection, &id, has_result_types) {
            return Refusal::Tool(result);
        }
    }
    named(plan, messages, rejection).into()
}

/// Adds the identifier of the request to the rejection, if the body is a single request.
fn named(plan: &Plan, messages: &Messages<'_>, rejection: Rejection) -> Rejection {
    match messages.single().and_then(Message::request_id) {
        Some(id) => plan.gate.name_request(rejection, &id),
        None => rejection,
    }
}

/// Marks a `tools/list` request, because `McpServer` later changes the answer to this request.
#[cfg_attr(not(feature = "rmcp"), expect(unused_variables, reason = "only rmcp's answers are changed"))]
fn mark(messages: &Messages<'_>, parts: &mut Parts) {
    #[cfg(feature = "rmcp")]
    if messages.method() == Some("tools/list") {
        parts.extensions.insert(AsksForTools);
    }
}

/// For each task that a body names, finds the tool with which the caller started the task. For a task that the caller
/// did not start, no tool is found.
async fn origins(
    endpoint: &Endpoint,
    plan: &Plan,
    token: &Token,
    messages: &Messages<'_>,
    noted: &Noted<'_>,
) -> Result<Origins, Refusal> {
    let names_tasks = messages.iter().any(|message| message.subject.tasks().next().is_some());
    if !names_tasks || matches!(endpoint.tasks, Tasks::Unknown) {
        return Ok(Origins::Untold);
    }
    // The program's function that returns the owner of a task is not called for a caller whose token lacks the floor.
    recheck_floor(plan, token, noted).map_err(|rejection| named(plan, messages, rejection))?;
    let owner = endpoint.owner(plan, token);
    // This case is rare, so its future is boxed. Without the box, the future of every request would be larger.
    Ok(Box::pin(endpoint.tasks.origins(&endpoint.binding, owner, messages)).await)
}

/// A message whose requirement cannot be determined, and the cause.
type Unjudged<'a> = (&'a Message<'a>, Cause);

enum Cause {
    /// The message is in a batch, but its method exists only in protocol versions without batches.
    InBatch,
    Undecided(Undecided),
}

/// Finds the rows for the messages of a body. If a message has no row and needs none, the result contains the row of
/// the floor.
fn find<'a>(
    endpoint: &Endpoint,
    plan: &Plan,
    messages: &'a Messages<'a>,
    origins: &Origins,
) -> Result<Found, Unjudged<'a>> {
    let mut found = Found::default();
    let single = messages.single();
    for message in messages.iter() {
        let subscribes = matches!(message.subject, Subject::Subscriptions(_));
        // A subscription can name many resources, and a batch would multiply their number. So a batch must not contain
        // a subscription.
        if single.is_none() && subscribes {
            return Err((message, Cause::InBatch));
        }
        let known = found.len();
        let decided = endpoint.rules.find(message, origins, &mut found);
        decided.map_err(|why| (message, Cause::Undecided(why)))?;
        // A subscription needs a token even if the resource is public, because the answer to a subscription has no end.
        if found.len() == known || subscribes {
            found.push(floor(plan));
        }
    }
    Ok(found)
}

/// Makes the answer to a message whose requirement cannot be determined. The token has already passed the check against
/// the floor.
fn undecided(
    endpoint: &Endpoint,
    parts: &Parts,
    (message, cause): Unjudged<'_>,
    is_single: bool,
) -> ProtocolError {
    let Cause::Undecided(why) = cause else { return ProtocolError::mismatch(Mismatch::Batch) };
    let why = if headers::version_lacks(&parts.headers, message) { Undecided::UnknownMethod } else { why };
    let method = message.method.as_deref().unwrap_or_default();
    let words = endpoint.rules.explain(why, &message.subject);
    log::not_judged(shortened(method), message.subject.name().map(shortened), &words);
    let has_sessions = headers::version_has_sessions(&parts.headers);
    ProtocolError::undecided(why, &message.subject, has_sessions).to(is_single.then_some(message))
}

/// Checks the token against the floor and all rows together. A refusal names the scopes of the floor and of all rows.
fn judge(plan: &Plan, token: &Token, found: &Found, noted: &Noted<'_>) -> Result<(), Rejection> {
    let judge = Judge::Gate(plan);
    if let Some(one) = found.only() {
        return judge.judge(token, &[one.demand()], noted);
    }
    if found.is_empty() {
        return judge.judge(token, &[floor(plan).demand()], noted);
    }
    // Each demand that is not public includes the floor.
    judge.judge(token, &found.demands().collect::<Vec<_>>(), noted)
}

/// Rejects a token that lacks the floor. The challenge names only the scopes of the floor.
fn recheck_floor(plan: &Plan, token: &Token, noted: &Noted<'_>) -> Result<(), Rejection> {
    Judge::Gate(plan).recheck(token, &[floor(plan).demand()], noted)
}

/// Returns the plan's own row, which applies if the table has no row for a request. The returned row demands only the
/// floor.
fn floor(plan: &Plan) -> Matched {
    Matched::of(&plan.row)
}
