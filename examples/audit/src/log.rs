//! The audit log: one JSON object per line, in append-only files, one file per day.

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

/// The number of days to keep.
const DAYS: usize = 90;

/// Appends each decision to a file, `audit.DATE.jsonl`.
///
/// A record is written to the operating system before the handler runs or the refusal is sent. It survives a crash of the program, but
/// costs a system call. For very high request rates use `tracing_appender::non_blocking`, which may lose the last records in a
/// crash.
#[derive(Debug)]
pub struct AuditLog(Mutex<RollingFileAppender>);

impl AuditLog {
    /// Opens the log in a folder. Creates the folder if it does not exist.
    ///
    /// # Errors
    ///
    /// If the folder cannot be created, or a file in it cannot be opened.
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
        // Lines are written whole, so the file is intact even if a thread panicked while holding the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

impl Observer for AuditLog {
    fn decided(&self, decision: &Decision<'_>) {
        if let Err(error) = self.append(decision) {
            // If no request may succeed without a record, panic here instead. The panic ends the request.
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
    /// The method of a message to an MCP server.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    asked: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Vec<&'a str>>,
    missing: Vec<String>,
    /// The login that the operation requires.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values: Vec<String>,
    /// The maximum age of the login in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    /// How the user logged in, according to the token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr: Vec<&'a str>,
    /// When the user logged in, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Who<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Who<'a>>,
    /// The SHA-256 of the token's `jti`, or of the whole token if it has no `jti` or is not valid.
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
            method: decision.method(),
            asked: decision.asked().iter().map(ToString::to_string).collect(),
            granted: decision.granted().map(|granted| granted.iter().collect()),
            missing: decision.missing().iter().map(ToString::to_string).collect(),
            acr_values: decision.acr_values(),
            max_age: decision.max_age().map(|max_age| max_age.as_secs()),
            acr: decision.acr().collect(),
            auth_time: decision
                .auth_time()
                .and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())),
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
