//! The program that answers `cargo scopegate`.
//!
//! `cargo scopegate` sets `SCOPEGATE_EXPORT` in the environment. If this variable is set, the first line of the
//! program's output names the protocol between the program and `cargo scopegate`. If this line is missing,
//! `cargo scopegate` knows that the program does not call `export::main`.

mod check;
mod doctor;
mod report;

use std::{
    env, fs,
    io::{self, Write},
    process::ExitCode,
};

use super::{
    folder::write_folder,
    json,
    lock::{Lock, LockError},
    markdown,
    problems::problems,
};
use crate::{gate::Gate, scope::ScopeTable, well_known::Discovery};

const PROTOCOL: &str = "scopegate-export 1";
const USAGE: &str = "\
usage: one of these commands
    table [--format text|json|markdown]
    metadata [--out FOLDER]
    check LOCK [--write] [--advise COMMAND] [--since OLD_LOCK [--revision NAME]]
    report [--since OLD_LOCK [--revision NAME]] [--audit LOG]..
    doctor [--json] [--introspect] [--token FILE]";

/// Answers the commands of `cargo scopegate`.
///
/// The program is called the exporter, and its `main` only needs to call this function. The exporter is a `[[bin]]` or
/// an example, and `[package.metadata.scopegate]` contains the exporter's name.
///
/// You can also start the exporter yourself, as in `cargo run --bin export-scopes -- check scopes.lock`. The exporter
/// prints these commands if you pass `--help`:
///
/// ```text
/// table [--format text|json|markdown]
/// metadata [--out FOLDER]
/// check LOCK [--write] [--advise COMMAND] [--since OLD_LOCK [--revision NAME]]
/// report [--since OLD_LOCK [--revision NAME]] [--audit LOG]..
/// doctor [--json] [--introspect] [--token FILE]
/// ```
///
/// These arguments differ from the arguments of `cargo scopegate`. `LOCK`, `OLD_LOCK` and `FILE` are paths of files.
/// `LOG` is the path of a file or of a folder with `.jsonl` files. In `cargo scopegate`, `--since` takes a git
/// revision, but `OLD_LOCK` is a path. `NAME` is the name that messages use for the older lock. `COMMAND` is the
/// command that writes the lock. Messages advise the reader to run this command. For `OLD_LOCK` and `FILE`, `-` stands
/// for standard input. `report` prints JSON, and `cargo scopegate` makes the page from it.
///
/// | exit code | |
/// |---|---|
/// | 0 | success |
/// | 1 | the lock is missing, stale or unreadable |
/// | 2 | the arguments cannot be read |
/// | 3 | the gate cannot start with the table, or a file cannot be read or written |
/// | 4 | `check --since`: a route, the policy or the gate lets in callers that were refused before |
/// | 5 | `doctor`: the configuration is at fault |
/// | 6 | `doctor`: an authorization server is at fault |
/// | 7 | `doctor`: the token is rejected, opens no operation, or cannot be checked |
///
/// # Examples
///
/// ```no_run
/// use std::process::ExitCode;
/// # use scopegate::{Gate, Router, StaticKeys};
/// # fn routes() -> Router { Router::new() }
/// # fn gate() -> Gate { Gate::static_keys("files", StaticKeys::new()) }
///
/// fn main() -> ExitCode {
///     scopegate::export::main(&gate(), &routes().table())
/// }
/// ```
///
/// ```toml
/// [package.metadata.scopegate]
/// bin = "export-scopes"
/// ```
#[must_use]
pub fn main(gate: &Gate, table: &ScopeTable) -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = run(gate, table, &arguments, &mut io::stdout().lock());
    if let Err(Exit { words, .. }) = &outcome
        && !words.is_empty()
    {
        eprintln!("{words}");
    }
    outcome.err().map_or(ExitCode::SUCCESS, |failure| ExitCode::from(failure.code))
}

/// The exit code, and the text for the error stream.
struct Exit {
    code: u8,
    words: String,
}

impl Exit {
    fn new(code: u8, words: &(impl ToString + ?Sized)) -> Self {
        Self { code, words: words.to_string() }
    }
}

impl From<io::Error> for Exit {
    fn from(error: io::Error) -> Self {
        Self::new(3, &error)
    }
}

fn run(gate: &Gate, table: &ScopeTable, arguments: &[&str], out: &mut impl Write) -> Result<(), Exit> {
    if env::var_os("SCOPEGATE_EXPORT").is_some() {
        writeln!(out, "{PROTOCOL}")?;
    }
    if arguments.iter().any(|argument| matches!(*argument, "-h" | "--help")) {
        return Ok(writeln!(out, "{USAGE}")?);
    }
    if let ["doctor", options @ ..] = arguments {
        return doctor::examine(gate, table, options, out);
    }
    let discovery = Discovery::new(gate, table);
    let problems = problems(gate, table, &discovery);
    if !problems.is_empty() {
        return Err(Exit::new(
            3,
            &format!("the gate cannot start with this table:\n- {}", problems.join("\n- ")),
        ));
    }
    match arguments {
        ["table"] | ["table", "--format", "text"] => write!(out, "{table}")?,
        ["table", "--format", "json"] => writeln!(out, "{}", json(gate, table))?,
        ["table", "--format", "markdown"] => write!(out, "{}", markdown(gate, table))?,
        ["metadata"] => match discovery.document() {
            Some(document) => out.write_all(document).and_then(|()| writeln!(out))?,
            None if discovery.is_of_family() => {
                let family = "the gate has a family of resources, each with a document of its own; ask the running program for one of them";
                return Err(Exit::new(3, family));
            }
            None => return Err(Exit::new(3, "the gate has only static keys, so there is no metadata")),
        },
        ["metadata", "--out", folder] => {
            let files = write_folder([&discovery], folder).map_err(|error| Exit::new(3, &error))?;
            files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))?;
        }
        ["check", lock, options @ ..] if !lock.starts_with('-') => {
            check::check(gate, table, lock, options, out)?;
        }
        ["report", options @ ..] => report::answer(gate, table, options, out)?,
        _ => return Err(Exit::new(2, USAGE)),
    }
    Ok(out.flush()?)
}

/// Reads the lock of an older version of the program. `revision` is the git revision of this lock, if it is known.
fn older(path: &str, revision: Option<&str>) -> Result<Lock, Exit> {
    let text = if path == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let text = text.map_err(|error| {
        Exit::new(3, &format!("the older lock `{path}` cannot be read: {error}; pass the path of a file"))
    })?;
    let name = match revision {
        Some(revision) => format!("the lock at revision `{revision}`"),
        None if path == "-" => "the lock on standard input".to_owned(),
        None => format!("`{path}`"),
    };
    text.parse().map_err(|error: LockError| Exit::new(3, &error.of_an_older_lock(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StaticKeys;

    fn answer(arguments: &[&str]) -> (u8, String) {
        let gate = Gate::static_keys("files", StaticKeys::new());
        let mut said = Vec::new();
        match run(&gate, &ScopeTable::default(), arguments, &mut said) {
            Ok(()) => (0, String::from_utf8(said).expect("a text")),
            Err(exit) => (exit.code, exit.words),
        }
    }

    #[test]
    fn help_is_no_lock() {
        for arguments in [&["--help"][..], &["-h"], &["check", "--help"], &["doctor", "--help"]] {
            assert_eq!(answer(arguments), (0, format!("{USAGE}\n")), "{arguments:?}");
        }
    }

    #[test]
    fn without_a_lock_check_shows_the_usage() {
        for arguments in [&["check"][..], &["check", "--write"], &["check", "--since", "old.lock"], &[]] {
            assert_eq!(answer(arguments), (2, USAGE.to_owned()), "{arguments:?}");
        }
    }
}
