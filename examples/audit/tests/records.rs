//! The contents of the log and of the counters after some requests.

use std::{fs, path::PathBuf};

use audit::{api, counters, log::AuditLog};
use scopegate::StaticKeys;
use scopegate_tests::exchange::send;
use serde_json::{Value, json};

fn keys() -> StaticKeys {
    let keys = StaticKeys::new().key("reader", "sk_read", "files:read").unwrap();
    keys.key("prometheus", "sk_metrics", "metrics:read").unwrap()
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("audit-log");
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// Reads all lines of the only file, whose name contains the day.
fn lines(folder: &PathBuf) -> (String, Vec<Value>) {
    let mut files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let (file, none) = (files.next().unwrap(), files.next());
    assert_eq!(none, None);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let day = name.strip_prefix("audit.").and_then(|rest| rest.strip_suffix(".jsonl")).unwrap();
    assert_eq!(day.split('-').map(str::len).collect::<Vec<_>>(), [4, 2, 2], "{name}");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (text, lines)
}

#[tokio::test]
async fn each_decision_is_a_line_and_counts() {
    let folder = folder();
    let prometheus = counters::install().unwrap();
    let gate = |log| api::observed(api::gate(keys()), log);
    let app = |log| api::routes().protect(gate(log)).unwrap().with_state(prometheus.clone());
    let first = app(AuditLog::open(&folder).unwrap());
    for (request, key, status) in [
        ("GET /files/a.txt", "sk_read", 200),
        ("PUT /files/a.txt", "sk_read", 403),
        ("GET /files/a.txt", "sk_wrong", 401),
        ("GET /health", "sk_wrong", 200),
    ] {
        let answer = send(&first, request, &[&format!("authorization: Bearer {key}")]).await;
        assert_eq!(answer.status.as_u16(), status, "{request}");
    }
    // After a restart, existing lines stay.
    drop(first);
    let second = app(AuditLog::open(&folder).unwrap());
    assert_eq!(send(&second, "GET /files/a.txt", &[]).await.status, 401);
    let page = send(&second, "GET /metrics", &["authorization: Bearer sk_metrics"]).await;
    assert_eq!(page.status, 200);

    let (text, lines) = lines(&folder);
    assert!(!text.contains("sk_"), "{text}");
    let brief = |line: &Value| json!([line["outcome"], line["reason"], line["rows"], line["missing"]]);
    assert_eq!(
        lines.iter().map(brief).collect::<Vec<_>>(),
        [
            json!(["allowed", null, ["GET /files/{name}"], []]),
            json!(["refused", "insufficient_scope", ["PUT /files/{name}"], ["files:write"]]),
            json!(["refused", "invalid_token", ["GET /files/{name}"], ["files:read"]]),
            json!(["allowed", null, ["GET /health"], []]),
            json!(["refused", "missing_token", ["GET /files/{name}"], ["files:read"]]),
            json!(["allowed", null, ["GET /metrics"], []]),
        ]
    );
    let refused = &lines[1];
    assert_eq!(refused["principal"], json!({ "key": "reader" }));
    assert_eq!(refused["granted"], json!(["files:read"]));
    assert_eq!(refused["asked"], json!(["files:read", "files:write"]));
    assert_eq!(refused["token"].as_str().map(str::len), Some(64));
    assert_eq!(refused["token"], lines[0]["token"]);
    assert!(refused["time"].as_u64() > lines[0]["time"].as_u64().map(|first| first - 1), "{lines:?}");

    for series in [
        r#"scopegate_decisions_total{outcome="allowed",reason="none",row="GET /files/{name}"} 1"#,
        r#"scopegate_decisions_total{outcome="refused",reason="insufficient_scope",row="PUT /files/{name}"} 1"#,
        r#"scopegate_decisions_total{outcome="refused",reason="missing_token",row="GET /files/{name}"} 1"#,
        "scopegate_decision_seconds_count 6",
    ] {
        assert!(page.body.lines().any(|line| line == series), "{series} in {}", page.body);
    }
    assert!(!page.body.contains("sk_") && !page.body.contains("audit_log_errors_total"), "{}", page.body);
}
