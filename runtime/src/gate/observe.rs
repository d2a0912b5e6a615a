//! The observer of a gate's decisions.

use std::sync::Arc;

use super::{Gate, log};
use crate::observe::{Observer, Watch};

impl Gate {
    /// Sets the observer, which receives this gate's decisions about both allowed and refused requests. A second call
    /// replaces the observer.
    ///
    /// The following parts report their decisions: a handler's guard, [`Gate::layer`], the layer in front of an MCP
    /// server, [`Access::require`](crate::Access::require), and the filter that removes entries from MCP lists. Each
    /// decision is reported once, even if a guard repeats the check. [`guide::observing`](crate::guide::observing)
    /// lists all decisions that are reported, and shows how to receive the records of these decisions as `tracing`
    /// events.
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

    /// Tells whether an observer or a subscriber of the log can receive decisions.
    #[inline]
    pub(crate) fn is_told(&self) -> bool {
        self.0.observer.is_some() || log::hears_decisions()
    }

    /// If decisions are reported, starts to measure how long a decision takes.
    #[inline]
    pub(crate) fn watch(&self) -> Watch {
        Watch::start(self.is_told())
    }
}
