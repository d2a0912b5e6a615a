//! Observers: whoever is told of each decision.

mod decision;
mod watch;

pub use self::decision::{Actor, Decision, Outcome};
pub(crate) use self::{decision::Facts, watch::Watch};

/// Who is told of each decision of a gate: an audit log, counters, an alarm. [`Gate::observe`](crate::Gate::observe) takes it.
///
/// A closure is one, if it says what it takes: `|decision: &Decision<'_>| ..`.
///
/// It is called once for each decision, where the decision is made: before the handler runs, or the refusal is sent. The request
/// waits for it, so it should not block: hand the record to a channel or to a writer with a buffer. A panic in it ends that
/// request, as one in a handler does, and lets nothing through.
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
    /// Is told of a decision.
    fn decided(&self, decision: &Decision<'_>);
}

impl<F: Fn(&Decision<'_>) + Send + Sync + 'static> Observer for F {
    fn decided(&self, decision: &Decision<'_>) {
        self(decision);
    }
}
