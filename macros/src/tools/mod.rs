//! `#[scoped_tools]`: scopes on the methods of an `impl` block that are tools of rmcp.

mod args;
mod block;
mod emit;
mod marker;
mod method;

pub(crate) use self::{emit::scoped_tools, marker::marker};
