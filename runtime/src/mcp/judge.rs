//! The decision about one HTTP request to an MCP server.

use std::{collections::HashSet, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, Method, StatusCode,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    request::Parts,
};

use super::{
    answer::Answer,
    encoding,
    headers::{self, Mismatch},
    layer::Endpoint,
    message::{Message, Messages},
    read::read,
    rules::Need,
    subject::Subject,
};
use crate::{
    enforce::{Admitted, Enforcement},
    gate::log,
    refuse::{KeptHeaders, Reason, Rejection},
    routing::layer::is_preflight,
    scope::Filled,
    token::Token,
};

/// Why a request does not reach the service.
pub(super) enum Refusal {
    /// A preflight, which is answered and grants nothing.
    Preflight,
    Token(Rejection),
    Request(Answer),
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

impl From<Answer> for Refusal {
    fn from(answer: Answer) -> Self {
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
        return Err(Answer::foreign_origin().into());
    }
    // Nothing of the body is read for those whom the gate does not know.
    let verified = endpoint.plan.token(&parts).await;
    let policy = endpoint.plan.policy;
    let token = verified.map_err(|failure| endpoint.plan.reject(failure, policy, &Filled::default()))?;
    let (need, body) = if has_no_message(&parts.method) {
        judge(endpoint, &token, &[])?;
        drop_body(&mut parts.headers);
        (None, Body::empty())
    } else {
        if !encoding::is_plain(&parts.headers) {
            return Err(Answer::encoded().into());
        }
        let bytes = read(body, &parts, endpoint.max_body).await?;
        (judge_body(endpoint, &token, &parts, &bytes)?, Body::from(bytes))
    };
    let Need { policy, filled } = need.unwrap_or(policy.into());
    let filled = policy.templates().next().map(|_| Arc::new(filled));
    let admitted = Admitted { token, policy, filled };
    parts.extensions.insert(Enforcement::done(endpoint.slot.clone(), admitted));
    Ok(Request::from_parts(parts, body))
}

/// Methods with which MCP opens and closes streams and sessions.
fn has_no_message(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS)
}

/// What these methods have for a body nobody judges, so nobody is to read it.
fn drop_body(headers: &mut HeaderMap) {
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
}

/// Judges what a body asks for, and returns what the one row is about whose operation it calls, if there is one.
fn judge_body(
    endpoint: &Endpoint,
    token: &Token,
    parts: &Parts,
    body: &[u8],
) -> Result<Option<Need>, Refusal> {
    let (messages, mut needs) = match needs_of(endpoint, parts, body) {
        Ok(needs) => needs,
        // A token below the floor learns no more than that it is.
        Err(answer) => {
            judge(endpoint, token, &[])?;
            return Err(answer.into());
        }
    };
    let single = messages.single();
    judge(endpoint, token, &needs).map_err(|rejection| match single.and_then(Message::request_id) {
        Some(id) => endpoint.plan.gate.name_request(rejection, &id),
        None => rejection,
    })?;
    headers::check(&parts.headers, &messages).map_err(|why| Answer::mismatch(why).to(single))?;
    Ok(single.and_then(|_| needs.pop()))
}

/// Reads the messages of a body, and finds what all of them need together.
fn needs_of<'a>(
    endpoint: &Endpoint,
    parts: &Parts,
    body: &'a [u8],
) -> Result<(Messages<'a>, Vec<Need>), Answer> {
    let messages = Messages::read(body).map_err(Answer::unreadable)?;
    let mut needs = Vec::new();
    let single = messages.single();
    for message in messages.iter() {
        // The versions that have these have no batches, and each may name many resources.
        if single.is_none() && matches!(message.subject, Subject::Subscriptions(_)) {
            return Err(Answer::mismatch(Mismatch::Batch));
        }
        endpoint.rules.find(message, &mut needs).map_err(|why| {
            let is_gone = headers::version_lacks(&parts.headers, message);
            let answer =
                if is_gone { Answer::unknown_method() } else { Answer::undecided(why, &message.subject) };
            answer.to(single)
        })?;
    }
    Ok((messages, needs))
}

/// Decides about the floor and everything that is needed besides. A refusal asks for all of it at once.
fn judge(endpoint: &Endpoint, token: &Token, needs: &[Need]) -> Result<(), Rejection> {
    let (gate, floor) = (&endpoint.plan.gate, [Need::from(endpoint.plan.policy)]);
    let all = || floor.iter().chain(needs);
    let demand = |need: &Need| {
        gate.demand(need.policy.requirement).with_filled(&need.filled).is_met_by(token.scopes())
    };
    if all().all(demand) {
        return Ok(());
    }
    let reason = Reason::InsufficientScope;
    // A set, since a client decides how many there are.
    let mut seen = HashSet::new();
    let ask = all().flat_map(|need| gate.to_ask(reason, &[], need.policy, &need.filled));
    let ask = ask.filter(|scope| seen.insert(scope.clone())).collect();
    let rejection = gate.refuse(reason, ask);
    log::insufficient(&rejection, token);
    Err(rejection)
}
