//! The error of a lock check.

use std::{
    borrow::Cow,
    fmt, io,
    path::{Path, PathBuf},
};

use super::change::Change;
use crate::shown::debug_as_display;

/// The reason why the check of a lock failed.
///
/// For most errors, `Display` also says how to correct the problem. `Debug` writes the same text, because a failing
/// test prints the error with `Debug`.
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
    remedy: Remedy,
}

/// Whether the message advises the reader to write the lock again.
enum Remedy {
    /// This command writes the lock again.
    Command(Cow<'static, str>),
    /// The lock belongs to an older version of the program, so no command can write it again. The message calls the
    /// lock by this name.
    NoneFor(String),
}

enum Kind {
    /// The problems that keep the gate from starting. In a program with a policy but no gate, these problems keep the
    /// server from starting.
    CannotStart {
        has_gate: bool,
        problems: Vec<String>,
    },
    Missing,
    /// The changes, and a description of each pair of scopes that are spelt almost alike.
    Stale(Vec<Change>, Vec<String>),
    /// The lock file and the program's lock have the same rules, but their texts differ.
    Reworded(Difference),
    Unreadable {
        line: usize,
        text: String,
        fault: String,
    },
    File(io::Error),
}

/// The first difference between the text of a lock file and the text of the program's lock.
pub(super) struct Difference {
    /// The number and the text of the line in the file, or `None` at the end of the file.
    pub(super) file: Option<(usize, String)>,
    /// The line of the program's lock, or `None` at the end of this lock.
    pub(super) program: Option<String>,
}

impl LockError {
    pub(super) fn cannot_start(has_gate: bool, problems: Vec<String>) -> Self {
        Self::new(Kind::CannotStart { has_gate, problems })
    }

    pub(super) fn missing() -> Self {
        Self::new(Kind::Missing)
    }

    pub(super) fn stale(changes: Vec<Change>, alike: Vec<String>) -> Self {
        Self::new(Kind::Stale(changes, alike))
    }

    pub(super) fn reworded(first: Difference) -> Self {
        Self::new(Kind::Reworded(first))
    }

    pub(super) fn unreadable(line: usize, text: &str, fault: impl Into<String>) -> Self {
        Self::new(Kind::Unreadable { line, text: text.to_owned(), fault: fault.into() })
    }

    pub(super) fn file(error: io::Error) -> Self {
        Self::new(Kind::File(error))
    }

    fn new(kind: Kind) -> Self {
        Self { path: None, kind, remedy: Remedy::Command(Cow::Borrowed("UPDATE_SCOPES=1 cargo test")) }
    }

    pub(super) fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// Sets the command that writes the lock again. The default is `UPDATE_SCOPES=1 cargo test`.
    pub(in crate::export) fn mended_by(self, command: String) -> Self {
        Self { remedy: Remedy::Command(Cow::Owned(command)), ..self }
    }

    /// Turns the error into an error about an older lock. The message then refers to the lock as `name`, and does not
    /// advise the reader to write the lock again.
    pub(in crate::export) fn of_an_older_lock(self, name: String) -> Self {
        Self { remedy: Remedy::NoneFor(name), ..self }
    }

    /// Returns `true` if the lock file does not exist.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.kind, Kind::Missing)
    }

    /// Returns `true` if the lock file differs from the program.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self.kind, Kind::Stale(..) | Kind::Reworded(_))
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
        let name = match (self.path.as_deref().and_then(Path::file_name), &self.remedy) {
            (Some(name), _) => format!("`{}`", name.to_string_lossy()),
            (None, Remedy::NoneFor(name)) => name.clone(),
            (None, Remedy::Command(_)) => "the lock".to_owned(),
        };
        match &self.kind {
            Kind::CannotStart { has_gate, problems } => {
                let subject = if *has_gate { "gate" } else { "server" };
                let list = problems.join("\n- ");
                write!(
                    f,
                    "the {subject} cannot start with this table, so {name} was neither checked nor written:\n- {list}"
                )?;
            }
            Kind::Missing => write!(f, "there is no {name}")?,
            Kind::Unreadable { line, text, fault } => {
                write!(f, "line {line} of {name} cannot be read: {fault}\n  {}", text.escape_debug())?;
            }
            Kind::File(error) => match &self.path {
                Some(path) => write!(f, "{}: {error}", path.display())?,
                None => write!(f, "{error}")?,
            },
            Kind::Reworded(first) => {
                write!(f, "{name} has the same rules as the program, and only the text differs, ")?;
                write!(f, "for example the order of the lines; the first difference is {first}")?;
            }
            Kind::Stale(changes, alike) => {
                write!(f, "{name} does not match the program\n\n{}", Listed(changes))?;
                if !alike.is_empty() {
                    writeln!(f, "\nperhaps misspelt:")?;
                    alike.iter().try_for_each(|scopes| writeln!(f, "- {scopes}"))?;
                }
            }
        }
        let Remedy::Command(command) = &self.remedy else { return Ok(()) };
        match &self.kind {
            Kind::Missing => write!(f, "; write it with `{command}`, and commit it"),
            Kind::Unreadable { .. } => write!(f, "\nwrite the file again with `{command}`"),
            Kind::CannotStart { .. } | Kind::File(_) => Ok(()),
            Kind::Stale(..) => write!(f, "\nif this is meant, run `{command}` and commit {name}"),
            Kind::Reworded(_) => write!(f, "\nto write the text again, run `{command}` and commit {name}"),
        }
    }
}

/// Writes the place where the file differs from the program's lock, and the text of both at this place.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some((at, line)) => write!(f, "in line {at}:\n  in the file: {}", line.escape_debug())?,
            None => write!(f, "at the end:\n  in the file: nothing")?,
        }
        write!(f, "\n  expected:    {}", self.program.as_deref().unwrap_or("nothing"))
    }
}

/// Writes changes in groups, one change per line. The heading of a group, such as `stricter`, says how the group's
/// changes affect callers.
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
