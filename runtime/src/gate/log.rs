//! What is logged, and how; without the feature `tracing`, nothing.

#[cfg(feature = "tracing")]
use crate::scope::{ScopeToken, join};
use crate::{
    refuse::Rejection,
    token::{Token, VerifyError},
};

/// A guarded handler was reached in a way that nothing protects: the program is at fault.
pub(crate) fn misconfigured(fault: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "scopegate", "{fault}");
    #[cfg(not(feature = "tracing"))]
    let _ = fault;
}

/// A token was refused, or could not be judged.
pub(crate) fn not_verified(error: &VerifyError) {
    #[cfg(feature = "tracing")]
    if matches!(error, VerifyError::Unavailable { .. }) {
        tracing::warn!(target: "scopegate", %error, "no token can be verified");
    } else {
        tracing::debug!(target: "scopegate", %error, "token refused");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// A valid token lacks a scope: worth an audit, since the client will come back with more.
pub(crate) fn insufficient(rejection: &Rejection, token: &Token) {
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: "scopegate",
        asked = %join(rejection.scopes().iter().map(ScopeToken::as_str)),
        granted = ?token.scopes(),
        subject = token.subject(),
        client = token.client(),
        "insufficient scope",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (rejection, token);
}

/// Nobody can tell what an operation of an MCP server needs: often one that the program forgot in its table.
#[cfg(feature = "mcp")]
pub(crate) fn not_judged(method: &str, name: Option<&str>, why: &'static str) {
    // What a client sends could forge lines, so it is escaped.
    #[cfg(feature = "tracing")]
    tracing::info!(target: "scopegate", ?method, name = ?name.unwrap_or_default(), "{why}");
    #[cfg(not(feature = "tracing"))]
    let _ = (method, name, why);
}
