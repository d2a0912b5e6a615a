//! Vocabularies: the scopes that an API knows, and what it says of each.

use std::fmt;

use crate::scope::Scope;

/// The scopes that an API knows. [`#[derive(Vocabulary)]`](macro@crate::Vocabulary) makes it from an enum.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vocabulary",
    label = "not a vocabulary",
    note = "put `#[derive(scopegate::Vocabulary)]` on an enum, one variant a scope"
)]
pub trait Vocabulary {
    /// What is said of each scope, in order of declaration.
    const ENTRIES: &'static [VocabularyEntry];
}

/// What a [`Vocabulary`] says of one scope.
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
    /// Describes `scope`, which implies nothing, is advertised and is not part of the baseline.
    #[must_use]
    pub const fn new(scope: Scope, description: &'static str) -> Self {
        Self { scope, description, implied: &[], advertised: true, baseline: false }
    }

    /// Says which scopes a holder of this one has as well.
    #[must_use]
    pub const fn implies(self, implied: &'static [Scope]) -> Self {
        Self { implied, ..self }
    }

    /// Leaves the scope out of what clients are told that there is.
    #[must_use]
    pub const fn unadvertised(self) -> Self {
        Self { advertised: false, ..self }
    }

    /// Makes the scope one that a client does well to ask for from the start.
    #[must_use]
    pub const fn baseline(self) -> Self {
        Self { baseline: true, ..self }
    }

    /// Returns the scope.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns what the scope allows, in words for the person who is asked for consent; empty if nothing is said.
    #[must_use]
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the scopes that this one implies directly, in order of declaration.
    #[must_use]
    pub const fn implied(&self) -> &'static [Scope] {
        self.implied
    }

    /// Tells whether clients are told that the scope exists.
    #[must_use]
    pub const fn is_advertised(&self) -> bool {
        self.advertised
    }

    /// Tells whether a client does well to ask for the scope from the start.
    #[must_use]
    pub const fn is_baseline(&self) -> bool {
        self.baseline
    }
}

/// The reason why a text is not a scope of a [`Vocabulary`]: there is none of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScope {
    text: Box<str>,
    suggestion: Option<&'static str>,
}

impl UnknownScope {
    /// Says that `text` is no scope of `V`.
    #[must_use]
    pub fn of<V: Vocabulary>(text: &str) -> Self {
        let known = V::ENTRIES.iter().map(|entry| entry.scope().as_str());
        Self { text: text.into(), suggestion: scopegate_grammar::suggest(text, known) }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the scope that the text may have meant.
    #[must_use]
    pub const fn suggestion(&self) -> Option<&'static str> {
        self.suggestion
    }
}

/// Writes the text escaped, since it may come from outside.
impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown scope `{}`", self.text.escape_debug())?;
        match self.suggestion {
            None => Ok(()),
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
        }
    }
}

impl std::error::Error for UnknownScope {}
