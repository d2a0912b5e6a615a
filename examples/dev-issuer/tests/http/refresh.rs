//! Refresh tokens: each is valid once, and never for more than was granted.

use serde_json::{Value, json};

use crate::support::{RESOURCE, Server, exchange, refresh, request, with};

async fn session(server: &Server, app: &str) -> Value {
    let code = server.code(&request(app, "files:read files:write")).await;
    server.token(&exchange(app, &code)).await.1
}

#[tokio::test]
async fn each_is_good_once_and_a_second_use_ends_the_session() {
    let server = Server::start().await;
    let app = server.app().await;
    let first = session(&server, &app).await;

    let (status, second) = server.token(&refresh(&app, &first["refresh_token"])).await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let (_, claims) = server.verify(&second).await;
    assert_eq!((&claims["scope"], &claims["aud"]), (&json!("files:read files:write"), &json!(RESOURCE)));

    for used in [&first, &second] {
        let (status, body) = server.token(&refresh(&app, &used["refresh_token"])).await;
        assert_eq!((status.as_u16(), &body["error"]), (400, &json!("invalid_grant")));
    }
}

#[tokio::test]
async fn a_second_use_of_the_code_ends_the_session() {
    let server = Server::start().await;
    let app = server.app().await;
    let code = server.code(&request(&app, "files:read")).await;

    let (_, first) = server.token(&exchange(&app, &code)).await;
    assert_eq!(server.token(&exchange(&app, &code)).await.1["error"], "invalid_grant");
    assert_eq!(server.token(&refresh(&app, &first["refresh_token"])).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn another_client_cannot_use_it() {
    let server = Server::start().await;
    let (app, other) = (server.app().await, server.app().await);
    let first = session(&server, &app).await;

    assert_eq!(server.token(&refresh(&other, &first["refresh_token"])).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn it_may_narrow_and_never_widen() {
    let server = Server::start().await;
    let app = server.app().await;
    let mut last = session(&server, &app).await;

    // A refused request leaves the refresh token valid, and a narrower access token does not narrow the grant.
    for (name, value, expected) in [
        ("scope", "files:read", Ok("files:read")),
        ("scope", "files:admin", Err("invalid_scope")),
        ("scope", "files:read files:admin", Err("invalid_scope")),
        ("resource", "https://other.example.com", Err("invalid_target")),
        ("resource", RESOURCE, Ok("files:read files:write")),
        ("scope", "files:write files:read", Ok("files:write files:read")),
    ] {
        let (status, body) =
            server.token(&with(&refresh(&app, &last["refresh_token"]), name, &[value])).await;
        let found = if status == 200 { Ok(&body["scope"]) } else { Err(&body["error"]) };
        assert_eq!(
            found.map(Value::as_str).map_err(Value::as_str),
            expected.map(Some).map_err(Some),
            "{name}={value}"
        );
        if status == 200 {
            last = body;
        }
    }
}

#[tokio::test]
async fn only_clients_that_registered_for_it_get_one() {
    let server = Server::start().await;
    let metadata =
        json!({ "redirect_uris": [crate::support::REDIRECT_URI], "token_endpoint_auth_method": "none" });
    let (_, client) = server.register(&metadata).await;

    let body = session(&server, client["client_id"].as_str().unwrap()).await;
    assert!(body["access_token"].is_string());
    assert_eq!(body.get("refresh_token"), None);
}
