//! The answers that are built at startup, because they depend only on the gate and the row.

use std::{collections::HashMap, sync::Arc};

use crate::{
    gate::{Failure, Gate},
    policy::Demand,
    refuse::{Reason, Rejection},
    scope::{Filled, Row, Terms},
};

/// The prebuilt answers for one row. Clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<[Rejection]>);

impl Answers {
    pub(crate) fn find(&self, reason: Reason) -> Option<&Rejection> {
        self.0.iter().find(|answer| answer.reason() == reason)
    }
}

/// The prebuilt answers for the rows of one gate. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Prebuilt(Arc<HashMap<Terms, Answers>>);

/// The reasons whose answers are built at startup, the most frequent first.
const REASONS: [Reason; 6] = [
    Reason::MissingToken,
    Reason::InsufficientScope,
    Reason::InsufficientAuthentication,
    Reason::InvalidToken,
    Reason::ExpiredToken,
    Reason::SeveralCredentials,
];

impl Prebuilt {
    pub(crate) fn of<'a>(gate: &Gate, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut answers = HashMap::new();
        // With a template or a family of resources, the answers differ between requests and cannot be prebuilt.
        for row in rows.into_iter().filter(|row| !row.terms().has_templates() && !gate.is_of_family()) {
            answers.entry(row.terms().clone()).or_insert_with(|| {
                let build =
                    |reason| gate.refuse(Failure::For(reason), &[Demand::of(row, &Filled::default())]);
                let asks = !row.requirement().step_up().is_none();
                let can_be = |reason: &Reason| asks || *reason != Reason::InsufficientAuthentication;
                Answers(REASONS.into_iter().filter(can_be).map(build).collect())
            });
        }
        Self(Arc::new(answers))
    }

    /// Returns the prebuilt answers for rows with these `terms`. The result is empty if no answers were built for
    /// `terms`.
    pub(crate) fn answers(&self, terms: &Terms) -> Answers {
        self.0.get(terms).cloned().unwrap_or_default()
    }
}
