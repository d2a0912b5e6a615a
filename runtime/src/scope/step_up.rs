//! What an operation demands in addition to scopes: how and when the person must have logged in ([RFC
//! 9470](https://www.rfc-editor.org/rfc/rfc9470)).

use std::{fmt, hash, sync::Arc, time::Duration};

use super::parse::InvalidRequirement;

/// How a person must have logged in (`acr`), and how recently (`max_age`). Generated code makes this value. A program
/// writes these demands in an attribute, in `requirement!`, or in a string that is parsed as a `Requirement`. Cheap to
/// clone.
#[derive(Clone)]
pub struct StepUp {
    acr: Values,
    /// In seconds.
    max_age: Option<u32>,
}

/// The accepted values of `acr`, in order of preference. If the list is empty, the operation does not demand an `acr`.
#[derive(Clone)]
enum Values {
    Const(&'static [&'static str]),
    Owned(Arc<[Box<str>]>),
}

impl StepUp {
    /// Demands nothing.
    pub(crate) const NONE: Self = Self::new(&[], None);

    /// Wraps values that generated code has checked.
    #[must_use]
    pub const fn new(acr: &'static [&'static str], max_age: Option<u32>) -> Self {
        Self { acr: Values::Const(acr), max_age }
    }

    /// Tells whether nothing is demanded.
    pub(crate) const fn is_none(&self) -> bool {
        !self.asks_for_acr() && self.max_age.is_none()
    }

    pub(crate) const fn asks_for_acr(&self) -> bool {
        match &self.acr {
            Values::Const(values) => !values.is_empty(),
            Values::Owned(_) => true,
        }
    }

    /// Iterates over the accepted values of `acr`, in order of preference. Allocates nothing.
    pub(crate) fn acr(&self) -> impl Iterator<Item = &str> + Clone {
        // Both kinds must give the same iterator type, so the iterator chains two slices, of which one is empty.
        let (fixed, owned): (&[&str], &[Box<str>]) = match &self.acr {
            Values::Const(values) => (values, &[]),
            Values::Owned(values) => (&[], values),
        };
        fixed.iter().copied().chain(owned.iter().map(AsRef::as_ref))
    }

    pub(crate) fn max_age(&self) -> Option<Duration> {
        self.max_age.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Combines two demands into one: the values of `acr` that both accept, in the order of `self`, and the shorter
    /// `max_age`.
    ///
    /// # Errors
    ///
    /// Fails if both demands name values of `acr` but have no value in common. Most tokens have at most one value of
    /// `acr`, so hardly any token could meet both demands.
    pub(super) fn and(&self, other: &Self) -> Result<Self, InvalidRequirement> {
        let acr = self.common(other).ok_or_else(|| {
            let listed =
                |one: &Self| one.acr().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
            InvalidRequirement(format!(
                "one requirement accepts {} as `acr`, and the other accepts {}; let both accept a common value",
                listed(self),
                listed(other),
            ))
        })?;
        Ok(Self { acr, max_age: self.shorter(other) })
    }

    /// Combines `self` and `other` into the demand that a challenge names. If no value of `acr` meets both demands, the
    /// challenge names the values of `self`.
    pub(crate) fn together(&self, other: &Self) -> Self {
        let acr = self.common(other).unwrap_or_else(|| self.acr.clone());
        Self { acr, max_age: self.shorter(other) }
    }

    /// Returns the values of `acr` that both demands accept, or `None` if there are none.
    fn common(&self, other: &Self) -> Option<Values> {
        match (self.asks_for_acr(), other.asks_for_acr()) {
            (_, false) => Some(self.acr.clone()),
            (false, true) => Some(other.acr.clone()),
            (true, true) => {
                let is_common = |value: &&str| other.acr().any(|accepted| accepted == *value);
                let common: Vec<Box<str>> = self.acr().filter(is_common).map(Into::into).collect();
                (!common.is_empty()).then(|| Values::Owned(common.into()))
            }
        }
    }

    fn shorter(&self, other: &Self) -> Option<u32> {
        match (self.max_age, other.max_age) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        }
    }

    /// Parses words in the format of `Display`: `acr="VALUE"` for each value, and `max_age="SECONDS"`. These words
    /// cannot be scopes, because a scope contains no quotation mark.
    pub(crate) fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (mut acr, mut max_age) = (Vec::<Box<str>>::new(), None);
        for word in words {
            let shown = word.escape_debug();
            match word.strip_suffix('"').and_then(|word| word.split_once("=\"")) {
                Some(("acr", value)) => {
                    scopegate_grammar::check_acr(value)
                        .map_err(|fault| format!("`{shown}` is wrong: {fault}"))?;
                    if acr.iter().any(|known| **known == *value) {
                        return Err(format!("`{shown}` appears twice; write it once"));
                    }
                    acr.push(value.into());
                }
                Some(("max_age", value)) => {
                    let seconds = seconds(value).ok_or_else(|| {
                        format!("`{shown}` is not a number of seconds from 1 to {}", u32::MAX)
                    })?;
                    if max_age.replace(seconds).is_some() {
                        return Err("`max_age` appears twice; write it once".to_owned());
                    }
                }
                _ => return Err(format!("`{shown}` is neither `acr=\"..\"` nor `max_age=\"..\"`")),
            }
        }
        if acr.len() > scopegate_grammar::MAX_ACR_VALUES {
            return Err(format!(
                "there are more than {} values of `acr`; leave some out",
                scopegate_grammar::MAX_ACR_VALUES
            ));
        }
        let acr = if acr.is_empty() { Values::Const(&[]) } else { Values::Owned(acr.into()) };
        Ok(Self { acr, max_age })
    }

    /// Tells whether `word` begins with `acr="` or `max_age="`. A word that begins in this way is not a scope, and
    /// [`StepUp::parse`] reads it.
    pub(crate) fn has_word(word: &str) -> bool {
        word.starts_with("acr=\"") || word.starts_with("max_age=\"")
    }
}

/// Parses a number above zero. A sign or a leading zero is an error, so that each number is written in only one way.
fn seconds(text: &str) -> Option<u32> {
    text.parse().ok().filter(|seconds: &u32| *seconds > 0 && seconds.to_string() == text)
}

/// Writes each word with a space before it, because the words follow the scopes of a requirement. If nothing is
/// demanded, the text is empty.
impl fmt::Display for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.acr().try_for_each(|value| write!(f, " acr=\"{value}\""))?;
        self.max_age.iter().try_for_each(|seconds| write!(f, " max_age=\"{seconds}\""))
    }
}

impl fmt::Debug for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StepUp({})", self.to_string().trim_start())
    }
}

impl PartialEq for StepUp {
    fn eq(&self, other: &Self) -> bool {
        // The usual case is checked first: neither of the two demands anything.
        self.is_none() && other.is_none() || self.max_age == other.max_age && self.acr().eq(other.acr())
    }
}

impl Eq for StepUp {}

impl hash::Hash for StepUp {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.max_age.hash(state);
        self.acr().for_each(|value| value.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use super::StepUp;
    use crate::Requirement;

    #[track_caller]
    fn both(one: &str, other: &str) -> Result<String, String> {
        let [one, other]: [Requirement; 2] = [one, other].map(|text| text.parse().unwrap());
        one.and(&other).map(|both| both.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn two_requirements_are_met_by_a_value_that_both_accept() {
        let check = |one, other, expected: &str| assert_eq!(both(one, other).as_deref(), Ok(expected));
        check(r#"a acr="x" acr="y""#, r#"b acr="z" acr="y" acr="x""#, r#"a b acr="x" acr="y""#);
        check(r#"a acr="x" acr="y""#, r#"b acr="y""#, r#"a b acr="y""#);
        check(r#"a acr="x""#, "b", r#"a b acr="x""#);
        check("a", r#"b acr="x""#, r#"a b acr="x""#);
        check(r#"a max_age="60""#, r#"b max_age="30""#, r#"a b max_age="30""#);
        check(r#"authenticated max_age="60""#, r#"b acr="x""#, r#"b acr="x" max_age="60""#);
        check("public", r#"authenticated acr="x""#, r#"authenticated acr="x""#);
        let error = both(r#"a acr="x""#, r#"b acr="y""#).unwrap_err();
        assert_eq!(
            error,
            "one requirement accepts `x` as `acr`, and the other accepts `y`; let both accept a common value"
        );
    }

    #[test]
    fn a_text_says_it_behind_the_scopes() {
        let read = |text: &str| text.parse::<Requirement>().map_err(|error| error.to_string());
        for text in
            [r#"a b | c acr="x" acr="urn:y" max_age="300""#, r#"a max_age="1""#, r#"authenticated acr="x""#]
        {
            assert_eq!(read(text).map(|requirement| requirement.to_string()).as_deref(), Ok(text));
        }
        for (text, expected) in [
            (r#"a max_age="0""#, r#"`max_age=\"0\"` is not a number of seconds from 1 to 4294967295"#),
            (r#"a max_age="+1""#, r#"`max_age=\"+1\"` is not a number of seconds from 1 to 4294967295"#),
            (r#"a max_age="1" max_age="2""#, "`max_age` appears twice; write it once"),
            (r#"a acr="x" acr="x""#, r#"`acr=\"x\"` appears twice; write it once"#),
            (r#"a acr="x" b"#, r#"`b` is neither `acr=".."` nor `max_age=".."`"#),
            (
                r#"a acr="""#,
                r#"`acr=\"\"` is wrong: a value of `acr` cannot be empty; write one that the authorization server knows"#,
            ),
            (
                r#"public acr="x""#,
                "a public operation has no login to check; write `authenticated` in place of `public`",
            ),
            (r#"acr="x""#, "a scope is missing; write `authenticated` if any valid token will do"),
            (
                "a also b",
                "`also` does not belong to a requirement; leave out this word and the scopes after it",
            ),
            (
                "public a",
                "`public` cannot be combined with scopes; write `public` alone, or leave out this word",
            ),
            (
                "a | authenticated",
                "`authenticated` cannot be combined with scopes; write `authenticated` alone, or leave out this word",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
        let many: Vec<String> = (0..17).map(|at| format!("acr=\"{at}\"")).collect();
        assert!(read(&format!("a {}", many.join(" "))).unwrap_err().contains("more than 16 values"));
    }

    #[test]
    fn what_is_asked_tells_requirements_apart() {
        let read = |text: &str| text.parse::<Requirement>().unwrap();
        assert_ne!(read("a"), read(r#"a acr="x""#));
        assert_ne!(read(r#"a acr="x" acr="y""#), read(r#"a acr="y" acr="x""#));
        assert_ne!(read(r#"a max_age="1""#), read(r#"a max_age="2""#));
        let written = Requirement::login(StepUp::new(&["x"], Some(60)));
        assert_eq!(read(r#"authenticated acr="x" max_age="60""#), written);
    }
}
