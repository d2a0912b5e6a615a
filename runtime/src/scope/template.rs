//! Templates, which are scopes with path parameters. For each request, a template becomes a scope.

#[cfg(feature = "axum")]
use std::collections::BTreeMap;

#[cfg(feature = "axum")]
use scopegate_grammar::is_value_byte;
use scopegate_grammar::{Piece, is_value, pieces};

use super::{scope::ScopeToken, text::Text};

/// A scope that has parameters and is written in the program's source, such as `tenant:{tenant}:read`. Only generated
/// code makes a `Template`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template(&'static str);

impl Template {
    /// Wraps the text of a template that a macro has checked.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// Returns the text, with its braces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Iterates over the names of a template's parameters, in order of appearance.
pub(crate) fn parameters(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|piece| match piece {
        Ok(Piece::Parameter(name)) => Some(name),
        _ => None,
    })
}

/// A part of a template: literal text, or the name of a parameter. The report is an HTML page, and a script in the page
/// uses these parts to fill in the template.
#[cfg(feature = "export")]
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Text(String),
    Parameter(String),
}

/// Splits a template into its parts.
#[cfg(feature = "export")]
pub(crate) fn parts(template: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for piece in pieces(template).flatten() {
        match (piece, parts.last_mut()) {
            // An escaped brace is a separate piece, so join the text before and after it.
            (Piece::Text(text), Some(Part::Text(before))) => before.push_str(text),
            (Piece::Text(text), _) => parts.push(Part::Text(text.to_owned())),
            (Piece::Parameter(name), _) => parts.push(Part::Parameter(name.to_owned())),
        }
    }
    parts
}

/// The values of some parameters of a template, by name.
#[cfg(feature = "axum")]
pub(crate) type Values<'a> = BTreeMap<&'a str, &'a str>;

/// Tells whether the template becomes `scope` for some values of its parameters.
#[cfg(feature = "axum")]
pub(crate) fn fits(template: &str, scope: &str) -> bool {
    values_in(template, scope, false).is_some()
}

/// Returns the parameter values that turn the template into `text`. If `is_prefix` is `true`, `text` may also be just
/// the beginning of a scope that fits the template. If `text` is such a beginning and ends before the first occurrence
/// of a parameter, the result has no value for this parameter.
#[cfg(feature = "axum")]
pub(crate) fn values_in<'a>(template: &'a str, text: &'a str, is_prefix: bool) -> Option<Values<'a>> {
    let mut rest = text;
    let mut values = Values::new();
    for piece in pieces(template) {
        if is_prefix && rest.is_empty() {
            break;
        }
        rest = match piece.ok()? {
            Piece::Text(text) if is_prefix && text.starts_with(rest) => "",
            Piece::Text(text) => rest.strip_prefix(text)?,
            // The characters before and after a parameter are never allowed in values, so `rest` can be split in only
            // one way.
            Piece::Parameter(parameter) => {
                let end = rest.bytes().position(|byte| !is_value_byte(byte)).unwrap_or(rest.len());
                let (value, behind) = rest.split_at(end);
                let former = values.insert(parameter, value).unwrap_or(value);
                (is_value(value) && former == value).then_some(behind)?
            }
        };
    }
    rest.is_empty().then_some(values)
}

/// Fills in the values of the parameters.
fn fill(template: &str, parameters: &impl Parameters) -> Result<String, Unfilled> {
    let filled = pieces(template).try_fold(String::new(), |filled, piece| match piece {
        Ok(Piece::Text(text)) => Ok(filled + text),
        Ok(Piece::Parameter(name)) => Ok(filled + legal(parameters.value_of(name)?)?),
        Err(_) => Err(Unfilled::Missing),
    })?;
    scopegate_grammar::check(&filled).map_err(|_| Unfilled::Illegal)?;
    Ok(filled)
}

fn legal(value: &str) -> Result<&str, Unfilled> {
    if is_value(value) { Ok(value) } else { Err(Unfilled::Illegal) }
}

/// The parameters of a request, with their values. The values come from the path of the request, from the resource of a
/// family, or from the URI of an MCP resource.
pub(crate) trait Parameters {
    /// Returns the value of the parameter `name`, which must occur exactly once.
    fn value_of(&self, name: &str) -> Result<&str, Unfilled>;
}

/// Why a template could not be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unfilled {
    /// The path or URI lacks a parameter of the template, or has the parameter several times, so the program is at
    /// fault.
    Missing,
    /// The value is not allowed in a scope, so the request is at fault.
    Illegal,
}

/// The results of filling in an operation's templates for one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled(Vec<(Text, Result<ScopeToken, Unfilled>)>);

impl Filled {
    /// The value for an operation without templates.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Fills in each template separately, so that one failure does not affect the other templates.
    pub(crate) fn of(templates: impl Iterator<Item = Text>, parameters: &impl Parameters) -> Self {
        let fill = |template: Text| {
            let scope = fill(&template, parameters).map(|text| ScopeToken::filled(&text));
            (template, scope)
        };
        Self(templates.map(fill).collect())
    }

    /// Looks up each template in `self`. If `self` has no value for the template, looks up the template in `other`.
    #[cfg(feature = "axum")]
    pub(crate) fn or(&self, other: &Self, templates: impl Iterator<Item = Text>) -> Self {
        let look_up = |template: Text| {
            let found = match self.get(&template) {
                Err(Unfilled::Missing) => other.get(&template),
                found => found,
            };
            let found = found.cloned();
            (template, found)
        };
        Self(templates.map(look_up).collect())
    }

    /// Tells whether there are no templates.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the filled-in template as a scope, or the reason why the template could not be filled in.
    pub(crate) fn get(&self, template: &str) -> Result<&ScopeToken, Unfilled> {
        let found = self.0.iter().find(|(known, _)| **known == *template);
        found.map_or(Err(Unfilled::Missing), |(_, scope)| scope.as_ref().map_err(|why| *why))
    }
}

#[cfg(all(test, feature = "axum"))]
mod tests {
    use super::*;

    #[cfg(feature = "export")]
    #[test]
    fn a_template_is_taken_apart() {
        let text = |text: &str| Part::Text(text.to_owned());
        let parameter = |name: &str| Part::Parameter(name.to_owned());
        let expected = [text("a:"), parameter("a"), text("/{x}:"), parameter("b")];
        assert_eq!(parts("a:{a}/{{x}}:{b}"), expected);
        assert_eq!(parts("plain"), [text("plain")]);
    }

    #[test]
    fn a_scope_fits_a_template_for_values_that_are_legal() {
        for (template, scope, expected) in [
            ("tenant:{tenant}:read", "tenant:acme:read", true),
            ("tenant:{tenant}:read", "tenant:a.b-c:read", true),
            ("tenant:{tenant}:read", "tenant::read", false),
            ("tenant:{tenant}:read", "tenant:..:read", false),
            ("tenant:{tenant}:read", "tenant:a:b:read", false),
            ("tenant:{tenant}:read", "tenant:acme:reads", false),
            ("tenant:{tenant}:read", "tenant:acme", false),
            ("{a}:{b}", "x:y", true),
            ("a:{a}:{a}", "a:x:x", true),
            ("a:{a}:{a}", "a:x:y", false),
            ("{{a}}:{b}", "{a}:y", true),
            ("plain", "plain", true),
            ("plain", "plai", false),
        ] {
            assert_eq!(fits(template, scope), expected, "{template} and {scope}");
        }
    }
}
