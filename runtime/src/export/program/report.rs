//! Runs the command `report`, which writes the data of a page. The page shows who may call which operation.

use std::io::Write;

use super::{Exit, USAGE, older};
use crate::{
    export::{
        lock::{Change, Lock},
        report::{Audit, report},
    },
    gate::Gate,
    scope::ScopeTable,
};

/// The options of the command.
#[derive(Default)]
struct Question<'a> {
    since: Option<&'a str>,
    /// The name that messages use for the older lock.
    revision: Option<&'a str>,
    logs: Vec<&'a str>,
}

pub(super) fn answer(
    gate: &Gate,
    table: &ScopeTable,
    options: &[&str],
    out: &mut impl Write,
) -> Result<(), Exit> {
    let Question { since, revision, logs } = question(options).ok_or_else(|| Exit::new(2, USAGE))?;
    let changes: Option<Vec<Change>> = since
        .map(|old| Ok::<_, Exit>(Lock::of(gate, table).changes_since(&older(old, revision)?)))
        .transpose()?;
    let audit = if logs.is_empty() { None } else { Some(Audit::read(&logs, gate.policy(), table)) };
    let audit = audit.transpose().map_err(|error| Exit::new(3, &error))?;
    writeln!(out, "{}", report(gate, table, changes.as_deref(), audit.as_ref()))?;
    Ok(())
}

fn question<'a>(options: &[&'a str]) -> Option<Question<'a>> {
    let mut question = Question::default();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match *option {
            "--since" => question.since = Some(options.next()?),
            "--revision" => question.revision = Some(options.next()?),
            "--audit" => question.logs.push(options.next()?),
            _ => return None,
        }
    }
    (question.revision.is_none() || question.since.is_some()).then_some(question)
}
