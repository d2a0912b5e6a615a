//! What grants access besides the rows of a table: the policy, and the sources of credentials.

use crate::{gate::Gate, policy::Policy};

/// The settings that affect access besides the rows of a table: a [`Gate`], or a [`Policy`] if there is no gate, as
/// over stdio.
///
/// The functions of [`export`](crate::export) take a reference to either.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Policy, ScopeTable, StaticKeys, export::Lock};
///
/// let table = ScopeTable::default();
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// assert_eq!(Lock::of(&gate, &table), Lock::of(&Policy::new(), &table));
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    policy: &'a Policy,
    gate: Option<&'a Gate>,
}

impl<'a> From<&'a Gate> for Admission<'a> {
    fn from(gate: &'a Gate) -> Self {
        Self { policy: gate.policy(), gate: Some(gate) }
    }
}

impl<'a> From<&'a Policy> for Admission<'a> {
    fn from(policy: &'a Policy) -> Self {
        Self { policy, gate: None }
    }
}

impl<'a> Admission<'a> {
    pub(super) fn policy(self) -> &'a Policy {
        self.policy
    }

    /// Returns the gate, since a policy has no sources of credentials.
    pub(super) fn gate(self) -> Option<&'a Gate> {
        self.gate
    }
}
