//! Finds the metadata of a router.

use scopegate::{
    Discovery, Gate, Router, authenticated, requires_scope, routing::get, testing::TestVerifier,
};
use scopegate_tests::exchange::Answer;
use serde_json::Value;

use crate::gating::IntoGate;

pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[requires_scope("files:read")]
pub(crate) async fn list() {}

#[authenticated]
pub(crate) async fn whoami() {}

pub(crate) fn gate(resource: &str) -> Gate {
    TestVerifier::new().token("read", "files:read").gate(resource).unwrap()
}

pub(crate) fn routes() -> Router {
    Router::new().route("/list", get(list))
}

pub(crate) fn discovery(gate: Gate) -> Discovery {
    routes().split(gate).unwrap().1
}

#[track_caller]
pub(crate) fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}
