//! Signed answers, valid and forged.

use scopegate_tests::{
    introspecting::{Introspecting, Reply},
    issuer::Key,
};
use serde_json::json;

use super::*;

const TYPE: &str = "application/token-introspection+jwt";

fn header(key: &Key) -> Value {
    json!({ "alg": key.algorithm(), "kid": "key", "typ": "token-introspection+jwt" })
}

fn answer_of(server: &Introspecting) -> Value {
    json!({ "iss": server.id(), "aud": "files-api", "iat": START, "token_introspection": active() })
}

fn signed(text: String) -> Reply {
    Reply::Content(200, TYPE, text)
}

#[tokio::test]
async fn a_good_one_counts() {
    for key in [Key::ed25519("key"), Key::p256("key"), Key::rsa("key")] {
        let server = Introspecting::publishing(&[&key]).await;
        let introspector = introspector(&server);
        let mut answer = answer_of(&server);
        server.reply(signed(key.mint_with(&header(&key), &answer)));
        assert_eq!(claims(&introspector, "token").await["sub"], "alice");
        answer["aud"] = json!(["other", "files-api"]);
        answer["iat"] = json!(START - 299.0);
        let mut header = header(&key);
        header["typ"] = json!(TYPE);
        server.reply(signed(key.mint_with(&header, &answer)));
        assert_eq!(ask(&introspector, "list").await, "active");
        answer["token_introspection"] = json!({ "active": false });
        server.reply(signed(key.mint_with(&header, &answer)));
        assert_eq!(ask(&introspector, "inactive").await, "inactive");
    }
}

#[tokio::test]
async fn a_forged_one_does_not() {
    let (key, forger) = (Key::ed25519("key"), Key::ed25519("key"));
    let server = Introspecting::publishing(&[&key]).await;
    let good = answer_of(&server);
    let plain = key.mint_with(&header(&key), &good);
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        key.mint_with(&header(&key), &answer)
    };
    let typed = |typ: Value| {
        let mut header = header(&key);
        header["typ"] = typ;
        if header["typ"].is_null() {
            header.as_object_mut().expect("an object").remove("typ");
        }
        key.mint_with(&header, &good)
    };
    let unsigned = format!(
        "{}.{}.",
        scopegate_tests::issuer::encode(r#"{"alg":"none","typ":"token-introspection+jwt"}"#),
        plain.split('.').nth(1).expect("claims")
    );
    for (text, reason) in [
        (forger.mint_with(&header(&key), &good), "none of the keys of the issuer made its signature"),
        (unsigned, "its `alg` is not accepted"),
        (typed(json!("JWT")), "its `typ` is"),
        (typed(json!("at+jwt")), "its `typ` is"),
        (typed(json!(null)), "its header has no `typ`"),
        (with("iss", json!("https://other.example")), "its `iss` is not the issuer"),
        (with("iss", json!(null)), "its `iss` is not the issuer"),
        (with("aud", json!("other")), "its `aud` is not the client id"),
        (with("aud", json!(null)), "its `aud` is not the client id"),
        (with("iat", json!(START - 301.0)), "too far from now"),
        (with("iat", json!(START + 301.0)), "too far from now"),
        (with("iat", json!("now")), "no `iat`"),
        (with("token_introspection", json!(null)), "no object `token_introspection`"),
        (with("token_introspection", json!("x")), "no object `token_introspection`"),
        (with("token_introspection", json!({ "active": "true" })), "neither `true` nor `false`"),
        (with("token_introspection", json!({})), "no `active`"),
        ("garbage".to_owned(), "not a JSON Web Token"),
        (active().to_string(), "not"),
        (format!("{plain}.x.y"), "not a signed JSON Web Token"),
    ] {
        let introspector = introspector(&server);
        server.reply(signed(text));
        is_later(&ask(&introspector, "token").await, 1, reason);
    }
    // A signed answer is not accepted with the content type of JSON.
    server.reply(Reply::Content(200, "application/json", plain));
    is_later(&ask(&introspector(&server), "token").await, 1, "not a JSON object");
}

#[tokio::test]
async fn an_access_token_is_no_answer() {
    let key = Key::ed25519("key");
    let server = Introspecting::publishing(&[&key]).await;
    let mut claims = answer_of(&server);
    claims["active"] = json!(true);
    server.reply(signed(key.mint(&claims)));
    is_later(&ask(&introspector(&server), "token").await, 1, "its `typ` is `at+jwt`");
}

#[tokio::test]
async fn without_its_keys_nobody_can_tell() {
    let key = Key::ed25519("key");
    let server = Introspecting::start().await;
    server.set_metadata("jwks_uri", json!(null));
    let introspector = introspector(&server);
    server.reply(signed(key.mint_with(&header(&key), &answer_of(&server))));
    is_later(&ask(&introspector, "token").await, 1, "no `jwks_uri`");
}
