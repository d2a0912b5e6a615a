//! The errors of the subcommand, with their advice.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
#![allow(missing_docs)]

mod project;

use expect_test::expect;
use project::{EXPORTER, Project};

#[test]
fn no_exporter() {
    Project::new("no-settings", "").check(
        &["table"],
        &expect![[r#"
            error: package `no-settings` has no exporter

            add to the package's Cargo.toml, and enable scopegate's feature `export`:

                [package.metadata.scopegate]
                bin = "export-scopes"

            and write src/bin/export-scopes.rs:

                fn main() -> std::process::ExitCode {
                    scopegate::export::main(&gate(), &routes().table())
                }
            exit code 3
        "#]],
    );
    Project::new("no-target", EXPORTER).check(
        &["table"],
        &expect![[r#"
            error: package `no-target` names the bin `export-scopes` as its exporter, but has no such bin
            exit code 3
        "#]],
    );
    Project::new("no-package", EXPORTER).check(
        &["table", "--package", "other"],
        &expect![[r"
        error: the workspace has no package `other`
        exit code 3
    "]],
    );
}

#[test]
fn settings_that_say_nothing() {
    Project::new("misspelt", "[package.metadata.scopegate]\nbinary = \"x\"\n").check(
        &["table"],
        &expect![[r"
        error: `[package.metadata.scopegate]` of package `misspelt` cannot be read: unknown field `binary`, expected one of `bin`, `example`, `features`, `lock`
        exit code 3
    "]],
    );
}

#[test]
fn exporter_does_not_build() {
    let project = Project::new("does-not-build", EXPORTER);
    project.write("src/bin/export-scopes.rs", "fn main() { nothing() }");
    let said = project.run(&["table"]);
    assert!(said.contains("cannot find function `nothing`"), "{said}");
    let from = said.find("error: the exporter").unwrap();
    expect![[r#"
        error: the exporter of package `does-not-build`, the bin `export-scopes`, does not build
        exit code 3
    "#]]
    .assert_eq(&said[from..]);
}

#[test]
fn exporter_is_none() {
    let project = Project::new("is-none", EXPORTER);
    project.write("src/bin/export-scopes.rs", "fn main() { println!(\"hello\") }");
    project.check(
        &["metadata"],
        &expect![[r#"
            error: `export-scopes` ran, but did not answer as an exporter; write its `main` as

                fn main() -> std::process::ExitCode {
                    scopegate::export::main(&gate(), &routes().table())
                }
            exit code 3
        "#]],
    );
}

#[test]
fn exporter_fails() {
    let project = Project::new("fails", EXPORTER);
    project
        .write("src/bin/export-scopes.rs", "fn main() { eprintln!(\"no database\"); std::process::exit(7) }");
    project.check(
        &["table"],
        &expect![[r"
        error: the exporter `export-scopes` failed: exit status: 7

        no database
        exit code 3
    "]],
    );
    let handlers = "#[scopegate::requires_scope(\"tenant:{tenant}\")]\nasync fn list() {}\n";
    project.routes(handlers, ".route(\"/files\", scopegate::routing::get(list))");
    project.check(
        &["check"],
        &expect![[r"
        error: the exporter `export-scopes` failed: exit status: 3

        the gate cannot start with this table:
        - `export_scopes::list` needs `tenant:{tenant}`, but its path `/files` has no `{tenant}`
        exit code 3
    "]],
    );
}

#[test]
fn lock_is_no_lock() {
    let handlers = "#[scopegate::authenticated]\nasync fn list() {}\n";
    let project = Project::with_routes("lock", handlers, ".route(\"/files\", scopegate::routing::get(list))");
    project.write("scopes.lock", "<<<<<<< HEAD\n");
    project.check(
        &["check"],
        &expect![[r#"
            line 1 of `scopes.lock` cannot be read: a scope is missing
              <<<<<<< HEAD
            write the file again with `cargo scopegate check --write`
            exit code 1
        "#]],
    );
    project.commit();
    project.check(&["check", "--write"], &expect![[r#"
        wrote `[project]/scopes.lock`; the old file could not be read, so the changes are unknown; review and commit it
        exit code 0
    "#]]);
    project.check(
        &["check", "--since", "HEAD"],
        &expect![[r#"
            error: the exporter `export-scopes` failed: exit status: 3

            line 1 of the lock at revision `HEAD` cannot be read: a scope is missing
              <<<<<<< HEAD
            exit code 3
        "#]],
    );
    project.remove("scopes.lock");
}

#[test]
fn command_line_that_cannot_be_read() {
    Project::new("command-line", EXPORTER).check(
        &["tabel"],
        &expect![[r"
        error: unrecognized subcommand 'tabel'

        Usage: cargo scopegate [OPTIONS] <COMMAND>

        For more information, try '--help'.
        exit code 2
    "]],
    );
}

#[test]
fn a_family_of_resources_has_no_one_document() {
    let project = Project::new("family", EXPORTER);
    project.write(
        "src/bin/export-scopes.rs",
        r#"
        use scopegate::{Gate, Resource, Router, authenticated, export, routing::get, testing::TestVerifier};

        #[authenticated]
        async fn list() {}

        fn main() -> std::process::ExitCode {
            let family = Resource::family("https://files.example.com/{org}").unwrap();
            let family = family.authorization_server("https://auth.example.com").unwrap();
            let routes: Router = Router::new().route("/{org}/files", get(list));
            export::main(&Gate::new(family, TestVerifier::new()), &routes.table())
        }
        "#,
    );
    project.check(
        &["table"],
        &expect![[r"
        GET  /{org}/files  authenticated
        exit code 0
    "]],
    );
    project.check(&["metadata"], &expect![[r#"
        error: the exporter `export-scopes` failed: exit status: 3

        the gate has a family of resources, each with a document of its own; ask the running program for one of them
        exit code 3
    "#]]);
    project.check(&["metadata", "--out", "public"], &expect![[r#"
        error: the exporter `export-scopes` failed: exit status: 3

        `https://files.example.com/{org}` is a family: each of its resources has a document of its own, and no folder has them all; let the program serve them, or write the document of one resource, by a gate of `Resource::at`
        exit code 3
    "#]]);
}
