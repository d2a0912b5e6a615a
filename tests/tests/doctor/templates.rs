//! Operations whose scopes depend on the path: which values decide, and which scopes a token can never have.

use expect_test::{Expect, expect};
use scopegate::{
    Gate, Router, Scope, ScopeTable, StaticKeys, Wildcards, authenticated,
    export::Doctor,
    requires_scope,
    routing::{get, put},
};
use serde_json::{Value, json};

const SUPPORT: Scope = Scope::from_static("support");
const ALPHA: Scope = Scope::from_static("repo:alpha:read");

#[requires_scope("repo:{name}:read")]
async fn read() {}

#[requires_scope("repo:{name}:read", "repos:write")]
async fn write() {}

#[requires_scope("org:{org}:member", "org:{org}:repo:{name}:read")]
async fn of_org() {}

#[requires_scope(any("repos:admin", "repo:{name}:read", "repo:{name}:write"))]
async fn either() {}

#[requires_scope("repos:read", also("repos:share", "repo:{name}:share"))]
async fn also() {}

#[authenticated(also("repo:{name}:share"))]
async fn also_one() {}

fn table() -> ScopeTable {
    let routes = Router::<()>::new()
        .route("/repos/{name}", get(read).put(write))
        .route("/orgs/{org}/{name}", get(of_org))
        .route("/either/{name}", get(either))
        .route("/also/{name}", get(also));
    routes.table()
}

fn only_read() -> ScopeTable {
    Router::<()>::new().route("/repos/{name}", get(read)).table()
}

fn gate(scopes: &str) -> Gate {
    let keys = StaticKeys::new().key("key", "sk_key", scopes).expect("a key");
    Gate::static_keys("repos", keys)
}

async fn check(gate: Gate, table: ScopeTable, expected: Expect) {
    let diagnosis = Doctor::new(&gate, &table).token("sk_key").examine().await;
    expected.assert_eq(&diagnosis.to_string());
}

#[tokio::test]
async fn what_no_value_opens() {
    check(
        gate("repos:read"),
        only_read(),
        expect![[r#"
        error: token: it is valid, and grants `repos:read`, which opens no operation
        token: accepted, with `repos:read`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
    "#]],
    )
    .await;
    check(gate("other"), table(), expect![[r#"
        error: token: it is valid, and grants `other`, which opens no operation
        token: accepted, with `other`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
          does not open PUT /repos/{name}: it lacks `repos:write`, and `repo:{name}:read` for every value of `{name}`
          does not open GET /orgs/{org}/{name}: it lacks `org:{org}:member`, `org:{org}:repo:{name}:read` for every value of `{name}`, `{org}`
          does not open GET /either/{name}: it lacks `repos:admin`
          does not open GET /also/{name}: it lacks `repos:read`
    "#]]).await;
    // The template cannot become a scope with an empty value, or with other separators.
    check(gate("repo:alpha repo::read repo:a:b:read"), only_read(), expect![[r#"
        error: token: it is valid, and grants `repo::read`, `repo:a:b:read`, `repo:alpha`, which opens no operation
        token: accepted, with `repo::read`, `repo:a:b:read`, `repo:alpha`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
    "#]]).await;
    // The authorization server granted the template itself.
    check(
        gate("repo:{name}:read"),
        only_read(),
        expect![[r#"
            hint: the key `key` grants `repo:{name}:read`, which is a template; write a value in place of each parameter in braces
            error: token: it is valid, and grants `repo:{name}:read`, which opens no operation
            token: accepted, with `repo:{name}:read`
              does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
        "#]],
    )
    .await;
    check(
        gate("repos:read").asked_as(|scope| format!("api://{scope}")),
        only_read(),
        expect![[r#"
        error: token: it is valid, and grants `repos:read`, which opens no operation
        token: accepted, with `repos:read`
          does not open GET /repos/{name}: it lacks `api://repo:{name}:read` for every value of `{name}`
    "#]],
    )
    .await;
}

/// The authorization server has one name for all scopes.
#[tokio::test]
async fn a_name_of_several_scopes_is_listed_once() {
    let gate = gate("other").asked_as(|_| "api://repos".to_owned());
    let table = Router::<()>::new().route("/repos/{name}", put(write)).table();
    check(
        gate,
        table,
        expect![[r#"
        error: token: it is valid, and grants `other`, which opens no operation
        token: accepted, with `other`
          does not open PUT /repos/{name}: it lacks `api://repos`
    "#]],
    )
    .await;
}

#[tokio::test]
async fn which_values_decide() {
    check(gate("repo:alpha:read repo:beta:read repo:beta:share repos:read"), table(), expect![[r#"
        token: accepted, with `repo:alpha:read`, `repo:beta:read`, `repo:beta:share`, `repos:read`
          may open GET /repos/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`, `repo:beta:read`
          does not open PUT /repos/{name}: it lacks `repos:write`
          does not open GET /orgs/{org}/{name}: it lacks `org:{org}:member`, `org:{org}:repo:{name}:read` for every value of `{name}`, `{org}`
          may open GET /either/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`, `repo:beta:read`
          opens GET /also/{name}; its handler may also demand `repos:share`, `repo:{name}:share`; the token lacks them, but has `repo:beta:share`
        no error was found
    "#]]).await;
    let also_one = Router::<()>::new().route("/also/{name}", get(also_one)).table();
    check(gate("repo:beta:share"), also_one, expect![[r#"
        token: accepted, with `repo:beta:share`
          opens GET /also/{name}; its handler may also demand `repo:{name}:share`; the token lacks it, but has `repo:beta:share`
        no error was found
    "#]]).await;
    // Each template fits a scope of the token, but the two scopes have different values of `org`.
    check(gate("org:a:member org:b:repo:alpha:read"), table(), expect![[r#"
        error: token: it is valid, and grants `org:a:member`, `org:b:repo:alpha:read`, which opens no operation
        token: accepted, with `org:a:member`, `org:b:repo:alpha:read`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
          does not open PUT /repos/{name}: it lacks `repos:write`, and `repo:{name}:read` for every value of `{name}`
          does not open GET /orgs/{org}/{name}: it lacks `org:{org}:repo:{name}:read`, because no value of `{name}`, `{org}` fits all templates of the operation
          does not open GET /either/{name}: it lacks `repos:admin`
          does not open GET /also/{name}: it lacks `repos:read`
    "#]]).await;
    check(gate("org:a:member org:b:repo:alpha:read org:a:repo:beta:read"), table(), expect![[r#"
        token: accepted, with `org:a:member`, `org:a:repo:beta:read`, `org:b:repo:alpha:read`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
          does not open PUT /repos/{name}: it lacks `repos:write`, and `repo:{name}:read` for every value of `{name}`
          may open GET /orgs/{org}/{name}, depending on the request: for `org:{org}:member`, the token has `org:a:member`, and for `org:{org}:repo:{name}:read`, the token has `org:a:repo:beta:read`, `org:b:repo:alpha:read`
          does not open GET /either/{name}: it lacks `repos:admin`
          does not open GET /also/{name}: it lacks `repos:read`
        no error was found
    "#]]).await;
    let many: Vec<String> = (10..40).map(|number| format!("repo:{number}:read")).collect();
    check(gate(&many.join(" ")), only_read(), expect![[r#"
        token: accepted, with `repo:10:read`, `repo:11:read`, `repo:12:read`, `repo:13:read`, `repo:14:read`, `repo:15:read`, `repo:16:read`, `repo:17:read`, `repo:18:read`, `repo:19:read`, `repo:20:read`, `repo:21:read`, `repo:22:read`, `repo:23:read`, `repo:24:read`, `repo:25:read`, `repo:26:read`, `repo:27:read`, `repo:28:read`, `repo:29:read` and 10 more
          may open GET /repos/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:10:read`, `repo:11:read`, `repo:12:read`, `repo:13:read`, `repo:14:read`, `repo:15:read`, `repo:16:read`, `repo:17:read`, `repo:18:read`, `repo:19:read`, `repo:20:read`, `repo:21:read`, `repo:22:read`, `repo:23:read`, `repo:24:read`, `repo:25:read`, `repo:26:read`, `repo:27:read`, `repo:28:read`, `repo:29:read` and 10 more
        no error was found
    "#]]).await;
}

#[tokio::test]
async fn implications_and_wildcards_count() {
    let implying = |scopes| gate(scopes).implies([(SUPPORT, [ALPHA])]);
    check(implying("support"), only_read(), expect![[r#"
        token: accepted, with `support`
          may open GET /repos/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`
        no error was found
    "#]]).await;
    check(
        implying("other"),
        only_read(),
        expect![[r#"
        error: token: it is valid, and grants `other`, which opens no operation
        token: accepted, with `other`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
    "#]],
    )
    .await;
    let wild = |scopes| gate(scopes).wildcards(Wildcards::Prefixed);
    check(wild("repo:alpha:*"), only_read(), expect![[r#"
        token: accepted, with `repo:alpha:*`
          may open GET /repos/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`
        no error was found
    "#]]).await;
    check(wild("repo:*"), table(), expect![[r#"
        token: accepted, with `repo:*`
          opens GET /repos/{name}
          does not open PUT /repos/{name}: it lacks `repos:write`
          does not open GET /orgs/{org}/{name}: it lacks `org:{org}:member`, `org:{org}:repo:{name}:read` for every value of `{name}`, `{org}`
          opens GET /either/{name}
          does not open GET /also/{name}: it lacks `repos:read`
        no error was found
    "#]]).await;
    check(
        gate("repo:*"),
        only_read(),
        expect![[r#"
            error: token: it is valid, and grants `repo:*`, which opens no operation
            hint: token: the gate does not count `repo:*` as a wildcard; to let a wildcard cover other scopes, call `.wildcards(Wildcards::Prefixed)`
            token: accepted, with `repo:*`
              does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
        "#]],
    )
    .await;
    check(gate("* repo:alpha:*").wildcards(Wildcards::Prefixed), table(), expect![[r#"
        hint: token: the gate does not count `*` as a wildcard; to let a wildcard cover other scopes, call `.wildcards(Wildcards::PrefixedAndBare)`
        token: accepted, with `*`, `repo:alpha:*`
          may open GET /repos/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`
          does not open PUT /repos/{name}: it lacks `repos:write`
          does not open GET /orgs/{org}/{name}: it lacks `org:{org}:member`, `org:{org}:repo:{name}:read` for every value of `{name}`, `{org}`
          may open GET /either/{name}, depending on the request: for `repo:{name}:read`, the token has `repo:alpha:read`, and for `repo:{name}:write`, the token has `repo:alpha:write`
          does not open GET /also/{name}: it lacks `repos:read`
        no error was found
    "#]]).await;
    // A wildcard does not cover the text before it, so the token would still lack `repo`.
    check(gate("repo:*").floor([Scope::from_static("repo")]), only_read(), expect![[r#"
        error: token: it is valid, and grants `repo:*`, which opens no operation
        hint: token: the gate does not count `repo:*` as a wildcard; to let a wildcard cover other scopes, call `.wildcards(Wildcards::Prefixed)`
        token: accepted, with `repo:*`
          does not open GET /repos/{name}: it lacks `repo`, and `repo:{name}:read` for every value of `{name}`
    "#]]).await;
    // There is no hint about a wildcard that would cover no needed scope.
    check(
        gate("other:*"),
        only_read(),
        expect![[r#"
        error: token: it is valid, and grants `other:*`, which opens no operation
        token: accepted, with `other:*`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
    "#]],
    )
    .await;
    check(wild("org:a:*"), table(), expect![[r#"
        token: accepted, with `org:a:*`
          does not open GET /repos/{name}: it lacks `repo:{name}:read` for every value of `{name}`
          does not open PUT /repos/{name}: it lacks `repos:write`, and `repo:{name}:read` for every value of `{name}`
          may open GET /orgs/{org}/{name}, depending on the request: for `org:{org}:member`, the token has `org:a:member`, and for `org:{org}:repo:{name}:read`, the token has `org:a:repo:{name}:read`
          does not open GET /either/{name}: it lacks `repos:admin`
          does not open GET /also/{name}: it lacks `repos:read`
        no error was found
    "#]]).await;
}

#[tokio::test]
async fn json_names_what_decides() {
    let gate = gate("repo:alpha:read");
    let diagnosis = Doctor::new(&gate, &only_read()).token("sk_key").examine().await;
    let json: Value = serde_json::from_str(&diagnosis.to_json()).expect("it is JSON");
    assert_eq!(
        json["token"]["operations"][0],
        json!({
            "operation": "GET /repos/{name}",
            "opens": null,
            "lacks": [],
            "depends_on": [{ "template": "repo:{name}:read", "has": ["repo:alpha:read"] }],
            "login": [],
            "may_demand": [],
        })
    );
}
