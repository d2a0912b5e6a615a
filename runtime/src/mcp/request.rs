//! The decision about one HTTP request to an MCP server.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

#[cfg(feature = "rmcp")]
use super::host;
use super::{
    body::read,
    connection, encoding,
    endpoint::Endpoint,
    headers::{self, Mismatch},
    message::{Message, Messages},
    protocol_error::ProtocolError,
    rules::{Found, Matched, Undecided},
    subject::{Subject, shortened},
    tasks::{Origins, Tasks},
};
use crate::{
    enforce::{Admitted, Enforcement, Judge, Plan, Verified, plan_or_refusal, token},
    gate::log,
    refuse::{KeptHeaders, Rejection},
    routing::layer::is_preflight,
    token::Token,
};

/// Why a request does not reach the service.
pub(super) enum Refusal {
    /// A preflight, which is answered and grants nothing.
    Preflight,
    Token(Rejection),
    Request(ProtocolError),
}

impl Refusal {
    /// Makes it the answer to a request with these headers.
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
            Self::Request(answer) => answer.into_response(),
        }
    }
}

/// Admits a request whose token covers everything in it.
pub(super) async fn admit(endpoint: &Endpoint, request: Request) -> Result<Request, Refusal> {
    let (mut parts, body) = request.into_parts();
    if is_preflight(&parts) {
        return Err(Refusal::Preflight);
    }
    if !endpoint.origins.admit(&parts.headers) {
        return Err(ProtocolError::foreign_origin().into());
    }
    #[cfg(feature = "rmcp")]
    if endpoint.is_innermost && !host::is_plain(&parts) {
        return Err(ProtocolError::foreign_host().into());
    }
    connection::detach(&mut parts)?;
    // Nothing of the body is read for those whom the gate does not know.
    let plan = &*plan_or_refusal(&endpoint.plan, &parts)?;
    let token = token(plan, parts.extensions.get(), &parts).await;
    let token = token.map_err(|failure| plan.refuse(failure, &[floor(plan).demand()]))?;
    let verified = if endpoint.is_innermost {
        plan.gate.strip(&mut parts.headers);
        None
    } else {
        Some(Verified::new(plan.clone(), Ok(token.clone()), &mut parts))
    };
    let (matched, body) = if connection::has_no_message(&parts.method) {
        judge(plan, &token, &Found::default())?;
        // What these methods have for a body nobody judges, so nobody is to read it.
        encoding::describe_none(&mut parts.headers);
        (None, Body::empty())
    } else {
        if !encoding::is_plain(&parts.headers) {
            return Err(ProtocolError::encoded().into());
        }
        let bytes = read(body, &parts.headers, &endpoint.bounds).await?;
        let matched = judge_body(endpoint, plan, &token, &parts, &bytes).await?;
        encoding::describe(&mut parts.headers, bytes.len());
        (matched, Body::from(bytes))
    };
    let owner = endpoint.owner(plan, &token);
    endpoint.sessions.open(&endpoint.binding, owner, &mut parts.headers)?;
    let Matched { row, filled } = matched.unwrap_or_else(|| floor(plan));
    let admitted = Admitted::new(token, row, filled);
    Enforcement::done(endpoint.slot.clone(), plan, admitted, verified, &mut parts.extensions);
    Ok(Request::from_parts(parts, body))
}

/// Judges what a body asks for, and returns what the one row is about whose operation it calls, if there is one.
async fn judge_body(
    endpoint: &Endpoint,
    plan: &Plan,
    token: &Token,
    parts: &Parts,
    body: &Bytes,
) -> Result<Option<Matched>, Refusal> {
    // A token below the floor learns no more than that it is.
    let unless_below_the_floor = |answer: ProtocolError| match judge(plan, token, &Found::default()) {
        Ok(()) => Refusal::from(answer),
        Err(rejection) => rejection.into(),
    };
    let messages = Messages::read(body).map_err(ProtocolError::unreadable).map_err(unless_below_the_floor)?;
    let origins = origins(endpoint, plan, token, &messages).await?;
    let found = matched_by(endpoint, parts, &messages, &origins);
    let mut found = found.map_err(unless_below_the_floor)?;
    found.fill_for(plan);
    let single = messages.single();
    judge(plan, token, &found).map_err(|rejection| match single.and_then(Message::request_id) {
        Some(id) => plan.gate.name_request(rejection, &id),
        None => rejection,
    })?;
    headers::check(&parts.headers, &messages).map_err(|why| ProtocolError::mismatch(why).to(single))?;
    Ok(single.and_then(|_| found.into_last()))
}

/// Finds out whose the tasks are that a body names, which nearly none does.
async fn origins(
    endpoint: &Endpoint,
    plan: &Plan,
    token: &Token,
    messages: &Messages<'_>,
) -> Result<Origins, Refusal> {
    let names_tasks = messages.iter().any(|message| message.subject.tasks().next().is_some());
    if !names_tasks || matches!(endpoint.tasks, Tasks::Unknown) {
        return Ok(Origins::Untold);
    }
    // The program is not asked on behalf of those who may ask nothing.
    judge(plan, token, &Found::default())?;
    let owner = endpoint.owner(plan, token);
    // Boxed, since it is rare, and every request would have room for it.
    Ok(Box::pin(endpoint.tasks.origins(&endpoint.binding, owner, messages)).await)
}

/// Finds the rows that the messages of a body are about.
fn matched_by(
    endpoint: &Endpoint,
    parts: &Parts,
    messages: &Messages<'_>,
    origins: &Origins,
) -> Result<Found, ProtocolError> {
    let mut found = Found::default();
    let single = messages.single();
    for message in messages.iter() {
        // The versions that have these have no batches, and each may name many resources.
        if single.is_none() && matches!(message.subject, Subject::Subscriptions(_)) {
            return Err(ProtocolError::mismatch(Mismatch::Batch));
        }
        endpoint.rules.find(message, origins, &mut found).map_err(|why| {
            let why =
                if headers::version_lacks(&parts.headers, message) { Undecided::UnknownMethod } else { why };
            let method = message.method.as_deref().unwrap_or_default();
            log::not_judged(shortened(method), message.subject.name().map(shortened), why.words());
            let has_sessions = headers::version_has_sessions(&parts.headers);
            ProtocolError::undecided(why, &message.subject, has_sessions).to(single)
        })?;
    }
    Ok(found)
}

/// Judges the floor and all rows at once. A refusal asks for all of it.
fn judge(plan: &Plan, token: &Token, found: &Found) -> Result<(), Rejection> {
    let judge = Judge::Gate(plan);
    if let Some(one) = found.only() {
        return judge.judge(token, &[one.demand()]);
    }
    if found.is_empty() {
        return judge.judge(token, &[floor(plan).demand()]);
    }
    // Each demand has the floor in it.
    judge.judge(token, &found.demands().collect::<Vec<_>>())
}

/// What a request needs that is about no row.
fn floor(plan: &Plan) -> Matched {
    Matched::of(&plan.row)
}
