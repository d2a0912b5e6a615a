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
#[cfg(feature = "mcp")]
pub(crate) use self::{enforcement::token, extension::Admitted, judge::Judge};
pub(crate) use self::{
    enforcement::{admit, enforce, verify_for_all},
    extension::{Enforcement, leave},
    path::mistaken_templates,
    plan::{Plan, Slot},
    prebuilt::Prebuilt,
    step::{Protected, Step},
    verified::Verified,
};
