//! `impl` blocks whose methods have scope attributes: the shared part of `#[scoped_handlers]` and `#[scoped_tools]`.
//!
//! An attribute on a method cannot add a type beside the method, so the block adds it.

mod checks;
#[cfg(test)]
mod golden;
mod handlers;
mod marker;
mod method;
mod owner;
mod parse;

pub(crate) use self::{
    handlers::scoped_handlers,
    marker::{Marker, marker},
    method::{Declared, Idle, declare, is, take_ours},
    owner::Owner,
    parse::{BlockAttribute, methods},
};
