//! Describes changes to the login that a route requires.

use super::{needs::Direction, words::or};
use crate::scope::StepUp;

/// Returns how the change from `old` to `new` affects callers. Scopes are not compared.
pub(super) fn direction(old: &StepUp, new: &StepUp) -> Direction {
    let [acr, max_age] = parts(old, new);
    acr.and(max_age)
}

/// Returns two effects: the effect of the change in `acr`, and the effect of the change in `max_age`.
fn parts(old: &StepUp, new: &StepUp) -> [Direction; 2] {
    [
        Direction::of(lets_more_values_in(new, old), lets_more_values_in(old, new)),
        Direction::of(lets_older_in(new, old), lets_older_in(old, new)),
    ]
}

/// Tells whether `one` accepts a value of `acr` that `other` rejects.
fn lets_more_values_in(one: &StepUp, other: &StepUp) -> bool {
    let is_new = |value: &str| !other.acr().any(|accepted| accepted == value);
    other.asks_for_acr() && (!one.asks_for_acr() || one.acr().any(is_new))
}

/// Tells whether `one` accepts older logins than `other` does.
fn lets_older_in(one: &StepUp, other: &StepUp) -> bool {
    other.max_age().is_some_and(|most| one.max_age().is_none_or(|max_age| max_age > most))
}

/// Describes the required login. The text is the end of a sentence about scopes.
pub(super) fn besides(asked: &StepUp) -> String {
    let acr = asked.asks_for_acr().then(|| format!("`acr` {}", values(asked)));
    let max_age = asked.max_age().map(|max_age| format!("`max_age` {}", max_age.as_secs()));
    let parts: Vec<String> = acr.into_iter().chain(max_age).collect();
    if parts.is_empty() { String::new() } else { format!(", with {}", parts.join(" and ")) }
}

/// Describes how the requirement changed, in sentences without a subject. The caller of this function adds the
/// operation as the subject of each sentence.
pub(super) fn sentences(old: &StepUp, new: &StepUp) -> impl Iterator<Item = (Direction, String)> {
    let [of_acr, of_max_age] = parts(old, new);
    let acr = acr_sentence(old, new).map(|words| (of_acr, words));
    let max_age = max_age_sentence(old, new).map(|words| (of_max_age, words));
    acr.into_iter().chain(max_age)
}

fn acr_sentence(old: &StepUp, new: &StepUp) -> Option<String> {
    let missing = |of: &StepUp, all: &StepUp| {
        let is_missing = |value: &&str| !of.acr().any(|known| known == *value);
        all.acr().filter(is_missing).map(str::to_owned).collect::<Vec<_>>()
    };
    let (gone, added) = (missing(new, old), missing(old, new));
    Some(match (old.asks_for_acr(), new.asks_for_acr()) {
        (false, false) => return None,
        (true, false) => format!("no longer asks for `acr` {}", values(old)),
        (false, true) => format!("now asks for `acr` {}", values(new)),
        (true, true) if gone.is_empty() && added.is_empty() => {
            if old.acr().eq(new.acr()) {
                return None;
            }
            let order: Vec<String> = new.acr().map(|value| format!("`{value}`")).collect();
            format!("accepts the same `acr`, with the new order of preference {}", order.join(", "))
        }
        (true, true) if gone.is_empty() => format!("now accepts `acr` {}, too", or(&added)),
        (true, true) if added.is_empty() => format!("no longer accepts `acr` {}", or(&gone)),
        (true, true) => format!("now asks for `acr` {}; before, {}", values(new), values(old)),
    })
}

fn max_age_sentence(old: &StepUp, new: &StepUp) -> Option<String> {
    Some(match [old, new].map(|side| side.max_age().map(|max_age| max_age.as_secs())) {
        [None, None] => return None,
        [Some(old), None] => format!("no longer asks for `max_age` {old}"),
        [None, Some(new)] => format!("now asks for `max_age` {new}"),
        [Some(old), Some(new)] if old == new => return None,
        [Some(old), Some(new)] => format!("now asks for `max_age` {new}; before, {old}"),
    })
}

fn values(asked: &StepUp) -> String {
    or(&asked.acr().map(str::to_owned).collect::<Vec<_>>())
}
