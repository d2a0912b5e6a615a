//! Counts records.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use serde::Serialize;

use super::{
    Audit, Broken,
    needed::Rows,
    record::{Outcome, Record},
};
use crate::{policy::Policy, scope::ScopeTable};

/// The summary lists at most `MOST_REFUSALS` kinds of refusals, and at most `MOST_CLIENTS` clients for each kind.
const MOST_REFUSALS: usize = 100;
const MOST_CLIENTS: usize = 5;

/// The counts so far. The memory grows with the number of rows, reasons, scopes and clients, but not with the number of
/// lines in the log.
pub(super) struct Tally<'a> {
    rows: Rows<'a>,
    records: u64,
    times: Option<(i64, i64)>,
    refusals: HashMap<(Vec<String>, String), Count>,
    grants: BTreeMap<String, Count>,
    needed: HashSet<String>,
}

#[derive(Default)]
struct Count {
    times: u64,
    missing: BTreeMap<String, u64>,
    clients: BTreeMap<Client, u64>,
}

/// Who sent a request, as far as the log shows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Client {
    #[serde(rename = "client")]
    Named(String),
    Key(String),
    /// The request had a valid token, but the token names no client.
    Token,
    /// The request had no valid token.
    Nobody,
}

/// A kind of refusal: all refusals that have the same rows and the same reason.
#[derive(Serialize)]
pub(super) struct Refusal {
    rows: Vec<String>,
    reason: String,
    times: u64,
    missing: Vec<String>,
    clients: Clients,
}

/// A granted scope, and the clients whose tokens grant it.
#[derive(Serialize)]
pub(super) struct Grant {
    scope: String,
    times: u64,
    clients: Clients,
}

#[derive(Serialize)]
struct Clients {
    /// The clients, most frequent first.
    most: Vec<(Client, u64)>,
    more: usize,
}

impl<'a> Tally<'a> {
    pub(super) fn new(policy: &'a Policy, table: &'a ScopeTable) -> Self {
        Self {
            rows: Rows::new(policy, table),
            records: 0,
            times: None,
            refusals: HashMap::new(),
            grants: BTreeMap::new(),
            needed: HashSet::new(),
        }
    }

    pub(super) fn add(&mut self, record: &Record) {
        self.records += 1;
        let (first, last) = self.times.unwrap_or((record.time, record.time));
        self.times = Some((first.min(record.time), last.max(record.time)));
        let client = Client::of(record);
        if record.outcome == Outcome::Refused {
            let reason = record.reason.clone().unwrap_or_default();
            let refusal = self.refusals.entry((record.rows.clone(), reason)).or_default();
            refusal.count(&client);
            for scope in &record.missing {
                *refusal.missing.entry(scope.clone()).or_default() += 1;
            }
        }
        let Some(granted) = &record.granted else { return };
        for scope in granted {
            self.grants.entry(scope.clone()).or_default().count(&client);
        }
        if record.outcome == Outcome::Allowed {
            for scope in self.rows.needed(record, granted) {
                if !self.needed.contains(scope) {
                    self.needed.insert(scope.to_owned());
                }
            }
        }
    }

    pub(super) fn summary(self, broken: Vec<Broken>) -> Audit {
        let granted = self.grants.len();
        let mut unneeded: Vec<Grant> = self
            .grants
            .into_iter()
            .filter(|(scope, _)| !self.needed.contains(scope))
            .map(|(scope, count)| Grant { scope, times: count.times, clients: count.clients.into() })
            .collect();
        // Before this sort, the list is sorted by scope. Scopes with the same count keep this order.
        unneeded.sort_by_key(|grant| Reverse(grant.times));
        let refused = self.refusals.values().map(|count| count.times).sum();
        let refusal = |((rows, reason), count): ((Vec<String>, String), Count)| Refusal {
            rows,
            reason,
            times: count.times,
            missing: most(count.missing).into_iter().map(|(scope, _)| scope).collect(),
            clients: count.clients.into(),
        };
        let mut refusals: Vec<Refusal> = self.refusals.into_iter().map(refusal).collect();
        refusals.sort_by(|one, other| {
            let key =
                |refusal: &Refusal| (Reverse(refusal.times), refusal.rows.clone(), refusal.reason.clone());
            key(one).cmp(&key(other))
        });
        let more_refusals = refusals.len().saturating_sub(MOST_REFUSALS);
        refusals.truncate(MOST_REFUSALS);
        Audit {
            records: self.records,
            first: self.times.map(|(first, _)| first),
            last: self.times.map(|(_, last)| last),
            refused,
            refusals,
            more_refusals,
            granted,
            unneeded,
            broken,
        }
    }
}

impl Count {
    fn count(&mut self, client: &Client) {
        self.times += 1;
        *self.clients.entry(client.clone()).or_default() += 1;
    }
}

impl Client {
    fn of(record: &Record) -> Self {
        let key = record.principal.as_ref().and_then(|principal| principal.key.clone());
        match (&record.client, key) {
            (Some(client), _) => Self::Named(client.clone()),
            (None, Some(key)) => Self::Key(key),
            (None, None) if record.granted.is_some() => Self::Token,
            (None, None) => Self::Nobody,
        }
    }
}

impl From<BTreeMap<Client, u64>> for Clients {
    fn from(counts: BTreeMap<Client, u64>) -> Self {
        let mut most = most(counts);
        let more = most.len().saturating_sub(MOST_CLIENTS);
        most.truncate(MOST_CLIENTS);
        Self { most, more }
    }
}

/// Sorts by frequency. Equally frequent entries keep their order.
fn most<T: Ord>(counts: BTreeMap<T, u64>) -> Vec<(T, u64)> {
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, times)| Reverse(*times));
    counts
}
