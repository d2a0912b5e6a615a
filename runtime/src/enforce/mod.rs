//! Enforcement: what lets a request through to a handler, or does not, and what it leaves behind for the handler.

mod access;
mod enforcement;
mod guard;
mod path;
mod prebuilt;
mod step;

pub use self::{
    access::Access,
    guard::{Declares, Guard},
    step::Protected,
};
pub(crate) use self::{
    enforcement::{Admitted, Enforcement, Plan, Slot, Verified, enforce},
    path::{PathParameters, mistaken_templates},
    prebuilt::{Answers, Prebuilt},
    step::Step,
};
