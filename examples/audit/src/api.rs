//! The API: two operations on files, and the page for Prometheus.

use axum::extract::{Path, State};
use metrics_exporter_prometheus::PrometheusHandle;
use scopegate::{Decision, Gate, Observer, Router, StaticKeys, public, requires_scope, routing::get};

use crate::{counters::Counters, log::AuditLog};

#[requires_scope("files:read")]
async fn read(Path(name): Path<String>) -> String {
    format!("{name}\n")
}

#[requires_scope("files:read", "files:write")]
async fn write() {}

#[public]
async fn health() -> &'static str {
    "up\n"
}

// Prometheus sends a key like any client, if its configuration has `authorization: { credentials: .. }`.
#[requires_scope("metrics:read")]
async fn metrics(State(handle): State<PrometheusHandle>) -> String {
    handle.render()
}

/// The routes.
pub fn routes() -> Router<PrometheusHandle> {
    Router::new()
        .route("/files/{name}", get(read).put(write))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
}

/// The gate.
pub fn gate(keys: StaticKeys) -> Gate {
    Gate::static_keys("files", keys)
}

/// Adds an observer to the gate, which writes each decision to the log and counts it.
#[must_use]
pub fn observed(gate: Gate, log: AuditLog) -> Gate {
    gate.observe(move |decision: &Decision<'_>| {
        log.decided(decision);
        Counters.decided(decision);
    })
}
