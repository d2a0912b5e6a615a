//! Describes requirements and their changes.

use super::{
    compare::{Side, direction},
    declared::Declared,
    needs::{Direction, Needs},
};

/// Describes what an operation needs. The text continues a sentence that begins with the operation.
pub(super) fn what(needs: &Needs) -> String {
    match needs {
        Needs::Public => "needs no token".to_owned(),
        Needs::Authenticated => "needs a token with any scopes".to_owned(),
        Needs::Scopes(alternatives) => format!("needs {}", either(alternatives)),
    }
}

/// Writes the text of `what` in the past tense, as in `needed no token`.
pub(super) fn what_before(needs: &Needs) -> String {
    what(needs).replacen("needs", "needed", 1)
}

/// Describes the change from one requirement to another. The text completes a sentence about the operation.
///
/// `effect` is the effect of the change on callers, computed with the policies of both locks.
pub(super) fn sentence(old: &Needs, new: &Needs, effect: Direction) -> String {
    match (old, new) {
        (Needs::Scopes(former), Needs::Scopes(latter)) if effect != Direction::Neutral => {
            of_scopes(former, latter)
        }
        (Needs::Scopes(_), Needs::Scopes(latter)) if is_same(old, new) => {
            let first = latter.first().map(|first| list(first)).unwrap_or_default();
            format!("lets the same tokens through, and challenges now name {first}")
        }
        _ if effect == Direction::Neutral => {
            format!("lets the same tokens through: it {}; before, it {}", what(new), what_before(old))
        }
        (Needs::Public, _) => format!("is no longer public: it {}", what(new)),
        (Needs::Scopes(old), Needs::Authenticated) => {
            format!("no longer needs {}: a token with any scopes will do", either(old))
        }
        (_, Needs::Scopes(new)) => {
            format!("now needs {}; before, a token with any scopes was enough", either(new))
        }
        _ => format!("is now public; before, it {}", what_before(old)),
    }
}

/// Tells whether two requirements let the same tokens through if the policy is empty.
fn is_same(old: &Needs, new: &Needs) -> bool {
    let side = Side::from(&Declared::default());
    direction((&side, &old.into()), (&side, &new.into())) == Direction::Neutral
}

fn of_scopes(old: &[Vec<String>], new: &[Vec<String>]) -> String {
    let (gone, added) = (missing_from(new, old), missing_from(old, new));
    match (old, new) {
        ([old], [new]) => match (&*difference(old, new), &*difference(new, old)) {
            (gone, []) if !gone.is_empty() => format!("no longer needs {}", list(gone)),
            ([], added) if !added.is_empty() => format!("now needs {}, too", list(added)),
            ([], []) => format!("now needs {}; before, {}", list(new), list(old)),
            (gone, added) => format!("now needs {} in place of {}", list(added), list(gone)),
        },
        _ if gone.is_empty() && !added.is_empty() => format!("now lets {} through, too", either(&added)),
        _ if added.is_empty() && !gone.is_empty() => format!("no longer lets {} through", either(&gone)),
        _ => format!("now needs {}; before, {}", either(new), either(old)),
    }
}

/// Returns the alternatives of `all` that are not in `known`; the order of scopes does not matter.
fn missing_from(known: &[Vec<String>], all: &[Vec<String>]) -> Vec<Vec<String>> {
    let same = |one: &[String], other: &[String]| {
        difference(one, other).is_empty() && difference(other, one).is_empty()
    };
    all.iter().filter(|one| !known.iter().any(|other| same(one, other))).cloned().collect()
}

pub(super) fn difference(all: &[String], without: &[String]) -> Vec<String> {
    all.iter().filter(|scope| !without.contains(scope)).cloned().collect()
}

/// Joins values with the word "or", as in "`a`, `b` or `c`".
pub(super) fn or(values: &[String]) -> String {
    joined(values, "or")
}

/// Joins alternatives with the word "or", as in "`a` and `b`, or `c`".
fn either(alternatives: &[Vec<String>]) -> String {
    alternatives.iter().map(|all| list(all)).collect::<Vec<_>>().join(", or ")
}

/// Joins scopes with the word "and", as in "`a`, `b` and `c`".
pub(super) fn list(scopes: &[String]) -> String {
    joined(scopes, "and")
}

fn joined(words: &[String], last_by: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {last_by} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
