//! An API that records every decision: an audit log as JSON lines, one file per day, and counters for Prometheus.
//!
//! Run with
//!
//! ```sh
//! PORT=8080 AUDIT_DIR=audit-log cargo run -p audit
//! ```
//!
//! and then
//!
//! ```text
//! $ curl -s -X PUT -H "Authorization: Bearer sk_read" http://127.0.0.1:8080/files/a.txt
//! {"error":"The API key lacks a scope that this request needs","scope":"files:read files:write"}
//!
//! $ cat audit-log/*.jsonl
//! {"time":1764221400123,"outcome":"refused","reason":"insufficient_scope","rows":["PUT /files/{name}"],
//!  "asked":["files:read","files:write"],"granted":["files:read"],"missing":["files:write"],
//!  "principal":{"key":"reader"},"token":"bbc39b..","took_us":7}
//!
//! $ curl -s -H "Authorization: Bearer sk_metrics" http://127.0.0.1:8080/metrics
//! scopegate_decisions_total{outcome="refused",reason="insufficient_scope",row="PUT /files/{name}"} 1
//! ```
//!
//! `cargo scopegate report -p audit --out report.html --audit audit-log` makes a page that shows which operations are
//! refused most.

use std::{env, net::Ipv4Addr, path::PathBuf, time::Duration};

use anyhow::Context;
use audit::{api, counters, log::AuditLog};
use scopegate::StaticKeys;
use tokio::{net::TcpListener, time};

/// How often the recorder compacts its histograms.
const UPKEEP: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port: u16 =
        env::var("PORT").as_deref().unwrap_or("8080").parse().context("PORT takes a port number")?;
    let folder = PathBuf::from(env::var("AUDIT_DIR").unwrap_or_else(|_| "audit-log".to_owned()));
    // Keys for trying it out. A real server reads its keys from the environment.
    let keys = StaticKeys::new()
        .key("reader", "sk_read", "files:read")?
        .key("writer", "sk_write", "files:read files:write")?
        .key("prometheus", "sk_metrics", "metrics:read")?;

    let prometheus = counters::install()?;
    let log = AuditLog::open(&folder).context("AUDIT_DIR takes a folder for the audit log")?;
    let app = api::routes().protect(api::observed(api::gate(keys), log))?.with_state(prometheus.clone());
    tokio::spawn(async move {
        let mut ticks = time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            prometheus.run_upkeep();
        }
    });

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("audit is ready at http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
