//! `cargo scopegate` shows, exports and checks the requirements of a program's routes.
//!
//! The command does not read source code. It builds and runs the program's own exporter, which calls
//! `scopegate::export::main`.

mod arguments;
mod build;
mod error;
mod exporter;
mod package;
mod report;
mod since;
mod token;

use std::{path::Path, process::ExitCode};

use clap::Parser;

use crate::{
    arguments::{Arguments, Command},
    error::Error,
    package::Package,
};

fn main() -> ExitCode {
    let Arguments::Scopegate(arguments) = Arguments::parse();
    match run(&arguments.command, &arguments.package) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: &Command, select: &arguments::Select) -> Result<u8, Error> {
    let token = match command {
        Command::Doctor { more, .. } if !more.is_empty() => return Err(Error::TokenAsArgument),
        Command::Doctor { token: Some(file), .. } => token::read(file)?,
        _ => Vec::new(),
    };
    let package = Package::find(select)?;
    let program = build::build(&package)?;
    let ask = |arguments: &[&str]| exporter::ask(&package, &program, arguments, b"");
    match command {
        Command::Table { format } => ask(&["table", "--format", format.as_str()]),
        Command::Metadata { out: None } => ask(&["metadata"]),
        Command::Metadata { out: Some(folder) } => ask(&["metadata", "--out", &folder.to_string_lossy()]),
        Command::Check { write, lock, since } => {
            let writing = select.writing(lock.as_deref());
            let question = Question { write: *write, since: since.as_deref(), writing: &writing };
            check(&package, &program, package.lock(lock.as_deref())?, &question)
        }
        Command::Report { out, since, lock, audit } => {
            let (since, lock) = (since.as_deref(), lock.as_deref());
            report::write(&package, &program, &report::Question { out, since, lock, audit })
        }
        Command::Doctor { token: file, introspect, json, more: _ } => {
            let mut arguments = vec!["doctor"];
            arguments.extend(json.then_some("--json"));
            arguments.extend(introspect.then_some("--introspect"));
            arguments.extend(file.iter().flat_map(|_| ["--token", "-"]));
            exporter::ask(&package, &program, &arguments, &token)
        }
    }
}

/// The options of `check`.
struct Question<'a> {
    write: bool,
    since: Option<&'a str>,
    /// The command that writes the lock.
    writing: &'a str,
}

fn check(package: &Package, program: &Path, lock: &Path, question: &Question<'_>) -> Result<u8, Error> {
    let old = question.since.map(|revision| since::lock_at(lock, revision)).transpose()?;
    let lock = lock.to_string_lossy();
    let mut arguments = vec!["check", &lock, "--advise", question.writing];
    arguments.extend(question.write.then_some("--write"));
    arguments.extend(question.since.iter().flat_map(|revision| ["--since", "-", "--revision", revision]));
    exporter::ask(package, program, &arguments, &old.unwrap_or_default())
}
