//! The answers that are built at startup: those that depend on nothing but the gate and the policy.

use std::{collections::HashMap, sync::Arc};

use crate::{
    gate::{Failure, Gate},
    refuse::{Reason, Rejection},
    scope::{Filled, Policy},
};

/// What one policy answers. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<[Rejection]>);

impl Answers {
    pub(crate) fn find(&self, reason: Reason) -> Option<&Rejection> {
        self.0.iter().find(|answer| answer.reason() == reason)
    }
}

/// What the policies of one gate answer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Prebuilt(Arc<HashMap<Policy, Answers>>);

const REASONS: [Reason; 5] = [
    Reason::MissingToken,
    Reason::InvalidToken,
    Reason::ExpiredToken,
    Reason::InsufficientScope,
    Reason::SeveralCredentials,
];

impl Prebuilt {
    pub(crate) fn of(gate: &Gate, policies: impl IntoIterator<Item = Policy>) -> Self {
        let mut answers = HashMap::new();
        // A template makes them differ from request to request.
        for policy in policies.into_iter().filter(|policy| policy.templates().next().is_none()) {
            answers.entry(policy).or_insert_with(|| {
                let build = |reason| gate.reject(Failure::For(reason), policy, &Filled::default());
                Answers(REASONS.map(build).into())
            });
        }
        Self(Arc::new(answers))
    }

    /// Returns the answers of a policy; none where it was not known at startup.
    pub(crate) fn answers(&self, policy: &Policy) -> Answers {
        self.0.get(policy).cloned().unwrap_or_default()
    }
}
