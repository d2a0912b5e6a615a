//! For generated code only; outside semver.

pub use crate::{
    catalog::{Catalog, mentions},
    requirement::{Need, Requirement},
    scope::Scope,
    table::Row,
    template::Template,
};

#[cfg(feature = "axum")]
pub use crate::{
    guard::Declares,
    routing::{InLayer, ScopeGuard, row_of},
    table::{Entry, ScopeTable},
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
