//! The doctor: its findings about 401 and 403 answers, and the ways to pass a token.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::{EXPORTER, Project};

const FILES: &str = r#"
#[scopegate::requires_scope("files:read")]
async fn list() {}
#[scopegate::requires_scope("files:write")]
async fn write() {}
"#;

const ROUTES: &str = r#".route("/files", scopegate::routing::get(list).put(write))"#;

/// A gate with one key, which grants `files:read`.
const KEYS: &str = r#".verified_by(scopegate::StaticKeys::parse("sk_read_0123456789=files:read").unwrap())"#;

const TOKEN: &str = "sk_read_0123456789";

fn project(name: &str, gate: &str) -> Project {
    let project = Project::new(name, EXPORTER);
    project.program(FILES, ROUTES, gate);
    project
}

#[test]
fn a_token_comes_from_a_file_or_from_standard_input() {
    let project = project("tokens", KEYS);
    project.check(
        &["doctor"],
        &expect![[r#"
        resource `https://files.example.com/api`
        no error was found
        exit code 0
    "#]],
    );
    project.write("token", &format!("Bearer {TOKEN}\n"));
    project.check(
        &["doctor", "--token", "token"],
        &expect![[r#"
        resource `https://files.example.com/api`
        token: accepted, with `files:read`
          opens GET /files
          does not open PUT /files: it lacks `files:write`
        no error was found
        exit code 0
    "#]],
    );
    let of_file = project.run(&["doctor", "--token", "token"]);
    assert_eq!(project.run_with_input(&["doctor", "--token", "-"], TOKEN), of_file);
    assert_eq!(project.run_with_input(&["doctor", "--introspect", "--token=-"], TOKEN), of_file);

    let refused = project.run_with_input(&["doctor", "--token", "-"], "sk_secret_0123456789");
    expect![[r#"
        resource `https://files.example.com/api`
        error: token: no such key
        exit code 7
    "#]]
    .assert_eq(&refused);
    let nothing = project.run_with_input(&["doctor", "--token", "-"], "");
    expect![[r#"
        resource `https://files.example.com/api`
        error: token: it is empty; write the token into the file, or pass it on standard input
        exit code 7
    "#]]
    .assert_eq(&nothing);
    let endless = project.run_with_input(&["doctor", "--token", "-"], &"a".repeat(60_000));
    assert!(endless.ends_with("exit code 7\n"), "{endless}");
    project.remove("token");
}

#[test]
fn a_token_is_no_argument() {
    let jwt = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJl";
    let long = format!("eyJhbGciOiJub25lIn0.{}.c2lnbmF0dXJl", "c2VjcmV0".repeat(500));
    let opaque = "gho_16C7e42F292c6912E7710c838347Ae178B4a";
    let project = Project::new("arguments", EXPORTER);
    project.check(&["doctor", "--token", jwt], &expect![[r#"
        error: a token cannot be an argument, because shells save arguments and other users can read them; write it to a file for `--token`, or pass it on standard input with `--token -`
        exit code 2
    "#]]);
    for token in [jwt, &long, opaque] {
        let named = format!("--token={token}");
        for arguments in [
            &["doctor", "--token", token][..],
            &["doctor", &named],
            &["doctor", token],
            &["doctor", "--json", token, "--introspect", "--token", "-"],
            &["doctor", "Bearer", token],
        ] {
            let said = project.run(arguments);
            assert!(said.ends_with("exit code 2\n"), "{said}");
            assert!(!said.contains(token) && !said.contains("c2lnbmF0dXJl"), "{said}");
        }
    }
    project.check(&["doctor", "--token", "no/such/file"], &expect![[r#"
        error: the file of `--token` cannot be read: No such file or directory (os error 2); write the token to a file, and pass the path of this file
        exit code 3
    "#]]);
    project.check(
        &["doctor", "--introspect"],
        &expect![[r#"
        error: the following required arguments were not provided:
          --token <FILE>

        Usage: cargo scopegate doctor --token <FILE> --introspect

        For more information, try '--help'.
        exit code 2
    "#]],
    );
}

#[test]
fn each_part_has_its_exit_code() {
    let misconfigured = project(
        "misconfigured",
        r#".floor([Scope::from_static("files")]).implies([(Scope::from_static("a"), [Scope::from_static("a")])])"#,
    );
    misconfigured.check(
        &["doctor"],
        &expect![[r#"
        resource `https://files.example.com/api`
        error: `a` implies itself; leave it out
        hint: the program has its own token verifier, so no authorization server could be examined
        exit code 5
    "#]],
    );
    let own_verifier = project("own-verifier", "");
    own_verifier.check(
        &["doctor"],
        &expect![[r#"
        resource `https://files.example.com/api`
        hint: the program has its own token verifier, so no authorization server could be examined
        no error was found
        exit code 0
    "#]],
    );
    let said = own_verifier.run_with_input(&["doctor", "--token", "-"], TOKEN);
    expect![[r#"
        resource `https://files.example.com/api`
        hint: the program has its own token verifier, so no authorization server could be examined
        error: token: it was not checked, since the program's own verifier may send it somewhere; allow that with `--introspect`, or `Doctor::introspect`
        exit code 7
    "#]].assert_eq(&said);
    // The exporter's exit code for an authorization server is passed on, too.
    let exporter = "fn main() { println!(\"scopegate-export 1\\nerror: issuer\"); std::process::exit(6) }";
    misconfigured.write("src/bin/export-scopes.rs", exporter);
    misconfigured.check(
        &["doctor"],
        &expect![[r#"
        error: issuer
        exit code 6
    "#]],
    );
}

#[test]
fn it_is_json_for_programs() {
    let project = project("json", KEYS);
    let said = project.run_with_input(&["doctor", "--json", "--token", "-"], TOKEN);
    let json: serde_json::Value = serde_json::from_str(said.trim_end_matches("exit code 0\n")).unwrap();
    assert_eq!(json["at_fault"], serde_json::Value::Null);
    assert_eq!(json["resource"], "https://files.example.com/api");
    assert_eq!(json["token"]["scopes"], serde_json::json!(["files:read"]));
    let operations = serde_json::json!([
        { "operation": "GET /files", "opens": true, "lacks": [], "depends_on": [], "login": [], "may_demand": [] },
        { "operation": "PUT /files", "opens": false, "lacks": ["files:write"], "depends_on": [], "login": [], "may_demand": [] },
    ]);
    assert_eq!(json["token"]["operations"], operations);
}
