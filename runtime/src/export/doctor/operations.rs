//! The operations that an accepted token opens.

use std::fmt;

use serde::Serialize;

use super::{
    finding::{Finding, Part},
    list, login,
};
use crate::{
    policy::{Demand, Policy},
    scope::{Entry, Filled, NeedRef, ScopeTable, ScopeToken},
    shown,
    token::Token,
};

/// What an accepted token contains, and which operations the token opens.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Accepted {
    issuer: Option<String>,
    client: Option<String>,
    scopes: Vec<String>,
    operations: Vec<Operation>,
}

#[derive(Clone, Debug, Serialize)]
struct Operation {
    #[serde(rename = "operation")]
    name: String,
    /// Whether the token opens the operation, or `None` if that depends on the request.
    opens: Option<bool>,
    /// The scopes that the token lacks, under the names by which clients request them.
    lacks: Vec<String>,
    /// Why the login is not enough.
    login: Vec<String>,
    /// The scopes that the handler may also demand and that the token lacks.
    may_demand: Vec<String>,
}

impl Accepted {
    /// Decides, for each operation that needs a token, whether this token opens the operation.
    pub(super) fn of(token: &Token, policy: &Policy, table: &ScopeTable) -> Self {
        let shown = |text: &str| shown::text(text).to_string();
        let guarded = table.entries().iter().filter(|entry| !entry.requirement().is_public());
        Self {
            issuer: token.issuer().map(shown),
            client: token.client().map(shown),
            scopes: token.scopes().iter().map(shown).collect(),
            operations: guarded.map(|entry| Operation::of(entry, token, policy)).collect(),
        }
    }

    /// Returns a finding if the token opens no operation.
    pub(super) fn finding(&self) -> Option<Finding> {
        let is_closed = |operation: &Operation| operation.opens == Some(false);
        let opens_nothing = !self.operations.is_empty() && self.operations.iter().all(is_closed);
        opens_nothing.then(|| {
            let grants = if self.scopes.is_empty() { "no scope".to_owned() } else { list(&self.scopes) };
            let message = if self.operations.iter().all(|operation| operation.lacks.is_empty()) {
                format!("it is valid, and grants {grants}, but its login is not enough for any operation")
            } else {
                format!("it is valid, and grants {grants}, which opens no operation")
            };
            Finding::error(Part::Token, "opens_nothing", message)
        })
    }

    #[cfg(feature = "jwt")]
    pub(super) fn grants_nothing(&self) -> bool {
        self.scopes.is_empty()
    }
}

impl Operation {
    fn of(entry: &Entry, token: &Token, policy: &Policy) -> Self {
        let filled = Filled::default();
        let terms = entry.row().terms();
        let is_closed = is_closed(entry, token, policy);
        let login: Vec<String> = login::shortfalls(entry.requirement().step_up(), token).collect();
        let opens = match policy.decide(&token.caller(), &[Demand::of(entry.row(), &filled)]) {
            Ok(()) => Some(true),
            Err(_) if is_closed || !login.is_empty() => Some(false),
            // Only a request has values for the templates.
            Err(_) => None,
        };
        let first = terms.requirement.terms().next().into_iter().flatten();
        let needs = policy.floor_scopes().iter().cloned().chain(first.filter_map(NeedRef::scope));
        let lacks = if is_closed { lacking(needs, token, policy) } else { Vec::new() };
        let may_demand = lacking(terms.also().filter_map(NeedRef::scope), token, policy);
        let name = match (entry.methods(), entry.path()) {
            (Some(methods), Some(path)) => format!("{methods} {path}"),
            _ => entry.handler().to_owned(),
        };
        Self { name, opens, lacks, login, may_demand }
    }
}

/// Returns `true` if the token lacks a scope of the floor, or if it lacks at least one scope of each alternative. A
/// template in an alternative is ignored, because only a request has values for it.
fn is_closed(entry: &Entry, token: &Token, policy: &Policy) -> bool {
    let lacks = |scope: &ScopeToken| !policy.covers(token.scopes(), scope.as_str());
    let mut alternatives = entry.requirement().terms().peekable();
    policy.floor_scopes().iter().any(lacks)
        || alternatives.peek().is_some()
            && alternatives.all(|needs| needs.filter_map(NeedRef::scope).any(|scope| lacks(&scope)))
}

/// Lists the scopes that the token lacks, under the names by which clients request them.
fn lacking(scopes: impl Iterator<Item = ScopeToken>, token: &Token, policy: &Policy) -> Vec<String> {
    let missing: Vec<ScopeToken> =
        scopes.filter(|scope| !policy.covers(token.scopes(), scope.as_str())).collect();
    policy.asked(missing).iter().map(ToString::to_string).collect()
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("token: accepted")?;
        if let Some(issuer) = &self.issuer {
            write!(f, ", issued by `{issuer}`")?;
        }
        if let Some(client) = &self.client {
            write!(f, " to `{client}`")?;
        }
        writeln!(f)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "  {operation}"))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, opens, lacks, login, may_demand } = self;
        match opens {
            Some(true) => write!(f, "opens {name}")?,
            Some(false) => {
                let scopes = (!lacks.is_empty()).then(|| format!("it lacks {}", list(lacks)));
                let reasons: Vec<_> = scopes.into_iter().chain(login.iter().cloned()).collect();
                return write!(f, "does not open {name}: {}", reasons.join(", and "));
            }
            None => write!(f, "may open {name}: that depends on the request")?,
        }
        if !may_demand.is_empty() {
            write!(f, "; its handler may also demand {}, which the token lacks", list(may_demand))?;
        }
        Ok(())
    }
}
