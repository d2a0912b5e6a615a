//! Normalises a tree of `all` and `any` to alternatives: an OR of ANDs.

use crate::{
    redundancy,
    rule::{Group, GroupKind, Rule, ScopeArg},
};

/// The alternatives of an attribute, in order of preference.
pub(crate) struct Alternatives {
    /// Each scope once, in order of appearance.
    pub(crate) scopes: Vec<ScopeArg>,
    /// Each the set of scopes that suffices, as bits: the n-th stands for the n-th scope.
    pub(crate) terms: Terms,
}

pub(crate) type Terms = Vec<u128>;

const MAX_SCOPES: usize = 128;
const MAX_TERMS: usize = 16;

impl Alternatives {
    pub(crate) fn of(group: &Group) -> syn::Result<Self> {
        let mut scopes = Vec::new();
        let terms = terms_of_group(group, &mut scopes)?;
        Ok(Self { scopes, terms })
    }

    /// Tells whether every alternative has the scope.
    pub(crate) fn always_need(&self, scope: &ScopeArg) -> bool {
        let key = scope.key();
        let at = self.scopes.iter().position(|known| known.key() == key);
        at.is_some_and(|at| self.terms.iter().all(|term| term >> at & 1 == 1))
    }

    /// Returns the positions of the scopes of each alternative, in order of appearance.
    pub(crate) fn positions(&self) -> impl Iterator<Item = Vec<usize>> {
        self.terms.iter().map(|term| (0..self.scopes.len()).filter(|at| term >> at & 1 == 1).collect())
    }
}

fn terms_of(rule: &Rule, scopes: &mut Vec<ScopeArg>) -> syn::Result<Terms> {
    match rule {
        Rule::Scope(scope) => bit_of(scope, scopes).map(|bit| vec![bit]),
        Rule::Group(group) => terms_of_group(group, scopes),
    }
}

fn terms_of_group(group: &Group, scopes: &mut Vec<ScopeArg>) -> syn::Result<Terms> {
    let parts: Vec<Terms> =
        group.rules.iter().map(|rule| terms_of(rule, scopes)).collect::<syn::Result<_>>()?;
    redundancy::check(group, &parts)?;
    let mut terms: Option<Terms> = None;
    for (rule, part) in group.rules.iter().zip(parts) {
        let joined = absorb(&match terms {
            None => part,
            Some(terms) if group.kind == GroupKind::Any => [terms, part].concat(),
            Some(terms) => terms.iter().flat_map(|left| part.iter().map(move |right| left | right)).collect(),
        });
        if joined.len() > MAX_TERMS {
            let message = format!(
                "with this there are more than {MAX_TERMS} alternatives; name what they have in common by a scope of its own"
            );
            return Err(syn::Error::new(rule.span(), message));
        }
        terms = Some(joined);
    }
    Ok(terms.unwrap_or_default())
}

fn bit_of(scope: &ScopeArg, scopes: &mut Vec<ScopeArg>) -> syn::Result<u128> {
    let key = scope.key();
    let at = scopes.iter().position(|known| known.key() == key).unwrap_or_else(|| {
        scopes.push(scope.clone());
        scopes.len() - 1
    });
    if at >= MAX_SCOPES {
        return Err(syn::Error::new(scope.span(), format!("a handler names at most {MAX_SCOPES} scopes")));
    }
    Ok(1 << at)
}

/// Drops each term that another, smaller one makes needless, and repetitions; the order stays.
fn absorb(terms: &[u128]) -> Terms {
    let needed = |(at, term): &(usize, &u128)| {
        !terms
            .iter()
            .enumerate()
            .any(|(other_at, other)| other & **term == *other && (other != *term || other_at < *at))
    };
    terms.iter().enumerate().filter(needed).map(|(_, term)| *term).collect()
}
