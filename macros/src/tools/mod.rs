//! `#[scoped_tools]`: scopes on the rmcp tools and prompts in an `impl` block.

mod args;
mod block;
mod emit;
#[cfg(test)]
mod golden;
mod kind;
mod method;
mod routers;

pub(crate) use self::emit::{scoped_tools, scoped_tools_without_rmcp};
