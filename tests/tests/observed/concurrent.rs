//! With many concurrent requests, no record is lost or written twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::Router as Plain;
use rmcp::{ServiceExt, model::CallToolRequestParams};
use scopegate::{Decision, ScopeTable, mcp::LocalTrust};
use scopegate_tests::{
    exchange::send,
    mcp::{post, request},
};
use serde_json::json;

use crate::{
    apps::{self, Files, is_in_lock},
    recorded::{Record, Records, gate},
};

const REQUESTS: usize = 20_000;

/// One kind of request, and the records that it makes.
struct Kind {
    app: Plain,
    /// A path, or the name of a tool.
    what: &'static str,
    is_mcp: bool,
    token: &'static str,
    expected: &'static [&'static str],
}

fn kinds(records: &Records) -> (Vec<Kind>, ScopeTable) {
    let gate = gate(records);
    let (router, of_router) = apps::router(&gate);
    let (layer, of_layer) = apps::layer(&gate);
    let (mcp_layer, of_mcp_layer) = apps::mcp_layer(&gate);
    let (rmcp, of_rmcp) = apps::rmcp(&gate);
    let http =
        |app: &Plain, what, token, expected| Kind { app: app.clone(), what, is_mcp: false, token, expected };
    let mcp =
        |app: &Plain, what, token, expected| Kind { app: app.clone(), what, is_mcp: true, token, expected };
    let kinds = vec![
        http(&router, "/files/a", "secret-good", &["allowed: GET /files/{name}"]),
        http(&router, "/files/a", "secret-weak", &["refused insufficient_scope: GET /files/{name}"]),
        http(&router, "/files/a", "secret-bad", &["refused invalid_token: GET /files/{name}"]),
        http(&router, "/files/a", "", &["refused missing_token: GET /files/{name}"]),
        http(&router, "/health", "", &["allowed: GET /health"]),
        http(
            &router,
            "/share",
            "secret-good",
            &["allowed: GET /share", "refused insufficient_scope: GET /share"],
        ),
        http(&layer, "/files/a", "secret-good", &["allowed", "allowed: GET /files/{name}"]),
        http(&layer, "/files/a", "secret-none", &["refused insufficient_scope"]),
        http(&layer, "/unlisted", "secret-good", &["allowed"]),
        mcp(&mcp_layer, "read", "secret-good", &["allowed: tools/call read"]),
        mcp(&mcp_layer, "share", "secret-good", &["refused insufficient_scope: tools/call share"]),
        mcp(&mcp_layer, "help", "", &["allowed: tools/call help"]),
        mcp(&mcp_layer, "gone", "secret-good", &["unknown"]),
        mcp(&rmcp, "read", "secret-good", &["allowed: tools/call read"]),
        mcp(&rmcp, "purge", "secret-good", &["refused insufficient_scope: tools/call purge"]),
        mcp(&rmcp, "tools/list", "secret-good", &["allowed", "filtered: tools/call purge"]),
    ];
    let tables = of_router.and(&of_layer).and(&of_mcp_layer).and(&of_rmcp);
    (kinds, tables)
}

async fn ask(kind: &Kind) {
    if kind.is_mcp {
        let message = match kind.what {
            "tools/list" => request("tools/list", &json!({})),
            tool => request("tools/call", &json!({ "name": tool, "arguments": {} })),
        };
        post(&kind.app, kind.token, &[], message).await;
    } else {
        let header = format!("authorization: Bearer {}", kind.token);
        let headers: &[&str] = if kind.token.is_empty() { &[] } else { &[&header] };
        send(&kind.app, &format!("GET {}", kind.what), headers).await;
    }
}

fn count<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text.into()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn there_are_as_many_records_as_decisions() {
    let records = Records::default();
    let (kinds, table) = kinds(&records);
    let kinds = Arc::new(kinds);
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..64)
        .map(|_| {
            let (kinds, next) = (kinds.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= REQUESTS {
                        return;
                    }
                    ask(&kinds[at % kinds.len()]).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let expected = (0..REQUESTS).flat_map(|at| kinds[at % kinds.len()].expected).copied();
    let told = records.take();
    assert_eq!(count(told.iter().map(Record::brief)), count(expected));
    let rows: BTreeSet<&String> = told.iter().flat_map(|record| &record.rows).collect();
    assert_eq!(rows.len(), 7, "{rows:?}");
    for row in rows {
        assert!(is_in_lock(&table, row), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn over_stdio_too() {
    const CALLS: usize = 500;
    let told = Arc::new(AtomicUsize::new(0));
    let (here, there) = tokio::io::duplex(64 * 1024);
    let counter = told.clone();
    let server = LocalTrust::new(Files, "files:read").observe(move |_: &Decision<'_>| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let serving =
        tokio::spawn(async move { _ = server.serve(there).await.unwrap().waiting().await.unwrap() });
    let client = ().serve(here).await.unwrap();
    let calls = (0..CALLS).map(|at| {
        let (peer, tool) = (client.peer().clone(), if at % 2 == 0 { "read" } else { "purge" });
        tokio::spawn(async move { peer.call_tool(CallToolRequestParams::new(tool)).await.is_ok() })
    });
    let mut allowed = 0;
    for call in calls.collect::<Vec<_>>() {
        allowed += usize::from(call.await.unwrap());
    }
    client.cancel().await.unwrap();
    serving.await.unwrap();
    assert_eq!((allowed, told.load(Ordering::Relaxed)), (CALLS / 2, CALLS));
}
