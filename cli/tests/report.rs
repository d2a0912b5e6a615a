//! The page that the subcommand writes for reviewers. What a browser makes of it is tested in `tests/browser`.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::{Expect, expect};
use project::{EXPORTER, Project};

const FILES: &str = r#"
#[scopegate::requires_scope("files:read")]
async fn list() {}
#[scopegate::requires_scope(any(all("files:write", "team:{team}:member"), "files:admin"), acr("mfa"), max_age = 300, also("files:audit"))]
async fn delete() {}
#[scopegate::authenticated]
async fn me() {}
#[scopegate::public]
async fn health() {}
"#;

const ROUTES: &str = r#"
    .route("/files", scopegate::routing::get(list))
    .route("/{team}/files", scopegate::routing::delete(delete))
    .route("/me", scopegate::routing::get(me))
    .route("/health", scopegate::routing::get(health))"#;

const GATE: &str = r#"
    .floor([Scope::from_static("api")])
    .implies([(Scope::from_static("files:write"), [Scope::from_static("files:read")]), (Scope::from_static("files:admin"), [Scope::from_static("files:write")])])"#;

fn project(name: &str) -> Project {
    let project = Project::new(name, EXPORTER);
    project.program(FILES, ROUTES, GATE);
    project
}

/// Runs the subcommand, and returns the text of a section of the page, from one heading to the next of its kind.
fn section(project: &Project, arguments: &[&str], heading: &str) -> String {
    let said = project.run(&[&["report", "--out", "report.html"], arguments].concat());
    assert!(said.starts_with("report.html\n") && said.ends_with("exit code 0\n"), "{said}");
    let page = project.read("report.html");
    let start = page.find(&format!("<h2 id=\"{heading}\"")).unwrap();
    let end = page[start + 1..].find("<h2").or_else(|| page[start + 1..].find("<footer")).unwrap();
    text(&page[start..=start + end])
}

/// Returns what people read: a line for each paragraph, cell and item.
fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let ends = ["/p", "/li", "/th", "/td", "/h2", "/h3", "/summary", "/div", "/caption"];
        if ends.contains(&tag) && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(words);
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[track_caller]
fn check(project: &Project, arguments: &[&str], heading: &str, expected: &Expect) {
    expected.assert_eq(&section(project, arguments, heading));
}

#[test]
fn the_page_has_what_each_operation_needs() {
    let project = project("report");
    check(
        &project,
        &[],
        "public",
        &expect![[r#"
        Public
        1 operation needs no token. Anybody can call:
        GET /health
    "#]],
    );
    check(
        &project,
        &[],
        "operations",
        &expect![[r#"
        Operations, and what a token can call
        Scripts are off, so the page cannot say what a token can call. The table has all that it follows from.
        A token
        Scopes that it grantsapi
        files:admin
        files:audit
        files:read
        files:write
        Other scopes, with spaces betweenOperations need team:{team}:member. Type the scope of a token, with a value in place of the braces. Such an operation can be called for those values alone that make a scope which the token has.
        Clear
        SearchShowall operationswhat the token can callwhat it cannot callwhat is publicwhat asks for a login
        What each operation needs, besides api, which every operation needs that is not public
        Operation
        Needs
        GET /filesexport_scopes::list
        files:read
        GET /healthexport_scopes::health
        Public
        GET /meexport_scopes::me
        any valid token
        DELETE /{team}/filesexport_scopes::delete
        files:write team:{team}:member
        or files:admin
        with a login by acr mfa, at most 300 seconds ago
        the handler may also demand files:audit
    "#]],
    );
    check(
        &project,
        &[],
        "implications",
        &expect![[r#"
        Which scopes stand for others
        There are no wildcards: * is a character like any other.
        A token with a scope has all that stand below it, too.
        files:adminfiles:writefiles:read
    "#]],
    );
    check(
        &project,
        &[],
        "scopes",
        &expect![[r#"
            Operations by scope
            Each scope, and how many operations ask for it; open one to see which.
            api needed by every operation that is not public
            files:admin an alternative for 1, implies what is asked for by 1
            In one of several alternatives
            DELETE /{team}/files
            Implies what is asked for
            GET /files
            files:audit may be demanded by 1
            The handler may demand it
            DELETE /{team}/files
            files:read required by 1
            Implied by files:admin and files:write.
            Required
            GET /files
            files:write an alternative for 1, implies what is asked for by 1
            Implied by files:admin.
            In one of several alternatives
            DELETE /{team}/files
            Implies what is asked for
            GET /files
            team:{team}:member an alternative for 1
            A template: the request says what stands in place of the braces.
            In one of several alternatives
            DELETE /{team}/files
        "#]],
    );
    let page = project.read("report.html");
    assert!(
        page.contains("<code>https://files.example.com/api</code>, package <code>report</code>"),
        "{page}"
    );
    assert!(page.contains("<li><code>floor: api</code></li>"), "{page}");

    // The same program gives the same bytes.
    assert_eq!(project.run(&["report", "--out", "again.html"]), "again.html\nexit code 0\n");
    assert_eq!(project.read("again.html"), page);
}

#[test]
fn no_text_of_the_program_is_markup() {
    let project = Project::new("hostile", EXPORTER);
    let scope = "</script><script>alert(1)</script><!--'&`]]>";
    let handlers = format!(
        r##"
        #[derive(Clone, Copy, scopegate::Vocabulary)]
        enum Scopes {{
            /// "> <b onmouseover="alert(1)">
            #[scope("{scope}")]
            One,
        }}
        #[scopegate::requires_scope(Scopes::One)]
        async fn one() {{}}
        "##
    );
    let path = r#"/\"><img src=x onerror=alert(1)></script>"#;
    project.program(
        &handlers,
        &format!(".route(\"{path}\", scopegate::routing::get(one))"),
        ".vocabulary::<Scopes>()",
    );
    assert_eq!(project.run(&["report", "--out", "report.html"]), "report.html\nexit code 0\n");
    let page = project.read("report.html");
    for (markup, count) in [("<script", 2), ("</script", 2), ("<img", 0), ("<b ", 0), ("<b>", 0), ("<!--", 0)]
    {
        assert_eq!(page.matches(markup).count(), count, "{markup} in {page}");
    }
    assert_eq!(page.matches("<body>").count(), 1);
    let (_, rule) = page.split_once("<script id=\"rule\" type=\"application/json\">").unwrap();
    let (rule, _) = rule.split_once("</script>").unwrap();
    let rule: serde_json::Value = serde_json::from_str(rule).unwrap();
    assert_eq!(rule["rows"][0]["alternatives"], serde_json::json!([[scope]]));
    let policy = page.split("content=\"").find(|text| text.starts_with("default-src 'none'")).unwrap();
    assert!(!policy.split('"').next().unwrap().contains("unsafe"), "{policy}");
}

#[test]
fn changes_are_told_in_the_words_of_the_lock() {
    let project = project("report-since");
    project.run_with(&["check"], &[("UPDATE_SCOPES", "1")]);
    project.commit();
    check(
        &project,
        &["--since", "HEAD"],
        "changes",
        &expect![[r#"
        Changes since HEAD
        The same callers are let in as before.
    "#]],
    );
    project.program(
        &FILES.replace(r#", "team:{team}:member""#, r#", "files:list""#),
        &ROUTES.replace("/me", "/who"),
        "",
    );
    check(
        &project,
        &["--since", "HEAD"],
        "changes",
        &expect![[r#"
        Changes since HEAD
        6 changes. Weaker ones let somebody in who was refused before.
        Weaker
        the floor no longer demands api
        Weaker for some, stricter for others
        DELETE /{team}/files now needs files:write and files:list, or files:admin; before, files:write and team:{team}:member, or files:admin
        Stricter
        files:admin no longer stands for files:write
        files:write no longer stands for files:read
        Otherwise
        GET /me is gone; before, it needed a token, with whatever scopes
        GET /who is new: it needs a token, with whatever scopes
    "#]],
    );
    project.check(
        &["report", "--out", "report.html", "--since", "nowhere"],
        &expect![[r"
        error: there is no lock at revision `nowhere`: fatal: invalid object name 'nowhere'.
        exit code 3
    "]],
    );
}

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
            What the audit log says
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
            nobody with a valid token (1)
            Granted, and needed by nobody
            4 of 6 granted scopes: each request that was let through would have been let through without them. A longer log may need them.
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
    // Another alternative than the log names, and a row that is gone.
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
            What the audit log says
            It covers 8 decisions from 2025-11-27 05:30:00 UTC to 2025-11-27 05:33:20 UTC, of which 4 were refusals.
            3 lines of logs/2.jsonl cannot be read as a record: 3, 4, 5; left out here
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
            nobody with a valid token (1)
            Granted, and needed by nobody
            3 of 7 granted scopes: each request that was let through would have been let through without them. A longer log may need them.
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
        What the audit log says
        It has no decision.
        Refused most
        Nothing was refused.
        Granted, and needed by nobody
        No token of the log grants a scope.
    "#]],
    );
    for (log, why) in [
        ("nowhere.jsonl", "No such file or directory (os error 2)"),
        ("src", "there is no file in it that ends in `.jsonl`"),
    ] {
        let said = project.run(&["report", "--out", "report.html", "--audit", log]);
        let failed = "error: the exporter `export-scopes` failed: exit status: 3";
        assert_eq!(said, format!("{failed}\n\n{log}: {why}\nexit code 3\n"));
    }
}

#[test]
fn why_there_is_no_page() {
    let project = project("report-errors");
    project.check(
        &["report"],
        &expect![[r#"
        error: the following required arguments were not provided:
          --out <FILE>

        Usage: cargo scopegate report --out <FILE>

        For more information, try '--help'.
        exit code 2
    "#]],
    );
    project.check(
        &["report", "--out", "no/such/folder/report.html"],
        &expect![[r#"
        error: cannot write no/such/folder/report.html: No such file or directory (os error 2)
        exit code 3
    "#]],
    );
    for answer in ["{}", r#"{\"format\":2}"#, r#"{\"format\":1}"#] {
        let exporter = format!(
            "fn main() {{ println!(\"scopegate-export 1\\n{}\") }}",
            answer.replace('{', "{{").replace('}', "}}")
        );
        project.write("src/bin/export-scopes.rs", &exporter);
        let said = project.run(&["report", "--out", "report.html"]);
        assert!(
            said.starts_with("error: what `export-scopes` answers is no report that this version reads: "),
            "{said}"
        );
        assert!(said.ends_with("exit code 3\n"), "{said}");
    }
}
