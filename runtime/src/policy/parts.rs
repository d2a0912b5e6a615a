//! What a lock reads of a policy.

use std::collections::BTreeSet;

use super::Policy;
use crate::scope::Wildcards;

impl Policy {
    /// Lists every granted scope that covers `scope`; see [`Policy::covers`].
    pub(crate) fn coverers(&self, scope: &str) -> BTreeSet<String> {
        self.hierarchy.coverers(scope)
    }

    pub(crate) fn wildcards_in_use(&self) -> Wildcards {
        self.wildcards
    }

    /// Returns why the implications contradict each other, if they do.
    pub(crate) fn contradictions(&self) -> &[String] {
        &self.contradictions
    }
}
