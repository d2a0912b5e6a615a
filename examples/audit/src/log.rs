//! The audit log: one JSON object a line, in files that only grow, a new one each day.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use scopegate::{Actor, Decision, Observer, Principal, Reason, Resource};
use serde::Serialize;
use tracing_appender::rolling::{RollingFileAppender, Rotation};

/// How many days are kept.
const DAYS: usize = 90;

/// Appends each decision to a file, `audit.DATE.jsonl`.
///
/// A record is with the operating system before the handler runs, or the refusal is sent. So it survives a crash of the program, and
/// costs a system call. An API with more requests than that allows takes `tracing_appender::non_blocking`, and may lose the last
/// records.
#[derive(Debug)]
pub struct AuditLog(Mutex<RollingFileAppender>);

impl AuditLog {
    /// Opens the log in a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When no file can be opened there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let files = RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("audit")
            .filename_suffix("jsonl")
            .max_log_files(DAYS);
        Ok(Self(Mutex::new(files.build(folder)?)))
    }

    fn append(&self, decision: &Decision<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line::of(decision))?;
        line.push(b'\n');
        // Whole lines, also where a thread has panicked before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

impl Observer for AuditLog {
    fn decided(&self, decision: &Decision<'_>) {
        if let Err(error) = self.append(decision) {
            // Where nothing may happen without a record, a panic in this place ends the request.
            metrics::counter!("audit_log_errors_total").increment(1);
            eprintln!("the audit log cannot be written: {error}");
        }
    }
}

/// One line. Members without a value are left out.
#[derive(Serialize)]
struct Line<'a> {
    /// Milliseconds since 1970.
    time: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    rows: Vec<&'a str>,
    asked: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Vec<&'a str>>,
    missing: Vec<String>,
    /// Which login the operation asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values: Vec<String>,
    /// How long ago that may be, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    /// How the person logged in, as the token says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Who<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Who<'a>>,
    /// The SHA-256 of the token's `jti`, or of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    took_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached: Option<bool>,
}

/// A caller: a subject of an issuer, or the name of a static key.
#[derive(Serialize)]
struct Who<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(decision: &Decision<'a>) -> Self {
        Self {
            time: now(),
            outcome: decision.outcome().as_str(),
            reason: decision.reason().map(Reason::as_str),
            rows: decision.rows().collect(),
            asked: decision.asked().iter().map(ToString::to_string).collect(),
            granted: decision.granted().map(|granted| granted.iter().collect()),
            missing: decision.missing().iter().map(ToString::to_string).collect(),
            acr_values: decision.acr_values(),
            max_age: decision.max_age().map(|max_age| max_age.as_secs()),
            acr: decision.acr().collect(),
            principal: decision.principal().map(Who::from),
            client: decision.client(),
            actor: decision.actor().map(Who::from),
            token: decision.token().map(|token| token.to_string()),
            resource: decision.resource().map(Resource::identifier),
            took_us: u64::try_from(decision.took().as_micros()).unwrap_or(u64::MAX),
            cached: decision.is_cached(),
        }
    }
}

impl<'a> From<&'a Principal> for Who<'a> {
    fn from(principal: &'a Principal) -> Self {
        Self { issuer: principal.issuer(), subject: principal.subject(), key: principal.key_name() }
    }
}

impl<'a> From<Actor<'a>> for Who<'a> {
    fn from(actor: Actor<'a>) -> Self {
        Self { issuer: actor.issuer(), subject: Some(actor.subject()), key: None }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
