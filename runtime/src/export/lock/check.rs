//! Compares a lock file with the table, or rewrites it.

use std::{env, fs, io, path::Path};

use super::{Lock, LockError};
use crate::scope::ScopeTable;

/// Checks that the lock at `path` says what `table` does. With `UPDATE_SCOPES=1` in the environment it writes the file.
///
/// # Errors
///
/// When there is no such file, it cannot be read or written, or it says something else. The error says in words what got
/// weaker and what stricter.
///
/// # Examples
///
/// A test that keeps the file up to date:
///
/// ```no_run
/// # fn routes() -> scopegate::Router { scopegate::Router::new() }
/// # /*
/// #[test]
/// # */
/// fn scopes_are_locked() -> Result<(), scopegate::export::LockError> {
///     scopegate::export::check_lock(&routes().table(), concat!(env!("CARGO_MANIFEST_DIR"), "/scopes.lock"))
/// }
/// ```
///
/// A test that fails:
///
/// ```text
/// Error: `scopes.lock` does not say what the routes need
///
/// weaker:
/// - `DELETE /files/{name}` no longer needs `files:admin`
///
/// if this is meant, run `UPDATE_SCOPES=1 cargo test` and commit `scopes.lock`
/// ```
pub fn check_lock(table: &ScopeTable, path: impl AsRef<Path>) -> Result<(), LockError> {
    let (path, lock) = (path.as_ref(), Lock::of(table));
    let update = env::var_os("UPDATE_SCOPES").is_some_and(|value| !value.is_empty() && value != "0");
    let result = match read(path) {
        Ok(text) if is_up_to_date(&lock, &text) => Ok(()),
        _ if update => write(&lock, path),
        Ok(text) => text.parse().and_then(|old| Err(LockError::stale(lock.changes_since(&old)))),
        Err(error) => Err(error),
    };
    result.map_err(|error| error.at(path))
}

pub(in crate::export) fn is_up_to_date(lock: &Lock, text: &str) -> bool {
    text.replace("\r\n", "\n") == lock.to_string()
}

fn read(path: &Path) -> Result<String, LockError> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LockError::missing(),
        _ => LockError::file(error),
    })
}

/// In two steps, so that whoever reads meanwhile finds the old file or the new one.
fn write(lock: &Lock, path: &Path) -> Result<(), LockError> {
    let half = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&half, lock.to_string()).and_then(|()| fs::rename(&half, path)).map_err(LockError::file)
}
