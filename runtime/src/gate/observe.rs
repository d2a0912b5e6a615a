//! Who is told of the decisions of a gate.

use std::sync::Arc;

use super::{Gate, log};
use crate::observe::{Observer, Watch};

impl Gate {
    /// Tells `observer` of each decision of this gate, allowed or refused, in place of the one before.
    ///
    /// It is told once for each decision: of the guard of a handler, of [`Gate::layer`], of the layer before an MCP server, of
    /// [`Access::require`](crate::Access::require), and of a list that is filtered. A decision that a guard only repeats is told once.
    /// [`guide::observing`](crate::guide::observing) has the whole list, and the same as events of `tracing`.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Decision, Gate, StaticKeys};
    ///
    /// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(|decision: &Decision<'_>| {
    ///     println!("{} {:?}", decision.outcome(), decision.rows().collect::<Vec<_>>());
    /// });
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn observe(mut self, observer: impl Observer) -> Self {
        self.change().observer = Some(Arc::new(observer));
        self
    }

    #[inline]
    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.observer.as_deref()
    }

    /// Tells whether anybody is told of decisions.
    #[inline]
    pub(crate) fn is_told(&self) -> bool {
        self.0.observer.is_some() || log::hears_decisions()
    }

    /// Starts to measure how long judging takes, if somebody is told.
    #[inline]
    pub(crate) fn watch(&self) -> Watch {
        Watch::start(self.is_told())
    }
}
