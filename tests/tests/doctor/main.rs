//! The doctor names each fault in one line. The tests make one misconfiguration at a time, with an authorization server that
//! they control.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod clients;
mod configuration;
mod introspecting;
mod program;
mod providers;
mod server;
mod templates;
mod tokens;

use expect_test::Expect;
use regex::Regex;
use scopegate::{
    Gate, Resource, Router, ScopeTable,
    export::{Diagnosis, Doctor},
    requires_scope,
    routing::get,
};
use scopegate_tests::issuer::{Issuer, Key};
use serde_json::json;

const API: &str = "https://files.example.com";

#[requires_scope("files:read")]
async fn list() {}

#[requires_scope("files:read", "files:write")]
async fn write() {}

#[scopegate::public]
async fn health() {}

fn table() -> ScopeTable {
    Router::<()>::new().route("/files", get(list).put(write)).route("/health", get(health)).table()
}

/// Starts an authorization server without faults.
async fn well(keys: &[&Key]) -> Issuer {
    well_under("", keys).await
}

async fn well_under(path: &str, keys: &[&Key]) -> Issuer {
    let server = Issuer::under_path(path, keys).await;
    server.set_metadata("scopes_supported", json!(["openid", "files:read", "files:write"]));
    server.set_metadata("code_challenge_methods_supported", json!(["S256"]));
    server.set_metadata("registration_endpoint", json!(format!("{}/register", server.id())));
    server
}

fn gate(issuers: impl Into<scopegate::Issuers>) -> Gate {
    Gate::issuers(Resource::new(API).expect("a resource"), issuers)
}

async fn examine(gate: &Gate) -> Diagnosis {
    Doctor::new(gate, &table()).examine().await
}

async fn judge(gate: &Gate, token: &str) -> Diagnosis {
    Doctor::new(gate, &table()).token(token).examine().await
}

/// Compares the only line of the report, after replacing what differs in every run.
#[track_caller]
fn says(diagnosis: &Diagnosis, code: &str, expected: &Expect) {
    let codes: Vec<_> = diagnosis.findings().iter().map(scopegate::export::Finding::code).collect();
    assert_eq!(codes, [code], "{diagnosis}");
    let line = diagnosis.findings()[0].to_string();
    assert!(!line.contains(['\n', '\r']), "{line}");
    expected.assert_eq(&settled(&line));
}

/// Replaces ports and the time.
fn settled(text: &str) -> String {
    let port = Regex::new(r"127\.0\.0\.1:\d+").expect("an expression");
    let clock = Regex::new("clock shows `[0-9]+`").expect("an expression");
    let span = Regex::new("(expired|valid for another) [0-9]+ [a-z]+").expect("an expression");
    let expiry = Regex::new(r#""expires_at": [0-9]+"#).expect("an expression");
    let text = port.replace_all(text, "127.0.0.1:PORT");
    let text = clock.replace_all(&text, "clock shows `NOW`");
    let text = span.replace_all(&text, "$1 SPAN");
    expiry.replace_all(&text, r#""expires_at": TIME"#).into_owned()
}
