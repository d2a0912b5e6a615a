//! Finds what adds nothing, between siblings as written. What distribution brings is absorbed silently.

use crate::{
    rule::{Group, GroupKind, Rule},
    terms::{Terms, implies},
};

/// Checks the rules of one group, whose normalised forms are `parts`.
pub(crate) fn check(group: &Group, parts: &[Terms]) -> syn::Result<()> {
    let siblings = || group.rules.iter().zip(parts).enumerate();
    for (at, (rule, terms)) in siblings() {
        for (other_at, (other, other_terms)) in siblings() {
            let redundant = match group.kind {
                GroupKind::All => implies(other_terms, terms),
                GroupKind::Any => implies(terms, other_terms),
            };
            // Of two that say the same, the second is the one too many.
            let same = implies(terms, other_terms) && implies(other_terms, terms);
            if at != other_at && redundant && (!same || other_at < at) {
                return Err(syn::Error::new(rule.span(), message(group.kind, rule, other, same)));
            }
        }
    }
    Ok(())
}

fn message(kind: GroupKind, rule: &Rule, other: &Rule, same: bool) -> String {
    match (same, rule, kind) {
        (true, Rule::Scope(_), _) => format!("{rule} stands here already; write it once"),
        (true, Rule::Group(_), _) => format!("this says the same as {other} before it; write it once"),
        (false, _, GroupKind::Any) => {
            format!("this alternative adds nothing, since {other} suffices wherever it does; leave it out")
        }
        (false, _, GroupKind::All) => {
            format!("this adds nothing, since {other} demands it already; leave it out")
        }
    }
}
