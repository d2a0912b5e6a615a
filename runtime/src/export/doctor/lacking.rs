//! The scopes and templates that a token lacks for an operation.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use super::{held::Held, list};
use crate::{
    policy::Policy,
    scope::{NeedRef, ScopeToken, parameters},
};

/// The scopes and templates that a token lacks for an operation. The templates are last.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Lacking {
    /// The names by which clients request the scopes and templates.
    names: Vec<String>,
    /// The same names as text. If a text names templates, the text ends with a condition, such as "for every value of
    /// `{id}`".
    #[serde(skip)]
    words: Vec<String>,
}

impl Lacking {
    /// `floor` lists the scopes that the floor demands and the token lacks. `needs` lists the needs of the operation.
    pub(super) fn of<'n>(
        floor: Vec<ScopeToken>,
        needs: impl Iterator<Item = NeedRef<'n>>,
        held: &Held<'_>,
    ) -> Self {
        let (templates, scopes): (Vec<_>, Vec<_>) =
            held.lacking(needs).into_iter().partition(|need| need.is_template());
        let (at_odds, never): (Vec<_>, Vec<_>) =
            templates.into_iter().partition(|template| held.can_have(&[*template]));
        let mut all = Self::default();
        all.add(asked(floor.into_iter().chain(scopes.into_iter().map(text)), held.policy), "");
        let condition = format!(" for every value of {}", parameters_of(&never));
        all.add(asked(never.into_iter().map(text), held.policy), &condition);
        let condition =
            format!(", because no value of {} fits all templates of the operation", parameters_of(&at_odds));
        all.add(asked(at_odds.into_iter().map(text), held.policy), &condition);
        all
    }

    /// Adds the `names` that are not listed yet, with `condition` after them. A name can already be listed, because
    /// several scopes can have the same name for clients.
    fn add(&mut self, mut names: Vec<String>, condition: &str) {
        names.retain(|name| !self.names.contains(name));
        if !names.is_empty() {
            self.words.push(format!("{}{condition}", list(&names)));
            self.names.extend(names);
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(", and "))
    }
}

/// Lists each parameter of the templates once.
fn parameters_of(templates: &[NeedRef<'_>]) -> String {
    let names = templates.iter().flat_map(|template| parameters(template.as_str()));
    let names: BTreeSet<String> = names.map(|name| format!("{{{name}}}")).collect();
    list(names)
}

pub(super) fn text(need: NeedRef<'_>) -> ScopeToken {
    need.scope().unwrap_or_else(|| ScopeToken::filled(need.as_str()))
}

/// Returns the names by which clients request scopes and templates.
pub(super) fn asked(scopes: impl Iterator<Item = ScopeToken>, policy: &Policy) -> Vec<String> {
    policy.asked(scopes.collect()).iter().map(ToString::to_string).collect()
}
