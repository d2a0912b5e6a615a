//! Normalizes a tree of `all` and `any` to alternatives: an OR of ANDs.

use crate::{
    redundancy,
    rule::{Group, GroupKind, Rule, ScopeArg},
    terms::{Terms, absorb},
};

/// The alternatives of an attribute, in order of preference.
pub(crate) struct Alternatives {
    /// All scopes, each once and in order of appearance.
    pub(crate) scopes: Vec<ScopeArg>,
    pub(crate) terms: Terms,
}

const MAX_SCOPES: usize = 128;
const MAX_TERMS: usize = 16;

impl Alternatives {
    pub(crate) fn of(group: &Group) -> syn::Result<Self> {
        let mut scopes = Vec::new();
        let terms = terms_of_group(group, &mut scopes)?;
        Ok(Self { scopes, terms })
    }

    /// Tells whether every alternative contains the scope.
    pub(crate) fn always_need(&self, scope: &ScopeArg) -> bool {
        let key = scope.key();
        let at = self.scopes.iter().position(|known| known.key() == key);
        at.is_some_and(|at| self.terms.iter().all(|term| term >> at & 1 == 1))
    }

    /// Iterates over the alternatives. Each item lists the positions of one alternative's scopes in `self.scopes`.
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
                "this makes more than {MAX_TERMS} alternatives; define one scope for what they share"
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
        return Err(syn::Error::new(
            scope.span(),
            format!("a handler can name at most {MAX_SCOPES} scopes; leave some out"),
        ));
    }
    Ok(1 << at)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use proptest::prelude::*;
    use syn::LitStr;

    use super::Alternatives;
    use crate::rule::{Group, GroupKind, Rule, ScopeArg};

    /// A tree of `all` and `any`. The scopes are the numbers 0 to 5.
    #[derive(Clone, Debug)]
    enum Tree {
        Scope(u32),
        All(Vec<Tree>),
        Any(Vec<Tree>),
    }

    impl Tree {
        /// Evaluates the tree as written, without normalizing it.
        fn is_met_by(&self, granted: u32) -> bool {
            match self {
                Self::Scope(number) => granted >> number & 1 == 1,
                Self::All(trees) => trees.iter().all(|tree| tree.is_met_by(granted)),
                Self::Any(trees) => trees.iter().any(|tree| tree.is_met_by(granted)),
            }
        }

        fn rule(&self) -> Rule {
            let group = |kind, trees: &[Self]| {
                let rules = trees.iter().map(Self::rule).collect();
                Rule::Group(Group { kind, rules, span: Span::call_site() })
            };
            match self {
                Self::Scope(number) => {
                    Rule::Scope(ScopeArg::Literal(LitStr::new(&number.to_string(), Span::call_site())))
                }
                Self::All(trees) => group(GroupKind::All, trees),
                Self::Any(trees) => group(GroupKind::Any, trees),
            }
        }
    }

    fn tree() -> impl Strategy<Value = Tree> {
        (0..6_u32).prop_map(Tree::Scope).prop_recursive(4, 24, 3, |inner| {
            let several = prop::collection::vec(inner, 2..4);
            prop_oneof![several.clone().prop_map(Tree::All), several.prop_map(Tree::Any)]
        })
    }

    proptest! {
        // About a quarter of the trees are valid. The others contain a redundant rule and are skipped.
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8192) })]

        #[test]
        fn alternatives_mean_what_the_tree_says(tree in tree()) {
            let group = Group { kind: GroupKind::All, rules: vec![tree.rule()], span: Span::call_site() };
            let Ok(alternatives) = Alternatives::of(&group) else { return Ok(()) };
            let numbers: Vec<u32> =
                alternatives.scopes.iter().map(|scope| scope.key().trim_matches('"').parse().unwrap()).collect();
            for granted in 0..64_u32 {
                let has = |at: usize| granted >> numbers[at] & 1 == 1;
                let met = alternatives.positions().any(|positions| positions.into_iter().all(has));
                prop_assert_eq!(met, tree.is_met_by(granted), "{:?} by {:b}", tree, granted);
            }
        }
    }
}
