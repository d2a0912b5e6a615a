//! One scope or template of a requirement.

use std::borrow::Cow;

use scopegate_grammar::Meaning;

use super::{
    scope::{Scope, ScopeToken},
    template::Template,
    text::Text,
};

/// One scope or template that the program's source names in a requirement. Outside this crate, only generated code
/// makes values of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// The scope itself.
    Scope(Scope),
    /// A template. The values for the template's parameters come from the path of the request, or from the URI of an
    /// MCP resource.
    Template(Template),
}

impl Need {
    /// Reads the text of a constant or a variant. A text with a parameter in braces is a template.
    ///
    /// # Panics
    ///
    /// Panics at compile time if the text has braces but is not a valid template with a parameter.
    #[must_use]
    #[track_caller]
    pub const fn of(scope: Scope) -> Self {
        match scopegate_grammar::meaning(scope.as_str()) {
            Ok(Meaning::Scope) => Self::Scope(scope),
            Ok(Meaning::Template) => Self::Template(Template::new(scope.as_str())),
            Err(fault) => panic!("{}", fault.message()),
        }
    }

    /// Wraps the text of a scope, which a macro has already checked.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        Self::Scope(Scope::checked(text))
    }

    /// Returns the text of the scope, or of the template with its braces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scope(scope) => scope.as_str(),
            Self::Template(template) => template.as_str(),
        }
    }

    pub(crate) const fn is_template(&self) -> bool {
        matches!(self, Self::Template(_))
    }

    /// Tells whether two scopes or two templates are equal. Unlike `==`, this function also works in a `const`.
    pub(crate) const fn is(self, other: Self) -> bool {
        self.is_template() == other.is_template() && scopegate_grammar::same(self.as_str(), other.as_str())
    }
}

/// One scope or template of a requirement that is made at run time.
#[derive(Clone, Debug)]
pub(crate) enum OwnedNeed {
    Scope(ScopeToken),
    Template(Text),
}

/// Turns a text made at run time into a scope or a template. A text with a parameter in braces is a template, as in an
/// attribute. A template with a mistake can never be filled in, so no token covers it. Any other text with braces is a
/// scope.
impl From<ScopeToken> for OwnedNeed {
    fn from(scope: ScopeToken) -> Self {
        if scopegate_grammar::is_meant_as_template(scope.as_str()) {
            Self::Template(scope.into())
        } else {
            Self::Scope(scope)
        }
    }
}

/// One scope or template of a requirement. The requirement is either written in the program's source or made at run
/// time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NeedRef<'a> {
    Const(Need),
    Owned(&'a OwnedNeed),
}

impl<'a> NeedRef<'a> {
    /// Returns the text of the scope, or of the template with its braces.
    pub(crate) fn as_str(self) -> &'a str {
        match self {
            Self::Const(need) => need.as_str(),
            Self::Owned(OwnedNeed::Scope(scope)) => scope.as_str(),
            Self::Owned(OwnedNeed::Template(text)) => text,
        }
    }

    /// Finds the scope or template with this text. If a template has the same text as a scope with literal braces,
    /// returns the template.
    #[cfg(feature = "axum")]
    pub(crate) fn named(text: &str, among: impl Iterator<Item = Self>) -> Option<Self> {
        among.filter(|need| need.as_str() == text).max_by_key(|need| need.is_template())
    }

    /// Returns the text as written in an attribute: each literal brace of a scope is doubled. `as_str` can return the
    /// same text for a scope with braces and for a template. This method never does.
    pub(crate) fn written(self) -> Cow<'a, str> {
        if self.is_template() { self.as_str().into() } else { scopegate_grammar::escape(self.as_str()) }
    }

    /// Returns the scope, or `None` for a template. Allocates nothing.
    pub(crate) fn scope(self) -> Option<ScopeToken> {
        match self {
            Self::Const(Need::Scope(scope)) => Some(scope.into()),
            Self::Owned(OwnedNeed::Scope(scope)) => Some(scope.clone()),
            Self::Const(Need::Template(_)) | Self::Owned(OwnedNeed::Template(_)) => None,
        }
    }

    /// Returns the text of the template, or `None` for a scope. Allocates nothing.
    pub(crate) fn template(self) -> Option<Text> {
        match self {
            Self::Const(Need::Template(template)) => Some(Text::Static(template.as_str())),
            Self::Owned(OwnedNeed::Template(text)) => Some(text.clone()),
            Self::Const(Need::Scope(_)) | Self::Owned(OwnedNeed::Scope(_)) => None,
        }
    }

    /// Copies this scope or template for a requirement that is made at run time.
    pub(crate) fn into_owned(self) -> OwnedNeed {
        match self {
            Self::Const(Need::Scope(scope)) => OwnedNeed::Scope(scope.into()),
            Self::Const(Need::Template(template)) => OwnedNeed::Template(Text::Static(template.as_str())),
            Self::Owned(need) => need.clone(),
        }
    }

    pub(crate) fn is_template(self) -> bool {
        matches!(self, Self::Const(Need::Template(_)) | Self::Owned(OwnedNeed::Template(_)))
    }
}

/// A scope and a template are never equal, even if they have the same text.
impl PartialEq for NeedRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_template() == other.is_template() && self.as_str() == other.as_str()
    }
}

impl Eq for NeedRef<'_> {}

impl From<Need> for NeedRef<'_> {
    fn from(need: Need) -> Self {
        Self::Const(need)
    }
}
