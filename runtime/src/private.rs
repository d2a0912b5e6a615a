//! For generated code only; outside semver.

pub use crate::scope::{Need, Requirement, Row, Scope, Template};
use crate::{ScopeTable, scope::Entry};

#[cfg(feature = "axum")]
pub use scopegate_macros::scope_rows;

#[cfg(feature = "axum")]
pub use crate::{
    enforce::{Declares, IsDeclared, IsOptional, OfAnotherType, TypeOf},
    routing::{InLayer, ScopeGuard, row_of},
};

#[cfg(feature = "rmcp")]
pub use crate::mcp::ScopedTools;
#[cfg(feature = "mcp")]
pub use crate::mcp::{McpTable, Operation};

/// Makes a requirement of alternatives that a macro has checked.
#[must_use]
pub const fn requirement(alternatives: &'static [&'static [Need]]) -> Requirement {
    Requirement::scopes(alternatives)
}

/// Makes the entry of a handler whose route is not known.
#[must_use]
pub const fn entry(row: Row) -> Entry {
    Entry::of_handler(row)
}

/// Makes the entry of a handler that is mounted in a plain router.
#[must_use]
pub const fn mounted(methods: &'static str, path: &'static str, row: Row) -> Entry {
    Entry::mounted(methods, path, row)
}

/// Makes a table as a constant.
#[must_use]
pub const fn scope_table(entries: &'static [Entry]) -> ScopeTable {
    ScopeTable::of(entries)
}

/// Makes the row of a tool.
#[cfg(feature = "mcp")]
#[must_use]
pub const fn tool(name: &'static str, row: Row) -> Operation {
    Operation::declared_tool(name, row)
}

/// Makes the row of a prompt.
#[cfg(feature = "mcp")]
#[must_use]
pub const fn prompt(name: &'static str, row: Row) -> Operation {
    Operation::declared_prompt(name, row)
}

/// Makes a table of an MCP server as a constant.
#[cfg(feature = "mcp")]
#[must_use]
pub const fn mcp_table(operations: &'static [Operation]) -> McpTable {
    McpTable::of(operations)
}

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
