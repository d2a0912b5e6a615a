//! Enforcement: what lets a request through to a handler, or does not, and what it leaves behind for the handler.

mod access;
mod enforcement;
mod extension;
mod guard;
mod judge;
mod path;
mod plan;
mod prebuilt;
mod step;
mod verified;

pub use self::{
    access::Access,
    guard::{Declares, Guard},
};
pub(crate) use self::{
    enforcement::{admit, enforce, token, verify_for_all},
    extension::{Admitted, Enforcement, leave},
    judge::Judge,
    path::{PathParameters, mistaken_templates},
    plan::{Plan, Slot},
    prebuilt::Prebuilt,
    step::{Protected, Step},
    verified::Verified,
};
