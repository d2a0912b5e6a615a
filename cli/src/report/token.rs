//! The panel in which a reviewer selects the scopes of a token. The panel is hidden until the script shows it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Serialize;

use super::{
    data::{Access, Part, Report, Row, Wildcards},
    text::{listed, number},
};

/// If the report has more scopes than this, the panel has a search field.
const MANY: usize = 12;

pub(super) fn panel(report: &Report) -> Markup {
    html! {
        div.panel #token hidden {
            h3 { "A token" }
            @if !report.scopes.is_empty() {
                fieldset {
                    legend { "Scopes that it grants" }
                    @if report.scopes.len() > MANY {
                        label { "Find one of " (number(report.scopes.len())) input #find type="search" autocomplete="off"; }
                    }
                    ul.scopes {
                        @for (at, scope) in report.scopes.iter().enumerate() {
                            li { label {
                                input type="checkbox" value=(scope.name) aria-describedby=[(!scope.description.is_empty()).then(|| format!("about-{at}"))];
                                code { (scope.name) }
                            }
                            @if !scope.description.is_empty() { span.more id=(format!("about-{at}")) { (scope.description) } } }
                        }
                    }
                }
            }
            label { "Other scopes, separated by spaces" input #others type="text" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="hint"; }
            p.more #hint { (hint(report)) }
            button #clear type="button" { "Clear" }
        }
    }
}

fn hint(report: &Report) -> Markup {
    let templates: Vec<String> = report.templates().cloned().collect();
    html! {
        @if templates.is_empty() {
            "Write them as a token has them."
        } @else {
            "Operations need " (listed(&templates, "and")) ". Type the scope of a token, with a value instead of the braces. "
            "The operation can be called only for values whose scope the token has."
        }
        @if report.wildcards != Wildcards::Off { " A wildcard such as " code { "files:*" } " works here, too." }
    }
}

/// The data from which the script computes what a token can call: see `decide.js`.
#[derive(Serialize)]
struct Rule<'a> {
    floor: &'a [String],
    wildcards: Wildcards,
    values: &'a serde_json::Value,
    scopes: Vec<&'a str>,
    covers: BTreeMap<&'a str, &'a [String]>,
    templates: &'a BTreeMap<String, Vec<Part>>,
    rows: Vec<Operation<'a>>,
}

#[derive(Serialize)]
struct Operation<'a> {
    access: Access,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    alternatives: &'a [Vec<String>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    login: bool,
}

/// Writes the rule as JSON. The JSON contains no text that could end the script element around it.
pub(super) fn rule(report: &Report) -> String {
    let scopes = report.scopes.iter().map(|scope| &*scope.name).collect();
    let covers = report.scopes.iter().filter(|scope| !scope.covers.is_empty());
    let rule = Rule {
        floor: &report.floor,
        wildcards: report.wildcards,
        values: &report.values,
        scopes,
        covers: covers.map(|scope| (&*scope.name, &*scope.covers)).collect(),
        templates: &report.templates,
        rows: report.rows.iter().map(Operation::from).collect(),
    };
    // The rule consists of texts, numbers and lists, so writing it as JSON cannot fail. The characters that
    // `escaped` replaces occur only in the strings of the JSON.
    let json = serde_json::to_string(&rule).unwrap_or_default();
    let escaped =
        |text: String, character: char| text.replace(character, &format!("\\u{:04x}", u32::from(character)));
    ['<', '>', '&', '\u{2028}', '\u{2029}'].into_iter().fold(json, escaped)
}

impl<'a> From<&'a Row> for Operation<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            access: row.access,
            alternatives: &row.alternatives,
            also: &row.also,
            login: row.asks_for_login(),
        }
    }
}
