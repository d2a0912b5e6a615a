//! The shared part of `#[scoped_handlers]` and `#[scoped_tools]`, for `impl` blocks whose methods have scope
//! attributes.
//!
//! An attribute on a method cannot add a type beside the method, so the attribute on the block adds the type.

mod checks;
#[cfg(test)]
mod golden;
mod handlers;
mod marker;
mod method;
mod owner;
mod parse;

pub(crate) use self::{
    checks::demands,
    handlers::scoped_handlers,
    marker::{Marker, marker},
    method::{Declared, Idle, declare, is, take_ours},
    owner::Owner,
    parse::{BlockAttribute, methods},
};
