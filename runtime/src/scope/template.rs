//! Scopes with parameters of the path, and what they come to for one request.

use std::fmt;

use scopegate_grammar::{Piece, is_value, pieces};

/// A scope with parameters: `tenant:{tenant}:read`. An attribute's literal makes it; a path parameter, or
/// a variable in the URI of an MCP resource, fills it in.
///
/// # Examples
///
/// ```
/// use scopegate::{requires_scope, scope_table};
///
/// #[requires_scope("tenant:{tenant}:read")]
/// async fn list() {}
///
/// let table = scope_table![list];
/// let need = table.entries()[0].row().requirement().alternatives()[0][0];
/// let template = need.template().unwrap();
/// assert_eq!(template.as_str(), "tenant:{tenant}:read");
/// assert!(template.parameters().eq(["tenant"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template(&'static str);

impl Template {
    #[doc(hidden)] // Made by generated code, which has checked it.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// Returns the text, with its braces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Iterates over the names of the parameters, in order of appearance.
    pub fn parameters(self) -> impl Iterator<Item = &'static str> {
        pieces(self.0).filter_map(|piece| match piece {
            Ok(Piece::Parameter(name)) => Some(name),
            _ => None,
        })
    }

    /// Puts the values of the parameters in.
    pub(crate) fn fill(self, parameters: &impl Parameters) -> Result<String, Unfilled> {
        let filled = pieces(self.0).try_fold(String::new(), |filled, piece| match piece {
            Ok(Piece::Text(text)) => Ok(filled + text),
            Ok(Piece::Parameter(name)) => Ok(filled + legal(parameters.value_of(name)?)?),
            Err(_) => Err(Unfilled::Missing),
        })?;
        scopegate_grammar::check(&filled).map_err(|_| Unfilled::Illegal)?;
        Ok(filled)
    }
}

fn legal(value: &str) -> Result<&str, Unfilled> {
    if is_value(value) { Ok(value) } else { Err(Unfilled::Illegal) }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The parameters of the path that a request has matched.
pub(crate) trait Parameters {
    /// Returns the one value of a parameter.
    fn value_of(&self, name: &str) -> Result<&str, Unfilled>;
}

/// Why a template came to no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfilled {
    /// The path has no such parameter, or several: the program is at fault.
    Missing,
    /// The value could reach into the rest of the scope: the request is at fault.
    Illegal,
}

/// What the templates of a handler come to for one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled(Vec<(Template, String)>);

impl Filled {
    /// Fills in each template. Those that cannot be are left out, and the first reason is told.
    pub(crate) fn of(
        templates: impl Iterator<Item = Template>,
        parameters: &impl Parameters,
    ) -> (Self, Result<(), Unfilled>) {
        let (mut filled, mut outcome) = (Self::default(), Ok(()));
        for template in templates {
            match template.fill(parameters) {
                Ok(text) => filled.0.push((template, text)),
                Err(reason) => outcome = outcome.and(Err(reason)),
            }
        }
        (filled, outcome)
    }

    pub(crate) fn get(&self, template: Template) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == template).map(|(_, text)| text.as_str())
    }
}
