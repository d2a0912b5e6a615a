//! Reads the lock of a git revision.

use std::{path::Path, process::Command};

use crate::error::Error;

/// Returns the text that the file `lock` has at a git revision.
pub(crate) fn lock_at(lock: &Path, revision: &str) -> Result<Vec<u8>, Error> {
    let failed = |why: String| Error::Revision { revision: revision.to_owned(), why };
    if revision.starts_with('-') {
        return Err(failed("a revision does not begin with `-`".to_owned()));
    }
    let (folder, name) = lock.parent().zip(lock.file_name()).unwrap_or((Path::new("."), lock.as_os_str()));
    let object = format!("{revision}:./{}", name.to_string_lossy());
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).arg("show").arg(&object);
    let output = command.output().map_err(|error| failed(format!("git cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    if is_unknown(folder, &format!("{revision}^{{tree}}")) {
        return Err(Error::NoRevision(revision.to_owned()));
    }
    if is_unknown(folder, &object) {
        let lock = name.to_string_lossy().into_owned();
        return Err(Error::NoLock { revision: revision.to_owned(), lock });
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Tells whether `folder` is in a git repository that does not contain `object`.
fn is_unknown(folder: &Path, object: &str) -> bool {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["rev-parse", "--verify", "--quiet", object]);
    // With `--quiet`, git writes nothing about an unknown object, but writes an error about any other failure, for
    // example outside a repository.
    command.output().is_ok_and(|output| !output.status.success() && output.stderr.is_empty())
}
