//! Observers, which receive the record of each decision.

mod decision;
mod watch;

pub use self::decision::{Actor, Decision, Outcome};
pub(crate) use self::{decision::Facts, watch::Watch};

/// Receives the record of each decision of a gate, for example to write an audit log, count refusals or raise
/// an alarm. Pass an observer to [`Gate::observe`](crate::Gate::observe).
///
/// A closure is an observer if it declares the type of its argument: `|decision: &Decision<'_>| ..`.
///
/// The gate calls the observer once for each decision. The gate acts on the decision only after this call: for example,
/// it lets the handler run, or sends the refusal. The request waits for the observer, so an observer should not block:
/// send the record to a channel or to a buffered writer. If the observer panics, the handler does not run, and the
/// request ends in the same way as after a panic in a handler.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use scopegate::{Decision, Gate, Observer, StaticKeys};
///
/// #[derive(Default)]
/// struct Refusals(AtomicU64);
///
/// impl Observer for Refusals {
///     fn decided(&self, decision: &Decision<'_>) {
///         if decision.reason().is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(Refusals::default());
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Receives the record of a decision.
    fn decided(&self, decision: &Decision<'_>);
}

impl<F: Fn(&Decision<'_>) + Send + Sync + 'static> Observer for F {
    fn decided(&self, decision: &Decision<'_>) {
        self(decision);
    }
}
