//! Parses a requirement at run time, by the same rules as the attributes.

use std::{collections::BTreeSet, fmt};

use super::{need::OwnedNeed, scope::ScopeToken, text::Text};
use crate::shown::debug_as_display;

/// The reason why a string is not a [`Requirement`](crate::Requirement). The message also says what to write instead.
///
/// # Examples
///
/// ```
/// use scopegate::{InvalidRequirement, Requirement};
///
/// let error: InvalidRequirement = "files:read |".parse::<Requirement>().unwrap_err();
/// assert_eq!(error.to_string(), "a scope is missing; write `authenticated` if any valid token will do");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidRequirement(pub(super) String);

impl fmt::Display for InvalidRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

debug_as_display!(InvalidRequirement);

impl std::error::Error for InvalidRequirement {}

const MAX_SCOPES: usize = 128;
const MAX_ALTERNATIVES: usize = 16;

/// Parses words into the alternatives of a requirement.
pub(super) fn alternatives(words: &[&str]) -> Result<Vec<Vec<OwnedNeed>>, InvalidRequirement> {
    let alternatives: Vec<&[&str]> = words.split(|word| *word == "|").collect();
    check_shape(&alternatives).map_err(InvalidRequirement)?;
    let needs = |words: &&[&str]| words.iter().map(|word| need(word)).collect();
    alternatives.iter().map(needs).collect::<Result<_, _>>().map_err(InvalidRequirement)
}

/// Parses a scope or a template.
fn need(text: &str) -> Result<OwnedNeed, String> {
    let shown = text.escape_debug();
    if !scopegate_grammar::has_braces(text) {
        let scope = ScopeToken::new(text).map_err(|fault| format!("`{shown}` is not a scope: {fault}"))?;
        return Ok(OwnedNeed::Scope(scope));
    }
    scopegate_grammar::check_template(text)
        .map_err(|fault| format!("`{shown}` is not a template: {fault}"))?;
    Ok(match scopegate_grammar::unescape(text) {
        Some(scope) => OwnedNeed::Scope(ScopeToken::filled(&scope)),
        None => OwnedNeed::Template(Text::from(text)),
    })
}

fn check_shape(alternatives: &[&[&str]]) -> Result<(), String> {
    // In a printed table, the word `also` follows the requirement, so a copied line can contain this word.
    if alternatives.iter().any(|alternative| alternative.contains(&"also")) {
        return Err(
            "`also` does not belong to a requirement; leave out this word and the scopes after it".to_owned()
        );
    }
    // A text that consists of only one of these words does not get here, because the caller has already read it.
    for word in ["public", "authenticated"] {
        if alternatives.iter().any(|alternative| alternative.contains(&word)) {
            return Err(format!(
                "`{word}` cannot be combined with scopes; write `{word}` alone, or leave out this word"
            ));
        }
    }
    if alternatives.iter().any(|alternative| alternative.is_empty()) {
        return Err("a scope is missing; write `authenticated` if any valid token will do".to_owned());
    }
    check_size(alternatives.len(), alternatives.iter().copied().flatten().copied())?;
    for alternative in alternatives {
        check_repetition(alternative)?;
    }
    for (at, alternative) in alternatives.iter().enumerate() {
        let others = alternatives.iter().enumerate().filter(|(other_at, _)| *other_at != at);
        check_use(at, alternative, others)?;
    }
    Ok(())
}

/// Rejects a requirement with too many alternatives or scopes, so that the cost of a decision is limited. A scope that
/// is in several alternatives counts once. The macros count in the same way.
pub(super) fn check_size<'a>(
    alternatives: usize,
    scopes: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    if alternatives > MAX_ALTERNATIVES {
        return Err(format!(
            "there are more than {MAX_ALTERNATIVES} alternatives; define one scope for what they have in common"
        ));
    }
    if scopes.collect::<BTreeSet<_>>().len() > MAX_SCOPES {
        return Err(format!("it names more than {MAX_SCOPES} scopes; leave some out"));
    }
    Ok(())
}

fn check_repetition(alternative: &[&str]) -> Result<(), String> {
    let repeated = alternative.iter().enumerate().find(|(at, scope)| alternative[..*at].contains(scope));
    repeated.map_or(Ok(()), |(_, scope)| {
        Err(format!("`{}` appears twice in one alternative; write it once", scope.escape_debug()))
    })
}

/// Rejects an alternative that contains all scopes of another one, because every token that meets the larger
/// alternative also meets the smaller one. If two alternatives are equal, the error names the second.
fn check_use<'a>(
    at: usize,
    alternative: &[&str],
    mut others: impl Iterator<Item = (usize, &'a &'a [&'a str])>,
) -> Result<(), String> {
    let within = |few: &[&str], many: &[&str]| few.iter().all(|scope| many.contains(scope));
    let suffices = |(other_at, other): &(usize, &&[&str])| {
        within(other, alternative) && (!within(alternative, other) || *other_at < at)
    };
    others.find(suffices).map_or(Ok(()), |(_, other)| {
        Err(format!(
            "the alternative `{}` is redundant, because every token that meets it also meets `{}`; leave it out",
            alternative.join(" ").escape_debug(),
            other.join(" ").escape_debug(),
        ))
    })
}
