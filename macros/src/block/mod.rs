//! The shared part of `#[scoped_handlers]` and `#[scoped_tools]`, for `impl` blocks whose methods have scope
//! attributes.
//!
//! Each method with a scope attribute needs a type that carries the method's declaration. An attribute on a method
//! cannot emit a type, because an `impl` block cannot contain one. Therefore, the attribute on the block emits the
//! types.

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
