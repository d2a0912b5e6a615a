//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What cargo passes on: the name of the subcommand, and the rest.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", disable_help_subcommand = true)]
pub(crate) enum Arguments {
    /// Shows, exports and checks what the routes of a scopegate program need
    Scopegate(Scopegate),
}

#[derive(Args, Debug)]
#[command(version, after_help = HELP)]
pub(crate) struct Scopegate {
    #[command(flatten)]
    pub(crate) package: Select,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const HELP: &str = "\
The package names its exporter, a binary or an example that calls `scopegate::export::main`:

    [package.metadata.scopegate]
    bin = \"export-scopes\"      # or: example = \"export-scopes\"
    features = [\"export\"]      # optional: features of the package to build it with
    lock = \"scopes.lock\"       # optional: where the lock is

Exit codes:
    0  all is well
    1  check: the lock is missing or stale
    2  the command line cannot be read
    3  there is no answer: no exporter, or it does not build, or it fails
    4  check --since: somebody is let through who was refused, by a route, the policy or the gate
    5  doctor: the configuration is at fault
    6  doctor: an authorization server is at fault
    7  doctor: the token is refused, opens nothing, or cannot be judged";

/// Which package it is about.
#[derive(Args, Debug)]
pub(crate) struct Select {
    /// The package, if the folder has several
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,

    /// The path of its Cargo.toml, or of its workspace's
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows what each route needs
    Table {
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Prints the metadata document, or writes a folder for a static host
    Metadata {
        /// The folder to write
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Checks that the scope lock is up to date; with `UPDATE_SCOPES=1` in the environment, writes it
    Check {
        /// Says, too, what got weaker and what stricter since a git revision
        #[arg(long, value_name = "REVISION")]
        since: Option<String>,
    },
    /// Writes a page for reviewers: who may call what, and what a token with given scopes can call
    Report {
        /// The HTML file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Shows, too, what got weaker and what stricter since a git revision
        #[arg(long, value_name = "REVISION")]
        since: Option<String>,
        /// Shows, too, what is refused most, and which granted scopes nobody needed, by an audit log: files in JSON lines, or folders of them
        #[arg(long, value_name = "LOG", num_args = 1..)]
        audit: Vec<PathBuf>,
    },
    /// Says why requests are answered 401: what is wrong with the gate, an authorization server or a token
    Doctor {
        /// The file with a token to judge, `-` for what comes in; it is sent nowhere
        #[arg(long, value_name = "FILE")]
        token: Option<PathBuf>,
        /// Lets the program's verifier send the token where it sends those of requests, to introspect it
        #[arg(long, requires = "token")]
        introspect: bool,
        /// Says it in JSON
        #[arg(long)]
        json: bool,
        /// What stands here may be a token, which no error is to repeat.
        #[arg(hide = true)]
        more: Vec<OsString>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Markdown,
}

impl Format {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}
