//! The scopes and the login that a client should request.

use crate::scope::{ScopeToken, StepUp, join};

/// The scopes that a client should request, and the required login.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) scopes: Vec<ScopeToken>,
    pub(crate) step_up: StepUp,
}

impl Asked {
    /// No scopes and no login. This value is for refusals where another token would not help the client.
    pub(crate) const NOTHING: Self = Self { scopes: Vec::new(), step_up: StepUp::NONE };

    /// Returns the scopes as a space-delimited list, if there are any.
    pub(crate) fn scope(&self) -> Option<String> {
        Some(join(self.scopes.iter().map(ScopeToken::as_str))).filter(|scope| !scope.is_empty())
    }

    /// Returns the values of `acr` as a space-delimited list, or `None` if there are no values.
    pub(crate) fn acr_values(&self) -> Option<String> {
        Some(join(self.step_up.acr())).filter(|values| !values.is_empty())
    }

    /// Returns the maximum age of the login in seconds, or `None` if there is no limit.
    pub(crate) fn max_age(&self) -> Option<u64> {
        self.step_up.max_age().map(|max_age| max_age.as_secs())
    }
}
