//! Reads the lock of a git revision.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::error::Error;

/// Returns the text that the file `lock` has at a git revision.
pub(crate) fn lock_at(lock: &Path, revision: &str) -> Result<Vec<u8>, Error> {
    let failed = |why: String| Error::Revision { revision: revision.to_owned(), why };
    if revision.starts_with('-') {
        return Err(failed("a revision does not begin with `-`".to_owned()));
    }
    let (folder, name) = lock.parent().zip(lock.file_name()).unwrap_or((Path::new("."), lock.as_os_str()));
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
        output.map_err(|error| failed(format!("git cannot be started: {error}")))
    };
    let find = |object: &str| git(&["rev-parse", "--verify", "--quiet", object]);
    // Without this check, an empty text or `:0` would name git's index in place of a revision.
    let tree = find(&format!("{revision}^{{tree}}"))?;
    if is_unknown(&tree) {
        return Err(Error::NoRevision(revision.to_owned()));
    }
    if !tree.status.success() {
        return Err(failed(message(&tree)));
    }
    let object = format!("{revision}:./{}", name.to_string_lossy());
    let shown = git(&["show", &object])?;
    if shown.status.success() {
        return Ok(shown.stdout);
    }
    if is_unknown(&find(&object)?) {
        let lock = name.to_string_lossy().into_owned();
        return Err(Error::NoLock { revision: revision.to_owned(), lock });
    }
    Err(failed(message(&shown)))
}

/// Tells whether `git rev-parse --verify --quiet` failed because the repository does not contain the object. With
/// `--quiet`, git writes nothing about an unknown object. If the command fails for any other reason, such as a call
/// outside a repository, git writes an error.
fn is_unknown(found: &Output) -> bool {
    !found.status.success() && found.stderr.is_empty()
}

fn message(failed: &Output) -> String {
    String::from_utf8_lossy(&failed.stderr).trim().to_owned()
}
