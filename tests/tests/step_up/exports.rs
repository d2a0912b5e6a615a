//! The required login in the table, the lock, JSON, Markdown and `OpenAPI`, and the lock's words for each change.

use std::time::{Duration, SystemTime};

use scopegate::{
    Access, Gate, GrantedScopes, Policy, Requirement, Resource, Router, ScopeTable, Token, authenticated,
    export::{self, Direction, Lock, OAuth},
    mcp::{McpTable, Operation},
    mcp_table, requirement, requires_scope,
    routing::get,
    testing::TestVerifier,
};
use serde_json::{Value, json};

#[requires_scope(
    any("files:write", "files:admin"),
    acr("gold", "silver"),
    max_age = 300,
    also("files:share")
)]
async fn write() {}

#[authenticated(acr("gold"))]
async fn whoami() {}

#[requires_scope("files:read")]
async fn read() {}

fn routes() -> Router {
    Router::new().route("/files", get(read).put(write)).route("/me", get(whoami))
}

#[test]
fn the_table_and_the_lock_have_it() {
    let table = routes().table();
    assert_eq!(
        table.to_string(),
        "GET  /files  files:read\n\
         PUT  /files  files:write | files:admin acr=\"gold\" acr=\"silver\" max_age=\"300\" also files:share\n\
         GET  /me     authenticated acr=\"gold\"\n"
    );
    let lock = Lock::of(&Policy::new(), &table).to_string();
    let line =
        r#"PUT /files files:write | files:admin acr="gold" acr="silver" max_age="300" also files:share by "#;
    assert!(lock.contains(line), "{lock}");
    assert!(lock.contains(r#"GET /me authenticated acr="gold" by "#), "{lock}");
    assert_eq!(lock.parse::<Lock>().unwrap().to_string(), lock);
}

#[test]
fn tools_have_it_too() {
    const TABLE: McpTable =
        mcp_table![Operation::tool("purge", requirement!("files:admin", acr("gold"), max_age = 60))];
    let lock = Lock::of(&Policy::new(), &TABLE.to_scope_table()).to_string();
    assert!(lock.contains(r#"tools/call purge files:admin acr="gold" max_age="60" by "#), "{lock}");
}

#[test]
fn json_and_markdown_have_it() {
    let json: Value = serde_json::from_str(&export::json(&Policy::new(), &routes().table())).unwrap();
    let routes_of = &json["routes"];
    assert_eq!(routes_of[1]["acr_values"], json!(["gold", "silver"]));
    assert_eq!(routes_of[1]["max_age"], 300);
    assert_eq!((&routes_of[0]["acr_values"], &routes_of[0]["max_age"]), (&Value::Null, &Value::Null));
    assert_eq!(routes_of[2]["acr_values"], json!(["gold"]));
    assert_eq!(routes_of[2]["access"], "authenticated");
    let markdown = export::markdown(&Policy::new(), &routes().table());
    assert!(
        markdown.contains("| `files:write` *or* `files:admin`, `acr` `gold` `silver`, `max_age` 300 |"),
        "{markdown}"
    );
}

#[test]
fn openapi_has_it_and_loses_what_is_old() {
    let resource = Resource::new("https://files.example.com").unwrap();
    let gate =
        Gate::new(resource.authorization_server("https://auth.example.com").unwrap(), TestVerifier::new());
    let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/a", "https://auth.example.com/t");
    let mut document = json!({ "openapi": "3.1.0", "info": { "title": "Files", "version": "1" }, "paths": {
        "/files": { "get": { "x-acr-values": ["old"], "x-max-age": 5, "x-other": 1 }, "put": {} },
        "/me": { "get": {} },
    } });
    routes().table().apply_to(&mut document, &oauth).into_result().unwrap();
    let paths = &document["paths"];
    assert_eq!(paths["/files"]["put"]["x-acr-values"], json!(["gold", "silver"]));
    assert_eq!(paths["/files"]["put"]["x-max-age"], 300);
    assert_eq!(paths["/me"]["get"]["x-acr-values"], json!(["gold"]));
    assert_eq!(paths["/files"]["get"], json!({ "security": [{ "oauth2": ["files:read"] }], "x-other": 1 }));

    let operation = || utoipa::openapi::path::Operation::new();
    let mut openapi = utoipa::openapi::OpenApi::default();
    openapi.paths.add_path_operation("/files", vec![utoipa::openapi::HttpMethod::Put], operation());
    let _ = routes().table().apply_to(&mut openapi, &oauth);
    let written = serde_json::to_value(&openapi).unwrap();
    assert_eq!(written["paths"]["/files"]["put"]["x-acr-values"], json!(["gold", "silver"]));
    assert_eq!(written["paths"]["/files"]["put"]["x-max-age"], 300);
}

/// The changes between two lines of a lock, without the name of the route.
#[track_caller]
fn check(old: &str, new: &str, expected: &[(Direction, &str)]) {
    let lock = |needs: &str| match needs {
        "" => Lock::default(),
        needs => format!("GET /a {needs}\n").parse::<Lock>().unwrap(),
    };
    let changes = lock(new).changes_since(&lock(old));
    let seen: Vec<_> = changes.iter().map(|change| (change.direction(), change.to_string())).collect();
    let expected: Vec<_> =
        expected.iter().map(|(direction, words)| (*direction, format!("`GET /a` {words}"))).collect();
    assert_eq!(seen, expected, "{old} to {new}");
}

#[test]
fn says_what_became_of_a_login() {
    use Direction::{Changed, Neutral, Stricter, Weaker};
    let gold = r#"a acr="gold""#;
    let two = r#"a acr="gold" acr="silver""#;
    check(gold, gold, &[]);
    check(gold, "a", &[(Weaker, "no longer asks for `acr` `gold`")]);
    check(two, "a", &[(Weaker, "no longer asks for `acr` `gold` or `silver`")]);
    check("a", two, &[(Stricter, "now asks for `acr` `gold` or `silver`")]);
    check(gold, two, &[(Weaker, "now accepts `acr` `silver`, too")]);
    check(two, gold, &[(Stricter, "no longer accepts `acr` `silver`")]);
    check(gold, r#"a acr="silver""#, &[(Changed, "now asks for `acr` `silver`; before, `gold`")]);
    check(
        two,
        r#"a acr="silver" acr="gold""#,
        &[(Neutral, "accepts the same `acr`, with the new order of preference `silver`, `gold`")],
    );
    check(r#"a max_age="60""#, "a", &[(Weaker, "no longer asks for `max_age` 60")]);
    check("a", r#"a max_age="60""#, &[(Stricter, "now asks for `max_age` 60")]);
    check(r#"a max_age="60""#, r#"a max_age="90""#, &[(Weaker, "now asks for `max_age` 90; before, 60")]);
    check(r#"a max_age="90""#, r#"a max_age="60""#, &[(Stricter, "now asks for `max_age` 60; before, 90")]);
    check(
        r#"a acr="gold" max_age="60""#,
        r#"b acr="gold" acr="silver" max_age="30""#,
        &[
            (Weaker, "now accepts `acr` `silver`, too"),
            (Changed, "now needs `b` in place of `a`"),
            (Stricter, "now asks for `max_age` 30; before, 60"),
        ],
    );
    check(
        gold,
        "public",
        &[(Weaker, "is now public; before, it needed `a`"), (Weaker, "no longer asks for `acr` `gold`")],
    );
    check(
        "",
        r#"a acr="gold" acr="silver" max_age="60""#,
        &[(Neutral, "is new: it needs `a`, with `acr` `gold` or `silver` and `max_age` 60")],
    );
    check(gold, "", &[(Neutral, "is gone; before, it needed `a`, with `acr` `gold`")]);
}

#[test]
fn a_row_that_takes_the_place_of_another_counts_with_its_login() {
    let changes = |old: &str, new: &str| -> Vec<String> {
        let [old, new]: [Lock; 2] = [old, new].map(|text| text.parse().unwrap());
        let changes = new.changes_since(&old);
        changes.iter().map(|change| format!("{}: {change}", change.direction())).collect()
    };
    let wide = "tools/call * a\n";
    let own = "tools/call purge a acr=\"gold\"\n";
    assert_eq!(
        changes(&format!("{wide}{own}"), wide),
        [
            "weaker: `tools/call purge` is gone, so `tools/call *` applies to it, which needs `a`; before, it needed `a`, with `acr` `gold`"
        ]
    );
    assert_eq!(
        changes(wide, &format!("{wide}{own}")),
        ["stricter: `tools/call purge` is new: it needs `a`, with `acr` `gold`"]
    );
    let asking = "tools/call * a acr=\"gold\"\n";
    assert_eq!(
        changes(&format!("{asking}tools/call purge a\n"), asking),
        [
            "stricter: `tools/call purge` is gone, so `tools/call *` applies to it, which needs `a`, with `acr` `gold`; before, it needed `a`"
        ]
    );
}

#[test]
fn a_lock_with_a_login_that_is_none_cannot_be_read() {
    for line in [
        r#"GET /a a acr="""#,
        r#"GET /a a acr="gold" acr="gold""#,
        r#"GET /a a acr="gold"x"#,
        r#"GET /a a max_age="0""#,
        r#"GET /a a max_age="060""#,
        r#"GET /a a max_age="1" max_age="2""#,
        r#"GET /a public acr="gold""#,
        r#"GET /a acr="gold""#,
        r#"GET /a a also acr="gold""#,
        r#"GET /a a also b acr="gold""#,
    ] {
        assert!(line.parse::<Lock>().is_err(), "{line}");
    }
}

/// Compares each pair of login requirements with the tokens that the gate would admit.
#[test]
fn a_change_is_weaker_exactly_when_a_token_gets_in_that_did_not() {
    let asked = || {
        let acr = ["", r#" acr="x""#, r#" acr="y""#, r#" acr="y" acr="x""#, r#" acr="x" acr="y" acr="z""#];
        let ages = ["", r#" max_age="10""#, r#" max_age="500""#];
        acr.into_iter().flat_map(move |acr| ages.map(|age| format!("authenticated{acr}{age}")))
    };
    let tokens: Vec<Access> = (0..8_u32)
        .flat_map(|set| [None, Some(1), Some(100), Some(1000)].map(|age| (set, age)))
        .map(|(set, age)| {
            let values = ["x", "y", "z"].into_iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
            let token = Token::granting(GrantedScopes::default());
            let token = values.fold(token, |token, (_, value)| token.with_acr(value));
            let token = match age {
                Some(seconds) => token.with_auth_time(SystemTime::now() - Duration::from_secs(seconds)),
                None => token,
            };
            Access::for_test(token, &ScopeTable::default())
        })
        .collect();
    let mut seen = [0; 2];
    for (old, new) in asked().flat_map(|old| asked().map(move |new| (old.clone(), new))) {
        let [before, now]: [Requirement; 2] = [&old, &new].map(|text| text.parse().unwrap());
        let opens = tokens.iter().any(|token| token.covers(&now) && !token.covers(&before));
        let closes = tokens.iter().any(|token| token.covers(&before) && !token.covers(&now));
        let [before, now]: [Lock; 2] = [&old, &new].map(|text| format!("GET /a {text}\n").parse().unwrap());
        let changes = now.changes_since(&before);
        let is = |direction| changes.iter().any(|change| change.direction() == direction);
        let both = is(Direction::Changed);
        assert_eq!(is(Direction::Weaker) || both, opens, "{old} to {new}: {changes:?}");
        assert_eq!(is(Direction::Stricter) || both, closes, "{old} to {new}: {changes:?}");
        assert_eq!(changes.is_empty(), old == new, "{old} to {new}: {changes:?}");
        seen[0] += usize::from(opens);
        seen[1] += usize::from(closes);
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}
