//! A line of a log.

use serde::Deserialize;

/// A record, with only the members that the summary uses. Other members are ignored. A log may leave out members that
/// have no value.
#[derive(Deserialize)]
pub(super) struct Record {
    /// The time of the decision, in milliseconds since 1970.
    pub(super) time: i64,
    pub(super) outcome: Outcome,
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) rows: Vec<String>,
    #[serde(default)]
    pub(super) asked: Vec<String>,
    pub(super) granted: Option<Vec<String>>,
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) principal: Option<Principal>,
    pub(super) client: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Allowed,
    Refused,
    Unknown,
    Filtered,
}

#[derive(Deserialize)]
pub(super) struct Principal {
    pub(super) key: Option<String>,
}
