//! The policy of a gate, and the decision about a token. This module does no input or output.

mod check;
mod decision;
mod login;
#[cfg(feature = "export")]
mod parts;
#[expect(clippy::module_inception, reason = "a policy is what this folder is about")]
mod policy;
mod startup;

#[cfg(feature = "axum")]
pub(crate) use self::decision::{Demand, Shortfall, each_once, step_up_of};
pub(crate) use self::login::Caller;
#[cfg(feature = "axum")]
pub(crate) use self::login::Login;
pub use self::{
    policy::{Advertise, Policy, Strategy},
    startup::StartupError,
};
