//! Vocabularies: the scopes that an API defines, with the description of each.

use std::fmt;

use crate::{scope::Scope, shown::debug_as_display};

/// The scopes that an API defines. Make a vocabulary from an enum
/// with [`#[derive(Vocabulary)]`](macro@crate::Vocabulary).
///
/// If the scope of an entry has a parameter in braces, as in `tenant:{tenant}:read`, the entry declares a template.
///
/// # Examples
///
/// ```
/// use scopegate::Vocabulary;
///
/// #[derive(Clone, Copy, Vocabulary)]
/// enum FilesScope {
///     /// See your files.
///     #[scope("files:read")]
///     Read,
/// }
///
/// fn scopes<V: Vocabulary>() -> Vec<&'static str> {
///     V::ENTRIES.iter().map(|entry| entry.scope().as_str()).collect()
/// }
///
/// assert_eq!(scopes::<FilesScope>(), ["files:read"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vocabulary",
    label = "not a vocabulary",
    note = "put `#[derive(scopegate::Vocabulary)]` on an enum, with one variant for each scope"
)]
pub trait Vocabulary {
    /// The entry of each scope, in order of declaration.
    const ENTRIES: &'static [VocabularyEntry];
}

/// What a [`Vocabulary`] declares about one scope.
///
/// # Examples
///
/// ```
/// use scopegate::{Scope, VocabularyEntry};
///
/// const READ: Scope = Scope::from_static("files:read");
/// const WRITE: Scope = Scope::from_static("files:write");
///
/// const ENTRY: VocabularyEntry = VocabularyEntry::new(WRITE, "Change your files.").implies(&[READ]);
/// assert_eq!(ENTRY.implied(), [READ]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VocabularyEntry {
    scope: Scope,
    description: &'static str,
    implied: &'static [Scope],
    advertised: bool,
    baseline: bool,
}

impl VocabularyEntry {
    /// Makes the entry of `scope`. The scope implies nothing, is advertised, and is not part of the baseline.
    #[must_use]
    pub const fn new(scope: Scope, description: &'static str) -> Self {
        Self { scope, description, implied: &[], advertised: true, baseline: false }
    }

    /// Sets the scopes that this scope implies.
    #[must_use]
    pub const fn implies(self, implied: &'static [Scope]) -> Self {
        Self { implied, ..self }
    }

    /// Leaves the scope out of `scopes_supported`.
    #[must_use]
    pub const fn unadvertised(self) -> Self {
        Self { advertised: false, ..self }
    }

    /// Marks the scope as one that clients should request from the start.
    #[must_use]
    pub const fn baseline(self) -> Self {
        Self { baseline: true, ..self }
    }

    /// Returns the scope.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Tells whether the scope is a template. A template has a parameter in braces.
    pub(crate) const fn is_template(&self) -> bool {
        scopegate_grammar::is_template(self.scope.as_str())
    }

    /// Returns the scope's description for the consent page. The text is empty if the scope has no description.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the scopes that this scope implies directly, in order of declaration.
    #[must_use]
    pub const fn implied(&self) -> &'static [Scope] {
        self.implied
    }

    /// Tells whether the metadata may list the scope in `scopes_supported`.
    #[must_use]
    pub const fn is_advertised(&self) -> bool {
        self.advertised
    }

    /// Tells whether clients should request the scope from the start.
    #[must_use]
    pub const fn is_baseline(&self) -> bool {
        self.baseline
    }
}

/// The error for a string that is not the name of a scope in a [`Vocabulary`].
///
/// # Examples
///
/// ```
/// use scopegate::{UnknownScope, Vocabulary};
///
/// #[derive(Clone, Copy, Debug, Vocabulary)]
/// enum FilesScope {
///     /// See your files.
///     #[scope("files:read")]
///     Read,
/// }
///
/// let error: UnknownScope = "files:raed".parse::<FilesScope>().unwrap_err();
/// assert_eq!(error.text(), "files:raed");
/// assert_eq!(error.suggestion(), Some("files:read"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownScope {
    text: Box<str>,
    suggestion: Option<&'static str>,
}

impl UnknownScope {
    /// Makes the error for `text`, which is not a scope of `V`.
    #[must_use]
    pub fn of<V: Vocabulary>(text: &str) -> Self {
        let known = V::ENTRIES.iter().map(|entry| entry.scope().as_str());
        Self { text: text.into(), suggestion: scopegate_grammar::suggest(text, known) }
    }

    /// Returns the text that is not a scope of the vocabulary.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the most similar scope of the vocabulary, or `None` if no scope is similar to the text.
    #[must_use]
    pub const fn suggestion(&self) -> Option<&'static str> {
        self.suggestion
    }
}

/// Escapes the text, because it can come from outside the program.
impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown scope `{}`", self.text.escape_debug())?;
        match self.suggestion {
            None => Ok(()),
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
        }
    }
}

debug_as_display!(UnknownScope);

impl std::error::Error for UnknownScope {}
