//! Counters for Prometheus.

use anyhow::Context;
use metrics::{counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use scopegate::{Decision, Observer, Reason};

const DECISIONS: &str = "scopegate_decisions_total";
const SECONDS: &str = "scopegate_decision_seconds";

/// From 10 µs, for a cached token, to 1 s, for a slow authorization server.
const BUCKETS: [f64; 6] = [0.000_01, 0.000_1, 0.001, 0.01, 0.1, 1.0];

/// Installs the recorder of this program, and returns the handle that renders the metrics for Prometheus.
///
/// # Errors
///
/// If the program already has a recorder.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)?;
    let handle = builder.install_recorder().context("there is a recorder already")?;
    describe_counter!(DECISIONS, "Decisions, by outcome, reason and row");
    describe_histogram!(SECONDS, "How long a decision takes");
    Ok(handle)
}

/// Counts each decision.
#[derive(Clone, Copy, Debug)]
pub struct Counters;

impl Observer for Counters {
    fn decided(&self, decision: &Decision<'_>) {
        // A request can have several rows. Only the last is counted, so that clients cannot create more series than
        // there are rows. For the same reason, clients and subjects belong only in the log.
        let row = decision.rows().last().unwrap_or("none").to_owned();
        let reason = decision.reason().map_or("none", Reason::as_str);
        counter!(DECISIONS, "outcome" => decision.outcome().as_str(), "reason" => reason, "row" => row)
            .increment(1);
        histogram!(SECONDS).record(decision.took().as_secs_f64());
    }
}
