//! An API that records every decision. `log` writes the audit log, `counters` counts for Prometheus, and `api` is the API.

pub mod api;
pub mod counters;
pub mod log;
