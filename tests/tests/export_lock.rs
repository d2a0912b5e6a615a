//! The scope lock: writing it, reading it, and the words for each change.
#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod random;

use std::{env, fs, path::PathBuf};

use expect_test::{Expect, expect};
use scopegate::{
    Gate, Policy, Requirement, Resource, Router, Scope, ScopeTable, StaticKeys,
    export::{Admission, Direction, Lock, check_lock},
    mcp::{McpTable, Operation},
    public, requirement, requires_scope,
    routing::{any, delete, get},
    scope_table,
    testing::TestVerifier,
};

#[requires_scope(any(all("files:read", "files:write"), "files:admin"))]
async fn remove() {}

#[requires_scope("files:read", also("files:admin"), related("files:list"))]
async fn read() {}

#[requires_scope("public", "by")]
async fn words() {}

#[requires_scope("tenant:{tenant}:read")]
async fn tenant() {}

#[requires_scope("files:admin", max_age = 300)]
async fn after_login() {}

#[scopegate::authenticated]
async fn whoami() {}

#[public]
async fn health() {}

fn routes() -> Router {
    Router::new()
        .route("/whoami", get(whoami))
        .route("/files/{name}", delete(remove).get(read))
        .route("/words", any(words))
        .nest("/{tenant}", Router::new().route("/", get(tenant)))
        .route("/health", get(health))
}

#[test]
fn is_one_line_a_route() {
    let lock = Lock::of(&Policy::new(), &routes().table());
    expect![[r#"
        # What each route needs. Do not edit. To write this file, run `cargo scopegate check --write`, or `UPDATE_SCOPES=1 cargo test` if a test checks it.
        # For the lock of a second gate, add `--bin NAME` and `--lock FILE` to the first command.
        DELETE /files/{name} files:read files:write | files:admin by export_lock::remove
        GET /files/{name} files:read also files:admin related files:list by export_lock::read
        GET /health public by export_lock::health
        GET /whoami authenticated by export_lock::whoami
        * /words "public" "by" by export_lock::words
        GET /{tenant} tenant:{tenant}:read by export_lock::tenant
    "#]]
    .assert_eq(&lock.to_string());
    assert_eq!(lock.to_string().parse::<Lock>().unwrap(), lock);
    assert_eq!(lock.to_string().replace('\n', "\r\n").parse::<Lock>().unwrap(), lock);
}

#[test]
fn names_handlers_where_no_route_is_known() {
    let lock = Lock::of(&Policy::new(), &scopegate::scope_table![whoami, remove]);
    expect![[r"
        # What each route needs. Do not edit. To write this file, run `cargo scopegate check --write`, or `UPDATE_SCOPES=1 cargo test` if a test checks it.
        # For the lock of a second gate, add `--bin NAME` and `--lock FILE` to the first command.
        - export_lock::remove files:read files:write | files:admin
        - export_lock::whoami authenticated
    "]]
    .assert_eq(&lock.to_string());
    assert_eq!(lock.to_string().parse::<Lock>().unwrap(), lock);
}

/// The change between two lines of a lock, without the name of the route.
#[track_caller]
fn check(old: &str, new: &str, direction: Direction, words: &str) {
    let lock = |line: &str| format!("{line}\n").parse::<Lock>().unwrap();
    let changes = lock(new).changes_since(&lock(old));
    let seen: Vec<_> = changes.iter().map(|change| (change.direction(), change.to_string())).collect();
    assert_eq!(seen, [(direction, words.to_owned())]);
}

#[test]
fn says_what_became_of_a_requirement() {
    use Direction::{Changed, Neutral, Stricter, Weaker};
    let check = |old: &str, new: &str, direction, words: &str| {
        check(&format!("GET /a {old}"), &format!("GET /a {new}"), direction, &format!("`GET /a` {words}"));
    };
    check("a b", "a", Weaker, "no longer needs `b`");
    check("a", "c a b", Stricter, "now needs `c` and `b`, too");
    check("a b", "a c", Changed, "now needs `c` in place of `b`");
    check("a", "a | b c", Weaker, "now lets `b` and `c` through, too");
    check("a | b | c", "b", Stricter, "no longer lets `a`, or `c` through");
    check("a b | c", "a | c", Weaker, "now needs `a`, or `c`; before, `a` and `b`, or `c`");
    check("a | b", "c", Changed, "now needs `c`; before, `a`, or `b`");
    check("a | b", "b | a", Neutral, "lets the same tokens through, and challenges now name `b`");
    check("a b", "b a", Neutral, "lets the same tokens through, and challenges now name `b` and `a`");
    check("a", "authenticated", Weaker, "no longer needs `a`: a token with any scopes will do");
    check("authenticated", "a", Stricter, "now needs `a`; before, a token with any scopes was enough");
    check("a | b", "public", Weaker, "is now public; before, it needed `a`, or `b`");
    check("public", "a", Stricter, "is no longer public: it needs `a`");
    check("authenticated", "public", Weaker, "is now public; before, it needed a token with any scopes");
    check("public", "authenticated", Stricter, "is no longer public: it needs a token with any scopes");
    check("\"public\"", "public", Weaker, "is now public; before, it needed `public`");
    check("t:{t}", "t:x", Changed, "now needs `t:x` in place of `t:{t}`");
    check("a also b c", "a also c", Weaker, "has a handler that may no longer demand `b`");
    check("a", "a also b", Stricter, "has a handler that may now demand `b`");
    check("a", "a related b", Neutral, "now lists as related `b`");
    check("a related b", "a", Neutral, "no longer lists as related `b`");
    check("a by x", "a by y", Neutral, "is now handled by `y` instead of `x`");
}

#[test]
fn says_what_became_of_a_route() {
    use Direction::{Neutral, Stricter, Weaker};
    check("", "GET /a a", Neutral, "`GET /a` is new: it needs `a`");
    check("", "GET /a public", Weaker, "`GET /a` is new: it needs no token");
    check("GET /a a", "", Neutral, "`GET /a` is gone; before, it needed `a`");
    check("GET,PUT /a a", "GET /a a", Neutral, "`PUT /a` is gone; before, it needed `a`");
    check("- m::f a", "- m::f a b", Stricter, "`m::f` now needs `b`, too");
    // A route that is listed twice is compared in order.
    check("- f a\n- f b", "- f a\n- f b c", Stricter, "`f` now needs `c`, too");
}

#[test]
fn refuses_lines_that_say_nothing() {
    for (line, fault) in [
        ("GET", "a path is missing"),
        ("GET /a", "a scope is missing"),
        ("GET /a a |", "a scope is missing"),
        ("GET /a | a", "a scope is missing"),
        ("GET /a a also by x", "a scope is missing"),
        ("GET /a \"\"", "a word in it is not a scope"),
        ("GET /a a\"b", "a word in it is not a scope"),
        ("GET /a public a", "end it with `by` and a handler"),
        ("GET /a public a by x", "end it with `by` and a handler"),
        ("GET /a a authenticated by x", "end it with `by` and a handler"),
        ("GET /a a | public by x", "a scope is missing"),
        ("GET /a a by", "end it with `by` and a handler"),
        ("GET /a a by x y", "end it with `by` and a handler"),
        ("<<<<<<< HEAD", "a scope is missing"),
    ] {
        let error = line.parse::<Lock>().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("line 1 of the lock cannot be read: {fault}\n")),
            "{line}: {error}"
        );
    }
}

/// Returns a separate folder for a test.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn service(requirement: Requirement) -> ScopeTable {
    let service = tower::service_fn(|_| async { Ok::<_, std::convert::Infallible>(()) });
    Router::<()>::new().route_service("/a b", scopegate::guarded(requirement, service)).table()
}

#[test]
fn a_file_is_checked() {
    #[track_caller]
    fn error(table: &ScopeTable, path: &std::path::Path, expected: &Expect) {
        expected.assert_eq(&format!("{:?}\n", check_lock(&Policy::new(), table, path).unwrap_err()));
    }
    let path = scratch("lock").join("scopes.lock");
    let table = routes().table();
    error(
        &table,
        &path,
        &expect![[r"
        there is no `scopes.lock`; write it with `UPDATE_SCOPES=1 cargo test`, and commit it
    "]],
    );

    let lock = Lock::of(&Policy::new(), &table).to_string();
    fs::write(&path, lock.replace('\n', "\r\n")).unwrap();
    check_lock(&Policy::new(), &table, &path).unwrap();

    fs::write(
        &path,
        lock.replace("files:write |", "files:write files:admin |")
            .replace("GET /health public", "GET /health a"),
    )
    .unwrap();
    error(
        &table,
        &path,
        &expect![[r"
            `scopes.lock` does not match the program

            weaker:
            - `DELETE /files/{name}` now needs `files:read` and `files:write`, or `files:admin`; before, `files:read`, `files:write` and `files:admin`, or `files:admin`
            - `GET /health` is now public; before, it needed `a`

            if this is meant, run `UPDATE_SCOPES=1 cargo test` and commit `scopes.lock`
        "]],
    );

    // Comments and empty lines are no rules.
    fs::write(&path, lock.replace("# What", "# Who\n\n# What")).unwrap();
    check_lock(&Policy::new(), &table, &path).unwrap();

    let reordered = {
        let mut lines: Vec<&str> = lock.lines().collect();
        lines.swap(3, 4);
        lines.join("\n")
    };
    fs::write(&path, reordered).unwrap();
    assert!(check_lock(&Policy::new(), &table, &path).unwrap_err().is_stale());
    error(
        &table,
        &path,
        &expect![[r#"
            `scopes.lock` has the same rules as the program, and only the text differs, for example the order of the lines; the first difference is in line 4:
              in the file: GET /health public by export_lock::health
              expected:    GET /files/{name} files:read also files:admin related files:list by export_lock::read
            to write the text again, run `UPDATE_SCOPES=1 cargo test` and commit `scopes.lock`
        "#]],
    );

    fs::write(&path, lock + "=======\n").unwrap();
    error(
        &table,
        &path,
        &expect![[r"
        line 9 of `scopes.lock` cannot be read: a path is missing
          =======
        write the file again with `UPDATE_SCOPES=1 cargo test`
    "]],
    );
    assert!(fs::read_dir(path.parent().unwrap()).unwrap().count() == 1);
}

/// The lock of a program that cannot start is neither compared nor written.
#[test]
fn a_program_that_cannot_start_has_no_lock() {
    #[track_caller]
    fn error<'a>(
        admission: impl Into<Admission<'a>>,
        table: &ScopeTable,
        path: &std::path::Path,
        expected: &Expect,
    ) {
        expected.assert_eq(&format!("{:?}\n", check_lock(admission, table, path).unwrap_err()));
    }
    let folder = scratch("cannot-start");
    let path = folder.join("scopes.lock");
    let resource = Resource::new("https://h.example").unwrap();
    let gate = Gate::new(resource.authorization_server("https://as.example").unwrap(), TestVerifier::new());
    let mistaken = Router::<()>::new().route("/tenants/{name}", get(tenant)).table();
    let neither_checked_nor_written = expect![[r#"
        the gate cannot start with this table, so `scopes.lock` was neither checked nor written:
        - `export_lock::tenant` needs `tenant:{tenant}:read`, but its path `/tenants/{name}` has no `{tenant}`
    "#]];
    error(&gate, &mistaken, &path, &neither_checked_nor_written);
    fs::write(&path, Lock::of(&gate, &mistaken).to_string()).unwrap();
    error(&gate, &mistaken, &path, &neither_checked_nor_written);
    fs::remove_file(&path).unwrap();

    let keys = Gate::static_keys("files", StaticKeys::new());
    let after_login = Router::<()>::new().route("/login", get(after_login)).table();
    error(
        &keys,
        &after_login,
        &path,
        &expect![[r#"
            the gate cannot start with this table, so `scopes.lock` was neither checked nor written:
            - `export_lock::after_login` requires a login, but static keys have none; remove `acr` and `max_age`, leave the handler out of the router or table of this gate, or add a token verifier with `StaticKeys::or`
        "#]],
    );

    // A policy has no gate that could check the paths, but checks its own rules.
    let read = Scope::from_static("files:read");
    error(
        &Policy::new().implies([(read, [read])]),
        &mistaken,
        &path,
        &expect![[r#"
        the server cannot start with this table, so `scopes.lock` was neither checked nor written:
        - `files:read` implies itself; leave it out
    "#]],
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

/// The tools of an MCP server have no path, so a family of resources does not exclude them.
#[test]
fn an_mcp_server_of_a_family_has_a_lock() {
    const READ: Requirement = requirement!("org:{org}:read");
    let family = Resource::family("https://h.example/mcp/{org}").unwrap();
    let gate = Gate::new(family.authorization_server("https://as.example").unwrap(), TestVerifier::new());
    let operations = [Operation::tool("list_files", READ), Operation::resource("file:///{name}", READ)];
    let table = operations.into_iter().collect::<McpTable>().to_scope_table();
    let path = scratch("family").join("scopes.lock");
    fs::write(&path, Lock::of(&gate, &table).to_string()).unwrap();
    check_lock(&gate, &table, &path).unwrap();

    let outside = Router::<()>::new().route("/files", get(read)).table();
    let error = check_lock(&gate, &table.and(&outside), &path).unwrap_err().to_string();
    assert!(
        error.contains("`export_lock::read` is mounted at `/files`, and no token can be valid there"),
        "{error}"
    );
}

#[requires_scope("t:{{x}}", also("u:{{x}}"), related("v:{{x}}"))]
async fn braced() {}

/// A template and a scope with the same text let different callers through. The lock therefore needs a different line
/// for each.
#[test]
fn a_scope_with_braces_is_not_written_as_a_template() {
    const TEMPLATE: Scope = Scope::from_static("t:{x}");
    let lock = |requirement: Requirement| Lock::of(&Policy::new(), &service(requirement));
    let [scope, template, by_const] =
        [requirement!("t:{{x}}"), requirement!("t:{x}"), requirement!(TEMPLATE)].map(lock);
    assert!(scope.to_string().contains("\n* /a%20b t:{{x}} by "), "{scope}");
    assert!(template.to_string().contains("\n* /a%20b t:{x} by "), "{template}");
    assert_eq!(template, by_const);
    for lock in [&scope, &template] {
        assert_eq!(lock.to_string().parse::<Lock>().unwrap(), *lock);
    }
    let changes = template.changes_since(&scope);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].direction(), Direction::Changed);
    assert_eq!(changes[0].to_string(), "`* /a%20b` now needs `t:{x}` in place of `t:{{x}}`");

    let policy = Policy::new()
        .floor([Scope::from_static("a{")])
        .implies([(Scope::from_static("b}"), [Scope::from_static("c")])]);
    let lock = Lock::of(&policy, &scope_table![GET "/" => braced]);
    let text = lock.to_string();
    assert!(text.contains("\nfloor: a{{\nimplies: b}} c\n"), "{text}");
    assert!(text.contains("\nGET / t:{{x}} also u:{{x}} related v:{{x}} by "), "{text}");
    assert_eq!(text.parse::<Lock>().unwrap(), lock);
}

#[test]
fn an_implication_covers_a_scope_with_braces() {
    let implying = |name: &'static str| {
        let policy = Policy::new().implies([(Scope::from_static("b"), [Scope::from_static(name)])]);
        Lock::of(&policy, &service(requirement!("a{{")))
    };
    let changes = implying("a{").changes_since(&Lock::of(&Policy::new(), &service(requirement!("a{{"))));
    assert_eq!(changes[0].to_string(), "`b` now implies `a{{`");
    assert_eq!(changes[0].direction(), Direction::Weaker);
}

#[test]
fn whatever_a_route_is_called_is_read_back() {
    let lock = Lock::of(&Policy::new(), &service(requirement!(any("|", all("also", "related")))));
    assert!(lock.to_string().contains("\n* /a%20b \"|\" | \"also\" \"related\" by "), "{lock}");
    assert_eq!(lock.to_string().parse::<Lock>().unwrap(), lock);
}

mod property {
    use proptest::prelude::*;
    use scopegate::GrantedScopes;

    use super::{random::requirement, *};

    const SCOPES: [&str; 4] = ["a", "b", "c", "d"];

    /// Tells which callers are admitted: the caller without a token, and callers with each set of scopes.
    fn admitted(requirement: &Requirement) -> Vec<bool> {
        let sets = (0..1 << SCOPES.len()).map(|set: usize| {
            let scopes: Vec<&str> =
                (0..SCOPES.len()).filter(|at| set >> at & 1 == 1).map(|at| SCOPES[at]).collect();
            let granted = GrantedScopes::parse(&scopes.join(" "));
            Policy::new().permits(&granted, requirement)
        });
        std::iter::once(requirement.is_public()).chain(sets).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

        #[test]
        fn weaker_and_stricter_are_what_callers_see(old in requirement(&SCOPES), new in requirement(&SCOPES)) {
            let changes = Lock::of(&Policy::new(), &service(new.clone())).changes_since(&Lock::of(&Policy::new(), &service(old.clone())));
            let seen = changes.first().map_or(Direction::Neutral, scopegate::export::Change::direction);
            let pairs: Vec<_> = admitted(&old).into_iter().zip(admitted(&new)).collect();
            let expected = match (pairs.contains(&(false, true)), pairs.contains(&(true, false))) {
                (true, true) => Direction::Changed,
                (true, false) => Direction::Weaker,
                (false, true) => Direction::Stricter,
                (false, false) => Direction::Neutral,
            };
            prop_assert_eq!(seen, expected, "{} to {}: {:?}", old, new, changes);
        }
    }
}
