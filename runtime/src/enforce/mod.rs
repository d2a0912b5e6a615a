//! Enforcement: what lets a request through to a handler, or does not, and what it leaves behind for the handler.

mod access;
mod enforcement;
mod guard;
mod judge;
mod path;
mod prebuilt;
mod step;
mod verified;

pub use self::{
    access::Access,
    guard::{Declares, Guard},
};
pub(crate) use self::{
    enforcement::{Admitted, Enforcement, Plan, Slot, enforce},
    judge::Judge,
    path::{PathParameters, mistaken_templates},
    prebuilt::Prebuilt,
    step::{Protected, Step},
    verified::Verified,
};
