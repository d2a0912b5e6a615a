//! For generated code only; outside semver.

pub use crate::scope::{Need, Requirement, Row, Scope, StepUp, Template};
use crate::{ScopeTable, scope::Entry};

#[cfg(feature = "axum")]
pub use scopegate_macros::scope_rows;

#[cfg(feature = "axum")]
pub use crate::{
    enforce::{Declares, IsDeclared, IsOptional, OfAnotherType, TypeOf},
    routing::{InLayer, ScopeGuard, row_of},
};

#[cfg(feature = "utoipa")]
pub use {
    crate::routing::{
        Routes,
        documentation::{Documentation, Documented, Undocumented},
    },
    scopegate_macros::routes,
};

#[cfg(feature = "rmcp")]
pub use crate::mcp::ScopedTools;
#[cfg(feature = "mcp")]
pub use crate::mcp::{McpTable, Operation};

/// What an attribute can name: a constant of this type, or of one with `const fn as_scope(self) -> Scope`.
#[diagnostic::on_unimplemented(
    message = "a constant of type `{Self}` names no scope: it is neither a `Scope` nor a `Requirement`",
    note = "write `const NAME: Scope = Scope::from_static(\"...\")`, `const NAME: Requirement = requirement!(...)`, \
            or the variant of an enum with `#[derive(Vocabulary)]`"
)]
pub trait NamesScope {
    /// Returns the scope.
    fn scope(self) -> Scope;
}

#[diagnostic::do_not_recommend]
impl NamesScope for Scope {
    fn scope(self) -> Scope {
        self
    }
}

/// Found where a type has no `as_scope` of its own, so that the message is ours.
#[expect(clippy::wrong_self_convention, reason = "it has the name of the method that is missing")]
pub trait NoScope: Sized {
    /// Returns the scope. The compiler quotes all lines from the method to its bound.
    #[rustfmt::skip]
    fn as_scope(self) -> Scope where Self: NamesScope {
        self.scope()
    }
}

impl<T> NoScope for T {}

/// What an attribute can name among others.
#[diagnostic::on_unimplemented(
    message = "a named requirement stands alone, and this is a whole `Requirement`",
    note = "make one of all that is needed, as in `const NAME: Requirement = requirement!(\"...\", \"...\")`, and name that alone"
)]
pub trait NamesNeed {
    /// Returns the scope as a part of a requirement.
    fn need(self) -> Need;
}

#[diagnostic::do_not_recommend]
impl NamesNeed for Scope {
    fn need(self) -> Need {
        self.as_need()
    }
}

/// Found where a type has no `as_need` of its own, so that the message is ours.
#[expect(clippy::wrong_self_convention, reason = "it has the name of the method that is missing")]
pub trait NoNeed: Sized {
    /// Returns the scope as a part of a requirement.
    #[rustfmt::skip]
    fn as_need(self) -> Need where Self: NamesNeed {
        self.need()
    }
}

impl<T> NoNeed for T {}

/// What a handler seems to declare after a mistake about where it stands, so that no second message follows.
#[cfg(feature = "axum")]
#[derive(Debug)]
pub enum Misplaced {}

#[cfg(feature = "axum")]
impl Declares for Misplaced {
    const ROW: Row = Row::new(Requirement::AUTHENTICATED, "", "", 0);
}

/// Makes a requirement of alternatives that a macro has checked.
#[must_use]
pub const fn requirement(alternatives: &'static [&'static [Need]]) -> Requirement {
    Requirement::scopes(alternatives, StepUp::new(&[], None))
}

/// Makes the same, with what is asked of the login behind a token.
#[must_use]
pub const fn requirement_asking(alternatives: &'static [&'static [Need]], step_up: StepUp) -> Requirement {
    Requirement::scopes(alternatives, step_up)
}

/// Makes the requirement of any valid token with such a login behind it.
#[must_use]
pub const fn login(step_up: StepUp) -> Requirement {
    Requirement::login(step_up)
}

/// Makes the row of a handler that needs all of these scopes, which a macro has checked.
#[must_use]
pub const fn row_of_all(
    scopes: &'static [&'static str],
    handler: &'static str,
    file: &'static str,
    line: u32,
) -> Row {
    Row::new(Requirement::all(scopes), handler, file, line)
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

/// Refuses a whole requirement that needs no scope.
#[track_caller]
pub const fn assert_scopes(requirement: Requirement) {
    requirement.assert_scopes();
    std::mem::forget(requirement); // A constant cannot drop what it does not know.
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
