//! What is logged, and how; without the feature `tracing`, nothing.

use crate::{
    refuse::Rejection,
    token::{Token, VerifyError},
};
#[cfg(feature = "tracing")]
use crate::{
    scope::{ScopeToken, join},
    shown,
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
    // A verifier may quote what it was sent.
    #[cfg(feature = "tracing")]
    let shown = shown::line(error);
    #[cfg(feature = "tracing")]
    if matches!(error, VerifyError::Unavailable { .. }) {
        tracing::warn!(target: "scopegate", error = %shown, "no token can be verified");
    } else {
        tracing::debug!(target: "scopegate", error = %shown, "token refused");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// A valid token lacks a scope: worth an audit, since the client will come back with more.
pub(crate) fn insufficient(rejection: &Rejection, token: &Token) {
    #[cfg(feature = "tracing")]
    let name = |name: Option<&str>| name.map(|name| shown::text(name).to_string());
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: "scopegate",
        asked = %join(rejection.scopes().iter().map(ScopeToken::as_str)),
        granted = %shown::line(format_args!("{:?}", token.scopes())),
        subject = name(token.subject()),
        client = name(token.client()),
        "insufficient scope",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (rejection, token);
}
