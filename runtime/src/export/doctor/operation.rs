//! Says whether a token opens an operation and, if it does not, why.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use super::{
    few,
    held::Held,
    lacking::{Lacking, asked, text},
    list, login,
};
use crate::{
    policy::Demand,
    scope::{Entry, NeedRef, ScopeToken},
    token::Token,
};

/// The result for one operation: whether the examined token opens the operation and, if not, why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Operation {
    #[serde(rename = "operation")]
    name: String,
    /// Whether the token opens the operation, or `None` if that depends on the request.
    pub(super) opens: Option<bool>,
    pub(super) lacks: Lacking,
    /// The templates whose values decide whether the token opens the operation.
    depends_on: Vec<Fitting>,
    /// Why the login is not enough.
    login: Vec<String>,
    /// The scopes that the handler may also demand, but that the token lacks. A template is listed if the token lacks
    /// the template's scope for at least one value of the parameters.
    may_demand: Vec<String>,
    /// The scopes that the token has and that fit a template in `may_demand`.
    #[serde(skip)]
    except: BTreeSet<String>,
}

/// A template. The token lacks at least one of the scopes that fit the template.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Fitting {
    template: String,
    /// The scopes that the token has and that fit the template.
    has: BTreeSet<String>,
}

impl Operation {
    pub(super) fn of(entry: &Entry, token: &Token, held: &Held<'_>) -> Self {
        let (policy, terms) = (held.policy, entry.terms());
        let login: Vec<String> = login::shortfalls(entry.requirement().step_up(), token).collect();
        let ways: Vec<Vec<NeedRef<'_>>> = entry.requirement().terms().map(Iterator::collect).collect();
        let open: Vec<_> = ways.iter().filter(|needs| held.can_have(needs)).collect();
        let lacks_floor: Vec<ScopeToken> =
            policy.floor_scopes().iter().filter(|scope| !held.covers(scope.as_str())).cloned().collect();
        let is_closed = !lacks_floor.is_empty() || open.is_empty() && !ways.is_empty();
        let filled = held.filled(terms.templates());
        let opens = match policy.decide(&token.caller(), &[Demand::of(entry.row(), &filled)]) {
            Ok(()) => Some(true),
            Err(_) if is_closed || !login.is_empty() => Some(false),
            // Only a request has values for the templates.
            Err(_) => None,
        };
        let first = ways.first().into_iter().flatten().copied().filter(|_| is_closed);
        let also: Vec<_> = terms.also().filter(|need| !held.has(*need)).collect();
        let depends_on = if opens.is_none() { fitting(open.into_iter().flatten(), held) } else { Vec::new() };
        Self {
            name: name(entry),
            opens,
            lacks: Lacking::of(lacks_floor, first, held),
            depends_on,
            login,
            may_demand: asked(also.iter().copied().map(text), policy),
            except: fitting(also.iter(), held).into_iter().flat_map(|fitting| fitting.has).collect(),
        }
    }
}

fn name(entry: &Entry) -> String {
    match (entry.methods(), entry.path()) {
        (Some(methods), Some(path)) => format!("{methods} {path}"),
        _ => entry.handler().to_owned(),
    }
}

/// Lists the templates among `needs`, each once. Leaves out a template if the token has every scope that fits the
/// template.
fn fitting<'n>(needs: impl Iterator<Item = &'n NeedRef<'n>>, held: &Held<'_>) -> Vec<Fitting> {
    let mut all: Vec<Fitting> = Vec::new();
    for need in needs.filter(|need| need.is_template() && !held.has(**need)) {
        let fitting = Fitting { template: need.as_str().to_owned(), has: held.instances(*need) };
        if !all.contains(&fitting) {
            all.push(fitting);
        }
    }
    all
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, opens, lacks, depends_on, login, may_demand, except } = self;
        match opens {
            Some(true) => write!(f, "opens {name}")?,
            Some(false) => {
                let scopes = (!lacks.is_empty()).then(|| format!("it lacks {lacks}"));
                let reasons: Vec<_> = scopes.into_iter().chain(login.iter().cloned()).collect();
                return write!(f, "does not open {name}: {}", reasons.join(", and "));
            }
            None => {
                let fitting = depends_on.iter().map(ToString::to_string).collect::<Vec<_>>();
                write!(f, "may open {name}, depending on the request: {}", fitting.join(", and "))?;
            }
        }
        if !may_demand.is_empty() {
            let them = if may_demand.len() == 1 { "it" } else { "them" };
            write!(f, "; its handler may also demand {}; the token lacks {them}", list(may_demand))?;
        }
        if !except.is_empty() {
            write!(f, ", but has {}", few(except.iter()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Fitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { template, has } = self;
        write!(f, "for {}, the token has {}", list([template]), few(has.iter()))
    }
}
