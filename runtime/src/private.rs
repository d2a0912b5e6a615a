//! For generated code only; outside semver.

pub use crate::scope::{Need, Requirement, Row, Scope, Template};

#[cfg(feature = "axum")]
pub use crate::{
    enforce::Declares,
    routing::{InLayer, ScopeGuard, row_of},
    scope::{Entry, ScopeTable},
};

#[cfg(feature = "rmcp")]
pub use crate::mcp::ScopedTools;
#[cfg(feature = "mcp")]
pub use crate::mcp::{McpTable, Operation};

/// Refuses a scope that stands at an earlier place already.
#[track_caller]
pub const fn assert_new(scopes: &[Need], at: usize) {
    let mut earlier = 0;
    while earlier < at {
        assert!(
            !scopegate_grammar::same(scopes[earlier].as_str(), scopes[at].as_str()),
            "this is the same scope as an earlier one; name it alike in both places"
        );
        earlier += 1;
    }
}
