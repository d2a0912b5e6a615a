//! The resources of a table: found by their URIs, with what that makes of their scopes.

use super::{
    operation::{Kind, McpTable, Operation},
    overlap::{Overlap, Shape},
    template::{Captures, UriTemplate},
};
use crate::scope::{Filled, Policy};

/// The resources of a table, ready to be looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Resources(Vec<Known>);

#[derive(Clone, Debug)]
struct Known {
    operation: Operation,
    /// None where the URI is a plain one.
    template: Option<UriTemplate>,
}

/// A resource of a table, as its URI names it; made by [`McpTable::resource`].
#[derive(Clone, Debug)]
#[must_use = "give it to `Access::require_resource`"]
pub struct McpResource<'a> {
    operation: Operation,
    captures: Captures<'a>,
    /// What the scopes of the row come to.
    filled: Filled,
}

impl Resources {
    /// Reads a table, and adds what is wrong with its resources to the problems.
    pub(super) fn of(table: &McpTable, problems: &mut Vec<String>) -> Self {
        let rows = table.operations().iter().filter(|operation| operation.kind() == Kind::Resource);
        Self(rows.filter_map(|operation| Known::of(*operation, problems)).collect())
    }

    /// Returns what is wrong with templates that stand behind others.
    pub(super) fn overlaps(&self) -> Vec<String> {
        let shape = |known: &Known| Some((known.operation, Shape::of(known.template.as_ref()?)));
        let shapes: Vec<(Operation, Shape)> = self.0.iter().filter_map(shape).collect();
        let first_fault =
            |(at, later)| shapes.iter().take(at).find_map(|earlier| fault_behind(earlier, later));
        shapes.iter().enumerate().filter_map(first_fault).collect()
    }

    /// Finds the resource that a URI names: by the whole of it, else by the first template that fits.
    pub(super) fn find<'a>(&self, uri: &'a str) -> Option<McpResource<'a>> {
        let exactly = self.named(uri).filter(|known| known.template.is_none());
        let exactly = exactly.map(|known| (known, Captures::default()));
        // What fits is what is meant: where its scopes cannot be filled in, a later one does not stand in for it.
        let (known, captures) =
            exactly.or_else(|| self.0.iter().find_map(|known| Some((known, known.captures(uri)?))))?;
        known.resource(captures)
    }

    /// Finds a resource by its own text, a template's with its braces.
    pub(super) fn declared(&self, text: &str) -> Option<Operation> {
        self.named(text).map(|known| known.operation)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn named(&self, text: &str) -> Option<&Known> {
        self.0.iter().find(|known| known.operation.name() == text)
    }
}

impl Known {
    fn of(operation: Operation, problems: &mut Vec<String>) -> Option<Self> {
        let uri = operation.name();
        let template = uri.contains(['{', '}']).then(|| UriTemplate::parse(uri)).transpose();
        let template = template
            .map_err(|fault| problems.push(format!("`{operation}` is no URI template: {fault}")))
            .ok()?;
        let known = Self { operation, template };
        problems.extend(known.unfillable());
        Some(known)
    }

    /// Says which scopes the URI cannot fill in.
    fn unfillable(&self) -> impl Iterator<Item = String> {
        let Self { operation, template } = self;
        operation.row().policy().templates().flat_map(move |scope| {
            let lacks = |name: &&str| !template.as_ref().is_some_and(|template| template.has(name));
            scope
                .parameters()
                .filter(lacks)
                .map(move |name| format!("`{operation}` needs `{scope}`, but its URI has no `{{{name}}}`"))
        })
    }

    fn captures<'a>(&self, uri: &'a str) -> Option<Captures<'a>> {
        self.template.as_ref()?.captures(uri)
    }

    fn resource<'a>(&self, captures: Captures<'a>) -> Option<McpResource<'a>> {
        let (filled, outcome) = Filled::of(self.operation.row().policy().templates(), &captures);
        outcome.ok()?;
        Some(McpResource { operation: self.operation, captures, filled })
    }
}

/// Says what is wrong with a template behind another: the first that fits decides.
fn fault_behind(
    (earlier, first): &(Operation, Shape),
    (later, second): &(Operation, Shape),
) -> Option<String> {
    // The table says itself what stands in it twice.
    if later.name() == earlier.name() {
        return None;
    }
    let policy = later.row().policy();
    match first.before(second) {
        Overlap::Hidden => Some(format!(
            "`{later}` is never reached, since `{earlier}` stands before it and fits all of its URIs; put it first"
        )),
        Overlap::Partial if policy != earlier.row().policy() || policy.templates().next().is_some() => {
            Some(format!(
                "some URIs fit both `{earlier}` and `{later}`, and they need different scopes; let no URI fit both"
            ))
        }
        Overlap::Partial | Overlap::Harmless => None,
    }
}

impl McpTable {
    /// Finds the resource that a URI names, as the gate does: by the whole of it, else by the first template that fits.
    ///
    /// It is for a server's own `resources/read`, so that which resource is meant, what is needed for it, and which part of
    /// the URI is its name are told in one place. [`Access::require_resource`](crate::Access::require_resource) judges it.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Requirement, requirement, mcp::{McpTable, Operation}};
    ///
    /// const READ: Requirement = requirement!("tenant:{tenant}:read");
    /// const TABLE: McpTable = McpTable::of(&[Operation::resource("docs://{tenant}/{name}", READ)]);
    ///
    /// let found = TABLE.resource("docs://acme/a.txt").unwrap();
    /// assert_eq!(found.template(), "docs://{tenant}/{name}");
    /// assert_eq!(found.part("name"), Some("a.txt"));
    /// assert!(TABLE.resource("docs://acme/../a.txt").is_none());
    /// ```
    pub fn resource<'a>(&self, uri: &'a str) -> Option<McpResource<'a>> {
        // What is wrong with a table, the gate says at startup; a faulty row finds nothing.
        Resources::of(self, &mut Vec::new()).find(uri)
    }
}

impl<'a> McpResource<'a> {
    /// Returns the URI or the template, as it stands in the table.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        self.operation.name()
    }

    /// Returns what the URI has in the place of a variable, one or more of the characters `A-Za-z0-9._~-`.
    #[must_use]
    pub fn part(&self, variable: &str) -> Option<&'a str> {
        self.captures.get(variable)
    }

    pub(super) fn policy(&self) -> Policy {
        self.operation.row().policy()
    }

    pub(super) fn filled(&self) -> &Filled {
        &self.filled
    }

    pub(super) fn into_filled(self) -> Filled {
        self.filled
    }
}
