//! The program that answers `cargo scopegate`.
//!
//! ```text
//! table [--format text|json|markdown]
//! metadata [--out FOLDER]
//! check LOCK [--since OLD_LOCK]      `-` is what comes in
//! doctor [--json] [--introspect] [--token FILE]      `-` is what comes in
//! ```
//!
//! With `SCOPEGATE_EXPORT` in the environment the output begins with a line that says which protocol this is, so that
//! `cargo scopegate` can tell it from a program that does something else.

use std::{
    env, fs,
    fs::File,
    io::{self, Read, Write},
    process::ExitCode,
    thread,
};

use super::{
    check_lock,
    doctor::{Diagnosis, Doctor, Part},
    folder::write_folder,
    json,
    lock::{Listed, Lock},
    markdown,
};
use crate::{
    enforce::mistaken_templates,
    gate::Gate,
    scope::{Entry, ScopeTable},
    well_known::{Discovery, clashes_with_routes},
};

const PROTOCOL: &str = "scopegate-export 1";
const USAGE: &str = "usage: table [--format text|json|markdown] | metadata [--out FOLDER] | check LOCK [--since OLD_LOCK] | doctor [--json] [--introspect] [--token FILE]";

/// Answers the questions of `cargo scopegate`, or of whoever starts the program with the same arguments.
///
/// It is the whole of an exporter: a `[[bin]]`, or an example, that `[package.metadata.scopegate]` names.
///
/// | exit code | |
/// |---|---|
/// | 0 | all is well |
/// | 1 | the lock is missing or stale |
/// | 2 | the arguments cannot be read |
/// | 3 | the gate cannot work, or a file cannot be read or written |
/// | 4 | somebody is let through whom the older lock refuses: by a route, the policy or the gate |
/// | 5 | `doctor`: the configuration is at fault |
/// | 6 | `doctor`: an authorization server is at fault |
/// | 7 | `doctor`: the token is refused, opens nothing, or cannot be judged |
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

/// What is said on the error stream, and the exit code.
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
    if let ["doctor", options @ ..] = arguments {
        return examine(gate, table, options, out);
    }
    let discovery = Discovery::new(gate, table);
    let problems = problems(gate, table, &discovery);
    if !problems.is_empty() {
        return Err(Exit::new(3, &format!("the gate cannot work:\n- {}", problems.join("\n- "))));
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
            None => return Err(Exit::new(3, "the gate has static keys alone, so there is no metadata")),
        },
        ["metadata", "--out", folder] => {
            let files = write_folder([&discovery], folder).map_err(|error| Exit::new(3, &error))?;
            files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))?;
        }
        ["check", lock] => check(gate, table, lock, None, out)?,
        ["check", lock, "--since", old] => check(gate, table, lock, Some(old), out)?,
        _ => return Err(Exit::new(2, USAGE)),
    }
    Ok(out.flush()?)
}

/// Routes without a path are those of a constant table, whose paths nobody knows.
pub(super) fn problems(gate: &Gate, table: &ScopeTable, discovery: &Discovery) -> Vec<String> {
    let mounted: ScopeTable =
        table.entries().iter().filter(|entry| Entry::path(entry).is_some()).cloned().collect();
    let mut problems = gate.problems(table);
    problems.extend(gate.routes_outside(&mounted));
    problems.extend(mistaken_templates(gate, &mounted));
    problems.extend(clashes_with_routes(discovery, &mounted));
    problems
}

fn check(
    gate: &Gate,
    table: &ScopeTable,
    lock: &str,
    old: Option<&str>,
    out: &mut impl Write,
) -> Result<(), Exit> {
    check_lock(gate, table, lock)
        .map_err(|error| Exit::new(if error.is_missing() || error.is_stale() { 1 } else { 3 }, &error))?;
    writeln!(out, "the lock is up to date")?;
    let Some(old) = old else { return Ok(()) };
    let text = if old == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(old) };
    let old = text.map_err(|error| Exit::new(3, &format!("{old}: {error}")))?;
    let old: Lock = old.parse().map_err(|error| Exit::new(3, &error))?;
    let changes = Lock::of(gate, table).changes_since(&old);
    if changes.is_empty() {
        writeln!(out, "and says the same as before")?;
    } else {
        write!(out, "\nsince then:\n\n{}", Listed(&changes))?;
    }
    if changes.iter().any(|change| change.direction().opens()) {
        out.flush()?;
        return Err(Exit::new(4, "\nsomebody is let through who was refused before; have that reviewed"));
    }
    Ok(())
}

/// What the doctor is asked.
#[derive(Default)]
struct Question<'a> {
    json: bool,
    introspect: bool,
    token: Option<&'a str>,
}

fn examine(gate: &Gate, table: &ScopeTable, options: &[&str], out: &mut impl Write) -> Result<(), Exit> {
    let question = question(options).ok_or_else(|| Exit::new(2, USAGE))?;
    let token = question.token.map(token_in).transpose()?;
    let mut doctor = Doctor::new(gate, table);
    if let Some(token) = &token {
        doctor = doctor.token(token);
    }
    if question.introspect {
        doctor = doctor.introspect();
    }
    let diagnosis = wait_for(doctor)?;
    if question.json {
        writeln!(out, "{}", diagnosis.to_json())?;
    } else {
        write!(out, "{diagnosis}")?;
    }
    out.flush()?;
    match diagnosis.at_fault() {
        None => Ok(()),
        // What is wrong was printed.
        Some(Part::Configuration) => Err(Exit::new(5, "")),
        Some(Part::AuthorizationServer) => Err(Exit::new(6, "")),
        Some(Part::Token) => Err(Exit::new(7, "")),
    }
}

fn question<'a>(options: &[&'a str]) -> Option<Question<'a>> {
    let mut question = Question::default();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--json" => question.json = true,
            "--introspect" => question.introspect = true,
            "--token" => question.token = Some(options.next()?),
            _ => return None,
        }
    }
    Some(question)
}

/// Reads a token. Whoever takes the token itself for the name of a file should not read it in an error.
fn token_in(file: &str) -> Result<String, Exit> {
    /// Longer texts are no tokens that the gate accepts.
    const MAX_LENGTH: u64 = 64 * 1024;
    let mut token = String::new();
    let read = if file == "-" {
        io::stdin().take(MAX_LENGTH).read_to_string(&mut token)
    } else {
        File::open(file).and_then(|file| file.take(MAX_LENGTH).read_to_string(&mut token))
    };
    read.map_err(|error| {
        Exit::new(3, &format!("the token cannot be read: {error}; name a file that has it, or `-`"))
    })?;
    Ok(token)
}

/// Runs the doctor on a runtime of its own: the exporter may have one already, which must not be blocked.
fn wait_for(doctor: Doctor<'_>) -> Result<Diagnosis, Exit> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| runtime.block_on(doctor.examine()))
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    let diagnosis = ended.map_err(|_| Exit::new(3, "the program panicked while it was looked at"))?;
    diagnosis.map_err(|error| Exit::new(3, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StaticKeys;

    fn keys() -> (Gate, ScopeTable) {
        let keys = StaticKeys::new().key("reader", "sk_read", "files:read").expect("a key");
        (Gate::static_keys("files", keys), ScopeTable::default())
    }

    /// An exporter may have `#[tokio::main]`.
    #[tokio::test]
    async fn the_doctor_comes_to_a_program_with_a_runtime() {
        let (gate, table) = keys();
        let diagnosis = wait_for(Doctor::new(&gate, &table).token("sk_read")).map_err(|exit| exit.words);
        assert!(diagnosis.is_ok_and(|diagnosis| diagnosis.is_well()));
    }

    #[test]
    fn no_error_repeats_what_stands_in_place_of_a_file() {
        let (gate, table) = keys();
        for arguments in [
            &["doctor", "--token", "sk_secret"][..],
            &["doctor", "sk_secret"],
            &["doctor", "--token=sk_secret"],
            &["doctor", "--json", "--token"],
        ] {
            let mut said = Vec::new();
            let exit = run(&gate, &table, arguments, &mut said).expect_err("it is refused");
            assert!(matches!(exit.code, 2 | 3) && said.is_empty(), "{}", exit.words);
            assert!(!exit.words.contains("secret"), "{}", exit.words);
        }
    }
}
