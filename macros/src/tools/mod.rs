//! `#[scoped_tools]`: scopes on the methods of an `impl` block that are tools and prompts of rmcp.

mod args;
mod block;
mod emit;
#[cfg(test)]
mod golden;
mod kind;
mod method;
mod routers;

pub(crate) use self::emit::{scoped_tools, scoped_tools_without_rmcp};
