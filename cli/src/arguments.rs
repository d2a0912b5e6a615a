//! The command line.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand, ValueEnum, builder::NonEmptyStringValueParser};

use crate::package::Exporter;

/// The arguments that cargo passes to this program: the name of the subcommand, and the subcommand's own arguments.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo")]
pub(crate) enum Arguments {
    /// Shows, exports and checks the scopes that the operations of a scopegate program need
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
The command builds and runs the package's exporter: a binary or an example that calls `scopegate::export::main`. Name it in Cargo.toml:

    [package.metadata.scopegate]
    bin = \"export-scopes\"      # or: example = \"export-scopes\"
    features = [\"export\"]      # optional: the features of the package that the exporter needs
    lock = \"scopes.lock\"       # optional: the path of the lock file

If the program has several gates, write an exporter for each gate, and name one of the exporters in Cargo.toml. To use another exporter,
name the exporter with `--bin` or `--example`, and its lock with `--lock`.

Exit codes:
    0  success
    1  check: the lock file is missing, out of date or unreadable
    2  the command line is wrong
    3  the exporter is missing, does not build, or fails; or the lock of a revision or the token cannot be read
    4  check --since: the change lets in callers that were refused before
    5  doctor: the gate's configuration is wrong
    6  doctor: an authorization server is wrong or unreachable
    7  doctor: the token is refused, grants nothing that an operation needs, or cannot be judged

Examples:
    cargo scopegate table                        which scopes each operation needs
    cargo scopegate check --write                write the lock file
    cargo scopegate check --since main           review a branch
    cargo scopegate check --bin export-webhooks --lock webhooks.lock
                                                 check the lock of another gate
    cargo scopegate report --out report.html     a page for reviewers
    cargo scopegate doctor --token token.txt     why a token is refused";

/// Selects a package and its exporter.
#[derive(Args, Debug)]
#[command(next_help_heading = "Package and exporter")]
pub(crate) struct Select {
    /// The package to use, if the workspace has several
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,

    /// The path of a Cargo.toml, either the package's or the workspace's
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,

    /// The binary to use as the exporter, in place of the exporter that Cargo.toml names
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "example")]
    pub(crate) bin: Option<String>,

    /// The example to use as the exporter, in place of the exporter that Cargo.toml names
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) example: Option<String>,
}

impl Select {
    /// Returns the exporter that `--bin` or `--example` names.
    pub(crate) fn exporter(&self) -> Option<Exporter> {
        let bin = self.bin.clone().map(Exporter::Bin);
        bin.or_else(|| self.example.clone().map(Exporter::Example))
    }

    /// Returns the command that writes the lock of this exporter. `lock` is the value of `--lock`.
    pub(crate) fn writing(&self, lock: Option<&Path>) -> String {
        let manifest = self.manifest_path.as_deref().map(Path::to_string_lossy);
        let lock = lock.map(Path::to_string_lossy);
        let options = [
            ("--package", self.package.as_deref()),
            ("--manifest-path", manifest.as_deref()),
            ("--bin", self.bin.as_deref()),
            ("--example", self.example.as_deref()),
            ("--lock", lock.as_deref()),
        ];
        let options = options.into_iter().filter_map(|(name, value)| Some(format!(" {name} {}", value?)));
        format!("cargo scopegate check{} --write", options.collect::<String>())
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints which scopes each operation needs
    Table {
        /// The format to print
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Prints the metadata document (RFC 9728), or writes it to a folder for a static host
    Metadata {
        /// The folder to write to; without this option, the command prints the document
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Checks that the lock file is up to date; with `--write`, writes it if needed
    Check {
        /// Writes the lock file if it is missing, out of date or unreadable
        #[arg(long)]
        write: bool,
        /// The lock file to use, in place of the lock file that Cargo.toml names; required if Cargo.toml does not name
        /// the exporter
        #[arg(long, value_name = "FILE")]
        lock: Option<PathBuf>,
        /// Also lists what got weaker and what got stricter since a git revision
        #[arg(long, value_name = "REVISION", value_parser = NonEmptyStringValueParser::new())]
        since: Option<String>,
    },
    /// Writes an HTML page for reviewers
    ///
    /// The page lists what each operation needs, and shows which operations a token with given scopes can call.
    Report {
        /// The HTML file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Also shows what got weaker and what got stricter since a git revision
        #[arg(long, value_name = "REVISION", value_parser = NonEmptyStringValueParser::new())]
        since: Option<String>,
        /// The lock file that `--since` reads, in place of the lock file that Cargo.toml names; required if Cargo.toml
        /// does not name the exporter
        #[arg(long, value_name = "FILE", requires = "since")]
        lock: Option<PathBuf>,
        /// Also summarizes audit logs: which operations are refused most, and which granted scopes nobody needed; each
        /// LOG is a file of JSON lines, or a folder with `.jsonl` files
        #[arg(long, value_name = "LOG", num_args = 1..)]
        audit: Vec<PathBuf>,
    },
    /// Finds out why requests are answered with 401 or 403
    ///
    /// The command checks the gate's configuration and each authorization server. With `--token`, the command also
    /// names the rule that the token breaks or, for each operation, the scopes that the token lacks.
    Doctor {
        /// The file with the token to judge, or `-` for standard input; without `--introspect`, the
        /// token is not sent to any server
        #[arg(long, value_name = "FILE")]
        token: Option<PathBuf>,
        /// Lets the program's verifier send this token to the introspection endpoint, in the same way as the token of
        /// a request
        #[arg(long, requires = "token")]
        introspect: bool,
        /// Prints the findings as JSON
        #[arg(long)]
        json: bool,
        /// Catches a token that is passed as an argument, so that no error message repeats the token.
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
