//! The section that lists each scope with the operations that use it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    data::{Report, Row, Scope},
    operations::name,
    text::{listed, number},
};

/// The role of a scope in an operation. The variants are in order, from the strongest role to the weakest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Required,
    Alternative,
    /// The scope implies a scope with one of the two roles above.
    Implied,
    Also,
    Related,
}

pub(super) fn section(report: &Report) -> Markup {
    let uses = Uses::of(report);
    html! {
        section aria-labelledby="scopes" {
            h2 #scopes { "Operations by scope" }
            p { "Each scope, with the number of operations that use it. Open a scope to see them." }
            @for scope in &report.scopes {
                (entry(report, &uses, &scope.name, &scope.description))
            }
            @for template in report.templates.keys() {
                (entry(report, &uses, template, &about(report, template)))
            }
        }
    }
}

/// Describes a template, or a scope whose literal braces are doubled.
fn about(report: &Report, template: &str) -> String {
    if report.templates().all(|other| other != template) {
        return "A scope with braces. Here, each brace is written twice.".to_owned();
    }
    let description = report.template_descriptions.get(template).map(String::as_str).unwrap_or_default();
    format!("{description} A template. The request supplies the value of each parameter in braces.")
        .trim_start()
        .to_owned()
}

fn entry(report: &Report, uses: &Uses<'_>, scope: &str, description: &str) -> Markup {
    let rows = uses.rows.get(scope).map(Vec::as_slice).unwrap_or_default();
    let by = uses.parents.get(scope).map(Vec::as_slice).unwrap_or_default();
    let is_floor = report.floor.iter().any(|floor| floor == scope);
    html! {
        details {
            summary {
                code { (scope) } " "
                span.more {
                    @if is_floor { "needed by every non-public operation" }
                    @else { (summary(rows)) }
                }
            }
            @if !description.is_empty() { p { (description) } }
            @if !by.is_empty() { p.more { "Implied by " (listed(by, "and")) "." } }
            @for group in rows.chunk_by(|one, other| one.0 == other.0) {
                @if let Some((role, _)) = group.first() {
                    h3 { (role.heading()) }
                    ul.names { @for (_, row) in group { li { (name(row)) } } }
                }
            }
        }
    }
}

/// Returns a text with the number of operations for each `Role` of the scope.
fn summary(rows: &[(Role, &Row)]) -> String {
    let groups = rows.chunk_by(|one, other| one.0 == other.0);
    let counts: Vec<String> = groups
        .filter_map(|group| Some(format!("{} {}", group.first()?.0.summary(), number(group.len()))))
        .collect();
    if counts.is_empty() { "used by no operation".to_owned() } else { counts.join(", ") }
}

impl Role {
    const fn heading(self) -> &'static str {
        match self {
            Self::Required => "Required",
            Self::Alternative => "In one of several alternatives",
            Self::Implied => "Implies a scope of the operation",
            Self::Also => "The handler may demand it",
            Self::Related => "Clients should also request it",
        }
    }

    /// Returns the words that describe the role. The page shows these words before the number of operations,
    /// as in `required by 3`.
    const fn summary(self) -> &'static str {
        match self {
            Self::Required => "required by",
            Self::Alternative => "an alternative for",
            Self::Implied => "implies a scope of",
            Self::Also => "may be demanded by",
            Self::Related => "worth requesting with",
        }
    }
}

/// For each scope, the operations that use the scope. The operations of each scope are sorted by the scope's role in
/// them, with the strongest role first.
struct Uses<'a> {
    /// For each scope, the scopes that cover it.
    parents: BTreeMap<&'a str, Vec<&'a str>>,
    rows: BTreeMap<&'a str, Vec<(Role, &'a Row)>>,
}

impl<'a> Uses<'a> {
    fn of(report: &'a Report) -> Self {
        let parents = parents(&report.scopes);
        let mut rows: BTreeMap<&str, Vec<(Role, &Row)>> = BTreeMap::new();
        for row in &report.rows {
            for (scope, role) in roles(row, &parents) {
                rows.entry(scope).or_default().push((role, row));
            }
        }
        for rows in rows.values_mut() {
            rows.sort_by_key(|(role, _)| *role);
        }
        Self { parents, rows }
    }
}

/// Returns, for each scope, the scopes that cover it.
fn parents(scopes: &[Scope]) -> BTreeMap<&str, Vec<&str>> {
    let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for scope in scopes {
        for covered in &scope.covers {
            parents.entry(covered).or_default().push(&scope.name);
        }
    }
    parents
}

fn roles<'a>(row: &'a Row, parents: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, Role> {
    let mut roles: BTreeMap<&str, Role> = BTreeMap::new();
    let mut add = |scope: &'a str, role: Role| {
        roles.entry(scope).and_modify(|known| *known = role.min(*known)).or_insert(role);
    };
    for scope in row.alternatives.iter().flatten() {
        let is_in_each = row.alternatives.iter().all(|alternative| alternative.contains(scope));
        add(scope, if is_in_each { Role::Required } else { Role::Alternative });
        parents.get(&**scope).into_iter().flatten().for_each(|parent| add(parent, Role::Implied));
    }
    row.also.iter().for_each(|scope| add(scope, Role::Also));
    row.related.iter().for_each(|scope| add(scope, Role::Related));
    roles
}
