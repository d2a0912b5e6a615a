//! Client credentials, with the built-in client and with a registered client.

use serde_json::{Value, json};

use crate::support::{Pairs, RESOURCE, Server, parts, with};

fn form() -> Pairs<'static> {
    vec![("grant_type", "client_credentials"), ("scope", "files:read"), ("resource", RESOURCE)]
}

fn posted(id: &'static str, secret: &'static str) -> Pairs<'static> {
    with(&with(&form(), "client_id", &[id]), "client_secret", &[secret])
}

#[tokio::test]
async fn by_post_and_by_basic() {
    let server = Server::start().await;

    let by_post = server.post("/token").form(&posted("dev", "dev"));
    let by_basic = server.post("/token").basic_auth("dev", Some("dev")).form(&form());
    for request in [by_post, by_basic] {
        let (status, body) = parts(request.send().await.unwrap()).await;
        assert_eq!(status, 200);
        assert_eq!(body.get("refresh_token"), None);
        let (_, claims) = server.verify(&body).await;
        let found = ["sub", "client_id", "aud", "scope"].map(|claim| claims[claim].as_str().unwrap());
        assert_eq!(found, ["dev", "dev", RESOURCE, "files:read"]);
    }
}

#[tokio::test]
async fn a_registered_client_may_be_confidential() {
    let server = Server::start().await;
    let (status, client) = server.register(&json!({ "grant_types": ["client_credentials"] })).await;
    assert_eq!((status.as_u16(), &client["client_secret_expires_at"]), (201, &json!(0)));
    let [id, secret] = ["client_id", "client_secret"].map(|name| client[name].as_str().unwrap());

    let request = server.post("/token").basic_auth(id, Some(secret)).form(&form());
    let (status, body) = parts(request.send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(server.verify(&body).await.1["sub"], id);
}

#[tokio::test]
async fn who_is_refused() {
    let server = Server::start().await;
    let basic = |id, secret| server.post("/token").basic_auth(id, Some(secret)).form(&form());
    let post = |form: Pairs<'_>| server.post("/token").form(&form);

    for (case, request, status, error, challenged) in [
        ("wrong secret by basic", basic("dev", "no"), 401, "invalid_client", true),
        ("unknown by basic", basic("nobody", "dev"), 401, "invalid_client", true),
        ("no secret by basic", basic("dev", ""), 401, "invalid_client", true),
        ("another scheme", post(form()).bearer_auth("dev"), 401, "invalid_client", true),
        ("wrong secret by post", post(posted("dev", "no")), 401, "invalid_client", false),
        ("no secret by post", post(posted("dev", "")), 401, "invalid_client", false),
        ("nobody at all", post(form()), 400, "invalid_request", false),
        (
            "both ways",
            post(posted("dev", "dev")).basic_auth("dev", Some("dev")),
            400,
            "invalid_request",
            false,
        ),
        (
            "code by this client",
            post(with(&posted("dev", "dev"), "grant_type", &["authorization_code"])),
            400,
            "unauthorized_client",
            false,
        ),
        (
            "no grant type",
            post(with(&posted("dev", "dev"), "grant_type", &[])),
            400,
            "invalid_request",
            false,
        ),
        ("no resource", post(with(&posted("dev", "dev"), "resource", &[])), 400, "invalid_target", false),
        (
            "scope twice",
            post(with(&posted("dev", "dev"), "scope", &["a", "b"])),
            400,
            "invalid_request",
            false,
        ),
        ("not a form", server.post("/token").json(&json!({})), 400, "invalid_request", false),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store", "{case}");
        let challenge =
            response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(challenge.is_some_and(|text| text.starts_with("Basic ")), challenged, "{case}");
        let (found, body) = parts(response).await;
        assert_eq!((found.as_u16(), body["error"].as_str()), (status, Some(error)), "{case}");
        assert!(matches!(body["error_description"], Value::String(_)), "{case}");
    }
}

#[tokio::test]
async fn several_resources_make_several_audiences() {
    let server = Server::start().await;
    let resources = [RESOURCE, "https://other.example.com", RESOURCE];

    let (_, body) = server.token(&with(&posted("dev", "dev"), "resource", &resources)).await;
    assert_eq!(server.verify(&body).await.1["aud"], json!([RESOURCE, "https://other.example.com"]));
}
