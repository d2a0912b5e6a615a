//! Summarizes an audit log. The summary lists the refusals with their clients, and the granted scopes that no request
//! needed.
//!
//! A log has one line for each decision. The line is a JSON object with the fields of [`Decision`](crate::Decision), in
//! the format of the example `audit`.

mod lines;
mod needed;
mod record;
mod tally;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use self::{
    lines::{Line, Lines},
    record::Record,
    tally::{Grant, Refusal, Tally},
};
use crate::{policy::Policy, scope::ScopeTable};

/// For each file, the summary lists the line numbers of at most this many invalid lines.
const MOST_NUMBERS: usize = 20;

/// The summary of one or more logs.
#[derive(Serialize)]
pub(in crate::export) struct Audit {
    records: u64,
    /// The time of the earliest record, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
    refused: u64,
    /// The refusals, most frequent first.
    refusals: Vec<Refusal>,
    /// The number of refusal kinds that `refusals` leaves out.
    more_refusals: usize,
    /// The number of different scopes that the tokens in the log grant.
    granted: usize,
    /// The granted scopes that no allowed request in the log needed. The scope that was granted most often comes first.
    unneeded: Vec<Grant>,
    broken: Vec<Broken>,
}

/// The invalid lines of a file: their count and their line numbers. An invalid line is a line that is not a record.
#[derive(Serialize)]
struct Broken {
    file: String,
    lines: u64,
    /// The line numbers of the first invalid lines.
    numbers: Vec<u64>,
}

impl Audit {
    /// Reads log files. If `logs` names a folder, each `.jsonl` file in the folder is read. A line that is not
    /// a record is counted and skipped.
    pub(in crate::export) fn read(
        logs: &[&str],
        policy: &Policy,
        table: &ScopeTable,
    ) -> Result<Self, String> {
        let mut tally = Tally::new(policy, table);
        let mut broken = Vec::new();
        for log in logs {
            for file in files(Path::new(log)).map_err(|error| format!("{log}: {error}"))? {
                let read = read(&file, &mut tally).map_err(|error| format!("{}: {error}", file.display()))?;
                broken.extend(Some(read).filter(|read| read.lines > 0));
            }
        }
        Ok(tally.summary(broken))
    }
}

fn files(log: &Path) -> io::Result<Vec<PathBuf>> {
    if !log.is_dir() {
        return Ok(vec![log.to_owned()]);
    }
    let mut files = fs::read_dir(log)?
        .map(|entry| Ok(entry?.path()))
        .filter(|path| path.as_ref().is_ok_and(|path| path.extension().is_some_and(|end| end == "jsonl")))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort_unstable();
    if files.is_empty() {
        return Err(io::Error::other("the folder has no file that ends in `.jsonl`"));
    }
    Ok(files)
}

fn read(file: &Path, tally: &mut Tally<'_>) -> io::Result<Broken> {
    let mut lines = Lines::open(file)?;
    let mut broken = Broken { file: file.display().to_string(), lines: 0, numbers: Vec::new() };
    while let Some(Line { number, text }) = lines.next()? {
        if let Some(record) = text.and_then(|text| serde_json::from_slice::<Record>(text).ok()) {
            tally.add(&record);
        } else {
            broken.lines += 1;
            broken.numbers.extend((broken.numbers.len() < MOST_NUMBERS).then_some(number));
        }
    }
    Ok(broken)
}
