//! The report's section about audit logs.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::page::{check, project};

const LOG: &str = r#"{"time":1764221400123,"outcome":"allowed","rows":["GET /files"],"asked":["api","files:read"],"granted":["api","files:admin","files:read"],"missing":[],"client":"web","took_us":7}
{"time":1764221400124,"outcome":"refused","reason":"insufficient_scope","rows":["DELETE /{team}/files"],"asked":["api","files:write","team:a:member"],"granted":["api","files:read"],"missing":["files:write","team:a:member"],"client":"web"}
{"time":1764221400125,"outcome":"refused","reason":"insufficient_scope","rows":["DELETE /{team}/files"],"asked":["api","files:write","team:a:member"],"granted":["api","files:write"],"missing":["team:a:member"],"client":"<b>"}
{"time":1764221400126,"outcome":"refused","reason":"insufficient_scope","rows":["DELETE /{team}/files"],"asked":["api","files:write","team:a:member"],"granted":["api","unused"],"missing":["files:write","team:a:member"],"client":"web"}
{"time":1764221400127,"outcome":"refused","reason":"missing_token","rows":["GET /me"],"asked":["api"],"missing":["api"]}
{"time":1764221400128,"outcome":"allowed","rows":["GET /me"],"asked":["api"],"granted":["api","team:a:member"],"missing":[],"principal":{"key":"cron"}}
"#;

#[test]
fn an_audit_log_says_what_is_refused_and_what_nobody_needed() {
    let project = project("report-audit");
    project.write("audit.jsonl", LOG);
    check(
        &project,
        &["--audit", "audit.jsonl"],
        "audit",
        &expect![[r#"
            Audit log
            It covers 6 decisions from 2025-11-27 05:30:00 UTC to 2025-11-27 05:30:00 UTC, of which 4 were refusals.
            Refused most
            Operation
            Reason
            Times
            Missing
            Clients
            DELETE /{team}/files 
            insufficient scope
            3
            team:a:member files:write
            web (2), <b> (1)
            GET /me 
            missing token
            1
            api
            a request without a valid token (1)
            Granted, but never needed
            4 of 6 granted scopes were never needed. All allowed requests would have been allowed without them. A longer log may show a need.
            Scope
            Decisions
            Granted to
            files:admin
            1
            web (1)
            files:write
            1
            <b> (1)
            team:a:member
            1
            key cron (1)
            unused
            1
            web (1)
        "#]],
    );
}

#[test]
fn logs_may_be_of_several_files_and_have_broken_lines() {
    let project = project("report-logs");
    // A request that met another alternative than the log names, and a request for a removed row.
    let by_another = r#"{"time":1764221500000,"outcome":"allowed","rows":["DELETE /{team}/files"],"asked":["api","files:write","team:a:member"],"granted":["api","files:admin","unused"],"missing":[]}"#;
    let unknown = r#"{"time":1764221600000,"outcome":"allowed","rows":["GET /gone"],"asked":["gone"],"granted":["else"],"missing":[]}"#;
    project.write("logs/2.jsonl", &format!("\n{by_another}\r\nno record\n[]\n{{\"time\":1}}\n{unknown}"));
    project.write("logs/1.jsonl", LOG);
    project.write("logs/notes.txt", "not a log\n");
    check(
        &project,
        &["--audit", "logs"],
        "audit",
        &expect![[r#"
            Audit log
            It covers 8 decisions from 2025-11-27 05:30:00 UTC to 2025-11-27 05:33:20 UTC, of which 4 were refusals.
            3 lines of logs/2.jsonl cannot be read as a record: 3, 4, 5; the report leaves them out
            Refused most
            Operation
            Reason
            Times
            Missing
            Clients
            DELETE /{team}/files 
            insufficient scope
            3
            team:a:member files:write
            web (2), <b> (1)
            GET /me 
            missing token
            1
            api
            a request without a valid token (1)
            Granted, but never needed
            3 of 7 granted scopes were never needed. All allowed requests would have been allowed without them. A longer log may show a need.
            Scope
            Decisions
            Granted to
            unused
            2
            web (1), a token that names no client (1)
            files:write
            1
            <b> (1)
            team:a:member
            1
            key cron (1)
        "#]],
    );
    project.check(
        &["report", "--out", "report.html", "--audit", "logs/1.jsonl", "logs/2.jsonl"],
        &expect![[r#"
            report.html
            warning: 3 lines of logs/2.jsonl cannot be read as a record: 3, 4, 5
            exit code 0
        "#]],
    );

    project.write("empty.jsonl", "");
    check(
        &project,
        &["--audit", "empty.jsonl"],
        "audit",
        &expect![[r#"
            Audit log
            It has no decisions.
            Refused most
            Nothing was refused.
            Granted, but never needed
            No token in the log grants a scope.
        "#]],
    );
    for (log, why) in [
        ("nowhere.jsonl", "No such file or directory (os error 2)"),
        ("src", "the folder has no file that ends in `.jsonl`"),
    ] {
        let said = project.run(&["report", "--out", "report.html", "--audit", log]);
        let failed = "error: the exporter `export-scopes` failed: exit status: 3";
        assert_eq!(said, format!("{failed}\n\n{log}: {why}\nexit code 3\n"));
    }
}
