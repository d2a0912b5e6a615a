//! What a group of routes needs besides what each of them declares.

use super::{enforcement::Enforcement, outcome::Noted};
use crate::{
    gate::log,
    policy::Demand,
    refuse::Rejection,
    scope::{Filled, InvalidRequirement, Requirement, RowRef},
};

/// The requirement of the groups that a mounted handler is in, and the handler's row with it.
#[derive(Debug)]
pub(crate) struct Group {
    requirement: Requirement,
    /// What the handler declares by itself.
    own: RowRef,
    /// What is enforced and shown.
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

    /// Returns what a guard has to enforce that declares `row`. Nearly always this is the mounted handler's own guard;
    /// one of another handler that the request is passed to is in the group, too.
    fn of_guard(&self, row: &RowRef) -> Result<RowRef, InvalidRequirement> {
        if **row == *self.own { Ok(self.row.clone()) } else { row.within(&self.requirement).map(Into::into) }
    }
}

/// Returns the row to enforce where the request is for a handler of a group; else the guard's own one is.
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
            "`{handler}` cannot need `{requirement}` besides its own scopes: {invalid}"
        ));
        let demand = Demand::of(row, const { &Filled::NONE });
        plan.tell_refusal(Rejection::misconfigured(), None, &[demand], noted)
    })
}
