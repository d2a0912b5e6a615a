//! The page for reviewers, which shows who may call what. The exporter's JSON becomes one HTML file that loads no other
//! files.

mod audit;
mod changes;
mod data;
mod implications;
mod operations;
mod page;
mod scopes;
mod text;
mod token;

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use self::data::Report;
use crate::{error::Error, exporter, package::Package, since};

/// The options of the page.
pub(crate) struct Question<'a> {
    pub(crate) out: &'a Path,
    pub(crate) since: Option<&'a str>,
    /// The value of `--lock`.
    pub(crate) lock: Option<&'a Path>,
    pub(crate) audit: &'a [PathBuf],
}

/// Writes the page and prints the name of the file.
pub(crate) fn write(package: &Package, program: &Path, question: &Question<'_>) -> Result<u8, Error> {
    let old = |revision| since::lock_at(package.lock(question.lock)?, revision);
    let old = question.since.map(old).transpose()?;
    let mut arguments: Vec<&OsStr> = vec!["report".as_ref()];
    arguments.extend(
        question.since.iter().flat_map(|revision| ["--since", "-", "--revision", revision].map(OsStr::new)),
    );
    arguments.extend(question.audit.iter().flat_map(|log| [OsStr::new("--audit"), log.as_ref()]));
    let answer = exporter::answer(package, program, &arguments, &old.unwrap_or_default())?;
    if answer.code != 0 {
        answer.print()?;
        return Ok(answer.code);
    }
    let report =
        read(&answer.text).map_err(|why| Error::Report { name: package.exporter.name().to_owned(), why })?;
    for file in report.audit.iter().flat_map(|audit| &audit.broken) {
        eprintln!("warning: {}", audit::broken(file));
    }
    let page = page::page(&report, package.name(), question.since);
    let failed = |error: io::Error| Error::Write { path: question.out.to_owned(), error };
    fs::write(question.out, page.into_string()).map_err(failed)?;
    println!("{}", question.out.display());
    Ok(0)
}

fn read(text: &[u8]) -> Result<Report, String> {
    /// The version of the JSON format that this command reads.
    const FORMAT: u64 = 1;
    let json: serde_json::Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    match json.get("format").and_then(serde_json::Value::as_u64) {
        Some(FORMAT) => serde_json::from_value(json).map_err(|error| error.to_string()),
        _ => Err(format!("its format is not {FORMAT}")),
    }
}
