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
        Command::Check { write, since } => check(&package, &program, *write, since.as_deref()),
        Command::Report { out, since, audit } => {
            report::write(&package, &program, &report::Question { out, since: since.as_deref(), audit })
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

fn check(package: &Package, program: &Path, write: bool, since: Option<&str>) -> Result<u8, Error> {
    let old = since.map(|revision| since::lock_at(package, revision)).transpose()?;
    let lock = package.lock().to_string_lossy();
    let mut arguments = vec!["check", &lock];
    arguments.extend(write.then_some("--write"));
    arguments.extend(since.iter().flat_map(|revision| ["--since", "-", "--revision", revision]));
    exporter::ask(package, program, &arguments, &old.unwrap_or_default())
}
