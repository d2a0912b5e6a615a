//! Reading `acr` and `auth_time` from JSON Web Tokens and from introspection answers.

use scopegate::{
    Gate, Introspection, Issuer, Resource, Router, export::Doctor, requires_scope, routing::get,
};
use scopegate_tests::{
    exchange::{Answer, send},
    introspecting::Introspecting,
    issuer::{self, Key, now},
};
use serde_json::{Value, json};

const API: &str = "https://files.example.com";

#[requires_scope("files:read", acr("gold", "urn:example:silver"))]
async fn acr() {}

#[requires_scope("files:read", max_age = 300)]
async fn age() {}

fn app(issuer: Issuer) -> axum::Router {
    let gate = Gate::issuers(Resource::new(API).unwrap(), [issuer]);
    Router::new().route("/acr", get(acr)).route("/age", get(age)).protect(gate).unwrap()
}

async fn ask(app: &axum::Router, path: &str, token: &str) -> Answer {
    send(app, &format!("GET {path}"), &[&format!("authorization: Bearer {token}")]).await
}

/// The path, the claims, and whether they suffice.
fn table() -> Vec<(&'static str, Value, bool)> {
    let now = now();
    vec![
        ("/acr", json!({ "acr": "gold" }), true),
        ("/acr", json!({ "acr": "urn:example:silver" }), true),
        ("/acr", json!({ "acr": ["bronze", "gold"] }), true),
        ("/acr", json!({ "acr": ["gold"] }), true),
        ("/acr", json!({}), false),
        ("/acr", json!({ "acr": "" }), false),
        ("/acr", json!({ "acr": "bronze" }), false),
        ("/acr", json!({ "acr": "GOLD" }), false),
        ("/acr", json!({ "acr": "gold bronze" }), false),
        ("/acr", json!({ "acr": [] }), false),
        ("/acr", json!({ "acr": ["bronze"] }), false),
        ("/acr", json!({ "acr": [["gold"]] }), false),
        ("/acr", json!({ "acr": 1 }), false),
        ("/acr", json!({ "acr": true }), false),
        ("/acr", json!({ "acr": { "gold": true } }), false),
        // A claim of another name does not count.
        ("/acr", json!({ "amr": ["gold"] }), false),
        ("/age", json!({ "auth_time": now }), true),
        ("/age", json!({ "auth_time": now - 200 }), true),
        ("/age", json!({ "auth_time": (now - 200).to_string() }), true),
        ("/age", json!({ "auth_time": 0.5 }), false),
        ("/age", json!({}), false),
        ("/age", json!({ "auth_time": now - 1000 }), false),
        ("/age", json!({ "auth_time": (now - 1000).to_string() }), false),
        ("/age", json!({ "auth_time": now + 1000 }), false),
        ("/age", json!({ "auth_time": 0 }), false),
        ("/age", json!({ "auth_time": -1 }), false),
        ("/age", json!({ "auth_time": 1e300 }), false),
        ("/age", json!({ "auth_time": "" }), false),
        ("/age", json!({ "auth_time": "yesterday" }), false),
        ("/age", json!({ "auth_time": format!(" {now}") }), false),
        ("/age", json!({ "auth_time": [now] }), false),
        // The time of issue is not the time of the login.
        ("/age", json!({ "iat": now }), false),
    ]
}

#[track_caller]
fn check(path: &str, said: &Value, suffices: bool, answer: &Answer) {
    let (status, error) =
        if suffices { (200, "") } else { (401, r#"error="insufficient_user_authentication", "#) };
    assert_eq!(answer.status, status, "{path} by {said}: {}", answer.body);
    if !suffices {
        let asked = match path {
            "/acr" => r#"acr_values="gold urn:example:silver""#,
            _ => r#"max_age="300""#,
        };
        let expected = format!(r#"Bearer {error}scope="files:read", {asked}, "#);
        assert!(answer.challenge().starts_with(&expected), "{path} by {said}: {}", answer.challenge());
    }
}

fn with(mut claims: Value, said: &Value) -> Value {
    let more = said.as_object().expect("an object").clone();
    claims.as_object_mut().expect("an object").extend(more);
    claims
}

#[tokio::test]
async fn a_json_web_token_says_it_in_its_claims() {
    let key = Key::p256("key");
    let server = issuer::Issuer::publishing(&[&key]).await;
    let app = app(Issuer::new(server.id()));
    for (path, said, suffices) in table() {
        let token = key.mint_with(
            &json!({ "alg": "ES256", "kid": "key" }),
            &with(server.claims(API, "files:read"), &said),
        );
        // The second time the token is in the cache.
        for _ in 0..2 {
            check(path, &said, suffices, &ask(&app, path, &token).await);
        }
    }
}

#[tokio::test]
async fn an_answer_about_an_opaque_token_says_it() {
    let server = Introspecting::start().await;
    let app = app(Issuer::new(server.id()).introspection(Introspection::new("files-api", "hidden")));
    for (at, (path, said, suffices)) in table().into_iter().enumerate() {
        let active = json!({
            "active": true, "aud": API, "scope": "files:read", "sub": "alice", "client_id": "app", "exp": now() + 300,
            "token_type": "Bearer",
        });
        server.reply_json(&with(active, &said));
        for _ in 0..2 {
            check(path, &said, suffices, &ask(&app, path, &format!("opaque{at}")).await);
        }
    }
}

#[requires_scope("files:read", acr("gold"), max_age = 300, also("files:share"))]
async fn both() {}

#[requires_scope(any("tenant:{tenant}:read", "files:admin"))]
async fn template() {}

#[requires_scope("tenant:{tenant}:read", "files:write")]
async fn template_and_scope() {}

#[requires_scope("tenant:{tenant}:read", max_age = 300)]
async fn template_and_age() {}

#[requires_scope(any("files:write", "files:read"), acr("gold"))]
async fn either() {}

/// If access depends on the request, the doctor says so. It says "does not open" only if no request can succeed.
#[tokio::test]
async fn the_doctor_says_what_depends_on_the_request() {
    let key = Key::p256("key");
    let server = issuer::Issuer::publishing(&[&key]).await;
    let gate = Gate::issuers(Resource::new(API).unwrap(), [Issuer::new(server.id())]);
    let claims = server.claims(API, "files:read tenant:acme:read");
    let token = key.mint_with(&json!({ "alg": "ES256", "kid": "key" }), &claims);
    let routes = Router::<()>::new()
        .route("/{tenant}/any", get(template))
        .route("/{tenant}/all", get(template_and_scope));
    let table = routes.route("/{tenant}/age", get(template_and_age)).route("/either", get(either)).table();
    let said = Doctor::new(&gate, &table).token(&token).examine().await.to_string();
    for line in [
        "  may open GET /{tenant}/any, depending on the request: for `tenant:{tenant}:read`, the token has `tenant:acme:read`\n",
        "  does not open GET /{tenant}/all: it lacks `files:write`\n",
        "  does not open GET /{tenant}/age: it has no usable `auth_time`, but",
        "  does not open GET /either: it has no usable `acr`, but needs `gold` (have",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let table = Router::<()>::new().route("/either", get(either)).table();
    let said = Doctor::new(&gate, &table).token(&token).examine().await.to_string();
    let error = "it is valid, and grants `files:read`, `tenant:acme:read`, but its login is not enough for any operation";
    assert!(said.contains(error), "{said}");
}

#[tokio::test]
async fn the_doctor_says_which_login_a_token_lacks() {
    let key = Key::p256("key");
    let server = issuer::Issuer::publishing(&[&key]).await;
    let gate = Gate::issuers(Resource::new(API).unwrap(), [Issuer::new(server.id())]);
    let table =
        Router::<()>::new().route("/acr", get(acr)).route("/age", get(age)).route("/both", get(both)).table();
    let now = now();
    let cases = [
        (
            json!({ "acr": "bronze", "auth_time": now }),
            "  does not open GET /acr: its `acr` is `bronze`, not `gold`, `urn:example:silver` (have the user log in by such a method)\n",
        ),
        (
            json!({ "auth_time": now }),
            "  does not open GET /acr: it has no usable `acr`, but needs `gold`, `urn:example:silver` (have the authorization server write `acr` into access tokens)\n  opens GET /age\n",
        ),
        (
            json!({ "acr": "gold" }),
            "  opens GET /acr\n  does not open GET /age: it has no usable `auth_time`, but `max_age = 300` needs one (have the authorization server write `auth_time`, in seconds since 1970, into access tokens)\n",
        ),
        (
            json!({ "sub": "app", "acr": "gold" }),
            "  does not open GET /age: it has no usable `auth_time`, but `max_age = 300` needs one (a client's own token has no login: have the client get a token for a user who logs in)\n",
        ),
        (
            json!({ "sub": "app", "auth_time": now }),
            "  does not open GET /acr: it has no usable `acr`, but needs `gold`, `urn:example:silver` (a client's own token has no login: have the client get a token for a user who logs in)\n",
        ),
        (
            json!({ "auth_time": now - 5000 }),
            " seconds old, but `max_age` is 300 (have the user log in again)\n",
        ),
        (json!({ "auth_time": now + 5000 }), " seconds in the future (compare the clock of"),
        (
            json!({ "scope": "other", "auth_time": now }),
            "  does not open GET /both: it lacks `files:read`, and it has no usable `acr`, but needs `gold` (have",
        ),
        (
            json!({ "acr": "gold", "auth_time": now }),
            "  opens GET /both; its handler may also demand `files:share`; the token lacks it\n",
        ),
    ];
    for (login, expected) in cases {
        let claims = with(server.claims(API, "files:read"), &login);
        let token = key.mint_with(&json!({ "alg": "ES256", "kid": "key" }), &claims);
        let said = Doctor::new(&gate, &table).token(&token).examine().await.to_string();
        assert!(said.contains(expected), "{login}: {said}");
    }
}
