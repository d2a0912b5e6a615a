//! Tokens whose audience is not only the resource: ID tokens, whose audience is a client id, and tokens that other resources receive.

use http::StatusCode;
use scopegate::{Gate, Issuer, Resource, Router, authenticated, routing::get};
use scopegate_tests::{
    exchange::send,
    issuer::{Key, now},
};
use serde_json::{Value, json};

const ISSUER: &str = "https://auth.example.com";

#[authenticated]
async fn any_token() {}

async fn check(issuer: Issuer, claims: &Value, expected: StatusCode) {
    let key = Key::ed25519("key");
    let issuer = issuer.key_set(json!({ "keys": [key.jwk()] }).to_string());
    let gate = Gate::issuers(Resource::new("https://files.example.com").expect("a resource"), [issuer]);
    let app = Router::new().route("/", get(any_token)).protect(gate).expect("a gate");
    let mut claims = claims.clone();
    for (name, value) in [("iss", json!(ISSUER)), ("sub", json!("alice")), ("exp", json!(now() + 300))] {
        claims[name] = value;
    }
    let token = key.mint_with(&json!({ "alg": "EdDSA", "typ": "JWT" }), &claims);
    let answer = send(&app, "GET /", &[&format!("authorization: Bearer {token}")]).await;
    assert_eq!(answer.status, expected, "{claims}");
}

/// Providers write users' roles into ID tokens.
#[tokio::test]
async fn roles_do_not_make_an_access_token_of_an_id_token() {
    let issuer = || Issuer::new(ISSUER).audience("client").roles_at(["roles"], [("editor", "files:read")]);
    check(issuer(), &json!({ "aud": "client", "roles": ["editor"] }), StatusCode::UNAUTHORIZED).await;
    check(issuer(), &json!({ "aud": "client", "roles": ["editor"], "scope": "" }), StatusCode::OK).await;
    check(issuer(), &json!({ "aud": "https://files.example.com", "roles": ["editor"] }), StatusCode::OK)
        .await;
}

/// Some providers write scopes into ID tokens, too. The program then names a claim that ID tokens lack.
#[tokio::test]
async fn where_claims_of_access_tokens_are_named_each_needs_one() {
    let issuer = || Issuer::new(ISSUER).audience("client").access_claims(["uid", "cid"]);
    check(issuer(), &json!({ "aud": "client", "scope": "files:read" }), StatusCode::UNAUTHORIZED).await;
    check(issuer(), &json!({ "aud": "client", "scope": "files:read", "cid": "x" }), StatusCode::OK).await;
    check(issuer(), &json!({ "aud": "client", "uid": "x", "nonce": "n" }), StatusCode::UNAUTHORIZED).await;
    let marked = json!({ "aud": "client", "token_use": "access" });
    check(issuer(), &marked, StatusCode::OK).await;
    // A claim counts even if it is empty.
    let by_roles = || Issuer::new(ISSUER).audience("client").access_claims(["roles"]);
    check(by_roles(), &json!({ "aud": "client", "roles": [] }), StatusCode::OK).await;
    check(by_roles(), &json!({ "aud": "client" }), StatusCode::UNAUTHORIZED).await;
}

/// Another resource that receives such a token could use it here.
#[tokio::test]
async fn a_token_for_others_too_is_refused_where_the_program_says_so() {
    const RESOURCE: &str = "https://files.example.com";
    let foreign = json!({ "aud": [RESOURCE, "https://other.example.com"], "scope": "" });
    check(Issuer::new(ISSUER), &foreign, StatusCode::OK).await;
    let issuer = || Issuer::new(ISSUER).audience("files").exclusive_audience();
    check(issuer(), &foreign, StatusCode::UNAUTHORIZED).await;
    check(issuer(), &json!({ "aud": [RESOURCE, "files"], "scope": "" }), StatusCode::OK).await;
    check(issuer(), &json!({ "aud": ["files", "files:read"], "scope": "" }), StatusCode::UNAUTHORIZED).await;
}
