//! What the operations of an MCP server need: tools, prompts, resources and other methods.

use std::{fmt, panic::Location};

use crate::scope::{Requirement, Row, RowId, Text};

/// One operation of an MCP server, and what it needs beyond the gate's floor.
///
/// `#[scoped_tools]` makes them for the tools and prompts of rmcp. Write them by hand for resources, and for servers
/// that are not made with rmcp. What has no row is refused as unknown; `any_tool` and its like open the rest by a row.
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

/// Whom a row is about, among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    One(Text),
    /// Everyone without a row of its own.
    Any,
}

/// What stands in tables for everyone without a row. Nothing is declared by this name, so it cannot be mistaken for one.
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
    /// Returns the identifier of the row of `name` in a table.
    pub(super) fn row_id(self, name: &str) -> RowId {
        RowId::of(self.verb(), name)
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
    /// A variable stands for 1 to 1,024 of the characters `A-Za-z0-9._~-`, but neither for `.` nor for `..`. Otherwise a server
    /// that decodes or normalises another spelling would read a resource that the template is not meant for. A URI
    /// of more than 8 KiB is unknown.
    ///
    /// The scopes may contain the template's variables, whose values come from the URI. The gate refuses to complete such a
    /// template, since its values would be shown to callers whose scopes are not known yet.
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

    /// Says what a method needs, beyond what the tool, prompt or resource needs that it acts on.
    ///
    /// A method that MCP does not define, such as `admin/purge`, is refused as unknown without this row or
    /// [`any_method`](Self::any_method). For a method of tasks before a server that is not made with `McpServer`, this row says
    /// that the server itself checks whose the task is.
    #[must_use]
    #[track_caller]
    pub const fn method(name: &'static str, requirement: Requirement) -> Self {
        Self::by_hand(Kind::Method, name, requirement)
    }

    /// Opens every tool without a row to callers with `requirement`, in the table and in its lock as `tools/call *`.
    ///
    /// Without it, a call of a tool that the table does not list is refused before it reaches the server, in the words in
    /// which servers refuse unknown names. With it, a tool that the server gets later, or that nobody thought of, needs this and
    /// no more. Write `Requirement::AUTHENTICATED` to leave such tools to the floor.
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

    /// Opens every prompt without a row, as [`any_tool`](Self::any_tool) does tools.
    #[must_use]
    #[track_caller]
    pub const fn any_prompt(requirement: Requirement) -> Self {
        Self::any(Kind::Prompt, requirement)
    }

    /// Opens every resource, to be read, subscribed to and completed.
    ///
    /// It stands alone. Beside a row of one resource it is an error at startup, since a server may read that resource under
    /// other spellings of its URI, which this row would let in.
    #[must_use]
    #[track_caller]
    pub const fn any_resource(requirement: Requirement) -> Self {
        Self::any(Kind::Resource, requirement)
    }

    /// Opens every method without a row that MCP does not define.
    ///
    /// The gate cannot tell what such a method acts on, so every one of them needs this. Methods that act on a tool, a
    /// prompt or a resource are judged by the rows of those. Methods of tasks stay closed: this row does not say whose the
    /// tasks are.
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

    /// Says what the tool `name` needs, where the name is known at run time alone, as from a program's configuration.
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

    /// Says what a prompt needs, where its name is known at run time alone; see [`Operation::prompt`].
    #[track_caller]
    pub fn prompt_named(name: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Prompt, &name.into(), requirement)
    }

    /// Says what a resource needs, where its URI is known at run time alone; see [`Operation::resource`].
    #[track_caller]
    pub fn resource_named(uri: impl Into<String>, requirement: Requirement) -> Self {
        Self::by_name(Kind::Resource, &uri.into(), requirement)
    }

    /// Says what a method needs, where its name is known at run time alone; see [`Operation::method`].
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

    /// Returns the name of the tool, prompt or method, or the URI of the resource; `*` for those without a row.
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

    /// Says in its row where that stands in the table.
    pub(super) fn identified(self) -> Self {
        let id = self.kind.row_id(self.name());
        Self { row: self.row.identified(&id), ..self }
    }

    pub(super) const fn row(&self) -> &Row {
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
