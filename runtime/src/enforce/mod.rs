//! Lets a request through to a handler, or refuses the request. Stores the result for the handler.

mod access;
#[expect(clippy::module_inception, reason = "to enforce is what this folder is about")]
mod enforce;
mod enforcement;
mod expired;
mod group;
mod guard;
mod member;
mod mistakes;
mod outcome;
mod path;
mod places;
mod plan;
mod prebuilt;
mod step;
mod verified;

#[cfg(feature = "mcp")]
pub(crate) use self::enforcement::Passed;
#[cfg(feature = "rmcp")]
pub(crate) use self::outcome::Local;
#[cfg(feature = "utoipa")]
pub(crate) use self::path::names_in;
#[cfg(feature = "export")]
pub(crate) use self::path::place_of;
pub use self::{
    access::{Access, Coverable, Demandable},
    expired::Expired,
    guard::{Declares, Guard},
    mistakes::{IsDeclared, IsOptional, OfAnotherType, TypeOf},
};
pub(crate) use self::{
    enforce::{enforce_for_gates_inside, token, verify_for_all},
    enforcement::{Admitted, Enforcement},
    group::Group,
    member::{plan_for, plan_or_refusal},
    outcome::{Judge, Noted},
    path::mistaken_templates,
    places::{Places, REST},
    plan::{Plan, Slot},
    prebuilt::Prebuilt,
    step::{Protected, Step},
    verified::Verified,
};
