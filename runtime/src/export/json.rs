//! The table as JSON, for programs.

use serde::Serialize;

use crate::scope::{Entry, Need, Requirement, Scope, ScopeTable};

#[derive(Serialize)]
struct Table<'a> {
    routes: Vec<Route<'a>>,
    catalog: Vec<&'static str>,
}

#[derive(Serialize)]
struct Route<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    methods: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    handler: &'static str,
    access: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<&'static str>,
}

/// Writes `table` as JSON: the routes in their order, and the catalog.
///
/// `access` is `public`, `authenticated` or `scopes`; the last has `alternatives`, each a list of scopes that are needed
/// together. What is empty or not known is left out.
///
/// # Examples
///
/// ```
/// use scopegate::{export, requires_scope, scope_table};
///
/// #[requires_scope("files:read", also("files:admin"))]
/// async fn list() {}
///
/// let json: serde_json::Value = serde_json::from_str(&export::json(&scope_table![list]))?;
/// assert_eq!(json["routes"][0]["access"], "scopes");
/// assert_eq!(json["routes"][0]["alternatives"], serde_json::json!([["files:read"]]));
/// assert_eq!(json["catalog"], serde_json::json!(["files:admin", "files:read"]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn json(table: &ScopeTable) -> String {
    let routes = table.entries().iter().map(Route::from).collect();
    let catalog = table.catalog().into_iter().map(Scope::as_str).collect();
    // Text and lists of text: there is nothing that JSON could not hold.
    serde_json::to_string_pretty(&Table { routes, catalog }).unwrap_or_default()
}

impl<'a> From<&'a Entry> for Route<'a> {
    fn from(entry: &'a Entry) -> Self {
        let row = entry.row();
        Self {
            methods: entry.methods().map(|methods| methods.split(',').collect()).unwrap_or_default(),
            path: entry.path(),
            handler: row.handler(),
            access: access(row.requirement()),
            alternatives: row.requirement().alternatives().iter().copied().map(texts).collect(),
            also: texts(row.also()),
            related: texts(row.related()),
        }
    }
}

fn access(requirement: Requirement) -> &'static str {
    match requirement.alternatives() {
        _ if requirement.is_public() => "public",
        [] => "authenticated",
        _ => "scopes",
    }
}

fn texts(needs: &[Need]) -> Vec<&'static str> {
    needs.iter().map(|need| need.as_str()).collect()
}
