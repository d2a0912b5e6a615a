//! Enforcement: what lets a request through to a handler, or does not, and what it leaves behind for the handler.

mod access;
#[expect(clippy::module_inception, reason = "to enforce is what this folder is about")]
mod enforce;
mod enforcement;
mod guard;
mod member;
mod outcome;
mod path;
mod plan;
mod prebuilt;
mod step;
mod verified;

pub use self::{
    access::Access,
    guard::{Declares, Guard},
};
#[cfg(feature = "mcp")]
pub(crate) use self::{
    enforce::token,
    enforcement::{Admitted, Passed},
    outcome::Judge,
};
pub(crate) use self::{
    enforce::{admit, enforce, verify_for_all},
    enforcement::{Enforcement, leave},
    member::{plan_for, plan_or_refusal},
    path::mistaken_templates,
    plan::{Plan, Slot},
    prebuilt::Prebuilt,
    step::{Protected, Step},
    verified::Verified,
};
