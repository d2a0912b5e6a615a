//! The login in tokens, and requests for another login (RFC 9470).

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{Pairs, RESOURCE, Server, callback, exchange, hidden_request, refresh, request, with};

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

const PROMPT: &str = "asks you to log in again";
const OFFER: &str = "Log in again; the last login was less than a minute ago";

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
async fn a_client_can_ask_for_a_new_login_by_prompt() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");
    decide(&server, &plain, &[]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;

    for (prompt, expected) in [("consent", false), ("login", true), ("consent login", true)] {
        let (page, _) = decide(&server, &with(&plain, "prompt", &[prompt]), &[]).await;
        assert_eq!(page.contains(PROMPT), expected, "{prompt}");
    }
    let asking = with(&plain, "prompt", &["login"]);
    let (_, answer) = decide(&server, &asking, &[]).await;
    assert_eq!(answer["error"], "unmet_authentication_requirements");
    let before = now();
    let (_, answer) = decide(&server, &asking, &[("login", "again")]).await;
    let (_, claims) = claims(&server, &app, &answer["code"]).await;
    assert!(claims["auth_time"].as_u64() >= Some(before), "{claims}");
}

/// A developer gets a token with a recent login, even if the client does not know `max_age`.
#[tokio::test]
async fn a_user_can_log_in_again_although_no_client_asks() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");
    let asking = with(&plain, "acr_values", &["gold"]);
    let (page, answer) = decide(&server, &asking, &[("login", "again"), ("acr", "gold")]).await;
    assert!(!page.contains(OFFER));
    let (_, first) = claims(&server, &app, &answer["code"]).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;

    let (page, answer) = decide(&server, &plain, &[("login", "again")]).await;
    assert!(page.contains(OFFER), "{page}");
    let (_, second) = claims(&server, &app, &answer["code"]).await;
    assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64(), "{first} {second}");
    assert_eq!(second["acr"], "gold", "the user logs in in the same way");
}

#[tokio::test]
async fn another_name_is_another_user_with_a_new_login() {
    let server = Server::start().await;
    let app = server.app().await;
    let plain = request(&app, "files:read");

    let (page, answer) = decide(&server, &plain, &[]).await;
    assert!(page.contains(r#"name="user" value="developer""#), "{page}");
    let (_, developer) = claims(&server, &app, &answer["code"]).await;
    assert_eq!(developer["sub"], "developer");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;

    let (_, answer) = decide(&server, &plain, &[("user", "alice@example.com")]).await;
    let (body, alice) = claims(&server, &app, &answer["code"]).await;
    assert_eq!(alice["sub"], "alice@example.com");
    assert!(alice["auth_time"].as_u64() > developer["auth_time"].as_u64(), "{developer} {alice}");

    // The user stays, also for a refresh after another user has logged in.
    let (page, answer) = decide(&server, &plain, &[]).await;
    assert!(page.contains(r#"name="user" value="alice@example.com""#), "{page}");
    assert_eq!(claims(&server, &app, &answer["code"]).await.1["sub"], "alice@example.com");
    decide(&server, &plain, &[("user", "bob")]).await;
    let (_, refreshed) = server.token(&refresh(&app, &body["refresh_token"])).await;
    assert_eq!(server.verify(&refreshed).await.1["sub"], "alice@example.com");
}

#[tokio::test]
async fn a_name_that_no_user_can_have_is_refused_and_can_be_corrected() {
    let server = Server::start().await;
    let app = server.app().await;
    let page = server.authorize(&request(&app, "files:read")).await.text().await.unwrap();
    let request = hidden_request(&page);
    let long = "a".repeat(65);
    for name in ["alice smith", "<b>", "älice", "dev", &app, &long] {
        let form =
            [("request", request.as_str()), ("decision", "allow"), ("scope", "files:read"), ("user", name)];
        let answer = server.post("/consent").form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}");
        let (status, body) = server.token_for(&[("resource", RESOURCE), ("user", name)]).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &"invalid_request".into()), "{name}");
    }
    let form =
        [("request", request.as_str()), ("decision", "allow"), ("scope", "files:read"), ("user", &long[1..])];
    let answer = callback(&server.post("/consent").form(&form).send().await.unwrap());
    assert_eq!(claims(&server, &app, &answer["code"]).await.1["sub"], long[1..]);
}

#[tokio::test]
async fn a_developer_gets_a_token_for_a_user_without_a_client() {
    let server = Server::start_with(|issuer| issuer.with_descriptions([("a", "A"), ("b", "B")])).await;
    let form = server.get("/").send().await.unwrap().text().await.unwrap();
    for expected in [r#"action="/login""#, r#"name="user" value="developer""#, r#"name="scope" value="a b""#]
    {
        assert!(form.contains(expected), "{expected} in {form}");
    }

    let fields = [("resource", RESOURCE), ("scope", "a b"), ("user", "alice"), ("acr", "gold")];
    let (status, body) = server.token_for(&fields).await;
    assert_eq!((status, &body["scope"]), (StatusCode::OK, &"a b".into()), "{body}");
    let (_, claims) = server.verify(&body).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&"alice".into(), &"dev".into()), "{claims}");
    assert_eq!((&claims["aud"], &claims["acr"]), (&RESOURCE.into(), &"gold".into()), "{claims}");
    assert!(now() - claims["auth_time"].as_u64().unwrap() < 5, "{claims}");

    let (_, body) = server.token_for(&[("resource", RESOURCE)]).await;
    let (_, claims) = server.verify(&body).await;
    assert_eq!((&claims["sub"], claims.get("acr")), (&"developer".into(), None), "{claims}");

    for (field, value) in [("acr", "a b"), ("resource", "here"), ("scope", "\"")] {
        let mut fields = vec![(field, value)];
        fields.extend((field != "resource").then_some(("resource", RESOURCE)));
        assert_eq!(server.token_for(&fields).await.0, StatusCode::BAD_REQUEST, "{field}");
    }
    // The consent page has seen no login.
    let app = server.app().await;
    let page = server.authorize(&request(&app, "a")).await.text().await.unwrap();
    assert!(page.contains(r#"value="developer""#) && !page.contains("Log in again"), "{page}");
}

/// A page of another site must not read the token.
#[tokio::test]
async fn a_token_without_a_client_is_for_the_same_origin() {
    let server = Server::start().await;
    let asking =
        server.post("/login").header("origin", "https://evil.example").form(&[("resource", RESOURCE)]);
    let answer = asking.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!answer.headers().contains_key("access-control-allow-origin"));

    let rebound = server.post("/login").header("host", "evil.example").form(&[("resource", RESOURCE)]);
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST);
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
        ("prompt", &["login", "login"]),
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
