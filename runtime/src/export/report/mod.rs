//! The data of the page for reviewers, as JSON. `cargo scopegate report` makes the page from this data.
//!
//! When a reviewer ticks scopes, the page computes which operations a token with these scopes may call. The data
//! therefore contains what [`Policy::decide`] uses: for each scope, the scopes that this scope covers; for each row,
//! the alternatives. A browser test (`tests/browser/report.mjs`) compares the page's results with the decisions of the
//! policy.
//!
//! [`Policy::decide`]: crate::policy::Policy

mod audit;
mod scopes;

use std::collections::BTreeMap;

use scopegate_grammar::has_braces;
use serde::Serialize;

pub(super) use self::audit::Audit;
use self::scopes::Known;
use super::{
    json::{Route, templates},
    lock::{Change, Lock},
};
use crate::{
    gate::Gate,
    scope::{Entry, NeedRef, Part, ScopeTable, ScopeToken, Wildcards, parts},
};

/// The version of the format. `cargo scopegate` rejects data of another version, because the page would misread the
/// data.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    /// The lock's lines about the policy and the gate, except the lines about implications.
    gate: Vec<String>,
    floor: &'a [ScopeToken],
    wildcards: &'static str,
    values: Values,
    /// All scopes that the rows, the floor or the implications name, sorted.
    scopes: Vec<Known>,
    /// The templates of the rows, split into parts. In the text of a row, each literal brace of a scope is written
    /// twice, so this text is not the scope itself. The map therefore also contains the scopes with such braces. To get
    /// such a scope, the page looks up the row's text in the map.
    templates: BTreeMap<String, Vec<Part>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    template_descriptions: BTreeMap<String, &'static str>,
    rows: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Changed>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<&'a Audit>,
}

/// The legal values of a template's parameter.
#[derive(Serialize)]
struct Values {
    characters: String,
    longest: usize,
    never: [&'static str; 2],
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    #[serde(flatten)]
    route: Route<'a>,
}

/// A change between two locks, described in words.
#[derive(Serialize)]
struct Changed {
    direction: String,
    words: String,
}

/// Writes the report. The rows are in the same order as in the lock: by path, then by method.
pub(super) fn report(
    gate: &Gate,
    table: &ScopeTable,
    changes: Option<&[Change]>,
    audit: Option<&Audit>,
) -> String {
    let policy = gate.policy();
    let mut entries: Vec<&Entry> = table.entries().iter().collect();
    entries.sort_by_key(|entry| {
        let place = entry.path().unwrap_or(entry.handler());
        (place, entry.methods().unwrap_or_default(), entry.handler())
    });
    let needs = table.entries().iter().flat_map(|entry| entry.terms().needs());
    let braced = needs.map(NeedRef::written).filter(|text| has_braces(text));
    let report = Report {
        format: FORMAT,
        resource: gate.resource().map(crate::Resource::identifier),
        gate: Lock::of(gate, table).gate_lines(),
        floor: policy.floor_scopes(),
        wildcards: name(policy.wildcards_in_use()),
        values: Values::known(),
        scopes: scopes::known(policy, table),
        templates: braced.map(|text| (text.to_string(), parts(&text))).collect(),
        template_descriptions: templates(policy, table).filter(|(_, text)| !text.is_empty()).collect(),
        rows: entries.into_iter().map(|entry| Row { id: entry.id(), route: entry.into() }).collect(),
        changes: changes.map(|changes| changes.iter().map(Changed::from).collect()),
        audit,
    };
    // Serializing strings, numbers and lists of them cannot fail.
    serde_json::to_string(&report).unwrap_or_default()
}

impl From<&Change> for Changed {
    fn from(change: &Change) -> Self {
        Self { direction: change.direction().to_string(), words: change.to_string() }
    }
}

impl Values {
    fn known() -> Self {
        let characters = (0..=u8::MAX).filter(|byte| scopegate_grammar::is_value_byte(*byte));
        Self {
            characters: characters.map(char::from).collect(),
            longest: scopegate_grammar::MAX_VALUE,
            never: scopegate_grammar::NO_VALUES,
        }
    }
}

const fn name(wildcards: Wildcards) -> &'static str {
    match wildcards {
        Wildcards::Off => "off",
        Wildcards::Prefixed => "prefixed",
        Wildcards::PrefixedAndBare => "prefixed-and-bare",
    }
}
