//! Items for generated code only. These items can change in any release.

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

/// If a type implements this trait, an attribute can name constants of this type. A type with its own
/// `const fn as_scope(self) -> Scope` does not need this trait.
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

/// If a type has no `as_scope` of its own, the compiler uses the method of this trait. If the type does not
/// implement [`NamesScope`] either, the compiler shows the message of `NamesScope`.
#[expect(clippy::wrong_self_convention, reason = "it has the name of the method that is missing")]
pub trait NoScope: Sized {
    /// Returns the scope. The method and its bound are on one line, because the compiler's message quotes all lines
    /// from the method to the bound.
    #[rustfmt::skip]
    fn as_scope(self) -> Scope where Self: NamesScope {
        self.scope()
    }
}

impl<T> NoScope for T {}

/// If a type implements this trait, an attribute can name constants of this type together with other scopes.
#[diagnostic::on_unimplemented(
    message = "a named requirement cannot be combined with other scopes, and this is a whole `Requirement`",
    note = "define one requirement with everything that is needed, as in `const NAME: Requirement = requirement!(\"...\", \"...\")`, and name only that"
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

/// If a type has no `as_need` of its own, the compiler uses the method of this trait. If the type does not
/// implement [`NamesNeed`] either, the compiler shows the message of `NamesNeed`.
#[expect(clippy::wrong_self_convention, reason = "it has the name of the method that is missing")]
pub trait NoNeed: Sized {
    /// Returns the scope as a part of a requirement.
    #[rustfmt::skip]
    fn as_need(self) -> Need where Self: NamesNeed {
        self.need()
    }
}

impl<T> NoNeed for T {}

/// The placeholder for the declaration of a handler whose `impl` block has no `#[scoped_handlers]`. With this
/// placeholder, the compiler shows only the message about the missing attribute.
#[cfg(feature = "axum")]
#[derive(Debug)]
pub enum Misplaced {}

#[cfg(feature = "axum")]
impl Declares for Misplaced {
    const ROW: Row = Row::new(Requirement::AUTHENTICATED, "", "", 0);
}

/// Makes a requirement from alternatives that a macro has checked.
#[must_use]
pub const fn requirement(alternatives: &'static [&'static [Need]]) -> Requirement {
    Requirement::scopes(alternatives, StepUp::new(&[], None))
}

/// Makes a requirement from alternatives that a macro has checked, and from a required login.
#[must_use]
pub const fn requirement_asking(alternatives: &'static [&'static [Need]], step_up: StepUp) -> Requirement {
    Requirement::scopes(alternatives, step_up)
}

/// Makes a requirement that demands a certain login, but no scopes.
#[must_use]
pub const fn login(step_up: StepUp) -> Requirement {
    Requirement::login(step_up)
}

/// Makes the row of a handler that needs all of `scopes`. A macro has checked the scopes.
#[must_use]
pub const fn row_of_all(
    scopes: &'static [&'static str],
    handler: &'static str,
    file: &'static str,
    line: u32,
) -> Row {
    Row::new(Requirement::all(scopes), handler, file, line)
}

/// Makes the entry of a handler whose route is unknown.
#[must_use]
pub const fn entry(row: Row) -> Entry {
    Entry::of_handler(row)
}

/// Makes the entry of a handler that is mounted in a plain router.
#[must_use]
pub const fn mounted(methods: &'static str, path: &'static str, row: Row) -> Entry {
    Entry::mounted(methods, path, row)
}

/// Makes a constant table.
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

/// Makes a constant table of an MCP server.
#[cfg(feature = "mcp")]
#[must_use]
pub const fn mcp_table(operations: &'static [Operation]) -> McpTable {
    McpTable::of(operations)
}

/// Panics, at compile time, if an attribute names a `Requirement` that demands neither a scope nor a login.
#[track_caller]
pub const fn assert_scopes(requirement: Requirement) {
    requirement.assert_scopes();
    std::mem::forget(requirement); // A `const fn` cannot drop the argument.
}

/// Panics, at compile time, if the scope at index `at` also occurs earlier in the list.
#[track_caller]
pub const fn assert_new(scopes: &[Need], at: usize) {
    let mut earlier = 0;
    while earlier < at {
        assert!(
            !scopes[earlier].is(scopes[at]),
            "this scope is already in the list under another name; use the same name in both places"
        );
        earlier += 1;
    }
}
