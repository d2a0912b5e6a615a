//! Templates of the URIs of MCP resources.

use std::collections::BTreeSet;

use axum::{Router, body::Body, routing::post};
use fuzzing::{Tally, gate, run, send};
use http::Request;
use libfuzzer_sys::Corpus;
use scopegate::{
    mcp::{McpTable, Operation},
    requirement,
    testing::TestVerifier,
};
use serde_json::json;

use crate::scopes::is_legal;

static KNOWN: Tally = Tally::new("had a URI of their template");

/// Puts a template into the table of a gate, and sends the gate a request to read a URI.
pub(crate) fn check(template: &str, uri: &str) -> Corpus {
    let table = McpTable::from_iter([Operation::resource_named(template, requirement!("needed"))]);
    let gate = gate("https://h.example/mcp", TestVerifier::new().token("low", ""));
    let Ok(layer) = gate.mcp_layer(table) else { return Corpus::Keep };
    let app = Router::new().route("/mcp", post(uncovered)).layer(layer);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": { "uri": uri } });
    let request = Request::post("/mcp").header("authorization", "Bearer low");
    let request = request
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    let answer = run(send(&app, request)).expect("the answer ends");
    let is_known = answer.status == 403;
    KNOWN.note(is_known);
    assert!(is_known || answer.body.contains("Unknown resource"), "{}", answer.body);
    let is_short = uri.len() <= 8 * 1024;
    assert_eq!(is_known, is_short && is_expansion(&parts(template), uri), "{uri} of {template}");
    Corpus::Keep
}

async fn uncovered() {
    unreachable!("no token covers it")
}

/// The parts of a template: texts, and variables between them.
fn parts(template: &str) -> Vec<Option<&str>> {
    let mut parts = Vec::new();
    for piece in template.split('{') {
        match piece.split_once('}') {
            Some((_, text)) => parts.extend([None, Some(text)]),
            None => parts.push(Some(piece)),
        }
    }
    parts
}

/// Tries every way to divide a text among the variables, with all places where each part could end.
fn is_expansion(parts: &[Option<&str>], uri: &str) -> bool {
    let mut ends = BTreeSet::from([0]);
    for part in parts {
        ends = ends.into_iter().flat_map(|start| ends_of(*part, uri, start)).collect();
    }
    ends.contains(&uri.len())
}

fn ends_of(part: Option<&str>, uri: &str, start: usize) -> Vec<usize> {
    let rest = &uri[start..];
    match part {
        Some(text) if rest.starts_with(text) => vec![start + text.len()],
        Some(_) => Vec::new(),
        None => (start + 1..=uri.len()).filter(|end| uri.get(start..*end).is_some_and(is_legal)).collect(),
    }
}
