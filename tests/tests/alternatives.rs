//! Templates in alternatives. An alternative whose value is missing or invalid cannot be met; the others still count.

mod gating;

use axum::Router as Plain;
use gating::IntoGate;
use scopegate::{
    Access, Rejection, Router, authenticated, requires_scope, routing::get, testing::TestVerifier,
};
use scopegate_tests::exchange::send;

#[requires_scope("tenant:{tenant}:read")]
async fn only() {}

#[requires_scope(any("files:admin", "tenant:{tenant}:read"))]
async fn plain_first() {}

#[requires_scope(any("tenant:{tenant}:read", "files:admin"))]
async fn template_first() {}

#[requires_scope(any(all("files:read", "tenant:{tenant}:read"), all("files:read", "user:{user}")))]
async fn two_templates() {}

#[authenticated(related("tenant:{tenant}:read"))]
async fn related() {}

#[authenticated(also("tenant:{tenant}:read"))]
async fn not_demanded() {}

#[authenticated(also("tenant:{tenant}:read", "files:admin"))]
async fn demanded(access: Access) -> Result<(), Rejection> {
    access.require_any(["tenant:{tenant}:read", "files:admin"])
}

/// What each handler needs, alternative by alternative.
const NEEDS: [(&str, &[&[&str]]); 7] = [
    ("only", &[&["tenant:{tenant}:read"]]),
    ("plain_first", &[&["files:admin"], &["tenant:{tenant}:read"]]),
    ("template_first", &[&["tenant:{tenant}:read"], &["files:admin"]]),
    ("two_templates", &[&["files:read", "tenant:{tenant}:read"], &["files:read", "user:{user}"]]),
    ("related", &[&[]]),
    ("not_demanded", &[&[]]),
    // The handler demands these, so only a request with a token reaches them.
    ("demanded", &[&["tenant:{tenant}:read"], &["files:admin"]]),
];

const TOKENS: [&str; 8] = [
    "files:read",
    "files:admin",
    "tenant:acme:read",
    "tenant:acme:read files:read",
    "user:alice files:read",
    "user:acme tenant:alice:read",
    "tenant:a:b:read user:a:b files:read",
    "tenant:..:read user:.. tenant::read user: files:read",
];

/// The values of `tenant` and of `user` in a path; `None` stands for a path without the parameter.
const VALUES: [Option<&str>; 4] = [Some("acme"), Some("alice"), Some("a:b"), Some("%2e%2e")];

/// A scope, an invalid value, or a missing value. The order ranks the faults: a missing value is worse than an invalid
/// one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Scope(String),
    Illegal,
    Missing,
}

fn fill(scope: &str, tenant: Option<&str>, user: Option<&str>) -> Need {
    for (parameter, value) in [("{tenant}", tenant), ("{user}", user)] {
        if scope.contains(parameter) {
            return match value {
                None => Need::Missing,
                Some("a:b" | "%2e%2e") => Need::Illegal,
                Some(value) => Need::Scope(scope.replace(parameter, value)),
            };
        }
    }
    Need::Scope(scope.to_owned())
}

fn scopes(needs: &[Need]) -> Vec<String> {
    let scope = |need: &Need| if let Need::Scope(scope) = need { Some(scope.clone()) } else { None };
    needs.iter().filter_map(scope).collect()
}

/// Computes the status and the scopes of the challenge from the rules of docs/policy.md.
fn naively(alternatives: &[Vec<Need>], token: Option<&str>) -> (u16, String) {
    let possible = || alternatives.iter().filter(|needs| scopes(needs).len() == needs.len());
    let ask =
        possible().next().or(alternatives.first()).map(|needs| scopes(needs)).unwrap_or_default().join(" ");
    let Some(token) = token else { return (401, ask) };
    let has = |scope: &String| token.split(' ').any(|granted| granted == scope);
    if possible().any(|needs| scopes(needs).iter().all(has)) {
        return (200, String::new());
    }
    if possible().next().is_some() {
        return (403, ask);
    }
    let worst = |needs: &Vec<Need>| needs.iter().max().cloned();
    match alternatives.iter().filter_map(worst).min() {
        Some(Need::Illegal) => (400, String::new()),
        _ => (500, String::new()),
    }
}

fn routes() -> [(&'static str, scopegate::routing::MethodRouter); 7] {
    [
        ("only", get(only)),
        ("plain_first", get(plain_first)),
        ("template_first", get(template_first)),
        ("two_templates", get(two_templates)),
        ("related", get(related)),
        ("not_demanded", get(not_demanded)),
        ("demanded", get(demanded)),
    ]
}

/// Mounts each handler with both parameters, with one of them, and with none.
fn app() -> Plain {
    let tokens = TOKENS.iter().enumerate();
    let verifier = tokens.fold(TestVerifier::new(), |all, (at, scopes)| all.token(&format!("t{at}"), scopes));
    let gate = verifier.gate("https://h.example").unwrap();
    let mut router = Router::new();
    for (prefix, parameters) in [("both", "/{tenant}/{user}"), ("tenant", "/{tenant}"), ("none", "")] {
        for (name, methods) in routes() {
            router = router.route(&format!("/{prefix}/{name}{parameters}"), methods);
        }
    }
    // `protect` refuses to start with templates that no path fills in, so this uses `split`.
    router.split(gate).unwrap().0
}

fn challenged(challenge: &str) -> String {
    let (_, rest) = challenge.split_once("scope=\"").unwrap_or_default();
    rest.split_once('"').map_or_else(String::new, |(scope, _)| scope.to_owned())
}

#[tokio::test]
async fn each_alternative_is_judged_by_itself() {
    let app = app();
    let mut answers = std::collections::BTreeMap::new();
    for (name, needs) in NEEDS {
        let mut paths: Vec<(String, Option<&str>, Option<&str>)> =
            vec![(format!("/none/{name}"), None, None)];
        for tenant in VALUES.into_iter().flatten() {
            paths.push((format!("/tenant/{name}/{tenant}"), Some(tenant), None));
            for user in VALUES.into_iter().flatten() {
                paths.push((format!("/both/{name}/{tenant}/{user}"), Some(tenant), Some(user)));
            }
        }
        for (path, tenant, user) in paths {
            let fill = |scopes: &&[&str]| scopes.iter().map(|scope| fill(scope, tenant, user)).collect();
            let alternatives: Vec<Vec<Need>> = needs.iter().map(fill).collect();
            let without_token = if name == "demanded" { &[Vec::new()][..] } else { &alternatives };
            let cases = TOKENS.iter().enumerate().map(|(at, scopes)| (format!("t{at}"), Some(*scopes)));
            for (token, granted) in cases.chain([(String::new(), None), ("bad".to_owned(), None)]) {
                let expected =
                    naively(if granted.is_some() { &alternatives } else { without_token }, granted);
                let header = format!("authorization: Bearer {token}");
                let headers: &[&str] = if token.is_empty() { &[] } else { &[&header] };
                let answer = send(&app, &format!("GET {path}"), headers).await;
                let status = answer.status.as_u16();
                let found = (status, challenged(answer.challenge()));
                assert_eq!(found, expected, "{path} with {granted:?} {token}");
                assert_eq!(answer.challenge().is_empty(), !matches!(status, 401 | 403), "{path} {token}");
                *answers.entry(status).or_insert(0) += 1;
            }
        }
    }
    let seen: Vec<u16> = answers.keys().copied().collect();
    assert_eq!(seen, [200, 400, 401, 403, 500], "each kind of answer occurred: {answers:?}");
}

/// A related scope never refuses a request, and neither does a scope that a handler may demand but does not.
#[tokio::test]
async fn what_is_not_demanded_refuses_nothing() {
    let app = app();
    for name in ["related", "not_demanded"] {
        for path in ["none/NAME", "tenant/NAME/a:b", "tenant/NAME/%2e%2e", "both/NAME/a:b/a:b"] {
            let path = path.replace("NAME", name);
            let answer = send(&app, &format!("GET /{path}"), &["authorization: Bearer t0"]).await;
            assert_eq!(answer.status, 200, "{path}");
        }
    }
}
