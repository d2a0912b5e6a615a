//! The exporter's report, as read from JSON. In the runtime crate, the code in the folder `export/report` writes this
//! JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) resource: Option<String>,
    /// The lock's lines about the gate.
    pub(super) gate: Vec<String>,
    pub(super) floor: Vec<String>,
    pub(super) wildcards: Wildcards,
    pub(super) values: serde_json::Value,
    pub(super) scopes: Vec<Scope>,
    /// The parts of each template. The map also contains scopes with literal braces, although these scopes have no
    /// parameters.
    pub(super) templates: BTreeMap<String, Vec<Part>>,
    #[serde(default)]
    pub(super) template_descriptions: BTreeMap<String, String>,
    pub(super) rows: Vec<Row>,
    pub(super) changes: Option<Vec<Change>>,
    pub(super) audit: Option<Audit>,
}

/// A part of a template.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    Text(String),
    Parameter(String),
}

impl Report {
    /// Iterates over the templates that have parameters.
    pub(super) fn templates(&self) -> impl Iterator<Item = &String> {
        let is_parameter = |part: &Part| matches!(part, Part::Parameter(_));
        let templates = self.templates.iter().filter(move |(_, parts)| parts.iter().any(is_parameter));
        templates.map(|(template, _)| template)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Wildcards {
    Off,
    Prefixed,
    PrefixedAndBare,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Scope {
    #[serde(rename = "scope")]
    pub(super) name: String,
    pub(super) description: String,
    /// The scopes that this scope implies directly.
    pub(super) implies: Vec<String>,
    /// The scopes that this scope matches as a wildcard.
    pub(super) matches: Vec<String>,
    /// All scopes that this scope covers.
    pub(super) covers: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    #[serde(default)]
    pub(super) methods: Vec<String>,
    pub(super) path: Option<String>,
    pub(super) handler: String,
    pub(super) access: Access,
    #[serde(default)]
    pub(super) alternatives: Vec<Vec<String>>,
    #[serde(default)]
    pub(super) acr_values: Vec<String>,
    pub(super) max_age: Option<u64>,
    #[serde(default)]
    pub(super) also: Vec<String>,
    #[serde(default)]
    pub(super) related: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Access {
    Public,
    Authenticated,
    Scopes,
}

#[derive(Deserialize)]
pub(super) struct Change {
    pub(super) direction: String,
    pub(super) words: String,
}

#[derive(Deserialize)]
pub(super) struct Audit {
    pub(super) records: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    pub(super) refused: u64,
    pub(super) refusals: Vec<Refusal>,
    pub(super) more_refusals: u64,
    pub(super) granted: u64,
    pub(super) unneeded: Vec<Grant>,
    pub(super) broken: Vec<Broken>,
}

#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) rows: Vec<String>,
    pub(super) reason: String,
    pub(super) times: u64,
    pub(super) missing: Vec<String>,
    pub(super) clients: Clients,
}

#[derive(Deserialize)]
pub(super) struct Grant {
    pub(super) scope: String,
    pub(super) times: u64,
    pub(super) clients: Clients,
}

#[derive(Deserialize)]
pub(super) struct Clients {
    pub(super) most: Vec<(Client, u64)>,
    pub(super) more: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Client {
    #[serde(rename = "client")]
    Named(String),
    Key(String),
    Token,
    Nobody,
}

#[derive(Deserialize)]
pub(super) struct Broken {
    pub(super) file: String,
    pub(super) lines: u64,
    pub(super) numbers: Vec<u64>,
}

impl Row {
    /// Returns the row's path, or its handler if the path is unknown.
    pub(super) fn place(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.handler)
    }

    pub(super) fn asks_for_login(&self) -> bool {
        !self.acr_values.is_empty() || self.max_age.is_some()
    }
}
