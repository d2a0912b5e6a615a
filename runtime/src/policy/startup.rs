//! The error that reports all problems of a configuration.

use std::fmt;

use crate::shown::debug_as_display;

/// The error of a server that cannot start. The error lists every problem, not only the first.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Router, StaticKeys, requires_scope, routing::get};
///
/// #[requires_scope("tenant:{tenant}:read")]
/// async fn list() {}
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let error = Router::<()>::new().route("/files", get(list)).protect(gate).unwrap_err();
/// assert_eq!(error.problems().len(), 1);
/// assert!(error.to_string().contains("tenant:{tenant}:read"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StartupError {
    problems: Vec<String>,
}

impl StartupError {
    /// Returns `value` if there are no `problems`.
    pub(crate) fn unless<T>(problems: Vec<String>, value: impl FnOnce() -> T) -> Result<T, Self> {
        if problems.is_empty() { Ok(value()) } else { Err(Self { problems }) }
    }

    /// Returns the problems. Each problem says what is wrong and what to write instead.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for StartupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server cannot start:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

debug_as_display!(StartupError);

impl std::error::Error for StartupError {}
