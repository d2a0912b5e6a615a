//! The errors of the subcommand.

use std::{fmt, io, path::PathBuf};

/// The reason why the subcommand fails.
#[derive(Debug)]
pub(crate) enum Error {
    Cargo(io::Error),
    Metadata(String),
    NoPackage(String),
    Settings { package: String, why: String },
    Several(Vec<String>),
    NoExporter { package: Option<String> },
    NoTarget { package: String, kind: &'static str, name: String },
    NoSuchTarget { package: Option<String>, kind: &'static str, name: String },
    WhichLock { kind: &'static str, name: String },
    Build { package: String, kind: &'static str, name: String },
    NotAnExporter { name: String },
    Exporter { name: String, why: String },
    NoRevision(String),
    NoLock { revision: String, lock: String },
    Revision { revision: String, why: String },
    Token(io::Error),
    TokenAsArgument,
    Report { name: String, why: String },
    Write { path: PathBuf, error: io::Error },
    Print(io::Error),
}

impl Error {
    pub(crate) const NO_ANSWER: u8 = 3;

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::TokenAsArgument | Self::WhichLock { .. } => 2,
            _ => Self::NO_ANSWER,
        }
    }
}

const MAIN: &str = concat!(
    "    fn main() -> std::process::ExitCode {\n",
    "        scopegate::export::main(&gate(), &routes().table())\n",
    "    }",
);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cargo(error) => write!(f, "cargo cannot be started: {error}"),
            Self::Metadata(why) => write!(f, "cargo cannot read the package: {why}"),
            Self::Settings { package, why } => {
                write!(f, "`[package.metadata.scopegate]` of package `{package}` cannot be read: {why}")
            }
            Self::NoPackage(name) => write!(f, "the workspace has no package `{name}`"),
            Self::Several(names) => {
                write!(
                    f,
                    "several packages have an exporter; choose one with `--package`: {}",
                    names.join(", ")
                )
            }
            Self::NoExporter { package } => {
                match package {
                    Some(name) => write!(f, "package `{name}` has no exporter")?,
                    None => f.write_str("no package of the workspace has an exporter")?,
                }
                write!(
                    f,
                    "\n\nadd to the package's Cargo.toml, and enable scopegate's feature `export`:\n\n    \
                     [package.metadata.scopegate]\n    bin = \"export-scopes\"\n\n\
                     and write src/bin/export-scopes.rs:\n\n{MAIN}"
                )
            }
            Self::NoTarget { package, kind, name } => {
                write!(
                    f,
                    "package `{package}` names the {kind} `{name}` as its exporter, but has no such {kind}"
                )
            }
            Self::NoSuchTarget { package, kind, name } => {
                match package {
                    Some(package) => write!(f, "package `{package}`")?,
                    None => f.write_str("no package of the workspace")?,
                }
                let has = if package.is_some() { "has no" } else { "has the" };
                write!(f, " {has} {kind} `{name}`; correct `--{kind}`")
            }
            Self::WhichLock { kind, name } => write!(
                f,
                "Cargo.toml does not name the {kind} `{name}` as the exporter, so the path of the lock is unknown; name the path with `--lock FILE`"
            ),
            Self::Build { package, kind, name } => {
                write!(f, "the exporter of package `{package}`, the {kind} `{name}`, does not build")
            }
            Self::NotAnExporter { name } => {
                write!(
                    f,
                    "`{name}` ran, but did not answer as an exporter; write its `main` as\n\n{MAIN}"
                )
            }
            Self::Exporter { name, why } => write!(f, "the exporter `{name}` failed: {why}"),
            Self::NoRevision(revision) => write!(
                f,
                "git knows no revision `{revision}`; name a commit, a branch or a tag, and fetch it if this clone lacks it"
            ),
            Self::NoLock { revision, lock } => write!(
                f,
                "revision `{revision}` has no `{lock}`, so there is nothing to compare with; name a revision in which the lock is committed"
            ),
            Self::Revision { revision, why } => write!(f, "git cannot read the lock at revision `{revision}`: {why}"),
            Self::Token(error) => {
                write!(f, "the file of `--token` cannot be read: {error}; write the token to a file, and pass the path of this file")
            }
            Self::TokenAsArgument => f.write_str(
                "a token cannot be an argument, because shells save arguments and other users can read them; write it to a file for `--token`, or pass it on standard input with `--token -`",
            ),
            Self::Report { name, why } => {
                write!(f, "this version cannot read the report of `{name}`: {why}; install the version of `cargo-scopegate` that matches its `scopegate`")
            }
            Self::Write { path, error } => write!(f, "cannot write {}: {error}", path.display()),
            Self::Print(error) => write!(f, "the answer cannot be printed: {error}"),
        }
    }
}

impl std::error::Error for Error {}
