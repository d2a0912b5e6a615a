//! Runs the command `check`, which compares the program with its lock. With `--since`, the command also compares the
//! program with an older lock.

use std::{env, io::Write};

use super::{Exit, USAGE, older};
use crate::{
    export::lock::{Checked, Listed, Lock, LockError, check_or_write},
    gate::Gate,
    scope::ScopeTable,
};

/// The options of the command.
#[derive(Default)]
struct Question<'a> {
    write: bool,
    since: Option<&'a str>,
    /// The name that messages use for the older lock.
    revision: Option<&'a str>,
    /// The command that writes the lock. Messages advise the reader to run this command.
    command: Option<&'a str>,
}

pub(super) fn check(
    gate: &Gate,
    table: &ScopeTable,
    lock: &str,
    options: &[&str],
    out: &mut impl Write,
) -> Result<(), Exit> {
    let Question { write, since, revision, command } =
        question(options).ok_or_else(|| Exit::new(2, USAGE))?;
    let name = revision.or(since).map(|name| if name == "-" { "standard input" } else { name });
    let checked = check_or_write(gate.into(), table, lock.as_ref(), write);
    let command = || command.map_or_else(|| self_with_write(lock), str::to_owned);
    let checked = checked.map_err(|error| exit_of(&error.mended_by(command()), name))?;
    writeln!(out, "{}", words(&checked, lock))?;
    match since.zip(name) {
        Some((old, name)) => compare(&Lock::of(gate, table), &older(old, revision)?, name, out),
        None => Ok(()),
    }
}

fn question<'a>(options: &[&'a str]) -> Option<Question<'a>> {
    let mut question = Question::default();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--write" => question.write = true,
            "--since" => question.since = Some(options.next()?),
            "--advise" => question.command = Some(options.next()?),
            "--revision" => question.revision = Some(options.next()?),
            _ => return None,
        }
    }
    (question.revision.is_none() || question.since.is_some()).then_some(question)
}

/// Returns the command that starts this exporter again to write the lock. Messages show this command to a person who
/// started the exporter without `cargo scopegate`.
fn self_with_write(lock: &str) -> String {
    let program = env::args_os().next().unwrap_or_default();
    format!("{} check {lock} --write", program.display())
}

/// Returns the exit for a lock that cannot be compared or is out of date. `since` is the name of the older lock.
fn exit_of(error: &LockError, since: Option<&str>) -> Exit {
    match since {
        _ if error.is_of_file_system() => Exit::new(3, error),
        None => Exit::new(1, error),
        Some(name) => {
            let since = format!("changes since `{name}` are not listed until the lock is up to date");
            Exit::new(1, &format!("{error}\n{since}"))
        }
    }
}

/// Describes what happened to the file at `path`.
fn words(checked: &Checked, path: &str) -> String {
    match checked {
        Checked::UpToDate => "the lock is up to date".to_owned(),
        Checked::Written(None) => {
            format!(
                "wrote `{path}`; the old file could not be read, so the changes are unknown; review and commit it"
            )
        }
        Checked::Written(Some(changes)) if changes.is_empty() => format!("wrote `{path}`; commit it"),
        Checked::Written(Some(changes)) => {
            format!(
                "wrote `{path}`, with these changes:\n\n{}\nreview these changes, and commit the file",
                Listed(changes)
            )
        }
    }
}

/// Lists what has changed in `lock` since `old`.
fn compare(lock: &Lock, old: &Lock, name: &str, out: &mut impl Write) -> Result<(), Exit> {
    let changes = lock.changes_since(old);
    if changes.is_empty() {
        writeln!(out, "nothing has changed since `{name}`")?;
    } else {
        write!(out, "\nchanges since `{name}`:\n\n{}", Listed(&changes))?;
    }
    if changes.iter().any(|change| change.direction().opens()) {
        out.flush()?;
        let advice = "\ncallers who were refused before are now let in; have these changes reviewed";
        return Err(Exit::new(4, advice));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StaticKeys;

    #[test]
    fn a_file_that_cannot_be_read_ends_with_its_error() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let gate = Gate::static_keys("files", StaticKeys::new());
        let exit = check(&gate, &ScopeTable::default(), folder, &["--since", "main"], &mut Vec::new());
        let exit = exit.expect_err("a folder is no lock");
        assert_eq!(exit.code, 3);
        assert!(exit.words.starts_with(folder) && !exit.words.contains('\n'), "{}", exit.words);
    }
}
