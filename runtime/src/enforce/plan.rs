//! The data behind a mounted handler: its gate, its row, and the prebuilt answers.

use std::sync::{Arc, OnceLock};

use http::request::Parts;

use super::{
    group::Group,
    outcome::{Judge, Noted},
    path::PathParameters,
    places::Places,
    prebuilt::{Answers, Prebuilt},
};
use crate::{
    gate::{Failure, Gate},
    observe::Outcome,
    policy::Demand,
    refuse::Rejection,
    scope::{Entry, Filled, Requirement, Row, RowRef, ScopeTable},
    token::Token,
};

/// The place where a mounted handler finds its plan. The slot is filled once, when the router is protected.
pub(crate) type Slot = OnceLock<Arc<Plan>>;

/// A gate, the row that it enforces, and the prebuilt answers. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) gate: Gate,
    pub(crate) row: RowRef,
    /// The answers for the plan's own row, kept here so that most requests need no lookup in `prebuilt`.
    answers: Answers,
    prebuilt: Prebuilt,
    /// The identifiers of the rows that the plan enforces.
    pub(super) places: Places,
    /// The groups that contain the handler, if there are any.
    group: Option<Arc<Group>>,
}

impl Plan {
    pub(crate) fn new(gate: Gate, row: RowRef, prebuilt: Prebuilt, places: Places) -> Self {
        Self { gate, answers: prebuilt.answers(row.terms()), row, prebuilt, places, group: None }
    }

    /// Makes the plan of a handler in a group of routes.
    pub(crate) fn in_group(gate: Gate, group: &Arc<Group>, prebuilt: Prebuilt, places: Places) -> Self {
        Self { group: Some(group.clone()), ..Self::new(gate, group.row().clone(), prebuilt, places) }
    }

    pub(super) fn group(&self) -> Option<&Group> {
        self.group.as_deref()
    }

    /// Makes a copy of a family's plan, with the gate of one of the family's resources. The plan of a family has no
    /// prebuilt answers, so this function replaces only the gate.
    pub(super) fn with(&self, gate: Gate) -> Self {
        Self { gate, ..self.clone() }
    }

    /// Makes the plan of a layer. This plan demands only the floor. `inside` is the table of the handlers behind the
    /// layer.
    pub(crate) fn of_layer(gate: Gate, inside: &ScopeTable) -> Self {
        Self::of_floor(gate, inside.entries().iter().map(Entry::row), inside)
    }

    /// Makes the plan of a layer in front of an MCP server. Answers about MCP operations contain the `id` of the
    /// request, so they are built for each request.
    #[cfg(feature = "mcp")]
    pub(crate) fn of_endpoint(gate: Gate, inside: &ScopeTable) -> Self {
        Self::of_floor(gate, [], inside)
    }

    fn of_floor<'a>(gate: Gate, rows: impl IntoIterator<Item = &'a Row>, inside: &ScopeTable) -> Self {
        const FLOOR: Row = Row::new(Requirement::AUTHENTICATED, "the layer", file!(), line!());
        let prebuilt = Prebuilt::of(&gate, rows.into_iter().chain([const { &FLOOR }]));
        Self::new(gate, RowRef::Const(const { &FLOOR }), prebuilt, inside.entries().iter().collect())
    }

    /// Tells whether the `answers` of this plan are for `row`. Usually they are.
    fn is_of(&self, row: &Row) -> bool {
        std::ptr::eq(row, &raw const *self.row) || row.terms() == self.row.terms()
    }

    /// Fills in the templates of a row with the parameters of the resource. Parameters of the request's path are not
    /// used.
    pub(crate) fn fill(&self, row: &Row) -> Filled {
        if row.terms().has_templates() {
            PathParameters::None.fill(row, Some(self))
        } else {
            Filled::default()
        }
    }

    /// Fills in the templates of a row with the parameters of the request's path and of the resource.
    pub(crate) async fn fill_from(&self, parts: &mut Parts, row: &Row) -> Filled {
        if row.terms().has_templates() {
            // This `Future` is boxed, because few requests need it, and without the box the `Future` of every request
            // would be larger.
            Box::pin(PathParameters::of(parts)).await.fill(row, Some(self))
        } else {
            Filled::default()
        }
    }

    /// Refuses a request that needs a token and has none.
    #[cfg(feature = "mcp")]
    pub(crate) fn demand_a_token(&self, noted: &Noted<'_>) -> Rejection {
        let failure = Failure::For(crate::refuse::Reason::MissingToken);
        self.refuse(failure, &[Demand::of(&self.row, &Filled::default())], noted)
    }

    /// Refuses a request, and reports the refusal. The reason is not a lack of scopes. `why` is the text of the reason.
    #[cfg(feature = "mcp")]
    pub(crate) fn deny(&self, why: &'static str, token: &Token) -> Rejection {
        self.tell_refusal(self.gate.deny(why.into()), Some(token), &[], &Noted::default())
    }

    /// Refuses a request that failed before any scopes were checked, and reports the refusal.
    pub(crate) fn refuse(&self, failure: Failure, demands: &[Demand<'_>], noted: &Noted<'_>) -> Rejection {
        let rejection = self.answer(failure, demands);
        self.tell_refusal(rejection, None, demands, noted)
    }

    /// Reports a refusal.
    pub(super) fn tell_refusal(
        &self,
        rejection: Rejection,
        token: Option<&Token>,
        demands: &[Demand<'_>],
        noted: &Noted<'_>,
    ) -> Rejection {
        Judge::Gate(self).tell(Outcome::Refused(rejection.reason()), token, demands, noted);
        rejection
    }

    /// Returns the answer to a failed request: the prebuilt answer if there is one, or else a new answer.
    pub(super) fn answer(&self, failure: Failure, demands: &[Demand<'_>]) -> Rejection {
        let found = match (failure, demands) {
            (Failure::For(reason), [Demand { row, one_of: [], .. }]) if self.is_of(row) => {
                self.answers.find(reason).cloned()
            }
            (Failure::For(reason), [Demand { row, one_of: [], .. }]) => {
                self.prebuilt.answers(row.terms()).find(reason).cloned()
            }
            _ => None,
        };
        found.unwrap_or_else(|| self.gate.refuse(failure, demands))
    }
}
