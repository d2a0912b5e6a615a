//! The settings that affect who gets access: the policy, the credential sources, and the settings for bound tokens.

use super::problems::problems;
use crate::{gate::Gate, policy::Policy, scope::ScopeTable, well_known::Discovery};

/// The settings that affect who gets access. The settings come from a [`Gate`]. In a program without a gate, such as an
/// MCP server over stdio, the settings come from a [`Policy`].
///
/// Where a function of [`export`](crate::export) takes `impl Into<Admission>`, pass a `&Gate` or a `&Policy`.
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

    /// Returns the gate, or `None` if the settings come from a policy.
    pub(super) fn gate(self) -> Option<&'a Gate> {
        self.gate
    }

    /// Lists the problems that keep the gate from starting. Without a gate, lists the problems of the policy and of the
    /// scopes in `table`.
    pub(super) fn problems(self, table: &ScopeTable) -> Vec<String> {
        match self.gate {
            Some(gate) => problems(gate, table, &Discovery::new(gate, table)),
            None => self.policy.problems(table),
        }
    }
}
