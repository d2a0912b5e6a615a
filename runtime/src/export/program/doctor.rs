//! The command `doctor`, which finds out why requests are answered with 401 or 403.

use std::{
    fs::File,
    io::{self, Read, Write},
    thread,
};

use super::{Exit, USAGE};
use crate::{
    export::doctor::{Diagnosis, Doctor, Part},
    gate::Gate,
    scope::ScopeTable,
};

/// The options of the command.
#[derive(Default)]
struct Question<'a> {
    json: bool,
    introspect: bool,
    token: Option<&'a str>,
}

pub(super) fn examine(
    gate: &Gate,
    table: &ScopeTable,
    options: &[&str],
    out: &mut impl Write,
) -> Result<(), Exit> {
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
        // The diagnosis already shows the problem, so there is no text for the error stream.
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

/// Reads a token. The error does not show `file`, because users sometimes pass the token in place of a file name.
fn token_in(file: &str) -> Result<String, Exit> {
    /// The doctor reads at most this many bytes. No access token is longer.
    const MAX_LENGTH: u64 = 64 * 1024;
    let mut token = String::new();
    let read = if file == "-" {
        io::stdin().take(MAX_LENGTH).read_to_string(&mut token)
    } else {
        File::open(file).and_then(|file| file.take(MAX_LENGTH).read_to_string(&mut token))
    };
    read.map_err(|error| {
        Exit::new(3, &format!("the token cannot be read: {error}; name a file that contains it, or `-`"))
    })?;
    Ok(token)
}

/// Runs the doctor on a new thread with a runtime of its own. The exporter may already run inside a tokio runtime, and
/// tokio does not allow `block_on` there.
fn wait_for(doctor: Doctor<'_>) -> Result<Diagnosis, Exit> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| runtime.block_on(doctor.examine()))
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    let diagnosis = ended.map_err(|_| Exit::new(3, "the program panicked during the examination"))?;
    diagnosis.map_err(|error| Exit::new(3, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{StaticKeys, export::program::run};

    fn keys() -> (Gate, ScopeTable) {
        let keys = StaticKeys::new().key("reader", "sk_read", "files:read").expect("a key");
        (Gate::static_keys("files", keys), ScopeTable::default())
    }

    /// An exporter can have `#[tokio::main]`.
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
