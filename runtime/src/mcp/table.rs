//! The table of an MCP server's operations.

use std::{borrow::Cow, fmt};

#[cfg(feature = "rmcp")]
use super::operation::{Kind, Name};
use super::{operation::Operation, subject::INITIALIZE};
use crate::scope::{Entry, Requirement, ScopeTable};

/// A table that lists each operation of an MCP server with its requirement.
///
/// Make a constant table with [`mcp_table!`](crate::mcp_table). To make a table at run
/// time, collect operations from an iterator.
///
/// # Examples
///
/// ```
/// use scopegate::{mcp::{McpTable, Operation}, requirement};
///
/// let tools = ["read_file", "stat_file"];
/// let table: McpTable = tools.into_iter().map(|name| Operation::tool_named(name, requirement!("files:read"))).collect();
/// assert_eq!(table.to_string(), "tools/call  read_file  files:read\ntools/call  stat_file  files:read\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct McpTable {
    operations: Cow<'static, [Operation]>,
}

/// The rows that let clients connect and see what a server offers, without a token. The rows make these methods public:
/// `initialize`, `notifications/initialized`, `ping`, `server/discover`, and the methods that list tools, prompts,
/// resources, resource templates and skills.
///
/// Without these rows, the gate answers 401 to a client that connects without a token, so clients log in when they
/// connect. With these rows, a client connects without a token. When the client later calls an operation that needs a
/// token, the 401 names the scopes of this operation. Not every client can log in after it has connected; see the
/// [guide](crate::guide::mcp).
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, mcp_table, requirement, mcp::{ANONYMOUS_DISCOVERY, McpTable, Operation}};
///
/// const WRITE: Requirement = requirement!("files:write");
/// const TABLE: McpTable =
///     mcp_table![Operation::tool("list_files", Requirement::PUBLIC), Operation::tool("write_file", WRITE)];
///
/// let table = TABLE.and(&ANONYMOUS_DISCOVERY);
/// assert!(table.to_string().contains("method      tools/list"));
/// ```
pub const ANONYMOUS_DISCOVERY: McpTable = McpTable::of(
    const {
        &[
            open(INITIALIZE),
            open("notifications/initialized"),
            open("ping"),
            open("server/discover"),
            open("tools/list"),
            open("prompts/list"),
            open("resources/list"),
            open("resources/templates/list"),
            open("skills/list"),
        ]
    },
);

const fn open(method: &'static str) -> Operation {
    Operation::method(method, Requirement::PUBLIC)
}

impl McpTable {
    /// Makes a constant table.
    pub(crate) const fn of(operations: &'static [Operation]) -> Self {
        Self { operations: Cow::Borrowed(operations) }
    }

    /// Adds the operations of another table.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.operations.to_mut().extend_from_slice(&other.operations);
        self
    }

    /// Returns the operations, in the order in which they were listed.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns `true` if the tool has its own row, or if the table has a row made with `Operation::any_tool`.
    #[cfg(feature = "rmcp")]
    pub(super) fn has_tool(&self, tool: &str) -> bool {
        self.operations.iter().any(|operation| {
            operation.is_tool(tool) || operation.kind() == Kind::Tool && *operation.which() == Name::Any
        })
    }

    /// Returns the table without the rows of the tools in `off`.
    #[cfg(feature = "rmcp")]
    pub(super) fn without_tools(&self, off: &[String]) -> Self {
        let is_on = |operation: &&Operation| !off.iter().any(|tool| operation.is_tool(tool));
        self.operations.iter().filter(is_on).cloned().collect()
    }

    /// Converts the table to a [`ScopeTable`], with methods such as `tools/call` in place of HTTP methods.
    #[must_use]
    pub fn to_scope_table(&self) -> ScopeTable {
        let entry = |operation: &Operation| {
            Entry::route(
                operation.kind().verb().to_owned(),
                operation.name().to_owned(),
                operation.row().clone(),
            )
        };
        self.operations.iter().map(entry).collect()
    }
}

impl FromIterator<Operation> for McpTable {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        Self { operations: Cow::Owned(operations.into_iter().collect()) }
    }
}

/// Writes one line per operation, in aligned columns.
impl fmt::Display for McpTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_scope_table().fmt(f)
    }
}

/// Makes a constant [`McpTable`] from a list of operations.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, mcp_table, requirement, mcp::{McpTable, Operation}};
///
/// const READ: Requirement = requirement!("files:read");
/// const TABLE: McpTable = mcp_table![Operation::tool("list_files", READ), Operation::resource("file:///{name}", READ)];
/// assert_eq!(TABLE.operations().len(), 2);
/// ```
#[macro_export]
macro_rules! mcp_table {
    ($($operation:expr),* $(,)?) => {
        $crate::__private::mcp_table(const { &[$($operation),*] })
    };
}
