//! The answers of the subcommand for a project with an exporter.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::Project;

const FILES: &str = r#"
#[scopegate::requires_scope("files:read")]
async fn list() {}
#[scopegate::requires_scope("files:write", "files:admin")]
async fn delete() {}
#[scopegate::public]
async fn health() {}
"#;

const ROUTES: &str = r#"
    .route("/files", scopegate::routing::get(list))
    .route("/files/{name}", scopegate::routing::delete(delete))
    .route("/health", scopegate::routing::get(health))"#;

#[test]
fn table_and_metadata() {
    let project = Project::with_routes("answers", FILES, ROUTES);
    project.check(
        &["table"],
        &expect![[r"
        GET     /files         files:read
        DELETE  /files/{name}  files:write files:admin
        GET     /health        public
        exit code 0
    "]],
    );
    project.check(
        &["table", "--format", "markdown"],
        &expect![[r"
        | method | path | needs | may demand | handler |
        |---|---|---|---|---|
        | `GET` | `/files` | `files:read` |  | `export_scopes::list` |
        | `DELETE` | `/files/{name}` | `files:write` `files:admin` |  | `export_scopes::delete` |
        | `GET` | `/health` | *nothing* |  | `export_scopes::health` |
        exit code 0
    "]],
    );
    let json = project.run(&["table", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(json.trim_end_matches("exit code 0\n")).unwrap();
    let catalog =
        ["files:admin", "files:read", "files:write"].map(|scope| serde_json::json!({ "scope": scope }));
    assert_eq!(json["catalog"], serde_json::json!(catalog));
    project.check(
        &["metadata"],
        &expect![[r#"
        {"resource":"https://files.example.com/api","authorization_servers":["https://auth.example.com"],"scopes_supported":["files:admin","files:read","files:write"],"bearer_methods_supported":["header"]}
        exit code 0
    "#]],
    );
    project.check(
        &["metadata", "--out", "public"],
        &expect![[r"
        public/.well-known/oauth-protected-resource/api
        exit code 0
    "]],
    );
    let document = project.read("public/.well-known/oauth-protected-resource/api");
    assert_eq!(project.run(&["metadata"]), document + "\nexit code 0\n");
}

/// Writes the lock, and returns what the subcommand says.
fn update(project: &Project) -> String {
    project.run(&["check", "--write"])
}

#[test]
fn the_lock_is_compared_and_written() {
    let project = Project::with_routes("lock-written", FILES, ROUTES);
    project.check(
        &["check"],
        &expect![[r#"
            there is no `scopes.lock`; write it with `cargo scopegate check --write`, and commit it
            exit code 1
        "#]],
    );
    // The variable is for tests. It does not change what the command does.
    assert!(project.run_with(&["check"], &[("UPDATE_SCOPES", "1")]).ends_with("exit code 1\n"));
    assert_eq!(update(&project), "wrote `[project]/scopes.lock`; commit it\nexit code 0\n");
    assert_eq!(update(&project), "the lock is up to date\nexit code 0\n");
    project.check(
        &["check"],
        &expect![[r"
        the lock is up to date
        exit code 0
    "]],
    );
    project.commit();

    // A weakened requirement that is not in the lock.
    project.routes(&FILES.replace(r#", "files:admin""#, ""), ROUTES);
    project.check(
        &["check"],
        &expect![[r#"
            `scopes.lock` does not match the program

            weaker:
            - `DELETE /files/{name}` no longer needs `files:admin`

            if this is meant, run `cargo scopegate check --write` and commit `scopes.lock`
            exit code 1
        "#]],
    );
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
        `scopes.lock` does not match the program

        weaker:
        - `DELETE /files/{name}` no longer needs `files:admin`

        if this is meant, run `cargo scopegate check --write` and commit `scopes.lock`
        changes since `HEAD` are not listed until the lock is up to date
        exit code 1
    "#]],
    );
    project.check(
        &["check", "--write"],
        &expect![[r#"
            wrote `[project]/scopes.lock`, with these changes:

            weaker:
            - `DELETE /files/{name}` no longer needs `files:admin`

            review these changes, and commit the file
            exit code 0
        "#]],
    );
}

#[test]
fn changes_are_told_in_words() {
    let project = Project::with_routes("changes", FILES, ROUTES);
    update(&project);
    project.commit();
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date
            nothing has changed since `HEAD`
            exit code 0
        "#]],
    );
    project.check(
        &["check", "--since", "HEAD^{tree}"],
        &expect![[r#"
            the lock is up to date
            nothing has changed since `HEAD^{tree}`
            exit code 0
        "#]],
    );

    // A weakened requirement.
    project.routes(&FILES.replace(r#", "files:admin""#, ""), ROUTES);
    update(&project);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date

            changes since `HEAD`:

            weaker:
            - `DELETE /files/{name}` no longer needs `files:admin`

            callers who were refused before are now let in; have these changes reviewed
            exit code 4
        "#]],
    );

    // A tightened, an added and a removed requirement.
    let tightened = FILES.replace(r#"("files:read")"#, r#"("files:read", "files:list")"#);
    project.routes(&tightened, &ROUTES.replace("/health", "/ready"));
    project.write("scopes.lock", "");
    update(&project);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date

            changes since `HEAD`:

            weaker:
            - `GET /ready` is new: it needs no token
            stricter:
            - `GET /files` now needs `files:list`, too
            otherwise:
            - `GET /health` is gone; before, it needed no token

            callers who were refused before are now let in; have these changes reviewed
            exit code 4
        "#]],
    );

    project.routes(&tightened, ROUTES);
    update(&project);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date

            changes since `HEAD`:

            stricter:
            - `GET /files` now needs `files:list`, too
            exit code 0
        "#]],
    );
}

#[test]
fn a_revision_without_a_lock_is_named() {
    let project = Project::with_routes("revisions", FILES, ROUTES);
    project.commit();
    project.check(
        &["check", "--since", "nowhere"],
        &expect![[r#"
            error: git knows no revision `nowhere`; name a commit, a branch or a tag, and fetch it if this clone lacks it
            exit code 3
        "#]],
    );
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            error: revision `HEAD` has no `scopes.lock`, so there is nothing to compare with; name a revision in which the lock is committed
            exit code 3
        "#]],
    );
    // An unset variable in a CI job makes an empty revision. For git, an empty revision and `:0` name the index.
    project.check(
        &["check", "--since", ""],
        &expect![[r#"
        error: a value is required for '--since <REVISION>' but none was supplied

        For more information, try '--help'.
        exit code 2
    "#]],
    );
    project.check(
        &["check", "--since", ":0"],
        &expect![[r#"
            error: git knows no revision `:0`; name a commit, a branch or a tag, and fetch it if this clone lacks it
            exit code 3
        "#]],
    );
}

#[test]
fn what_the_policy_and_the_gate_let_in_is_told_in_words() {
    let project = Project::new("policies", project::EXPORTER);
    project.program(FILES, ROUTES, r#".floor([Scope::from_static("files")])"#);
    update(&project);
    project.commit();
    assert!(project.read("scopes.lock").contains("\nfloor: files\n"));

    let markdown = project.run(&["table", "--format", "markdown"]);
    assert!(markdown.starts_with("Every token also needs `files`.\n"), "{markdown}");
    let json = project.run(&["table", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(json.trim_end_matches("exit code 0\n")).unwrap();
    assert_eq!(json["floor"], serde_json::json!(["files"]));

    // Without the floor; `files:read` implies the administrator's scope; tokens may come in a cookie.
    let gate = r#"
        .implies([(Scope::from_static("files:read"), ["files:write", "files:admin"].map(Scope::from_static))])
        .credentials([CredentialSource::authorization(), CredentialSource::cookie("sid")])"#;
    project.program(FILES, ROUTES, gate);
    update(&project);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date

            changes since `HEAD`:

            weaker:
            - the floor no longer demands `files`
            - `files:read` now implies `files:admin` and `files:write`
            - credentials now also come from the cookie `sid`

            callers who were refused before are now let in; have these changes reviewed
            exit code 4
        "#]],
    );

    // An implication that concerns no route.
    let gate = r#"
        .floor([Scope::from_static("files")])
        .implies([(Scope::from_static("notes:write"), [Scope::from_static("notes:read")])])"#;
    project.program(FILES, ROUTES, gate);
    update(&project);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            the lock is up to date

            changes since `HEAD`:

            otherwise:
            - `notes:write` now implies `notes:read`
            exit code 0
        "#]],
    );
}
