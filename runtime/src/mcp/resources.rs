//! Finds the row that a table has for the URI of a resource, and fills values from the URI into the row's scopes.

use std::collections::BTreeMap;

#[cfg(feature = "rmcp")]
use super::overlap::share_uris;
use super::{
    operation::{Kind, Name, Operation},
    overlap::Overlap,
    table::McpTable,
    uri_template::{Captures, UriTemplate, fits_loosely, has_ends_of, segments, separators},
};
use crate::scope::{Filled, Row, Text, parameters};

/// The resources of a table, prepared for lookup.
#[derive(Clone, Debug, Default)]
pub(super) struct Resources {
    plain: BTreeMap<Text, Operation>,
    /// The templates, grouped by their separators. A URI can fit a template only if both have the same separators.
    templates: BTreeMap<String, Vec<Known>>,
    /// The row for all other resources, if the table has one.
    any: Option<Operation>,
}

/// The maximum length of a resource's URI in bytes. The gate treats a resource with a longer URI as unknown.
pub(super) const MAX_URI: usize = 8 * 1024;

/// The maximum number of templates that `nearest` compares with a refused URI. The limit keeps this comparison cheap
/// for a long URI.
const SEARCHED: usize = 16;

#[derive(Clone, Debug)]
struct Known {
    operation: Operation,
    template: UriTemplate,
}

/// A resource of a table. [`McpTable::resource`] finds the resource that a URI names.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, mcp::{McpTable, Operation}};
///
/// let table: McpTable = [Operation::resource("file:///{name}", Requirement::AUTHENTICATED)].into_iter().collect();
/// let resource = table.resource("file:///a.txt").expect("a resource of the table");
/// assert_eq!(resource.part("name"), Some("a.txt"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `Access::require_resource`"]
pub struct McpResource<'a> {
    operation: Operation,
    captures: Captures<'a>,
    /// The row's scope templates, filled in with the values from the URI.
    filled: Filled,
}

/// Whether the rows of a table apply to the URIs of a listed template.
#[cfg(feature = "rmcp")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownAs<'a> {
    /// A row's template matches exactly the same URIs as the listed template, but names the variables differently.
    Renamed(&'a str),
    /// Either no row's template matches exactly these URIs, or one does, but the template of an earlier row matches
    /// some of these URIs. But at least one row applies, or may apply, to some of the URIs.
    Others,
    /// No row applies to any of these URIs.
    Unknown,
}

impl Resources {
    /// Reads a table's rows for resources, and adds the problems of these rows to `problems`.
    pub(super) fn of(table: &McpTable, problems: &mut Vec<String>) -> Self {
        let mut resources = Self::default();
        for operation in table.operations().iter().filter(|operation| operation.kind() == Kind::Resource) {
            resources.add(operation, problems);
        }
        resources
    }

    fn add(&mut self, operation: &Operation, problems: &mut Vec<String>) {
        let Name::One(uri) = operation.which() else {
            problems.extend(unfillable(operation, None));
            self.any = Some(operation.clone().identified());
            return;
        };
        if !uri.contains(['{', '}']) {
            problems.extend(unfillable(operation, None));
            self.plain.entry(uri.clone()).or_insert_with(|| operation.clone().identified());
            return;
        }
        match UriTemplate::parse(uri) {
            Ok(template) => {
                problems.extend(unfillable(operation, Some(&template)));
                let alike = self.templates.entry(template.separators().to_owned()).or_default();
                alike.push(Known { operation: operation.clone().identified(), template });
            }
            Err(fault) => problems.push(format!("`{operation}` is not a URI template: {fault}")),
        }
    }

    /// Returns a problem for each template whose overlap with an earlier template is a mistake. Also returns the
    /// problem that `undermined` finds, if any.
    pub(super) fn overlaps(&self) -> Vec<String> {
        // Templates with different separators have no URI in common.
        let behind = self.templates.values().flat_map(|alike| {
            let first_fault =
                |(at, later)| alike.iter().take(at).find_map(|earlier| fault_behind(earlier, later));
            alike.iter().enumerate().filter_map(first_fault)
        });
        behind.chain(self.undermined()).collect()
    }

    /// Returns a problem if the table has both `any_resource` and another row for resources. A caller could spell a
    /// resource's URI differently from the resource's row. Then `any_resource` would apply instead of that row, and the
    /// scopes of that row would not be checked.
    fn undermined(&self) -> Option<String> {
        let any = self.any.as_ref()?;
        let declared = self.plain.values().next();
        let declared = declared.or_else(|| Some(&self.templates.values().flatten().next()?.operation))?;
        Some(format!(
            "`{any}` allows every other spelling of `{declared}`; declare each resource by its URI or a template, or declare only `Operation::any_resource`"
        ))
    }

    /// Finds the resource of a URI: the row with exactly this URI, else the first template that fits, else the row for
    /// all other resources.
    pub(super) fn find<'a>(&self, uri: &'a str) -> Option<McpResource<'a>> {
        if uri.len() > MAX_URI {
            return None;
        }
        if let Some(operation) = self.plain.get(uri) {
            return Some(McpResource::of(operation, Captures::default()));
        }
        // The gate uses the first template that fits, even if the values cannot be filled into its scopes.
        let (operation, captures) =
            self.expanded(uri).or_else(|| Some((self.any.as_ref()?, Captures::default())))?;
        Some(McpResource::of(operation, captures))
    }

    /// Finds the first template that a URI fits. The URI is split only once, before it is compared with the templates.
    fn expanded<'a>(&self, uri: &'a str) -> Option<(&Operation, Captures<'a>)> {
        let alike = self.templates.get(&separators(uri))?;
        let parts: Vec<&str> = segments(uri).collect();
        alike.iter().find_map(|known| Some((&known.operation, known.template.captures(&parts)?)))
    }

    /// Returns the first template that the URI would fit if each variable accepted any value. This method is for a URI
    /// that fits no template.
    pub(super) fn nearest(&self, uri: &str) -> Option<&str> {
        let templates = self.templates.values().flatten().map(|known| known.operation.name());
        let similar = templates.filter(|template| uri.len() <= MAX_URI && has_ends_of(template, uri));
        similar.take(SEARCHED).find(|template| fits_loosely(template, uri))
    }

    /// Finds out whether the table has rows for the URIs of a listed template. This method is for a template that has
    /// no row of its own.
    #[cfg(feature = "rmcp")]
    pub(super) fn known_as(&self, text: &str) -> KnownAs<'_> {
        let Ok(template) = UriTemplate::parse(text) else {
            // The URIs of other kinds of templates are unknown. If the table has resources, it may have these URIs.
            let is_empty = self.plain.is_empty() && self.templates.is_empty();
            return if is_empty { KnownAs::Unknown } else { KnownAs::Others };
        };
        let alike = self.templates.get(template.separators()).into_iter().flatten();
        let mut alike = alike.filter(|known| share_uris(&known.template, &template));
        match alike.next() {
            Some(known) if Overlap::of(&known.template, &template) == Overlap::Same => {
                KnownAs::Renamed(known.operation.name())
            }
            Some(_) => KnownAs::Others,
            None if self.plain.keys().any(|uri| template.fits(uri)) => KnownAs::Others,
            None => KnownAs::Unknown,
        }
    }

    /// Finds the resource whose URI or template in the table is exactly `text`. A template includes its braces.
    pub(super) fn declared(&self, text: &str) -> Option<&Operation> {
        let templates = || self.templates.values().flatten().map(|known| &known.operation);
        self.plain.get(text).or_else(|| templates().find(|operation| operation.name() == text))
    }
}

/// Lists a problem for each parameter that occurs in a row's scopes but not in the row's URI.
fn unfillable(operation: &Operation, template: Option<&UriTemplate>) -> impl Iterator<Item = String> {
    operation.row().terms().templates().flat_map(move |scope| {
        let lacks = |name: &&str| !template.is_some_and(|template| template.has(name));
        let say = |name| format!("`{operation}` needs `{scope}`, but its URI has no `{{{name}}}`");
        parameters(&scope).filter(lacks).map(say).collect::<Vec<_>>()
    })
}

/// Compares two templates, and returns a problem if their overlap is a mistake. For each URI, the gate uses the first
/// template that fits.
fn fault_behind(first: &Known, second: &Known) -> Option<String> {
    let (earlier, later) = (&first.operation, &second.operation);
    // Repeated rows are reported in `Rules::of`.
    if later.name() == earlier.name() {
        return None;
    }
    let terms = later.row().terms();
    match Overlap::of(&first.template, &second.template) {
        Overlap::Same => Some(format!(
            "`{later}` is never used, since `{earlier}` fits the same URIs; remove one of the two rows"
        )),
        Overlap::Hidden => Some(format!(
            "`{later}` is never used, since `{earlier}` comes before it and fits all of its URIs; put it first"
        )),
        Overlap::Partial if terms != earlier.row().terms() || terms.has_templates() => Some(format!(
            "some URIs fit both `{earlier}` and `{later}`, and they need different scopes; let no URI fit both"
        )),
        Overlap::Partial | Overlap::Harmless => None,
    }
}

impl McpTable {
    /// Finds the resource of a URI as the gate does: the row with exactly this URI, else the first template that fits,
    /// else [`Operation::any_resource`]. For a URI of more than 8 KiB, the result is `None`.
    ///
    /// Use this method in a server's own handler of `resources/read`. The server and the gate then find the same
    /// resource and the same requirement, and read the same values from the URI. Check the result with
    /// [`Access::require_resource`](crate::Access::require_resource).
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{mcp_table, Requirement, requirement, mcp::{McpTable, Operation}};
    ///
    /// const READ: Requirement = requirement!("tenant:{tenant}:read");
    /// const TABLE: McpTable = mcp_table![Operation::resource("docs://{tenant}/{name}", READ)];
    ///
    /// let found = TABLE.resource("docs://acme/a.txt").unwrap();
    /// assert_eq!(found.template(), "docs://{tenant}/{name}");
    /// assert_eq!(found.part("name"), Some("a.txt"));
    /// assert!(TABLE.resource("docs://acme/../a.txt").is_none());
    /// ```
    pub fn resource<'a>(&self, uri: &'a str) -> Option<McpResource<'a>> {
        // The gate reports the problems of a table at startup; here, an invalid row is skipped.
        Resources::of(self, &mut Vec::new()).find(uri)
    }
}

impl<'a> McpResource<'a> {
    fn of(operation: &Operation, captures: Captures<'a>) -> Self {
        let filled = Filled::of(operation.row().terms().templates(), &captures);
        Self { operation: operation.clone(), captures, filled }
    }

    /// Returns the URI or the template, as written in the table. For [`Operation::any_resource`], returns `*`.
    #[must_use]
    pub fn template(&self) -> &str {
        self.operation.name()
    }

    /// Returns the value of a variable in the URI. A value has 1 to 1,024 characters, all of them from `A-Za-z0-9._~-`,
    /// and is neither `.` nor `..`.
    #[must_use]
    pub fn part(&self, variable: &str) -> Option<&'a str> {
        self.captures.get(variable)
    }

    pub(super) fn row(&self) -> &Row {
        self.operation.row()
    }

    pub(super) fn filled(&self) -> &Filled {
        &self.filled
    }

    pub(super) fn into_filled(self) -> Filled {
        self.filled
    }
}

#[cfg(test)]
mod tests;
