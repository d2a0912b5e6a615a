//! The scope table: what each route needs. Everything else is derived from it.

use std::{borrow::Cow, fmt};

use crate::{requirement::Requirement, scope::Scope};

/// What an attribute declares of one handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    requirement: Requirement,
    handler: &'static str,
    file: &'static str,
    line: u32,
}

impl Row {
    #[doc(hidden)] // Made by generated code.
    pub const fn new(requirement: Requirement, handler: &'static str, file: &'static str, line: u32) -> Self {
        Self { requirement, handler, file, line }
    }

    /// Returns what the handler needs.
    #[must_use]
    pub const fn requirement(&self) -> Requirement {
        self.requirement
    }

    /// Returns the path of the handler, as in `files::write_file`.
    #[must_use]
    pub const fn handler(&self) -> &'static str {
        self.handler
    }

    /// Returns the source file that declares the handler.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Returns the line of the handler's name, counted from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }
}

/// One entry of a [`ScopeTable`]: a row, and where it is mounted if a router knows that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    endpoint: Option<Endpoint>,
    row: Row,
}

/// The methods and the path of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Endpoint {
    methods: String,
    path: String,
}

impl Entry {
    #[doc(hidden)] // Made by `scope_table!`.
    pub const fn handler(row: Row) -> Self {
        Self { endpoint: None, row }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn route(methods: String, path: String, row: Row) -> Self {
        Self { endpoint: Some(Endpoint { methods, path }), row }
    }

    /// Returns the methods of the route, as in `GET` or `GET,POST`; `*` stands for any.
    #[must_use]
    pub fn methods(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| endpoint.methods.as_str())
    }

    /// Returns the path of the route with its parameters, as in `/files/{name}`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| endpoint.path.as_str())
    }

    /// Returns what the attribute declares.
    #[must_use]
    pub const fn row(&self) -> Row {
        self.row
    }
}

/// What each operation of a resource needs.
///
/// A [`Router`](crate::Router) collects it; for a plain axum router, [`scope_table!`](crate::scope_table) lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeTable {
    entries: Cow<'static, [Entry]>,
}

impl ScopeTable {
    #[doc(hidden)] // Made by `scope_table!`.
    pub const fn of(entries: &'static [Entry]) -> Self {
        Self { entries: Cow::Borrowed(entries) }
    }

    /// Returns the entries, in the order in which they were mounted or listed.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns every scope that an entry names, sorted, each once.
    #[must_use]
    pub fn catalog(&self) -> Vec<Scope> {
        let alternatives = self.entries.iter().flat_map(|entry| entry.row.requirement().alternatives());
        let mut scopes: Vec<Scope> = alternatives.flat_map(|all| all.iter().copied()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

impl FromIterator<Entry> for ScopeTable {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self { entries: Cow::Owned(entries.into_iter().collect()) }
    }
}

/// Writes one line a route, its columns aligned: methods, path, requirement.
impl fmt::Display for ScopeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<[&str; 2]> = self
            .entries
            .iter()
            .map(|entry| [entry.methods().unwrap_or("-"), entry.path().unwrap_or(entry.row.handler())])
            .collect();
        let width = |at: usize| columns.iter().map(|row| row[at].len()).max().unwrap_or_default();
        let (methods_width, path_width) = (width(0), width(1));
        for (entry, [methods, path]) in self.entries.iter().zip(&columns) {
            writeln!(f, "{methods:methods_width$}  {path:path_width$}  {}", entry.row.requirement())?;
        }
        Ok(())
    }
}
