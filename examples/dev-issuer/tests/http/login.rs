//! The login in tokens, and requests for another login (RFC 9470).

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{Pairs, Server, callback, exchange, hidden_request, refresh, request, with};

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Answers the consent page with these fields, and returns the page and the parameters of the callback.
async fn decide(
    server: &Server,
    query: &Pairs<'_>,
    fields: &[(&str, &str)],
) -> (String, std::collections::HashMap<String, String>) {
    let page = server.authorize(query).await.text().await.unwrap();
    let request = hidden_request(&page);
    let mut form = vec![("request", request.as_str()), ("decision", "allow"), ("scope", "files:read")];
    form.extend(fields);
    let answer = callback(&server.post("/consent").form(&form).send().await.unwrap());
    (page, answer)
}

async fn claims(server: &Server, app: &str, code: &str) -> (Value, Value) {
    let (status, body) = server.token(&exchange(app, code)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let (_, claims) = server.verify(&body).await;
    (body, claims)
}

const PROMPT: &str = "log in again";

#[tokio::test]
async fn a_login_is_kept_until_a_client_asks_for_another() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");

    let (page, answer) = decide(&server, &plain, &[]).await;
    assert!(!page.contains(PROMPT));
    let (_, first) = claims(&server, &app, &answer["code"]).await;
    let time = first["auth_time"].as_u64().unwrap();
    assert!(now() - time < 5 && first.get("acr").is_none(), "{first}");

    // A long `max_age` does not require a new login.
    let (page, _) = decide(&server, &with(&plain, "max_age", &["1000"]), &[]).await;
    assert!(!page.contains(PROMPT));

    let asking = with(&plain, "acr_values", &["gold silver"]);
    let (page, answer) = decide(&server, &asking, &[("login", "again"), ("acr", "silver")]).await;
    assert!(page.contains(PROMPT) && page.contains(r#"value="gold" checked"#), "{page}");
    let (body, second) = claims(&server, &app, &answer["code"]).await;
    assert_eq!(second["acr"], "silver");

    // The login counts for later requests, and a refresh is no login.
    let (page, answer) = decide(&server, &asking, &[]).await;
    assert!(!page.contains(PROMPT));
    assert_eq!(claims(&server, &app, &answer["code"]).await.1["acr"], "silver");
    let (_, refreshed) = server.token(&refresh(&app, &body["refresh_token"])).await;
    let (_, refreshed) = server.verify(&refreshed).await;
    assert_eq!((&refreshed["acr"], &refreshed["auth_time"]), (&second["acr"], &second["auth_time"]));
}

#[tokio::test]
async fn a_login_that_is_too_old_is_made_anew() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");
    let (_, answer) = decide(&server, &plain, &[]).await;
    let (_, first) = claims(&server, &app, &answer["code"]).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;

    let (page, answer) = decide(&server, &with(&plain, "max_age", &["1"]), &[("login", "again")]).await;
    assert!(page.contains(PROMPT) && !page.contains("radio"), "{page}");
    let (_, second) = claims(&server, &app, &answer["code"]).await;
    assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64(), "{first} {second}");
}

#[tokio::test]
async fn who_does_not_log_in_again_gets_no_code() {
    let server = Server::start().await;
    let app = server.app().await;
    let asking = with(&request(&app, "files:read"), "acr_values", &["gold"]);
    for fields in [
        &[][..],
        &[("login", "again")],
        &[("acr", "gold")],
        &[("login", "no"), ("acr", "gold")],
        &[("login", "again"), ("acr", "silver")],
    ] {
        let (_, answer) = decide(&server, &asking, fields).await;
        assert_eq!(answer["error"], "unmet_authentication_requirements", "{fields:?}");
        assert!(!answer.contains_key("code"));
    }
}

#[tokio::test]
async fn a_request_that_asks_for_no_login_is_invalid() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");
    let many = "a ".repeat(17);
    for (name, values) in [
        ("max_age", &["soon"][..]),
        ("max_age", &["-1"]),
        ("max_age", &["1", "2"]),
        ("acr_values", &["gold", "silver"]),
        ("acr_values", &[many.as_str()]),
        ("acr_values", &["gö"]),
    ] {
        let answer = callback(&server.authorize(&with(&plain, name, values)).await);
        assert_eq!(answer["error"], "invalid_request", "{name} {values:?}");
    }
}

#[tokio::test]
async fn a_client_that_acts_for_itself_has_no_login() {
    let server = Server::start().await;
    let form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", "dev"),
        ("client_secret", "dev"),
        ("resource", "https://files.example.com/mcp"),
        ("scope", "files:read"),
    ];
    let (_, body) = server.token(&form).await;
    let (_, claims) = server.verify(&body).await;
    assert_eq!((claims.get("acr"), claims.get("auth_time")), (None, None));
}
