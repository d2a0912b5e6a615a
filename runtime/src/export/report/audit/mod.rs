//! What an audit log says: what is refused, to whom, and which granted scopes nobody needed.
//!
//! A log has a line for each decision: a JSON object with the fields of [`Decision`](crate::Decision), as the example `audit` writes them.

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

/// How many numbers of broken lines are named for a file.
const MOST_NUMBERS: usize = 20;

/// The summary of some logs.
#[derive(Serialize)]
pub(in crate::export) struct Audit {
    records: u64,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
    refused: u64,
    /// The most frequent ones first.
    refusals: Vec<Refusal>,
    /// How many kinds of refusals are left out.
    more_refusals: usize,
    /// The scopes that some token of the log grants.
    granted: usize,
    /// Those of them that no request of the log needed; the most frequent ones first.
    unneeded: Vec<Grant>,
    broken: Vec<Broken>,
}

/// The lines of a file that are no records.
#[derive(Serialize)]
struct Broken {
    file: String,
    lines: u64,
    /// The numbers of the first ones.
    numbers: Vec<u64>,
}

impl Audit {
    /// Reads logs, and those of folders: each file there that ends in `.jsonl`. A line that is no record is counted, and left out.
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
        return Err(io::Error::other("there is no file in it that ends in `.jsonl`"));
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
