//! Requirements, and what became of them, in words.

use super::{
    compare::{Side, direction},
    declared::Declared,
    needs::{Direction, Needs},
};

/// Says what an operation needs: the rest of a sentence that begins with it.
pub(super) fn what(needs: &Needs) -> String {
    match needs {
        Needs::Public => "needs no token".to_owned(),
        Needs::Authenticated => "needs a token, with whatever scopes".to_owned(),
        Needs::Scopes(alternatives) => format!("needs {}", either(alternatives)),
    }
}

/// Says what an operation needed: the rest of a sentence about the past.
pub(super) fn what_before(needs: &Needs) -> String {
    what(needs).replacen("needs", "needed", 1)
}

/// Says how one requirement became another: the rest of a sentence that begins with the operation.
///
/// `effect` is what that does under the policies of the two sides.
pub(super) fn sentence(old: &Needs, new: &Needs, effect: Direction) -> String {
    match (old, new) {
        (Needs::Scopes(former), Needs::Scopes(latter)) if effect != Direction::Neutral => {
            of_scopes(former, latter)
        }
        (Needs::Scopes(_), Needs::Scopes(latter)) if is_same(old, new) => {
            let first = latter.first().map(|first| list(first)).unwrap_or_default();
            format!("lets the same through, and has clients ask for {first}")
        }
        _ if effect == Direction::Neutral => {
            format!("lets the same through: it {}; before, it {}", what(new), what_before(old))
        }
        (Needs::Public, _) => format!("is public no more: it {}", what(new)),
        (Needs::Scopes(old), Needs::Authenticated) => {
            format!("no longer needs {}: a token with whatever scopes will do", either(old))
        }
        (_, Needs::Scopes(new)) => {
            format!("now needs {}; before, a token with whatever scopes did", either(new))
        }
        _ => format!("is now public; before, it {}", what_before(old)),
    }
}

/// Tells whether two requirements let the same through where no policy adds anything.
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

/// Returns those of `all` that are not among `known`, in whatever order their scopes are.
fn missing_from(known: &[Vec<String>], all: &[Vec<String>]) -> Vec<Vec<String>> {
    let same = |one: &[String], other: &[String]| {
        difference(one, other).is_empty() && difference(other, one).is_empty()
    };
    all.iter().filter(|one| !known.iter().any(|other| same(one, other))).cloned().collect()
}

pub(super) fn difference(all: &[String], without: &[String]) -> Vec<String> {
    all.iter().filter(|scope| !without.contains(scope)).cloned().collect()
}

/// Writes values of which one is enough: `a`, `b` or `c`.
pub(super) fn or(values: &[String]) -> String {
    joined(values, "or")
}

/// Writes alternatives: `a` and `b`, or `c`.
fn either(alternatives: &[Vec<String>]) -> String {
    alternatives.iter().map(|all| list(all)).collect::<Vec<_>>().join(", or ")
}

/// Writes scopes: `a`, `b` and `c`.
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
