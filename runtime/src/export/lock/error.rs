//! Why a lock is not what it should be.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::change::Change;

/// The reason why a lock does not hold.
///
/// `Display` says what to do; `Debug` is the same, so that a test that fails with it can be read.
pub struct LockError {
    path: Option<PathBuf>,
    kind: Kind,
}

enum Kind {
    Missing,
    /// With the scopes that are spelt almost alike, in words.
    Stale(Vec<Change>, Vec<String>),
    Unreadable {
        line: usize,
        text: String,
        fault: String,
    },
    File(io::Error),
}

impl LockError {
    pub(super) fn missing() -> Self {
        Self { path: None, kind: Kind::Missing }
    }

    pub(super) fn stale(changes: Vec<Change>, alike: Vec<String>) -> Self {
        Self { path: None, kind: Kind::Stale(changes, alike) }
    }

    pub(super) fn unreadable(line: usize, text: &str, fault: impl Into<String>) -> Self {
        Self { path: None, kind: Kind::Unreadable { line, text: text.to_owned(), fault: fault.into() } }
    }

    pub(super) fn file(error: io::Error) -> Self {
        Self { path: None, kind: Kind::File(error) }
    }

    pub(super) fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// Tells whether there is no such file.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing)
    }

    /// Tells whether the file says something else than the program.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self.kind, Kind::Stale(..))
    }

    /// Returns what is different, if the lock is stale; nothing where the same is written differently.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        match &self.kind {
            Kind::Stale(changes, _) => changes,
            _ => &[],
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self
            .path
            .as_deref()
            .and_then(Path::file_name)
            .map_or("the lock".into(), |name| format!("`{}`", name.to_string_lossy()));
        match &self.kind {
            Kind::Missing => {
                write!(f, "there is no {name}; write it with `UPDATE_SCOPES=1 cargo test`, and commit it")
            }
            Kind::Unreadable { line, text, fault } => write!(
                f,
                "line {line} of {name} cannot be read: {fault}\n  {}\nwrite the file again with `UPDATE_SCOPES=1 cargo test`",
                text.escape_debug(),
            ),
            Kind::File(error) => match &self.path {
                Some(path) => write!(f, "{}: {error}", path.display()),
                None => write!(f, "{error}"),
            },
            Kind::Stale(changes, alike) => {
                if changes.is_empty() {
                    write!(f, "{name} says the same as the program, but is written differently")?;
                } else {
                    write!(f, "{name} does not say whom the program lets in\n\n{}", Listed(changes))?;
                }
                if !alike.is_empty() {
                    writeln!(f, "\nperhaps misspelt:")?;
                    alike.iter().try_for_each(|scopes| writeln!(f, "- {scopes}"))?;
                }
                write!(f, "\nif this is meant, run `UPDATE_SCOPES=1 cargo test` and commit {name}")
            }
        }
    }
}

/// Writes changes below headings, one line each.
pub(in crate::export) struct Listed<'a>(pub(in crate::export) &'a [Change]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chunk_by(|one, other| one.direction() == other.direction()).try_for_each(|group| {
            group.first().map_or(Ok(()), |change| writeln!(f, "{}:", change.direction()))?;
            group.iter().try_for_each(|change| writeln!(f, "- {change}"))
        })
    }
}

impl fmt::Debug for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LockError {}
