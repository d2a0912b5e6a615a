//! The parts of a policy that are written into the lock.

use std::collections::BTreeSet;

use super::Policy;
use crate::scope::Wildcards;

impl Policy {
    /// Lists every scope that covers `scope`; see [`Policy::covers`].
    pub(crate) fn coverers(&self, scope: &str) -> BTreeSet<String> {
        self.hierarchy.coverers(scope)
    }

    pub(crate) fn wildcards_in_use(&self) -> Wildcards {
        self.wildcards
    }

    /// Returns the problems of the implications: cycles and repetitions.
    pub(crate) fn contradictions(&self) -> &[String] {
        &self.contradictions
    }
}
