//! From the consent page to a token, and the ways in which a code is refused.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{RESOURCE, Server, VERIFIER, exchange, request, with};

#[tokio::test]
async fn the_whole_way_with_one_scope_unticked() {
    let server = Server::start_with(|issuer| issuer.with_access_token_lifetime(Duration::from_secs(5))).await;
    let app = server.app().await;

    // A scope that was not requested cannot be ticked.
    let mut answer = server
        .decide(&request(&app, "files:read files:write"), "allow", &["files:read", "files:admin"])
        .await;
    let code = answer.remove("code").unwrap();
    assert_eq!(
        answer,
        HashMap::from([("state".to_owned(), "s t&a=te".to_owned()), ("iss".to_owned(), server.url.clone())])
    );

    let response = server.post("/token").form(&exchange(&app, &code)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = response.json().await.unwrap();
    let (header, claims) = server.verify(&body).await;

    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(5), &json!("files:read"))
    );
    assert!(body["refresh_token"].is_string());
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 5);
    assert!(!claims["jti"].as_str().unwrap().is_empty());
    for (claim, expected) in [
        ("iss", server.url.as_str()),
        ("sub", "developer"),
        ("aud", RESOURCE),
        ("client_id", &app),
        ("scope", "files:read"),
    ] {
        assert_eq!(claims[claim], expected, "{claim}");
    }
}

#[tokio::test]
async fn refusing_is_access_denied() {
    let server = Server::start().await;
    let app = server.app().await;

    for (decision, ticked) in
        [("deny", ["files:read"].as_slice()), ("allow", &[]), ("allow", &["files:admin"])]
    {
        let answer = server.decide(&request(&app, "files:read"), decision, ticked).await;
        assert_eq!(answer["error"], "access_denied", "{decision} {ticked:?}");
        assert_eq!((&answer["state"], &answer["iss"]), (&"s t&a=te".to_owned(), &server.url));
        assert!(!answer.contains_key("code"));
    }
}

#[tokio::test]
async fn no_scope_asked_gives_a_token_without_scope() {
    let server = Server::start().await;
    let app = server.app().await;

    let code = server.code(&with(&request(&app, ""), "scope", &[])).await;
    let (_, body) = server.token(&exchange(&app, &code)).await;
    let (_, claims) = server.verify(&body).await;
    assert_eq!((body.get("scope"), claims.get("scope")), (None, None));
}

#[tokio::test]
async fn a_code_belongs_to_its_request() {
    let server = Server::start().await;
    let app = server.app().await;
    let other = server.app().await;
    let wrong_verifier = VERIFIER.replace('d', "e");

    for (name, value, status, error) in [
        ("code_verifier", wrong_verifier.as_str(), 400, "invalid_grant"),
        ("code_verifier", "too-short", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_request"),
        ("redirect_uri", "http://127.0.0.1:5001/callback", 400, "invalid_grant"),
        ("redirect_uri", "", 400, "invalid_request"),
        ("client_id", &other, 400, "invalid_grant"),
        ("client_id", "nobody", 401, "invalid_client"),
        ("client_id", "", 400, "invalid_request"),
        ("code", "made.up", 400, "invalid_grant"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("grant_type", "client_credentials", 400, "unauthorized_client"),
        ("client_secret", "surprise", 401, "invalid_client"),
    ] {
        let code = server.code(&request(&app, "files:read")).await;
        let (found, body) = server.token(&with(&exchange(&app, &code), name, &[value])).await;
        assert_eq!((found.as_u16(), body["error"].as_str()), (status, Some(error)), "{name}={value}");
    }
}

#[tokio::test]
async fn a_code_has_one_try() {
    let server = Server::start().await;
    let app = server.app().await;

    let code = server.code(&request(&app, "files:read")).await;
    let good = exchange(&app, &code);
    assert_eq!(server.token(&with(&good, "code_verifier", &["wrong"])).await.1["error"], "invalid_grant");
    assert_eq!(server.token(&good).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_decision_is_made_once() {
    let server = Server::start().await;
    let app = server.app().await;
    let page = server.authorize(&request(&app, "files:read")).await.text().await.unwrap();
    let request = crate::support::hidden_request(&page);

    for (form, expected) in [
        (vec![("request", "made-up"), ("decision", "allow")], 400),
        (vec![("request", &request), ("decision", "perhaps")], 400),
        (vec![("decision", "allow")], 400),
        (vec![("request", &request), ("decision", "allow"), ("scope", "files:read")], 303),
        (vec![("request", &request), ("decision", "allow"), ("scope", "files:read")], 400),
    ] {
        let response = server.post("/consent").form(&form).send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{form:?}");
    }
}

#[tokio::test]
async fn a_token_may_be_for_fewer_resources_and_never_for_others() {
    let (server, other) = (Server::start().await, "https://other.example.com");
    let app = server.app().await;

    for (asked, expected) in [
        ([].as_slice(), Ok(json!([RESOURCE, other]))),
        (&[RESOURCE], Ok(json!(RESOURCE))),
        (&[other, RESOURCE, other], Ok(json!([other, RESOURCE]))),
        (&["https://third.example.com"], Err("invalid_target")),
        (&[RESOURCE, "https://third.example.com"], Err("invalid_target")),
        (&["/mcp"], Err("invalid_target")),
    ] {
        let code = server.code(&with(&request(&app, "files:read"), "resource", &[RESOURCE, other])).await;
        let (status, body) = server.token(&with(&exchange(&app, &code), "resource", asked)).await;
        let found = match status {
            StatusCode::OK => Ok(server.verify(&body).await.1["aud"].clone()),
            _ => Err(body["error"].as_str().unwrap()),
        };
        assert_eq!(found, expected, "{asked:?}");
    }
}
