//! Finds redundant arguments of an `all(..)` or `any(..)`. An argument is redundant if another argument of the same
//! group makes it unnecessary. If normalizing produces a redundant alternative, this alternative is removed without a
//! message.

use crate::{
    rule::{Group, GroupKind, Rule},
    terms::{Terms, implies},
};

/// Checks the rules of one group. `parts` are their normalized forms.
pub(crate) fn check(group: &Group, parts: &[Terms]) -> syn::Result<()> {
    let siblings = || group.rules.iter().zip(parts).enumerate();
    for (at, (rule, terms)) in siblings() {
        for (other_at, (other, other_terms)) in siblings() {
            let redundant = match group.kind {
                GroupKind::All => implies(other_terms, terms),
                GroupKind::Any => implies(terms, other_terms),
            };
            // Of two equal rules, the second is reported.
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
        (true, Rule::Scope(_), _) => format!("{rule} is listed twice; write it once"),
        (true, Rule::Group(_), _) => format!("this repeats {other} before it; write it once"),
        (false, _, GroupKind::Any) => {
            format!(
                "this alternative is redundant, because {other} is enough whenever it is met; leave it out"
            )
        }
        (false, _, GroupKind::All) => {
            format!("this is redundant, because {other} requires it already; leave it out")
        }
    }
}
