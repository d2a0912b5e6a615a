//! An API that records every decision. `log` writes the audit log, `counters` counts for Prometheus, `api` is what they watch.

pub mod api;
pub mod counters;
pub mod log;
