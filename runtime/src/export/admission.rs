//! Who is let in whatever a row says: the policy, and where credentials may come from.

use crate::{gate::Gate, policy::Policy};

/// What lets somebody in besides the rows of a table: a [`Gate`], or a [`Policy`] where there is no gate, as over stdio.
///
/// The functions of [`export`](crate::export) take a reference to either.
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

    /// Returns the gate, which alone has sources of credentials.
    pub(super) fn gate(self) -> Option<&'a Gate> {
        self.gate
    }
}
