//! The page that the subcommand writes for reviewers. Its script is tested in `tests/browser`.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::{
    EXPORTER, Project,
    page::{FILES, ROUTES, check, project},
};

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
            Scripts are off, so the page cannot compute what a token can call. The table shows every requirement.
            A token
            Scopes that it grantsapi
            files:admin
            files:audit
            files:read
            files:write
            Other scopes, separated by spacesOperations need team:{team}:member. Type the scope of a token, with a value instead of the braces. The operation can be called only for values whose scope the token has.
            Clear
            SearchShowall operationswhat the token can callwhat it cannot callwhat is publicwhat requires a certain login
            What each operation needs besides api, which every non-public operation needs
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
            Scopes that cover others
            Wildcards are off: * is an ordinary character.
            A token with a scope also has all scopes below it.
            files:adminfiles:writefiles:read
        "#]],
    );
    check(
        &project,
        &[],
        "scopes",
        &expect![[r#"
            Operations by scope
            Each scope, with the number of operations that use it. Open a scope to see them.
            api needed by every non-public operation
            files:admin an alternative for 1, implies a scope of 1
            In one of several alternatives
            DELETE /{team}/files
            Implies a scope of the operation
            GET /files
            files:audit may be demanded by 1
            The handler may demand it
            DELETE /{team}/files
            files:read required by 1
            Implied by files:admin and files:write.
            Required
            GET /files
            files:write an alternative for 1, implies a scope of 1
            Implied by files:admin.
            In one of several alternatives
            DELETE /{team}/files
            Implies a scope of the operation
            GET /files
            team:{team}:member an alternative for 1
            A template. The request supplies the value of each parameter in braces.
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

    // The page is reproducible.
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
    project.run(&["check", "--write"]);
    project.commit();
    check(
        &project,
        &["--since", "HEAD"],
        "changes",
        &expect![[r#"
            Changes since HEAD
            Access has not changed.
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
            6 changes. A weaker requirement admits callers who were refused before.
            Weaker
            the floor no longer demands api
            Weaker for some, stricter for others
            DELETE /{team}/files now needs files:write and files:list, or files:admin; before, files:write and team:{team}:member, or files:admin
            Stricter
            files:admin no longer implies files:write
            files:write no longer implies files:read
            Otherwise
            GET /me is gone; before, it needed a token with any scopes
            GET /who is new: it needs a token with any scopes
        "#]],
    );
    project.check(
        &["report", "--out", "report.html", "--since", "nowhere"],
        &expect![[r#"
            error: git knows no revision `nowhere`; name a commit, a branch or a tag, and fetch it if this clone lacks it
            exit code 3
        "#]],
    );
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
            said.starts_with("error: this version cannot read the report of `export-scopes`: "),
            "{said}"
        );
        assert!(said.ends_with("exit code 3\n"), "{said}");
    }
}
