//! A program with two gates, and so with two exporters and two locks.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::{EXPORTER, Project};

const FILES: &str = "#[scopegate::requires_scope(\"files:read\")]\nasync fn list() {}\n";
const FILES_ROUTES: &str = ".route(\"/files\", scopegate::routing::get(list))";
const PAID: &str = "#[scopegate::requires_scope(\"webhook:paid\")]\nasync fn paid() {}\n";
const PAID_ROUTES: &str = ".route(\"/webhooks/paid\", scopegate::routing::post(paid))";
const WEBHOOKS: [&str; 5] = ["check", "--bin", "export-webhooks", "--lock", "webhooks.lock"];

/// Makes a package with an exporter for each of its two gates.
fn two_gates(name: &str) -> Project {
    let project = Project::with_routes(name, FILES, FILES_ROUTES);
    project.binary("export-webhooks", PAID, PAID_ROUTES, "");
    project
}

#[test]
fn each_gate_has_its_lock() {
    let project = two_gates("two-gates");
    assert_eq!(project.run(&["check", "--write"]), "wrote `[project]/scopes.lock`; commit it\nexit code 0\n");
    let scopes = project.read("scopes.lock");
    project.check(&WEBHOOKS, &expect![[r#"
        there is no `webhooks.lock`; write it with `cargo scopegate check --bin export-webhooks --lock webhooks.lock --write`, and commit it
        exit code 1
    "#]]);
    project.check(
        &[&WEBHOOKS[..], &["--write"]].concat(),
        &expect![[r#"
        wrote `webhooks.lock`; commit it
        exit code 0
    "#]],
    );
    project.commit();
    project.binary(
        "export-webhooks",
        &PAID.replace("requires_scope(\"webhook:paid\")", "public"),
        PAID_ROUTES,
        "",
    );
    project.check(&WEBHOOKS, &expect![[r#"
        `webhooks.lock` does not match the program

        weaker:
        - `POST /webhooks/paid` is now public; before, it needed `webhook:paid`

        if this is meant, run `cargo scopegate check --bin export-webhooks --lock webhooks.lock --write` and commit `webhooks.lock`
        exit code 1
    "#]]);
    project.run(&[&WEBHOOKS[..], &["--write"]].concat());
    project.check(
        &[&WEBHOOKS[..], &["--since", "HEAD"]].concat(),
        &expect![[r#"
        the lock is up to date

        changes since `HEAD`:

        weaker:
        - `POST /webhooks/paid` is now public; before, it needed `webhook:paid`

        callers who were refused before are now let in; have these changes reviewed
        exit code 4
    "#]],
    );
    assert_eq!(project.read("scopes.lock"), scopes);
    project.check(
        &["--bin", "export-webhooks", "table"],
        &expect![[r#"
        POST  /webhooks/paid  public
        exit code 0
    "#]],
    );
    let report = ["report", "--out", "report.html", "--since", "HEAD"];
    project.check(
        &[&report[..], &WEBHOOKS[1..]].concat(),
        &expect![[r#"
        report.html
        exit code 0
    "#]],
    );
    assert!(project.read("report.html").contains("needs no token"));
}

/// `scopes.lock` belongs to the exporter that Cargo.toml names, and not to `export-webhooks`.
#[test]
fn no_gate_overwrites_the_lock_of_another() {
    let project = two_gates("which-lock");
    project.check(&["check", "--write", "--bin", "export-webhooks"], &expect![[r#"
        error: Cargo.toml does not name the bin `export-webhooks` as the exporter, so the path of the lock is unknown; name the path with `--lock FILE`
        exit code 2
    "#]]);
    let report = ["report", "--bin", "export-webhooks", "--out", "report.html", "--since", "HEAD"];
    project.check(&report, &expect![[r#"
        error: Cargo.toml does not name the bin `export-webhooks` as the exporter, so the path of the lock is unknown; name the path with `--lock FILE`
        exit code 2
    "#]]);
    assert!(project.run(&report[..5]).ends_with("exit code 0\n"));
    // The exporter of Cargo.toml keeps its lock.
    project.check(
        &["check", "--write", "--bin", "export-scopes"],
        &expect![[r#"
        wrote `[project]/scopes.lock`; commit it
        exit code 0
    "#]],
    );
}

#[test]
fn an_exporter_that_is_not_there() {
    let project = Project::new("no-such-target", EXPORTER);
    project.check(
        &["table", "--bin", "export-webhooks"],
        &expect![[r#"
            error: package `no-such-target` has no bin `export-webhooks`; correct `--bin`
            exit code 3
        "#]],
    );
    project.check(
        &["table", "--example", "export-webhooks"],
        &expect![[r#"
            error: package `no-such-target` has no example `export-webhooks`; correct `--example`
            exit code 3
        "#]],
    );
}

#[test]
fn no_settings_are_needed() {
    let project = Project::new("no-settings-needed", "");
    project.binary("export-webhooks", PAID, PAID_ROUTES, "");
    project.check(
        &["table", "--bin", "export-webhooks"],
        &expect![[r#"
        POST  /webhooks/paid  webhook:paid
        exit code 0
    "#]],
    );
}

/// If `--bin` names an exporter, the package is the one that has this binary.
#[test]
fn the_package_is_the_one_with_the_exporter() {
    let project = Project::new("two-packages", "");
    project.write("Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\"]\n");
    for name in ["one", "two"] {
        let package = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        project.write(&format!("{name}/Cargo.toml"), &format!("{package}\n{EXPORTER}"));
        project.write(&format!("{name}/src/bin/{name}-hooks.rs"), "fn main() { nothing() }");
    }
    let said = project.run(&["table", "--bin", "two-hooks"]);
    let from = said.find("error: the exporter").unwrap();
    expect![[r#"
        error: the exporter of package `two`, the bin `two-hooks`, does not build
        exit code 3
    "#]]
    .assert_eq(&said[from..]);
    project.check(
        &["table", "--bin", "hooks"],
        &expect![[r#"
            error: no package of the workspace has the bin `hooks`; correct `--bin`
            exit code 3
        "#]],
    );
}

/// A person can start an exporter without `cargo scopegate`.
#[test]
fn an_exporter_names_itself() {
    let project = Project::new("itself", "");
    project.binary("itself", PAID, PAID_ROUTES, "");
    project.run(&["table", "--bin", "itself"]);
    let said = project.run_exporter("itself", &["check", "webhooks.lock"]);
    expect![[r#"
        there is no `webhooks.lock`; write it with `[target]/debug/itself check webhooks.lock --write`, and commit it
        exit code 1
    "#]]
    .assert_eq(&said);
    project.write("old.lock", "<<<<<<< HEAD\n");
    let said = project.run_exporter("itself", &["check", "webhooks.lock", "--write", "--since", "old.lock"]);
    expect![[r#"
        wrote `webhooks.lock`; commit it
        line 1 of `old.lock` cannot be read: a scope is missing
          <<<<<<< HEAD
        exit code 3
    "#]]
    .assert_eq(&said);
}
