//! The scope table: what each route needs. Everything else is derived from it.

use std::{borrow::Cow, fmt};

use crate::scope::{Need, Requirement, Scope, Template};

/// What an attribute declares of one handler.
///
/// # Examples
///
/// ```
/// use scopegate::{requires_scope, scope_table};
///
/// #[requires_scope("files:read", related("files:write"))]
/// async fn list() {}
///
/// let table = scope_table![list];
/// let row = table.entries()[0].row();
/// assert_eq!(row.requirement().to_string(), "files:read");
/// assert_eq!(row.related()[0].as_str(), "files:write");
/// assert!(row.handler().ends_with("list"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    policy: Policy,
    handler: &'static str,
    file: &'static str,
    line: u32,
}

/// What of a row decides about requests and their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Policy {
    pub(crate) requirement: Requirement,
    /// What the handler itself may ask for, beyond the requirement.
    pub(crate) also: &'static [Need],
    /// What a client does well to ask for along with the requirement.
    pub(crate) related: &'static [Need],
}

impl Policy {
    pub(crate) const fn of(requirement: Requirement) -> Self {
        Self { requirement, also: &[], related: &[] }
    }

    /// Iterates over all that is named, each as often as it is named.
    pub(crate) fn needs(self) -> impl Iterator<Item = Need> {
        let required = self.requirement.alternatives().iter().copied().flatten();
        required.chain(self.also).chain(self.related).copied()
    }

    pub(crate) fn templates(self) -> impl Iterator<Item = Template> {
        self.needs().filter_map(Need::template)
    }
}

impl Row {
    #[doc(hidden)] // Made by generated code.
    pub const fn new(requirement: Requirement, handler: &'static str, file: &'static str, line: u32) -> Self {
        Self { policy: Policy::of(requirement), handler, file, line }
    }

    #[doc(hidden)] // Made by generated code.
    #[must_use]
    pub const fn with(mut self, also: &'static [Need], related: &'static [Need]) -> Self {
        self.policy.also = also;
        self.policy.related = related;
        self
    }

    pub(crate) const fn policy(&self) -> Policy {
        self.policy
    }

    /// Returns what the handler needs.
    #[must_use]
    pub const fn requirement(&self) -> Requirement {
        self.policy.requirement
    }

    /// Returns what the handler itself may ask for: `also(..)`.
    #[must_use]
    pub const fn also(&self) -> &'static [Need] {
        self.policy.also
    }

    /// Returns what a client does well to ask for along with the requirement: `related(..)`.
    #[must_use]
    pub const fn related(&self) -> &'static [Need] {
        self.policy.related
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
///
/// # Examples
///
/// ```
/// use scopegate::{Router, public, routing::get};
///
/// #[public]
/// async fn health() {}
///
/// let table = Router::<()>::new().route("/health", get(health)).table();
/// let entry = &table.entries()[0];
/// assert_eq!((entry.methods(), entry.path()), (Some("GET"), Some("/health")));
/// assert!(entry.row().requirement().is_public());
/// ```
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
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routing::get};
///
/// #[requires_scope("files:read")]
/// async fn read() {}
///
/// #[requires_scope("files:read", "files:write")]
/// async fn write() {}
///
/// let table = Router::<()>::new().route("/files/{name}", get(read).put(write)).table();
/// assert_eq!(
///     table.to_string(),
///     "GET  /files/{name}  files:read\nPUT  /files/{name}  files:read files:write\n",
/// );
/// assert!(table.catalog().iter().map(|scope| scope.as_str()).eq(["files:read", "files:write"]));
/// ```
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

    /// Returns every scope that an entry names, sorted, each once. Templates are left out: nobody can ask for one.
    #[must_use]
    pub fn catalog(&self) -> Vec<Scope> {
        let needs = self.entries.iter().flat_map(|entry| entry.row().policy().needs());
        let mut scopes: Vec<Scope> = needs.filter_map(Need::scope).collect();
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
