//! GitHub and Google, which have their own protocols for checking tokens.

use scopegate_tests::introspecting::{Introspecting, Reply};
use serde_json::json;

use super::*;

fn github(server: &Introspecting) -> Introspector {
    with(
        server,
        &Introspection::github("Iv1.abc", "secret")
            .endpoint(format!("{}/applications/Iv1.abc/token", server.id())),
    )
}

fn google(server: &Introspecting) -> Introspector {
    with(server, &Introspection::google().endpoint(format!("{}/tokeninfo", server.id())))
}

/// An answer with the members that GitHub's documentation lists.
fn github_answer() -> Value {
    json!({
        "id": 1,
        "url": "https://api.github.com/authorizations/1",
        "scopes": ["public_repo", "user"],
        "token": "gho_token",
        "token_last_eight": "7eaa90cc",
        "hashed_token": "25f94a2a5c7fbaf499c665bc73d67c1c87e496da8985131633ee0a95819db2e8",
        "app": { "url": "https://my-app.example", "name": "my app", "client_id": "Iv1.abc" },
        "note": "optional note",
        "updated_at": "2011-09-06T20:39:23Z",
        "created_at": "2011-09-06T17:26:27Z",
        "fingerprint": "jklmnop12345678",
        "expires_at": null,
        "user": { "login": "octocat", "id": 583_231, "site_admin": false },
    })
}

#[tokio::test]
async fn github_is_asked_in_json() {
    let server = Introspecting::start().await;
    server.reply(Reply::Content(200, "application/json; charset=utf-8", github_answer().to_string()));
    let found = claims(&github(&server), "gho_token").await;
    let expected = json!({
        "active": true, "client_id": "Iv1.abc", "scope": ["public_repo", "user"], "sub": "583231", "token_type": "Bearer", "username": "octocat", "iss": server.id(),
    });
    assert_eq!(found, expected, "neither the token nor its hash is kept");
    let [question] = &server.questions()[..] else { panic!("one question") };
    assert_eq!((question.method.as_str(), question.uri.path()), ("POST", "/applications/Iv1.abc/token"));
    assert_eq!(question.basic(), Some(("Iv1.abc".to_owned(), "secret".to_owned())));
    assert_eq!(question.header("content-type"), "application/json");
    assert_eq!(question.header("accept"), "application/vnd.github+json");
    assert!(question.header("user-agent").starts_with("scopegate/"));
    assert_eq!(question.body, r#"{"access_token":"gho_token"}"#);
}

#[tokio::test]
async fn what_github_answers() {
    let with = |name: &str, value: Value| {
        let mut answer = github_answer();
        answer[name] = value;
        Reply::json(&answer)
    };
    let not_found = || json!({ "message": "Not Found" }).to_string();
    for (reply, expected) in [
        (with("expires_at", json!("1970-01-12T13:46:45Z")), "active"),
        (with("scopes", json!(null)), "active"),
        (with("user", json!(null)), "active"),
        (Reply::Content(404, "application/json", not_found()), "inactive"),
        (Reply::Content(422, "application/json", not_found()), "inactive"),
        (Reply::Content(404, "text/html", String::new()), "is of type `text/html`"),
        (Reply::Content(401, "application/json", not_found()), "check the client id, the secret"),
        (Reply::Content(403, "application/json", not_found()), "check the client id, the secret"),
        (Reply::Content(429, "application/json", not_found()), "the status is 429"),
        (with("app", json!(null)), "not about a token of this app"),
        (with("app", json!({ "client_id": "Iv1.other" })), "not about a token of this app"),
        (with("scopes", json!("repo")), "`scopes` is not a list of strings"),
        (with("scopes", json!([1])), "`scopes` is not a list of strings"),
        (with("user", json!({ "id": "1" })), "`user` has no `id` that is a number"),
        (with("expires_at", json!("soon")), "`expires_at` is not a time"),
        (with("expires_at", json!(5)), "`expires_at` is not a time"),
    ] {
        let server = Introspecting::start().await;
        server.reply(reply);
        let found = ask(&github(&server), "gho_token").await;
        assert!(found.contains(expected), "{found}, and not {expected}");
    }
    let server = Introspecting::start().await;
    server.reply(with("expires_at", json!("1970-01-12T13:46:45Z")));
    assert_eq!(claims(&github(&server), "gho_token").await["exp"], 1_000_005);
}

/// The answer of `tokeninfo` about an access token; all values are strings.
fn google_answer() -> Value {
    json!({
        "azp": "123.apps.googleusercontent.com",
        "aud": "123.apps.googleusercontent.com",
        "sub": "1089",
        "scope": "openid https://www.googleapis.com/auth/userinfo.email",
        "exp": "1003599",
        "expires_in": "3599",
        "email": "alice@example.com",
        "email_verified": "true",
        "access_type": "online",
    })
}

#[tokio::test]
async fn google_is_asked_in_a_form() {
    let server = Introspecting::start().await;
    server.reply_json(&google_answer());
    let mut expected = google_answer();
    expected["exp"] = json!(1_003_599);
    expected["active"] = json!(true);
    expected["iss"] = json!(server.id());
    assert_eq!(claims(&google(&server), "ya29.token").await, expected);
    let [question] = &server.questions()[..] else { panic!("one question") };
    assert_eq!((question.method.as_str(), question.uri.to_string().as_str()), ("POST", "/tokeninfo"));
    assert_eq!(question.body, "access_token=ya29.token");
    assert_eq!(question.header("authorization"), "");
}

#[tokio::test]
async fn what_google_answers() {
    let with = |name: &str, value: Value| {
        let mut answer = google_answer();
        answer[name] = value;
        Reply::json(&answer)
    };
    let bad = |text: &str| Reply::Content(400, "application/json", text.to_owned());
    for (reply, expected) in [
        (with("email", json!(null)), "active"),
        (with("exp", json!(1_003_599)), "active"),
        (bad(r#"{"error":"invalid_token","error_description":"Invalid Value"}"#), "inactive"),
        (bad(r#"{"error_description":"Invalid Value"}"#), "inactive"),
        (bad(r#"{"error":"invalid_request"}"#), "the status is 400"),
        (bad("{}"), "the status is 400"),
        (Reply::Content(400, "text/html", String::new()), "is of type `text/html`"),
        (Reply::Content(404, "application/json", "{}".to_owned()), "the status is 404"),
        (with("exp", json!("soon")), "no `exp` that is a number"),
        (with("exp", json!("-1")), "no `exp` that is a number"),
        (with("exp", json!(null)), "no `exp` that is a number"),
        (with("aud", json!(null)), "no `aud`"),
    ] {
        let server = Introspecting::start().await;
        server.reply(reply);
        let found = ask(&google(&server), "ya29.token").await;
        assert!(found.contains(expected), "{found}, and not {expected}");
    }
}

#[test]
fn their_own_hosts_and_prefixes() {
    let of = |settings: Introspection| {
        (settings.endpoint_or_default().expect("an endpoint"), settings.prefixes.join(" "))
    };
    let texts = |endpoint: &str, prefixes: &str| (endpoint.to_owned(), prefixes.to_owned());
    assert_eq!(
        of(Introspection::github("Iv1.abc", "s")),
        texts("https://api.github.com/applications/Iv1.abc/token", "gho_ ghu_")
    );
    assert_eq!(of(Introspection::google()), texts("https://oauth2.googleapis.com/tokeninfo", "ya29."));
}
