//! The log events. Without the feature `tracing`, nothing is logged.

use std::fmt::Display;
#[cfg(feature = "tracing")]
use std::time::UNIX_EPOCH;

#[cfg(feature = "tracing")]
use axum::extract::MatchedPath;
use http::request::Parts;

use crate::{
    observe::{Decision, Outcome},
    policy::{Demand, Shortfall},
    token::{TokenId, VerifyError},
};
#[cfg(feature = "tracing")]
use crate::{
    refuse::Reason,
    resource::Resource,
    scope::{NeedRef, ScopeToken, Unfilled, join},
    shown,
};

/// Logs a mistake in the program. If a request fails because of the mistake, the answer is 500.
pub(crate) fn misconfigured(fault: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "scopegate", "{fault}");
    #[cfg(not(feature = "tracing"))]
    let _ = fault;
}

/// Logs that the program extracts an `Access` or an `Option<Access>` where no `Access` is available. The answer is 500.
pub(crate) fn not_available(extractor: &str, parts: &Parts, remedy: &str) {
    // The path of a request can contain secrets, so only the pattern of the route is logged.
    #[cfg(feature = "tracing")]
    let place = match parts.extensions.get::<MatchedPath>() {
        Some(path) => format!("`{} {}`", parts.method, path.as_str()),
        None => format!("a `{}` request without a route", parts.method),
    };
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "scopegate",
        "an `{extractor}` was taken for {place}, where no gate has checked the token; {remedy}",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (extractor, parts, remedy);
}

/// Logs that a layer's table has no row for a route. Without this row, the layer's challenges cannot name the route's
/// scopes.
pub(crate) fn without_row(path: &str, methods: Option<&str>) {
    #[cfg(feature = "tracing")]
    {
        // If the path has a row, it needs a token, and only some of its methods lack a row.
        let outside = if methods.is_some() {
            ""
        } else {
            "; if it needs no token, add it below the line that adds the layer"
        };
        let methods = methods.map(|methods| format!("{methods} ")).unwrap_or_default();
        tracing::warn!(
            target: "scopegate",
            "the layer's table has no row for the route `{methods}{path}`, so its 401 names only the floor; write `{methods}\"{path}\" => handler` in `scope_table!`{outside}",
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (path, methods);
}

/// Logs what is probably a mistake in the program, such as a misspelt scope. The program still starts.
pub(crate) fn warning(text: &impl Display) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "scopegate", "{text}");
    #[cfg(not(feature = "tracing"))]
    let _ = text;
}

/// Logs that a credential was not accepted. `token` returns the token's identifier. The record of the decision contains
/// the same identifier.
pub(crate) fn not_verified(error: &VerifyError, handler: &str, token: impl Fn() -> Option<TokenId>) {
    // The error is escaped, because a verifier's error can contain text from the client.
    #[cfg(feature = "tracing")]
    let shown = shown::line(error);
    #[cfg(feature = "tracing")]
    if error.retry_after().is_some() {
        tracing::warn!(target: "scopegate", %handler, error = %shown, "no token can be verified");
    } else {
        tracing::debug!(
            target: "scopegate",
            %handler,
            token = token().map(tracing::field::display),
            error = %shown,
            "token refused",
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (error, handler, token);
}

/// Logs that a client sent a valid token, but did not prove that it has the token's key or certificate.
pub(crate) fn not_proven(
    error: &VerifyError,
    is_of_proof: bool,
    handler: &str,
    token: impl Fn() -> Option<TokenId>,
) {
    #[cfg(feature = "tracing")]
    if is_of_proof && error.retry_after().is_none() {
        let reason = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
        tracing::debug!(
            target: "scopegate",
            %handler,
            token = token().map(tracing::field::display),
            error = %shown::line(reason),
            "proof refused",
        );
        return;
    }
    #[cfg(not(feature = "tracing"))]
    let _ = is_of_proof;
    not_verified(error, handler, token);
}

/// Logs that a scope template of an operation could not be filled in.
pub(crate) fn unfilled(shortfall: Shortfall, demands: &[Demand<'_>]) {
    #[cfg(feature = "tracing")]
    match shortfall {
        Shortfall::Scope | Shortfall::Login => {}
        Shortfall::IllegalValue => tracing::debug!(
            target: "scopegate",
            handler = %handlers(demands),
            template = %templates(demands, Unfilled::Illegal),
            "a value in the request contains characters that a scope must not have",
        ),
        Shortfall::NoValue => tracing::error!(
            target: "scopegate",
            handler = %handlers(demands),
            template = %templates(demands, Unfilled::Missing),
            "a template names a parameter that the path lacks or has twice",
        ),
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (shortfall, demands);
}

/// Tells whether any subscriber can receive the events of decisions.
#[inline]
pub(crate) fn hears_decisions() -> bool {
    #[cfg(feature = "tracing")]
    return tracing::enabled!(target: "scopegate::decision", tracing::Level::INFO);
    #[cfg(not(feature = "tracing"))]
    false
}

/// Tells whether a subscriber receives the event of a decision with this outcome.
#[inline]
pub(crate) fn hears(outcome: Outcome) -> bool {
    #[cfg(feature = "tracing")]
    return if is_of_interest(outcome) {
        tracing::enabled!(target: "scopegate::decision", tracing::Level::INFO)
    } else {
        tracing::enabled!(target: "scopegate::decision", tracing::Level::DEBUG)
    };
    #[cfg(not(feature = "tracing"))]
    {
        let _ = outcome;
        false
    }
}

/// Tells whether an outcome is logged at `info`. The log shows a refusal at `info` only if the reason is a missing
/// scope or an insufficient login. After this kind of refusal, the client can get a new token, which has more scopes or
/// comes from a new login. The log at `info` then shows why the client needed the new token.
#[cfg(feature = "tracing")]
fn is_of_interest(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Refused(Reason::InsufficientScope | Reason::InsufficientAuthentication))
}

/// Logs the record of a decision. Do not change the names of the fields, because the guide documents them and programs
/// rely on them.
pub(crate) fn decided(decision: &Decision<'_>) {
    #[cfg(feature = "tracing")]
    macro_rules! event {
        ($level:expr) => {
            tracing::event!(
                target: "scopegate::decision",
                $level,
                outcome = decision.outcome().as_str(),
                row = words(decision.rows()),
                method = shown_name(decision.method()),
                handler = words(decision.handlers()),
                reason = decision.reason().map(Reason::as_str),
                asked = words(decision.asked().iter().map(ScopeToken::as_str)),
                granted = decision.granted().and_then(|granted| words(granted.iter())),
                missing = words(decision.missing().iter().map(ScopeToken::as_str)),
                acr_values = words(decision.acr_values().iter().map(String::as_str)),
                max_age = decision.max_age().map(|max_age| max_age.as_secs()),
                acr = words(decision.acr()),
                auth_time = decision.auth_time().and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())),
                principal = decision.principal().map(|principal| tracing::field::display(shown::line(principal))),
                subject = shown_name(decision.subject()),
                client = shown_name(decision.client()),
                actor = decision.actor().map(|actor| tracing::field::display(shown::line(actor))),
                token = decision.token().map(tracing::field::display),
                resource = decision.resource().map(Resource::identifier),
                took_us = u64::try_from(decision.took().as_micros()).unwrap_or(u64::MAX),
                cached = decision.is_cached(),
                "decided",
            )
        };
    }
    #[cfg(feature = "tracing")]
    if is_of_interest(decision.outcome()) {
        event!(tracing::Level::INFO);
    } else {
        event!(tracing::Level::DEBUG);
    }
    #[cfg(not(feature = "tracing"))]
    let _ = decision;
}

/// Joins texts for a field. Returns `None` if there are no texts.
#[cfg(feature = "tracing")]
fn words<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let joined = join(texts);
    (!joined.is_empty()).then(|| shown::line(joined).to_string())
}

/// Escapes a text from a token, because the text could otherwise forge lines of the log.
#[cfg(feature = "tracing")]
fn shown_name(name: Option<&str>) -> Option<String> {
    name.map(|name| shown::text(name).to_string())
}

#[cfg(feature = "tracing")]
fn handlers(demands: &[Demand<'_>]) -> String {
    join(demands.iter().map(|demand| demand.row.handler()))
}

/// Lists the templates that are unfilled for the reason `why`.
#[cfg(feature = "tracing")]
fn templates(demands: &[Demand<'_>], why: Unfilled) -> String {
    let templates = demands.iter().flat_map(|demand| {
        let needs = demand.row.terms().needs().filter(|need| need.is_template()).map(NeedRef::as_str);
        needs.filter(|template| demand.filled.get(template).err() == Some(why))
    });
    join(templates)
}

/// Logs that the requirement of an MCP operation cannot be determined. The usual reason is that the program's table
/// lacks the operation.
#[cfg(feature = "mcp")]
pub(crate) fn not_judged(method: &str, name: Option<&str>, why: &str) {
    // The values are escaped, because text from a client could otherwise forge lines of the log.
    #[cfg(feature = "tracing")]
    tracing::info!(target: "scopegate", ?method, name = ?name.unwrap_or_default(), "{why}");
    #[cfg(not(feature = "tracing"))]
    let _ = (method, name, why);
}

/// Logs why the gate demands a token for a request to a server with public operations.
#[cfg(feature = "mcp")]
pub(crate) fn needs_token(why: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "scopegate", "a request without a token needs one: {why}");
    #[cfg(not(feature = "tracing"))]
    let _ = why;
}

/// Logs that the program's configuration switches off a tool of an MCP server.
#[cfg(feature = "rmcp")]
pub(crate) fn switched_off(tool: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "scopegate", ?tool, "a tool is switched off, so calls to it are answered as unknown");
    #[cfg(not(feature = "tracing"))]
    let _ = tool;
}
