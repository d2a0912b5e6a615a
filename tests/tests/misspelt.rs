//! A scope that is misspelt at one handler. It is a valid scope, so startup and the lock only warn of it.

mod gating;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use gating::IntoGate;
use regex::Regex;
use scopegate::{
    Gate, Issuer, Issuers, Policy, Resource, Router, Scope, ScopeTable, StaticKeys, Vocabulary, Wildcards,
    export::{Doctor, Finding, check_lock},
    mcp::LocalTrust,
    requires_scope,
    routing::get,
    scope_table,
    testing::TestVerifier,
};
use scopegate_tests::log::{hear_everything, log_while};
use tracing::Level;

#[requires_scope("files:read")]
async fn list() {}

#[requires_scope("files:read")]
async fn read() {}

#[requires_scope("files:raed")]
async fn download() {}

#[requires_scope("files:write")]
async fn write() {}

#[derive(Vocabulary)]
enum FilesScope {
    #[scope("files:read")]
    Read,
    #[scope("files:raed")]
    Raed,
}

const SAID: &str = "`files:raed`, named by `misspelt::download`, is spelt almost like `files:read`, named by `misspelt::list`; \
                    correct the misspelt one, or list all scopes in a vocabulary";

/// The end of a warning about a wildcard that the gate does not count. It suggests no scope with a similar spelling.
const UNCOUNTED: &str = "; a wildcard counts only with `.wildcards(Wildcards::Prefixed)`";

fn gate() -> Gate {
    TestVerifier::new().gate("https://h.example").unwrap()
}

fn routes() -> Router {
    Router::new().route("/list", get(list)).route("/read", get(read)).route("/write", get(write))
}

async fn logged(start: impl FnOnce()) -> String {
    hear_everything();
    log_while(Level::WARN, async { start() }).await.1
}

#[tokio::test]
async fn it_is_logged_at_startup_with_both_handlers() {
    const TABLE: ScopeTable = scope_table![list, read, download];
    let with_download = || routes().route("/download", get(download));
    let log = logged(|| drop(with_download().protect(gate()).unwrap())).await;
    assert_eq!(log.lines().collect::<Vec<_>>(), [format!(" WARN scopegate: {SAID}")]);

    let log = logged(|| drop(gate().layer(TABLE).unwrap())).await;
    assert!(log.contains(SAID), "{log}");
    let log = logged(|| drop(with_download().split(gate()).unwrap())).await;
    assert!(log.contains(SAID), "{log}");
}

#[tokio::test]
async fn nothing_is_logged_of_scopes_that_are_meant() {
    assert_eq!(logged(|| drop(routes().protect(gate()).unwrap())).await, "");
    let known = || gate().vocabulary::<FilesScope>();
    let routes: Router = Router::new().route("/list", get(list)).route("/download", get(download));
    assert_eq!(logged(|| drop(routes.protect(known()).unwrap())).await, "");
    let _ = (FilesScope::Read, FilesScope::Raed);
}

/// Several gates can share an issuer, and a role can also grant scopes of the other gates. So such a scope is no error.
#[tokio::test]
async fn a_scope_of_a_role_that_no_vocabulary_has_is_logged_at_startup() {
    let issuer = || {
        let roles = [("reader", "files:read files:reed"), ("admin\n", "files:* orders:place")];
        Issuer::new("https://auth.example").roles_at(["roles"], roles)
    };
    let reed = "the role `reader` grants `files:reed`, which no vocabulary has; did you mean `files:read`?";
    let [all, orders] = ["files:*", "orders:place"]
        .map(|scope| format!("the role `admin\\n` grants `{scope}`, which no vocabulary has"));
    let all = format!("{all}{UNCOUNTED}");
    let log = async |gate: Gate| warned_of(gate, scope_table![list]).await;
    let gates = [
        gate_of(issuer().into()),
        Gate::new(resource(), Arc::new(Issuers::from(issuer()))),
        Gate::new(resource(), StaticKeys::new().or(Issuers::from(issuer()))),
    ];
    for gate in gates {
        assert_eq!(log(gate.clone()).await, [""; 0]);
        let gate = gate.vocabulary::<FilesScope>();
        assert_eq!(log(gate.clone()).await, [reed, all.as_str(), orders.as_str()]);
        assert_eq!(log(gate.wildcards(Wildcards::Prefixed)).await, [reed, orders.as_str()]);
    }
    assert_eq!(
        log(gate_of(Issuer::new("https://auth.example").into()).vocabulary::<FilesScope>()).await,
        [""; 0]
    );
}

#[tokio::test]
async fn a_scope_of_a_key_that_no_vocabulary_has_is_logged_at_startup() {
    let keys = || {
        let keys = StaticKeys::parse("sk_secret=files:read files:reed; sk_other=files:reed").unwrap();
        keys.key("bob\n", "sk_bob", "files:raed files:reads files:* tenant:{tenant}:read").unwrap()
    };
    let template = "the key `bob\\n` grants `tenant:{tenant}:read`, which is a template; write a value in place of each parameter in braces";
    let expected = [
        "a key without a name grants `files:reed`, which no vocabulary has; did you mean `files:read`?",
        &format!("the key `bob\\n` grants `files:*`, which no vocabulary has{UNCOUNTED}"),
        "the key `bob\\n` grants `files:reads`, which no vocabulary has; did you mean `files:read`?",
        template,
    ];
    let issuer = || Issuer::new("https://auth.example");
    let gates = [
        Gate::static_keys("files", keys()),
        Gate::new(resource(), Arc::new(keys())),
        gate_of(Issuers::from(issuer()).static_keys(keys())),
        Gate::new(resource(), keys().or(Issuers::from(issuer()))),
    ];
    for gate in gates {
        assert_eq!(warned_of(gate.clone(), scope_table![list]).await, [template]);
        assert_eq!(warned_of(gate.vocabulary::<FilesScope>(), scope_table![list]).await, expected);
    }
    let gate = Gate::static_keys("files", keys()).vocabulary::<FilesScope>();
    let diagnosis = Doctor::new(&gate, &scope_table![list]).examine().await;
    let hints: Vec<&str> = diagnosis.findings().iter().map(Finding::message).collect();
    assert_eq!(hints, expected);
}

/// `LocalTrust` has no table, so it does not know the templates. It warns only about scopes that resemble a scope of
/// the vocabulary, about wildcards that do not count, and about scopes with a parameter in braces.
#[tokio::test]
async fn a_misspelt_scope_of_the_local_user_is_logged() {
    let policy = || Policy::new().vocabulary::<FilesScope>();
    let log =
        async |scopes: &str, policy: Policy| logged(|| drop(LocalTrust::new((), scopes).under(policy))).await;
    let reed = " WARN scopegate: the local user has the scope `files:reed`, which no vocabulary has; did you mean `files:read`?\n";
    assert_eq!(log("files:read files:reed", policy()).await, reed);
    let all = format!(
        " WARN scopegate: the local user has the scope `files:*`, which no vocabulary has{UNCOUNTED}\n"
    );
    assert_eq!(log("files:*", policy()).await, all);
    assert_eq!(log("files:*", policy().wildcards(Wildcards::Prefixed)).await, "");
    assert_eq!(log("files:read tenant:acme:read", policy()).await, "");
    assert_eq!(log("files:reed", Policy::new()).await, "");
    let template = " WARN scopegate: the local user has the scope `tenant:{tenant}:read`, which is a template; write a value in place of each parameter in braces\n";
    assert_eq!(log("tenant:{tenant}:read", Policy::new()).await, template);
}

fn resource() -> Resource {
    Resource::new("https://h.example").unwrap().authorization_server("https://auth.example").unwrap()
}

fn gate_of(issuers: Issuers) -> Gate {
    Gate::issuers(resource(), issuers)
}

async fn warned_of(gate: Gate, table: ScopeTable) -> Vec<String> {
    let log = logged(|| drop(gate.layer(table).unwrap())).await;
    log.lines().map(|line| line.trim_start_matches(" WARN scopegate: ").to_owned()).collect()
}

/// A vocabulary does not list the scopes that a template becomes, so a role can grant a scope that is in no vocabulary
/// but that a handler needs.
#[tokio::test]
async fn a_scope_of_a_role_that_fits_a_template_is_not_logged() {
    #[requires_scope("files:read", also("tenant:{tenant}:read"))]
    async fn of_tenant() {}

    let granting = |scopes: &str| {
        let issuer = Issuer::new("https://auth.example").roles_at(["roles"], [("reader", scopes)]);
        gate_of(issuer.into()).vocabulary::<FilesScope>()
    };
    let log = async |gate: Gate| warned_of(gate, scope_table!["/{tenant}" => of_tenant]).await;
    let warning = |scope: &str| format!("the role `reader` grants `{scope}`, which no vocabulary has");

    assert_eq!(log(granting("tenant:acme:read")).await, [""; 0]);
    assert_eq!(
        warned_of(granting("tenant:acme:read"), scope_table![list]).await,
        [warning("tenant:acme:read")]
    );
    assert_eq!(log(granting("tenant:acme:raed")).await, [warning("tenant:acme:raed")]);

    let implied = |implied: &'static str| {
        granting("admin").implies([(Scope::from_static("admin"), [Scope::from_static(implied)])])
    };
    assert_eq!(log(implied("tenant:acme:read")).await, [""; 0]);
    assert_eq!(log(implied("orders:place")).await, [warning("admin")]);

    for wildcard in ["tenant:*", "tenant:acme:*"] {
        assert_eq!(log(granting(wildcard)).await, [warning(wildcard) + UNCOUNTED]);
        assert_eq!(log(granting(wildcard).wildcards(Wildcards::Prefixed)).await, [""; 0]);
        assert_eq!(log(implied(wildcard).wildcards(Wildcards::Prefixed)).await, [""; 0]);
    }
    let orders = granting("orders:*").wildcards(Wildcards::Prefixed);
    assert_eq!(log(orders).await, [warning("orders:*")]);
    let bare = "; a wildcard counts only with `.wildcards(Wildcards::PrefixedAndBare)`";
    assert_eq!(log(granting("*").wildcards(Wildcards::Prefixed)).await, [warning("*") + bare]);
    assert_eq!(log(granting("*").wildcards(Wildcards::PrefixedAndBare)).await, [""; 0]);
}

#[test]
fn the_lock_says_it_where_it_does_not_hold() {
    let folder = std::env::temp_dir().join(format!("scopegate-misspelt-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("scopes.lock");
    fs::write(&path, scopegate::export::Lock::of(&Policy::new(), &scope_table![list, read]).to_string())
        .unwrap();
    let error =
        check_lock(&Policy::new(), &scope_table![list, read, download], &path).unwrap_err().to_string();
    assert!(error.contains(&format!("\nperhaps misspelt:\n- {SAID}\n")), "{error}");
    let error = check_lock(&Policy::new(), &scope_table![list, read, write], &path).unwrap_err().to_string();
    assert!(!error.contains("perhaps misspelt"), "{error}");
    fs::remove_dir_all(folder).unwrap();
}

/// Checks that no example program uses two scopes that look alike.
#[test]
fn no_scopes_of_an_example_are_alike() {
    let scope = Regex::new(r#""([a-z]+[:.][a-z:.{}]+)""#).unwrap();
    let mut programs: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|ending| ending == "rs") {
                let program = file.strip_prefix(&root).unwrap().iter().next().unwrap().into();
                let text = fs::read_to_string(&file).unwrap();
                let found = scope.captures_iter(&text).map(|found| found[1].to_owned());
                programs.entry(program).or_default().extend(found);
            }
        }
    }
    assert!(programs.values().map(BTreeSet::len).sum::<usize>() > 20, "{programs:?}");
    for (program, scopes) in programs {
        for left in &scopes {
            for right in &scopes {
                assert!(!scopegate_grammar::are_alike(left, right), "{}: {left} {right}", program.display());
            }
        }
    }
}

#[requires_scope("tenant:{tenant}:projects")]
async fn projects() {}

#[requires_scope("tenat:{tenant}:projects")]
async fn misspelt_projects() {}

#[derive(Vocabulary)]
enum WithTemplate {
    #[scope("files:read")]
    Read,
    #[scope("tenant:{tenant}:projects")]
    Projects,
}

#[tokio::test]
async fn a_misspelt_template_is_found_with_and_without_a_vocabulary() {
    let table =
        || scope_table![GET "/{tenant}/{tenat}" => misspelt_projects, GET "/{tenant}" => projects, list];
    let said = "`tenant:{tenant}:projects`, named by `misspelt::projects`, is spelt almost like \
                `tenat:{tenant}:projects`, named by `misspelt::misspelt_projects`; \
                correct the misspelt one, or list all scopes and templates in a vocabulary";
    for gate in [gate(), gate().vocabulary::<FilesScope>()] {
        assert_eq!(warned_of(gate, table()).await, [said]);
    }
    let known = || gate().vocabulary::<WithTemplate>();
    let error = known().layer(table()).unwrap_err();
    let unknown = "`misspelt::misspelt_projects` names the template `tenat:{tenant}:projects`, which no vocabulary has; \
                   did you mean `tenant:{tenant}:projects`?";
    assert_eq!(error.problems(), [unknown]);
    let right = || scope_table![GET "/{tenant}" => projects, list];
    assert_eq!(warned_of(known(), right()).await, [""; 0]);
    // Without templates in the vocabulary, templates need no entry.
    assert_eq!(warned_of(gate().vocabulary::<FilesScope>(), right()).await, [""; 0]);
    let _ = (WithTemplate::Read, WithTemplate::Projects);
}

#[requires_scope("tenant:{{tenat}}:projects")]
async fn braces() {}

#[test]
fn a_scope_with_braces_needs_no_entry_because_no_vocabulary_can_have_one() {
    assert!(gate().vocabulary::<WithTemplate>().layer(scope_table![braces]).is_ok());
}
