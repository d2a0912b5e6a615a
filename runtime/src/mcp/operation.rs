//! The requirements of an MCP server's operations: tools, prompts, resources and methods.

use std::{fmt, panic::Location};

use crate::scope::{Requirement, Row, RowId, Text};

/// One operation of an MCP server, and what the operation needs in addition to the gate's floor.
///
/// `#[scoped_tools]` declares the tools and prompts of an rmcp server. Write the rows of all other operations by hand:
/// resources, methods of your own, and every operation of a server that is not made with rmcp. An operation without a
/// row is rejected as unknown, unless a row such as `any_tool` allows all operations of its kind.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, mcp_table, requirement, mcp::{McpTable, Operation}};
///
/// const READ: Requirement = requirement!("files:read");
/// const WRITE: Requirement = requirement!("files:write");
///
/// const TABLE: McpTable = mcp_table![
///     Operation::tool("write_file", WRITE),
///     Operation::prompt("summarize", READ),
///     Operation::resource("file:///{name}", READ),
///     Operation::method("tasks/cancel", WRITE),
/// ];
/// assert_eq!(TABLE.operations().len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    kind: Kind,
    which: Name,
    row: Row,
}

/// Says which operations of one kind a row covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    One(Text),
    /// All operations without a row of their own.
    Any,
}

/// The name that tables show for a row such as `any_tool`. No operation may be declared with this name.
pub(super) const ANY: &str = "*";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Tool,
    Prompt,
    Resource,
    Method,
}

impl Kind {
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Tool => "tools/call",
            Self::Prompt => "prompts/get",
            Self::Resource => "resources/read",
            Self::Method => "method",
        }
    }
}

impl Kind {
    /// Returns the identifier of the row for the operation `name`.
    pub(super) fn row_id(self, name: &str) -> RowId {
        RowId::of(self.verb(), name)
    }
}

impl Operation {
    /// Declares what the tool `name` needs.
    #[must_use]
    #[track_caller]
    pub const fn tool(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Tool, name, requirement)
    }

    /// Declares what the prompt `name` needs. The requirement applies to `prompts/get` and to the completion of the
    /// prompt's arguments.
    #[must_use]
    #[track_caller]
    pub const fn prompt(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Prompt, name, requirement)
    }

    /// Declares what a resource needs. Give the URI of the resource, or a URI template such as `file:///{name}`. The
    /// requirement applies to reading, to subscriptions and to completion.
    ///
    /// A variable matches 1 to 1,024 characters, all of them from `A-Za-z0-9._~-`, but does not match the values `.`
    /// and `..`. If other characters were allowed, a server that decodes or normalizes the URI could read a resource
    /// that the template is not meant for. If a URI is longer than 8 KiB, the answer is the same as for an unknown
    /// resource.
    ///
    /// The scopes may contain the template's variables, whose values come from the URI. If the scopes contain a
    /// variable, the gate refuses completion requests for this template. The server's answer would show values of the
    /// variable before the gate knows which scopes these values need.
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

    /// Declares what a method needs. If the method acts on a tool, a prompt or a resource, a request must also meet the
    /// requirement in the row of that tool, prompt or resource.
    ///
    /// A method that MCP does not define, such as `admin/purge`, needs this row or [`any_method`](Self::any_method).
    /// Otherwise, the gate rejects the method as unknown. The gate knows who owns a task if the server is made with
    /// `McpServer`, or if the program calls `McpLayer::tasks`. If the gate does not know who owns a task, a row for a
    /// method such as `tasks/get` allows the method for every task. The server itself must then check the owner.
    #[must_use]
    #[track_caller]
    pub const fn method(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Method, name, requirement)
    }

    /// Allows callers that meet `requirement` to call every tool that has no row. The table and the lock file show this
    /// row as `tools/call *`.
    ///
    /// Without this row, the gate stops every call to a tool that the table does not list. The answer is the usual
    /// error for an unknown name. With this row, callers that meet `requirement` can also call tools that you add later
    /// or forget to declare. If the floor is enough for these tools, write `Requirement::AUTHENTICATED`.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Requirement, mcp_table, requirement, mcp::{McpTable, Operation}};
    ///
    /// const ADMIN: Requirement = requirement!("files:admin");
    /// const TABLE: McpTable = mcp_table![
    ///     Operation::tool("list_files", Requirement::AUTHENTICATED),
    ///     Operation::any_tool(ADMIN),
    /// ];
    /// assert!(TABLE.to_string().contains("tools/call  *           files:admin"));
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn any_tool(requirement: Requirement) -> Self {
        Self::any(Kind::Tool, requirement)
    }

    /// Allows callers that meet `requirement` to get every prompt that has no row; see [`any_tool`](Self::any_tool).
    #[must_use]
    #[track_caller]
    pub const fn any_prompt(requirement: Requirement) -> Self {
        Self::any(Kind::Prompt, requirement)
    }

    /// Allows callers that meet `requirement` to use every resource. The requirement applies to reading, to
    /// subscriptions and to completion.
    ///
    /// This row must be the only row for resources: any other row for resources is an error at startup. A client could
    /// bypass a second row by writing the URI of that row's resource in another spelling. `any_resource` would allow
    /// that spelling, and the server might treat both spellings as the same resource.
    #[must_use]
    #[track_caller]
    pub const fn any_resource(requirement: Requirement) -> Self {
        Self::any(Kind::Resource, requirement)
    }

    /// Allows callers that meet `requirement` to call every method that MCP does not define and that has no row.
    ///
    /// The gate cannot tell what these methods act on, so the same requirement applies to all of them. For an MCP
    /// method that acts on a tool, a prompt or a resource, the row of that tool, prompt or resource applies instead. A
    /// row of `any_method` does not allow methods about tasks, because the row does not say who owns a task.
    #[must_use]
    #[track_caller]
    pub const fn any_method(requirement: Requirement) -> Self {
        Self::any(Kind::Method, requirement)
    }

    #[track_caller]
    const fn by_hand(kind: Kind, name: &'static str, requirement: Requirement) -> Self {
        let place = Location::caller();
        let row = Row::new(requirement, name, place.file(), place.line());
        Self { kind, which: Name::One(Text::Static(name)), row }
    }

    #[track_caller]
    const fn any(kind: Kind, requirement: Requirement) -> Self {
        let place = Location::caller();
        Self { kind, which: Name::Any, row: Row::new(requirement, ANY, place.file(), place.line()) }
    }

    /// Declares what the tool `name` needs. Use this constructor for a name that is known only at run time, for example
    /// from the program's configuration.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::mcp::{McpTable, Operation};
    ///
    /// let configured = [("write_file", "files:write"), ("purge_files", "files:write | files:admin")];
    /// let row = |(name, scopes): (&str, &str)| Ok(Operation::tool_named(name, scopes.parse()?));
    /// let table: McpTable = configured.into_iter().map(row).collect::<Result<_, scopegate::InvalidRequirement>>()?;
    /// assert_eq!(table.operations()[0].requirement().to_string(), "files:write");
    /// # Ok::<(), scopegate::InvalidRequirement>(())
    /// ```
    #[track_caller]
    pub fn tool_named(name: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Tool, &name.into(), requirement)
    }

    /// Declares the requirement of a prompt whose name is known only at run time; see [`Operation::prompt`].
    #[track_caller]
    pub fn prompt_named(name: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Prompt, &name.into(), requirement)
    }

    /// Declares the requirement of a resource whose URI is known only at run time; see [`Operation::resource`].
    #[track_caller]
    pub fn resource_named(uri: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Resource, &uri.into(), requirement)
    }

    /// Declares the requirement of a method whose name is known only at run time; see [`Operation::method`].
    #[track_caller]
    pub fn method_named(name: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Method, &name.into(), requirement)
    }

    #[track_caller]
    fn by_name(kind: Kind, name: &str, requirement: Requirement) -> Self {
        let (place, name) = (Location::caller(), Text::from(name));
        let row = Row::named(requirement, name.clone(), place.file(), place.line());
        Self { kind, which: Name::One(name), row }
    }

    pub(crate) const fn declared_tool(name: &'static str, row: Row) -> Self {
        Self { kind: Kind::Tool, which: Name::One(Text::Static(name)), row }
    }

    pub(crate) const fn declared_prompt(name: &'static str, row: Row) -> Self {
        Self { kind: Kind::Prompt, which: Name::One(Text::Static(name)), row }
    }

    /// Returns the name of the tool, prompt or method, or the URI of the resource. Returns `*` for a row such as
    /// `any_tool`.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.which {
            Name::One(name) => name,
            Name::Any => ANY,
        }
    }

    /// Returns what the operation needs.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        self.row.requirement()
    }

    #[cfg(feature = "rmcp")]
    pub(super) fn is_tool(&self, tool: &str) -> bool {
        self.kind == Kind::Tool && matches!(&self.which, Name::One(name) if **name == *tool)
    }

    /// Sets the identifier of the row: the method and the name of the operation.
    pub(super) fn identified(self) -> Self {
        let id = self.kind.row_id(self.name());
        Self { row: self.row.identified(&id), ..self }
    }

    pub(crate) const fn row(&self) -> &Row {
        &self.row
    }

    pub(super) const fn which(&self) -> &Name {
        &self.which
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }
}

/// Writes the method and the name, as in `tools/call write_file`.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.verb(), self.name())
    }
}
