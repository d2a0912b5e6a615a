//! The table as JSON, for programs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use super::Admission;
use crate::{
    gate::Gate,
    policy::Policy,
    scope::{Entry, NeedRef, Requirement, ScopeTable, ScopeToken},
};

#[derive(Serialize)]
struct Table<'a> {
    floor: &'a [ScopeToken],
    #[serde(skip_serializing_if = "Option::is_none")]
    dpop: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificate: Option<String>,
    routes: Vec<Route<'a>>,
    catalog: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    templates: Vec<Template>,
}

/// A template with its description from the vocabulary.
#[derive(Serialize)]
struct Template {
    template: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
}

/// A scope with its description from the vocabulary.
#[derive(Serialize)]
struct Named {
    scope: ScopeToken,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'static str,
}

#[derive(Serialize)]
pub(super) struct Route<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    methods: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    handler: &'a str,
    access: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<Vec<Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Cow<'a, str>>,
}

/// Writes `table` as JSON: the floor, the routes in the order of the table, and the catalog. `admission` is a `&Gate`
/// or a `&Policy`.
///
/// The catalog lists the scopes that the floor and the routes name, each with its description from the vocabulary.
/// Templates are not in the catalog. `templates` lists the templates that the routes name, with their descriptions. In
/// the routes and in `templates`, each literal brace of a scope or template is doubled, as in an attribute.
///
/// The `access` of a route is `public`, `authenticated` or `scopes`. A route with `scopes` also has `alternatives`, and
/// each alternative is a list of scopes that are needed together. If a route requires a certain login, `acr_values`
/// lists the accepted values of `acr` in order of preference. `max_age` is the longest allowed time since the login, in
/// seconds. Members without a value are omitted.
///
/// `dpop` says whether tokens that are bound to a key by DPoP are `accepted` or `required` (`Gate::dpop`).
/// `client_certificate` is the name of the header that contains the thumbprint of the client's certificate
/// ([`Gate::client_certificate`](crate::Gate::client_certificate)).
///
/// # Examples
///
/// ```
/// use scopegate::{Policy, Scope, export, requires_scope, scope_table};
///
/// #[requires_scope("files:read", also("files:admin"))]
/// async fn list() {}
///
/// let policy = Policy::new().floor([Scope::from_static("api")]);
/// let json: serde_json::Value = serde_json::from_str(&export::json(&policy, &scope_table![list]))?;
/// assert_eq!(json["floor"], serde_json::json!(["api"]));
/// assert_eq!(json["routes"][0]["access"], "scopes");
/// assert_eq!(json["routes"][0]["alternatives"], serde_json::json!([["files:read"]]));
/// assert_eq!(json["catalog"][1]["scope"], "files:admin");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn json<'a>(admission: impl Into<Admission<'a>>, table: &ScopeTable) -> String {
    let admission = admission.into();
    let policy = admission.policy();
    let table = Table {
        floor: policy.floor_scopes(),
        dpop: admission.gate().and_then(|gate| gate.dpop_use().word()),
        client_certificate: admission.gate().and_then(Gate::checks_certificate).map(ToString::to_string),
        routes: table.entries().iter().map(Route::from).collect(),
        catalog: catalog(policy, table),
        templates: templates(policy, table)
            .map(|(template, description)| Template { template, description })
            .collect(),
    };
    // Serializing strings, numbers and lists of them cannot fail.
    serde_json::to_string_pretty(&table).unwrap_or_default()
}

fn catalog(policy: &Policy, table: &ScopeTable) -> Vec<Named> {
    let scopes: BTreeSet<ScopeToken> =
        table.catalog().into_iter().chain(policy.floor_scopes().iter().cloned()).collect();
    scopes.into_iter().map(|scope| Named { description: policy.description(scope.as_str()), scope }).collect()
}

/// Lists the templates that the routes name, with their descriptions.
pub(super) fn templates(policy: &Policy, table: &ScopeTable) -> impl Iterator<Item = (String, &'static str)> {
    let templates = table.entries().iter().flat_map(|entry| entry.terms().templates());
    let described = templates.map(|text| (text.to_string(), policy.description(&text)));
    described.collect::<BTreeMap<_, _>>().into_iter()
}

impl<'a> From<&'a Entry> for Route<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            methods: entry.methods().map(|methods| methods.split(',').collect()).unwrap_or_default(),
            path: entry.path(),
            handler: entry.handler(),
            access: access(entry.requirement()),
            alternatives: entry.requirement().written_alternatives(),
            acr_values: entry.requirement().acr(),
            max_age: entry.requirement().max_age().map(|max_age| max_age.as_secs()),
            also: entry.terms().also().map(NeedRef::written).collect(),
            related: entry.terms().related().map(NeedRef::written).collect(),
        }
    }
}

fn access(requirement: &Requirement) -> &'static str {
    match requirement.alternatives()[..] {
        _ if requirement.is_public() => "public",
        [] => "authenticated",
        _ => "scopes",
    }
}
