//! The requirement of a group of routes, which applies in addition to the declaration of each route.

use super::{enforcement::Enforcement, outcome::Noted};
use crate::{
    gate::log,
    policy::Demand,
    refuse::Rejection,
    scope::{Filled, InvalidRequirement, Requirement, RowRef},
};

/// The requirement of the groups around a mounted handler, and the row that combines this requirement with the
/// handler's own declaration.
#[derive(Debug)]
pub(crate) struct Group {
    requirement: Requirement,
    /// The handler's own declaration.
    own: RowRef,
    /// The combined row. The guard enforces this row, and the scope table lists this row.
    row: RowRef,
}

impl Group {
    pub(crate) fn new(requirement: Requirement, own: RowRef) -> Result<Self, InvalidRequirement> {
        let row = own.within(&requirement)?.into();
        Ok(Self { requirement, own, row })
    }

    pub(crate) const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    pub(crate) const fn row(&self) -> &RowRef {
        &self.row
    }

    /// For a guard that declares `row`, returns the row that the guard must enforce in this group: the combination of
    /// `row` and the group's requirement. Usually, the guard belongs to the mounted handler. If the mounted handler
    /// forwards the request to a second handler, the group's requirement also applies to the guard of the second
    /// handler.
    fn of_guard(&self, row: &RowRef) -> Result<RowRef, InvalidRequirement> {
        if **row == *self.own { Ok(self.row.clone()) } else { row.within(&self.requirement).map(Into::into) }
    }
}

/// Returns the row to enforce, if the request is for a handler in a group. For a handler outside all groups, returns
/// `None`. The guard then enforces its own row.
pub(super) fn row_in_group(
    enforcement: Option<&Enforcement>,
    row: &RowRef,
    noted: &Noted<'_>,
) -> Result<Option<RowRef>, Rejection> {
    let plan = enforcement.and_then(Enforcement::plan);
    let Some((plan, group)) = plan.and_then(|plan| Some((plan, plan.group()?))) else { return Ok(None) };
    group.of_guard(row).map(Some).map_err(|invalid| {
        let (handler, requirement) = (row.handler(), group.requirement());
        log::misconfigured(&format!(
            "`{handler}` cannot need `{requirement}` in addition to its own scopes: {invalid}"
        ));
        let demand = Demand::of(row, const { &Filled::NONE });
        plan.tell_refusal(Rejection::misconfigured(), None, &[demand], noted)
    })
}
