//! The observer of a gate's decisions.

use std::sync::Arc;

use super::{Gate, log};
use crate::observe::{Observer, Watch};

impl Gate {
    /// Sets the `observer` that receives each decision of this gate, allowed or refused. It replaces a former observer.
    ///
    /// The gate reports each decision once: of the guard of a handler, of [`Gate::layer`], of the layer in front of an
    /// MCP server, of [`Access::require`](crate::Access::require), and of a filtered list. If a guard only repeats a
    /// decision, it is reported once. [`guide::observing`](crate::guide::observing) has the whole list, and the same as
    /// events of `tracing`.
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

    /// Tells whether decisions are reported to anyone.
    #[inline]
    pub(crate) fn is_told(&self) -> bool {
        self.0.observer.is_some() || log::hears_decisions()
    }

    /// Starts to measure the time of a decision, if decisions are reported.
    #[inline]
    pub(crate) fn watch(&self) -> Watch {
        Watch::start(self.is_told())
    }
}
