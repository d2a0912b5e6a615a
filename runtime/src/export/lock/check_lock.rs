//! Compares a lock file with the program. Can also write the file if the file is missing or outdated.

use std::{env, fs, io, path::Path};

use super::{Lock, LockError, change::Change, error::Difference, rules};
use crate::{export::Admission, scope::ScopeTable};

/// Checks that the lock file at `path` matches `admission` and `table`. `admission` is a `&Gate` or a `&Policy`. With
/// `UPDATE_SCOPES=1` in the environment, this function writes the file if the file is missing or does not match. Empty
/// lines and lines that begin with `#` are not compared.
///
/// # Errors
///
/// Fails if the gate cannot start with `table`, or if [`Policy::check`](crate::Policy::check) fails. The error lists
/// all problems. If there are any problems, this function neither compares nor writes the file.
///
/// Fails if the file cannot be read or written. Without `UPDATE_SCOPES=1`, also fails if the file does not exist or
/// differs from the program. If the file differs, the error lists which rules became weaker and which became stricter.
///
/// # Examples
///
/// To keep the file up to date, write a test:
///
/// ```no_run
/// # use scopegate::{Gate, Router, StaticKeys};
/// # fn gate() -> Gate { Gate::static_keys("files", StaticKeys::new()) }
/// # fn routes() -> Router { Router::new() }
/// use scopegate::export::{LockError, check_lock};
///
/// # /*
/// #[test]
/// # */
/// fn scopes_are_locked() -> Result<(), LockError> {
///     check_lock(&gate(), &routes().table(), concat!(env!("CARGO_MANIFEST_DIR"), "/scopes.lock"))
/// }
/// ```
///
/// You can also pass an MCP server's table. A program with routes and an MCP server behind one gate has one lock for
/// both. A program with several gates has a lock for each gate.
///
/// ```no_run
/// # #[cfg(feature = "mcp")]
/// # mod server {
/// # use scopegate::{Gate, Router, StaticKeys, export::{LockError, check_lock}};
/// # fn gate() -> Gate { Gate::static_keys("files", StaticKeys::new()) }
/// # fn routes() -> Router { Router::new() }
/// use scopegate::{Requirement, mcp::{McpTable, Operation}, mcp_table, requirement};
///
/// const READ: Requirement = requirement!("files:read");
/// const TABLE: McpTable = mcp_table![Operation::tool("list_files", READ), Operation::resource("file:///{name}", READ)];
///
/// # /*
/// #[test]
/// # */
/// fn tools_are_locked() -> Result<(), LockError> {
///     check_lock(&gate(), &TABLE.to_scope_table(), "scopes.lock")
/// }
///
/// # /*
/// #[test]
/// # */
/// fn routes_and_tools_are_locked() -> Result<(), LockError> {
///     check_lock(&gate(), &routes().table().and(&TABLE.to_scope_table()), "scopes.lock")
/// }
/// # }
/// ```
///
/// For a program without a gate, such as an MCP server over stdio, pass the policy as `admission`.
///
/// If the lock does not match, the test fails with a message like this:
///
/// ```text
/// Error: `scopes.lock` does not match the program
///
/// weaker:
/// - `DELETE /files/{name}` no longer needs `files:admin`
///
/// if this is meant, run `UPDATE_SCOPES=1 cargo test` and commit `scopes.lock`
/// ```
///
/// If the policy has no vocabulary, the error also names scopes that are spelt almost alike, such as `files:raed` and
/// `files:read`. At startup, the gate also logs a warning about these scopes.
pub fn check_lock<'a>(
    admission: impl Into<Admission<'a>>,
    table: &ScopeTable,
    path: impl AsRef<Path>,
) -> Result<(), LockError> {
    let (admission, path) = (admission.into(), path.as_ref());
    let problems = admission.problems(table);
    if !problems.is_empty() {
        return Err(LockError::cannot_start(admission.gate().is_some(), problems).at(path));
    }
    let writes = env::var_os("UPDATE_SCOPES").is_some_and(|value| !value.is_empty() && value != "0");
    check_or_write(admission, table, path, writes).map(drop)
}

/// The result of a check that did not fail.
pub(in crate::export) enum Checked {
    UpToDate,
    /// The file was written. `None` means that the old file could not be read as a lock, so the changes are unknown.
    Written(Option<Vec<Change>>),
}

/// Compares the lock file with `admission` and `table`. Call this function only if these two have no problems. If
/// `writes` is set, the function creates a missing file, and replaces a file that does not match.
pub(in crate::export) fn check_or_write(
    admission: Admission<'_>,
    table: &ScopeTable,
    path: &Path,
    writes: bool,
) -> Result<Checked, LockError> {
    let lock = Lock::of(admission, table);
    let changes = |text: &str| text.parse().map(|old| lock.changes_since(&old));
    let compared = read(path).map(|text| (difference(&text, &lock.to_string()), text));
    let result = match compared {
        Ok((None, _)) => Ok(Checked::UpToDate),
        old if writes => {
            let changes = match old {
                Err(error) if error.is_missing() => Some(Vec::new()),
                old => old.and_then(|(_, text)| changes(&text)).ok(),
            };
            write(&lock, path).map(|()| Checked::Written(changes))
        }
        Ok((Some(first), text)) => changes(&text).and_then(|changes| {
            let alike = admission.policy().alike(table).iter().map(ToString::to_string).collect();
            Err(if changes.is_empty() {
                LockError::reworded(first)
            } else {
                LockError::stale(changes, alike)
            })
        }),
        Err(error) => Err(error),
    };
    result.map_err(|error| error.at(path))
}

/// Finds the first difference between the rules in `text` and the rules in `expected`. `text` is the text of a lock
/// file, and `expected` is the text of the program's lock.
fn difference(text: &str, expected: &str) -> Option<Difference> {
    let (mut of_file, mut of_program) = (rules(text), rules(expected));
    loop {
        let (file, program) = (of_file.next(), of_program.next().map(|(_, line)| line));
        if file.is_none() && program.is_none() {
            return None;
        }
        if file.map(|(_, line)| line) != program {
            let owned = |(at, line): (usize, &str)| (at, line.to_owned());
            return Some(Difference { file: file.map(owned), program: program.map(str::to_owned) });
        }
    }
}

fn read(path: &Path) -> Result<String, LockError> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LockError::missing(),
        _ => LockError::file(error),
    })
}

/// Writes a temporary file and then renames it, so that a concurrent reader sees either the old file or the new one.
fn write(lock: &Lock, path: &Path) -> Result<(), LockError> {
    let half = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&half, lock.to_string()).and_then(|()| fs::rename(&half, path)).map_err(LockError::file)
}
