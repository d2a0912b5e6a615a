//! The operations that an accepted token opens.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use super::{
    few,
    finding::{Finding, Part},
    held::Held,
    list,
    operation::Operation,
    span,
};
use crate::{
    policy::Policy,
    scope::{ScopeTable, Wildcards},
    shown,
    token::Token,
};

/// What an accepted token contains, and which operations the token opens.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Accepted {
    issuer: Option<String>,
    client: Option<String>,
    scopes: Vec<String>,
    /// In seconds since 1970.
    expires_at: Option<u64>,
    /// How long the gate still accepts the token, in words such as `58 minutes`.
    #[serde(skip)]
    remaining: Option<String>,
    operations: Vec<Operation>,
}

impl Accepted {
    /// Decides, for each operation that needs a token, whether `token` opens the operation.
    pub(super) fn of(token: &Token, policy: &Policy, table: &ScopeTable) -> Self {
        let shown = |text: &str| shown::text(text).to_string();
        let held = Held::of(token.scopes(), policy);
        let guarded = table.entries().iter().filter(|entry| !entry.requirement().is_public());
        let remaining = token.refused_from().and_then(|end| end.duration_since(SystemTime::now()).ok());
        let expires_at = token.expires_at().and_then(|end| end.duration_since(UNIX_EPOCH).ok());
        Self {
            issuer: token.issuer().map(shown),
            client: token.client().map(shown),
            scopes: token.scopes().iter().map(shown).collect(),
            expires_at: expires_at.map(|since| since.as_secs()),
            remaining: remaining.map(span::words),
            operations: guarded.map(|entry| Operation::of(entry, token, &held)).collect(),
        }
    }

    /// Returns a finding if the token opens no operation.
    pub(super) fn finding(&self) -> Option<Finding> {
        let is_closed = |operation: &Operation| operation.opens == Some(false);
        let opens_nothing = !self.operations.is_empty() && self.operations.iter().all(is_closed);
        opens_nothing.then(|| {
            let grants = if self.scopes.is_empty() { "no scope".to_owned() } else { list(&self.scopes) };
            let message = if self.lacks_nothing() {
                format!("it is valid, and grants {grants}, but its login is not enough for any operation")
            } else {
                format!("it is valid, and grants {grants}, which opens no operation")
            };
            Finding::error(Part::Token, "opens_nothing", message)
        })
    }

    /// Tells whether the token has enough scopes for every operation.
    pub(super) fn lacks_nothing(&self) -> bool {
        self.operations.iter().all(|operation| operation.lacks.is_empty())
    }

    /// Returns a hint if the token lacks a scope only because the gate ignores wildcards.
    pub(super) fn wildcard_hint(
        &self,
        token: &Token,
        policy: &Policy,
        table: &ScopeTable,
    ) -> Option<Finding> {
        let is_ignored = |scope: &&str| policy.ignores_wildcard(scope);
        let ignored: Vec<String> = token.scopes().iter().filter(is_ignored).map(str::to_owned).collect();
        let wider = policy.clone().wildcards(Wildcards::PrefixedAndBare);
        if ignored.is_empty() || self.operations == Self::of(token, &wider, table).operations {
            return None;
        }
        let message = format!("the gate does not count {} as a wildcard", few(ignored.iter()));
        let setting = Wildcards::setting_for(ignored.iter().map(String::as_str));
        let advice = format!("to let a wildcard cover other scopes, call `{setting}`");
        Some(Finding::hint(Part::Token, "wildcard", message).advising(Some(advice)))
    }

    #[cfg(feature = "jwt")]
    pub(super) fn grants_nothing(&self) -> bool {
        self.scopes.is_empty()
    }
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
        if self.scopes.is_empty() {
            f.write_str(", with no scope")?;
        } else {
            write!(f, ", with {}", few(self.scopes.iter()))?;
        }
        if let Some(remaining) = &self.remaining {
            write!(f, ", valid for another {remaining}")?;
        }
        writeln!(f)?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "  {operation}"))
    }
}
