//! The operations that an accepted token opens.

use std::fmt;

use serde::Serialize;

use super::{
    finding::{Finding, Part},
    list,
};
use crate::{
    policy::{Demand, Policy, Shortfall},
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
    /// The scopes that the token lacks, each with the name by which clients request it. If the user's login does not
    /// meet the operation's requirement on the login, the list also contains this requirement.
    lacks: Vec<String>,
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
            let message = format!("it is valid, and grants {grants}, which opens no operation");
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
        let (opens, lacks) = match policy.decide(&token.caller(), &[Demand::of(entry.row(), &filled)]) {
            Ok(()) => (Some(true), Vec::new()),
            Err(Shortfall::Scope) => (Some(false), lacking(entry, token, policy)),
            Err(Shortfall::Login) => {
                let login = entry.requirement().step_up().to_string().trim_start().to_owned();
                (Some(false), lacking(entry, token, policy).into_iter().chain([login]).collect())
            }
            // Only a request has values for the template.
            Err(Shortfall::NoValue | Shortfall::IllegalValue) => (None, lacking(entry, token, policy)),
        };
        let name = match (entry.methods(), entry.path()) {
            (Some(methods), Some(path)) => format!("{methods} {path}"),
            _ => entry.handler().to_owned(),
        };
        Self { name, opens, lacks }
    }
}

/// Lists the scopes that the token lacks: scopes of the floor, and scopes of the first alternative. Challenges also
/// name the scopes of the first alternative.
fn lacking(entry: &Entry, token: &Token, policy: &Policy) -> Vec<String> {
    let needs = entry.requirement().terms().next().into_iter().flatten().filter_map(NeedRef::scope);
    let all = policy.floor_scopes().iter().cloned().chain(needs);
    let missing: Vec<ScopeToken> =
        all.filter(|scope| !policy.covers(token.scopes(), scope.as_str())).collect();
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
        for Operation { name, opens, lacks } in &self.operations {
            match opens {
                Some(true) => writeln!(f, "  opens {name}")?,
                Some(false) => writeln!(f, "  does not open {name}: it lacks {}", list(lacks))?,
                None => writeln!(f, "  may open {name}: that depends on the request")?,
            }
        }
        Ok(())
    }
}
