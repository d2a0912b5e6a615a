//! What the operations of an MCP server need: tools, prompts, resources and other methods.

use std::{borrow::Cow, fmt, panic::Location};

use crate::scope::{Entry, Requirement, Row, ScopeTable};

/// One operation of an MCP server, and what it needs beyond the gate's floor.
///
/// `#[scoped_tools]` makes them for the tools and prompts of rmcp. By hand they are written for resources, and for servers
/// that are not made with rmcp.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement, mcp::{McpTable, Operation}};
///
/// const READ: Requirement = requirement!("files:read");
/// const WRITE: Requirement = requirement!("files:write");
///
/// const TABLE: McpTable = McpTable::of(&[
///     Operation::tool("write_file", WRITE),
///     Operation::prompt("summarize", READ),
///     Operation::resource("file:///{name}", READ),
///     Operation::method("tasks/cancel", WRITE),
/// ]);
/// assert_eq!(TABLE.operations().len(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    kind: Kind,
    name: &'static str,
    row: Row,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Tool,
    Prompt,
    Resource,
    Method,
}

impl Kind {
    const fn verb(self) -> &'static str {
        match self {
            Self::Tool => "tools/call",
            Self::Prompt => "prompts/get",
            Self::Resource => "resources/read",
            Self::Method => "method",
        }
    }
}

impl Operation {
    /// Says what the tool `name` needs.
    #[must_use]
    #[track_caller]
    pub const fn tool(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Tool, name, requirement)
    }

    /// Says what the prompt `name` needs, to be read and to have its arguments completed.
    #[must_use]
    #[track_caller]
    pub const fn prompt(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Prompt, name, requirement)
    }

    /// Says what a resource needs, by its URI or by a URI template such as `file:///{name}`, to be read, subscribed to and
    /// completed.
    ///
    /// A variable stands for one or more of the characters `A-Za-z0-9._~-`, but neither for `.` nor for `..`: a server
    /// that decodes or normalises what is in another spelling would otherwise read what the template was not meant for.
    ///
    /// The scopes may have the template's variables in them, which then come from the URI. To be completed, such a template
    /// is refused by the gate, since nobody can tell whose values would be told.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Requirement, requirement, mcp::Operation};
    ///
    /// const READ: Requirement = requirement!("docs:read", "tenant:{tenant}:member");
    /// const DOCUMENT: Operation = Operation::resource("docs://{tenant}/{name}", READ);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn resource(uri: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Resource, uri, requirement)
    }

    /// Says what a method needs that names no tool, prompt or resource, such as `tasks/cancel`.
    #[must_use]
    #[track_caller]
    pub const fn method(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Method, name, requirement)
    }

    #[track_caller]
    const fn by_hand(kind: Kind, name: &'static str, requirement: Requirement) -> Self {
        let place = Location::caller();
        Self { kind, name, row: Row::new(requirement, name, place.file(), place.line()) }
    }

    #[doc(hidden)] // Made by generated code.
    pub const fn declared_tool(name: &'static str, row: Row) -> Self {
        Self { kind: Kind::Tool, name, row }
    }

    #[doc(hidden)] // Made by generated code.
    pub const fn declared_prompt(name: &'static str, row: Row) -> Self {
        Self { kind: Kind::Prompt, name, row }
    }

    /// Returns the name of the tool, prompt or method, or the URI of the resource.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns what is declared.
    #[must_use]
    pub const fn row(&self) -> Row {
        self.row
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }
}

/// Writes the method and the name, as in `tools/call write_file`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.verb(), self.name)
    }
}

/// What each operation of an MCP server needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct McpTable {
    operations: Cow<'static, [Operation]>,
}

impl McpTable {
    /// Makes a table of operations, in a constant for example.
    #[must_use]
    pub const fn of(operations: &'static [Operation]) -> Self {
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

    /// Returns the same as a [`ScopeTable`], with methods such as `tools/call` in the place of HTTP's.
    #[must_use]
    pub fn to_scope_table(&self) -> ScopeTable {
        let entry = |operation: &Operation| {
            Entry::route(operation.kind.verb().to_owned(), operation.name.to_owned(), operation.row)
        };
        self.operations.iter().map(entry).collect()
    }
}

impl FromIterator<Operation> for McpTable {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        Self { operations: Cow::Owned(operations.into_iter().collect()) }
    }
}

/// Writes one line an operation, its columns aligned.
impl fmt::Display for McpTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_scope_table().fmt(f)
    }
}
