//! Dynamic client registration.

use serde_json::{Value, json};

use crate::support::{Server, parts};

#[tokio::test]
async fn a_public_client() {
    let server = Server::start().await;
    let (status, client) = server
        .register(&json!({
            "client_name": "App",
            "redirect_uris": ["http://localhost:33418/callback", "com.example.app:/callback"],
            "grant_types": ["authorization_code", "refresh_token", "urn:example:unknown"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "scope": "files:read",
            "software_id": "unknown members are ignored",
        }))
        .await;

    assert_eq!(status, 201);
    assert!(client["client_id"].is_string() && client["client_id_issued_at"].is_u64());
    assert_eq!(client.get("client_secret"), None);
    for (member, expected) in [
        ("client_name", json!("App")),
        ("redirect_uris", json!(["http://localhost:33418/callback", "com.example.app:/callback"])),
        ("grant_types", json!(["authorization_code", "refresh_token"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("none")),
        ("scope", json!("files:read")),
    ] {
        assert_eq!(client[member], expected, "{member}");
    }
}

#[tokio::test]
async fn the_defaults_make_a_confidential_client() {
    let server = Server::start().await;
    let (status, client) =
        server.register(&json!({ "redirect_uris": ["https://app.example.com/callback"] })).await;

    assert_eq!(status, 201);
    assert!(client["client_secret"].is_string());
    for (member, expected) in [
        ("client_secret_expires_at", json!(0)),
        ("grant_types", json!(["authorization_code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
    ] {
        assert_eq!(client[member], expected, "{member}");
    }
}

#[tokio::test]
async fn what_is_refused() {
    let server = Server::start().await;
    let uri = |uri: &str| json!({ "redirect_uris": [uri] });
    let also =
        |member: &str, value: Value| json!({ "redirect_uris": ["https://app.example.com/"], member: value });

    for (metadata, expected) in [
        (uri("http://app.example.com/callback"), "invalid_redirect_uri"),
        (uri("https://app.example.com/callback#part"), "invalid_redirect_uri"),
        (uri("/callback"), "invalid_redirect_uri"),
        (uri("javascript:alert(1)"), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["https://app.example.com/", "http://app.example.com/"] }),
            "invalid_redirect_uri",
        ),
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (json!({}), "invalid_redirect_uri"),
        (json!({ "redirect_uris": "https://app.example.com/" }), "invalid_client_metadata"),
        (also("grant_types", json!(["implicit"])), "invalid_client_metadata"),
        (also("grant_types", json!([])), "invalid_client_metadata"),
        (also("grant_types", json!(["refresh_token"])), "invalid_client_metadata"),
        (also("response_types", json!(["token"])), "invalid_client_metadata"),
        (also("token_endpoint_auth_method", json!("private_key_jwt")), "invalid_client_metadata"),
        (
            json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none" }),
            "invalid_client_metadata",
        ),
        (json!("text"), "invalid_client_metadata"),
        (also("client_name", json!("x".repeat(20_000))), "invalid_client_metadata"),
    ] {
        let (status, body) = server.register(&metadata).await;
        assert_eq!((status.as_u16(), body["error"].as_str()), (400, Some(expected)), "{metadata}");
    }

    let (status, body) = parts(server.post("/register").body("{}").send().await.unwrap()).await;
    assert_eq!((status.as_u16(), &body["error"]), (400, &json!("invalid_client_metadata")));
}
