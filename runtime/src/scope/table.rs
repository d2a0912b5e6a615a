//! The scope table, which lists what each route needs. The metadata and all exported files are derived from this table.

use std::{any::TypeId, borrow::Cow, fmt};

#[cfg(feature = "axum")]
use super::parse::InvalidRequirement;
use super::{
    need::{Need, NeedRef},
    requirement::Requirement,
    row_id::RowId,
    scope::{ScopeToken, join},
    text::Text,
};

/// What an attribute declares about one handler. Generated code and the constructors of MCP operations make rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    terms: Terms,
    handler: Text,
    file: &'static str,
    line: u32,
    takes: Arguments,
    id: Identifier,
}

/// The types of a handler's arguments. The list is empty if the types are unknown.
#[derive(Clone, Copy)]
struct Arguments(&'static [fn() -> TypeId]);

/// The identifier that the record of a decision shows for a row of a table. The comparison of two rows ignores the
/// identifier.
#[derive(Clone, Debug)]
struct Identifier(Option<Text>);

/// The terms under which an operation may be called: the part of a row that affects how requests are answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    pub(crate) requirement: Requirement,
    /// Scopes that the handler itself may demand, beyond the requirement.
    pub(crate) also: &'static [Need],
    /// Scopes that a client should request along with the scopes of the requirement.
    pub(crate) related: &'static [Need],
}

impl Terms {
    pub(crate) const fn of(requirement: Requirement) -> Self {
        Self { requirement, also: &[], related: &[] }
    }

    /// Iterates over all scopes and templates that the terms name, with repetitions.
    pub(crate) fn needs(&self) -> impl Iterator<Item = NeedRef<'_>> {
        let others = self.also.iter().chain(self.related).copied().map(NeedRef::Const);
        self.requirement.terms().flatten().chain(others)
    }

    /// Iterates over the scopes that the handler itself may demand: the scopes of the requirement and the scopes of
    /// `also(..)`.
    pub(crate) fn demandable(&self) -> impl Iterator<Item = NeedRef<'_>> {
        self.requirement.terms().flatten().chain(self.also())
    }

    /// Iterates over the scopes of `also(..)`.
    pub(crate) fn also(&self) -> impl Iterator<Item = NeedRef<'_>> {
        self.also.iter().copied().map(NeedRef::Const)
    }

    #[cfg(feature = "export")]
    pub(crate) fn related(&self) -> impl Iterator<Item = NeedRef<'_>> {
        self.related.iter().copied().map(NeedRef::Const)
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = Text> {
        self.needs().filter_map(NeedRef::template)
    }

    pub(crate) fn has_templates(&self) -> bool {
        self.requirement.has_templates() || self.also.iter().chain(self.related).any(Need::is_template)
    }
}

impl Row {
    /// Declares what `handler` needs.
    pub const fn new(requirement: Requirement, handler: &'static str, file: &'static str, line: u32) -> Self {
        Self::named(requirement, Text::Static(handler), file, line)
    }

    /// Declares what an operation needs. The name of the operation need not be known at compile time.
    pub(crate) const fn named(
        requirement: Requirement,
        handler: Text,
        file: &'static str,
        line: u32,
    ) -> Self {
        Self {
            terms: Terms::of(requirement),
            handler,
            file,
            line,
            takes: Arguments(&[]),
            id: Identifier(None),
        }
    }

    /// Sets the scopes of `also(..)` and of `related(..)`. The handler itself may demand the scopes of `also(..)`. A
    /// client should request the scopes of `related(..)` along with the scopes of the requirement.
    #[must_use]
    pub const fn with(mut self, also: &'static [Need], related: &'static [Need]) -> Self {
        self.terms.also = also;
        self.terms.related = related;
        self
    }

    /// Sets the types of the handler's arguments.
    #[cfg(feature = "axum")]
    pub(crate) const fn taking(mut self, arguments: &'static [fn() -> TypeId]) -> Self {
        self.takes = Arguments(arguments);
        self
    }

    /// Sets the identifier that the row has in a table.
    #[cfg(feature = "axum")]
    pub(crate) fn identified(mut self, id: impl Into<Text>) -> Self {
        self.id = Identifier(Some(id.into()));
        self
    }

    /// Returns the identifier of the row, or `None` if the row is not from a table.
    #[cfg(feature = "axum")]
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.0.as_deref()
    }

    /// Tells whether the row lists `T` as the type of an argument of the handler.
    #[cfg(feature = "export")]
    pub(crate) fn takes<T: 'static>(&self) -> bool {
        self.takes.0.iter().any(|id| id() == TypeId::of::<T>())
    }

    /// Returns the row with `requirement` added. Challenges name the scopes of `requirement` first.
    #[cfg(feature = "axum")]
    pub(crate) fn within(&self, requirement: &Requirement) -> Result<Self, InvalidRequirement> {
        let mut row = self.clone();
        row.terms.requirement = requirement.and(self.requirement())?;
        Ok(row)
    }

    pub(crate) const fn terms(&self) -> &Terms {
        &self.terms
    }

    pub(crate) const fn requirement(&self) -> &Requirement {
        &self.terms.requirement
    }

    pub(crate) fn handler(&self) -> &str {
        &self.handler
    }
}

/// The arguments of handlers do not affect whether rows are equal.
impl PartialEq for Arguments {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Arguments {}

impl PartialEq for Identifier {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Identifier {}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} arguments", self.0.len())
    }
}

/// One entry of a [`ScopeTable`]: a row, and its route if the route is known.
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
/// assert!(entry.requirement().is_public());
/// assert!(entry.handler().ends_with("health"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    endpoint: Option<Endpoint>,
    row: Row,
}

/// The methods and the path of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Endpoint {
    methods: Text,
    path: Text,
}

impl Entry {
    /// Makes the entry of a handler whose route is unknown.
    pub(crate) const fn of_handler(row: Row) -> Self {
        Self { endpoint: None, row }
    }

    /// Makes the entry of a handler whose route the program names.
    pub(crate) const fn mounted(methods: &'static str, path: &'static str, row: Row) -> Self {
        Self { endpoint: Some(Endpoint { methods: Text::Static(methods), path: Text::Static(path) }), row }
    }

    #[cfg(feature = "axum")]
    pub(crate) fn route(methods: String, path: String, row: Row) -> Self {
        Self { endpoint: Some(Endpoint { methods: methods.into(), path: path.into() }), row }
    }

    /// Returns the methods of the route, for example `GET` or `GET,POST`. Returns `None` if the route is unknown. The
    /// text `*` stands for any method.
    #[must_use]
    pub fn methods(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| &*endpoint.methods)
    }

    /// Returns the path of the route with its parameters, for example `/files/{name}`. Returns `None` if the route is
    /// unknown.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.endpoint.as_ref().map(|endpoint| &*endpoint.path)
    }

    /// Returns the identifier of the entry: its methods and its path, as in `GET /files/{name}` or `tools/call
    /// write_file`.
    ///
    /// The entry's line in the lock begins with this identifier, and the record of a decision contains it. If the route
    /// is unknown, the identifier consists of `-` and the handler. Blanks, control characters and `%` are
    /// percent-encoded in both parts, so each part is one word.
    #[must_use]
    pub fn id(&self) -> String {
        RowId::from(self).to_string()
    }

    /// Returns what the handler needs.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        self.row.requirement()
    }

    /// Iterates over the scopes in `also(..)`, which the handler itself may demand.
    pub fn also(&self) -> impl Iterator<Item = &'static str> {
        self.row.terms.also.iter().map(|need| need.as_str())
    }

    /// Iterates over the scopes in `related(..)`. A client should request these scopes along with the scopes of the
    /// requirement.
    pub fn related(&self) -> impl Iterator<Item = &'static str> {
        self.row.terms.related.iter().map(|need| need.as_str())
    }

    /// Returns the Rust path of the handler, as in `files::write_file`. For an MCP operation without an attribute,
    /// returns the operation's name or URI.
    #[must_use]
    pub fn handler(&self) -> &str {
        self.row.handler()
    }

    /// Returns the source file that declares the handler. For a handler without an attribute, this is the file of the
    /// call that declares its requirement, such as a call to `guarded`.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.row.file
    }

    /// Returns the number of the line that contains the handler's name. For a handler without an attribute, this is the
    /// line of the call that declares its requirement, such as a call to `guarded`. The first line of the file has the
    /// number 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.row.line
    }

    pub(crate) const fn row(&self) -> &Row {
        &self.row
    }

    pub(crate) const fn terms(&self) -> &Terms {
        self.row.terms()
    }
}

/// What each operation of a resource needs.
///
/// A [`Router`](https://docs.rs/scopegate/latest/scopegate/routing/struct.Router.html) collects the table. For a plain
/// axum router, list the handlers
/// in [`scope_table!`](https://docs.rs/scopegate/latest/scopegate/macro.scope_table.html).
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
    /// Makes a constant table.
    pub(crate) const fn of(entries: &'static [Entry]) -> Self {
        Self { entries: Cow::Borrowed(entries) }
    }

    /// Returns the entries, in the order in which they were mounted or listed.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds the entries of another table, such as those of an MCP server behind the same gate.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.entries.to_mut().extend_from_slice(&other.entries);
        self
    }

    /// Returns all scopes that the entries name, sorted and without repetitions. Templates are left out, because a
    /// client cannot request them.
    #[must_use]
    pub fn catalog(&self) -> Vec<ScopeToken> {
        let needs = self.entries.iter().flat_map(|entry| entry.terms().needs());
        let mut scopes: Vec<ScopeToken> = needs.filter_map(NeedRef::scope).collect();
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

/// Writes one line per entry, in aligned columns for methods, path and requirement.
impl fmt::Display for ScopeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<[&str; 2]> = self
            .entries
            .iter()
            .map(|entry| [entry.methods().unwrap_or("-"), entry.path().unwrap_or(entry.handler())])
            .collect();
        let width = |at: usize| columns.iter().map(|row| row[at].len()).max().unwrap_or_default();
        let (methods_width, path_width) = (width(0), width(1));
        for (entry, [methods, path]) in self.entries.iter().zip(&columns) {
            write!(f, "{methods:methods_width$}  {path:path_width$}  {}", entry.requirement())?;
            let also: Vec<_> = entry.terms().also().map(NeedRef::written).collect();
            let also = join(also.iter().map(AsRef::as_ref));
            writeln!(f, "{}{also}", if also.is_empty() { "" } else { " also " })?;
        }
        Ok(())
    }
}
