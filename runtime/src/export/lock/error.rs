//! The error of a lock check.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::change::Change;
use crate::shown::debug_as_display;

/// The reason why the check of a lock failed.
///
/// `Display` also says how to correct the problem. `Debug` writes the same text, because a failing test prints the
/// error with `Debug`.
///
/// # Examples
///
/// ```
/// use scopegate::export::{Lock, LockError};
///
/// let error: LockError = "GET".parse::<Lock>().unwrap_err();
/// assert!(!error.is_missing() && !error.is_stale());
/// assert!(error.to_string().starts_with("line 1 of the lock cannot be read: a path is missing"));
/// ```
pub struct LockError {
    path: Option<PathBuf>,
    kind: Kind,
    /// The command that writes the lock again, or `None` for the lock of an older version of the program.
    command: Option<&'static str>,
}

enum Kind {
    Missing,
    /// The changes, and a description of each pair of scopes that are spelt almost alike.
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
        Self::new(Kind::Missing)
    }

    pub(super) fn stale(changes: Vec<Change>, alike: Vec<String>) -> Self {
        Self::new(Kind::Stale(changes, alike))
    }

    pub(super) fn unreadable(line: usize, text: &str, fault: impl Into<String>) -> Self {
        Self::new(Kind::Unreadable { line, text: text.to_owned(), fault: fault.into() })
    }

    pub(super) fn file(error: io::Error) -> Self {
        Self::new(Kind::File(error))
    }

    fn new(kind: Kind) -> Self {
        Self { path: None, kind, command: Some("cargo test") }
    }

    pub(super) fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// Sets the command that writes the lock again. The default is `cargo test`.
    pub(in crate::export) fn mended_by(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }

    /// Makes the error name the older lock, and leave out the advice to write the lock again.
    pub(in crate::export) fn of_an_older_lock(self) -> Self {
        Self { command: None, ..self }
    }

    /// Returns `true` if the lock file does not exist.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing)
    }

    /// Returns `true` if the lock file differs from the program.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self.kind, Kind::Stale(..))
    }

    /// Returns `true` if the file system does not let the program read or write the file.
    pub(in crate::export) const fn is_of_file_system(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }

    /// Returns the differences between a stale lock file and the program. The list is empty if the rules are the same
    /// and only the text of the file differs.
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
        let name = match self.path.as_deref().and_then(Path::file_name) {
            Some(name) => format!("`{}`", name.to_string_lossy()),
            None if self.command.is_none() => "the older lock".to_owned(),
            None => "the lock".to_owned(),
        };
        match &self.kind {
            Kind::Missing => write!(f, "there is no {name}")?,
            Kind::Unreadable { line, text, fault } => {
                write!(f, "line {line} of {name} cannot be read: {fault}\n  {}", text.escape_debug())?;
            }
            Kind::File(error) => match &self.path {
                Some(path) => write!(f, "{}: {error}", path.display())?,
                None => write!(f, "{error}")?,
            },
            Kind::Stale(changes, alike) => {
                if changes.is_empty() {
                    write!(f, "{name} has the same meaning as the program, but another spelling")?;
                } else {
                    write!(f, "{name} does not match the program\n\n{}", Listed(changes))?;
                }
                if !alike.is_empty() {
                    writeln!(f, "\nperhaps misspelt:")?;
                    alike.iter().try_for_each(|scopes| writeln!(f, "- {scopes}"))?;
                }
            }
        }
        let Some(command) = self.command else { return Ok(()) };
        match &self.kind {
            Kind::Missing => write!(f, "; write it with `UPDATE_SCOPES=1 {command}`, and commit it"),
            Kind::Unreadable { .. } => write!(f, "\nwrite the file again with `UPDATE_SCOPES=1 {command}`"),
            Kind::File(_) => Ok(()),
            Kind::Stale(..) => {
                write!(f, "\nif this is meant, run `UPDATE_SCOPES=1 {command}` and commit {name}")
            }
        }
    }
}

/// Writes changes in groups, one change per line. The heading of a group names the effect of its changes on callers,
/// such as `stricter`.
pub(in crate::export) struct Listed<'a>(pub(in crate::export) &'a [Change]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chunk_by(|one, other| one.direction() == other.direction()).try_for_each(|group| {
            group.first().map_or(Ok(()), |change| writeln!(f, "{}:", change.direction()))?;
            group.iter().try_for_each(|change| writeln!(f, "- {change}"))
        })
    }
}

debug_as_display!(LockError);

impl std::error::Error for LockError {}
