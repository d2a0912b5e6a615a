//! The URL that a proof must name, for each way to mount a handler and each prefix that a proxy removes.

use axum::Extension;
use scopegate::{
    Gate, Resource, Router,
    routing::{any, post},
    scope_table,
};
use scopegate_tests::{counter::Counter, dpop::Prover, exchange::send};

use super::server::{accepted, read, verifier};

fn gate(client: &Prover, resource: Resource) -> Gate {
    let resource = resource.authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, verifier(client)).dpop(accepted())
}

/// Sends a request to `path` with a proof for each URL, and checks which proofs are accepted.
async fn check(app: &axum::Router, client: &Prover, path: &str, good: &[&str], bad: &[&str]) {
    for (urls, expected) in [(good, 200), (bad, 401)] {
        for url in urls {
            let proof = format!("DPoP: {}", client.sign(&client.proof("POST", url, "bound")));
            let headers = ["Authorization: DPoP bound", "Host: evil.example", &proof];
            let answer = send(app, &format!("POST {path}"), &headers).await;
            assert_eq!(answer.status.as_u16(), expected, "{path}: {url}");
        }
    }
}

#[tokio::test]
async fn a_router_that_is_nested_knows_the_whole_path() {
    let client = Prover::new();
    let gate = gate(&client, Resource::new("https://example.com/api").unwrap());
    let guarded = Router::new().route("/v1/files/{name}", post(read)).protect(gate.clone()).unwrap();
    let layered = axum::Router::new().route("/v1/files/{name}", axum::routing::post(read));
    let layered = layered.layer(gate.layer(scope_table![POST "/api/v1/files/{name}" => read]).unwrap());
    for inside in [guarded, layered] {
        let app = axum::Router::new().nest("/api", inside).layer(Extension(Counter::default()));
        check(
            &app,
            &client,
            "/api/v1/files/a%20b?x=y",
            &["https://example.com/api/v1/files/a%20b", "https://example.com/api/v1/files/a%20b?other"],
            &[
                "https://example.com/v1/files/a%20b",
                "https://example.com/files/a%20b",
                "https://example.com/api/api/v1/files/a%20b",
                "https://evil.example/api/v1/files/a%20b",
                "https://example.com/api/v1/files/a%2520b",
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn what_a_proxy_took_off_is_put_before() {
    let client = Prover::new();
    let gate = gate(&client, Resource::new("https://example.com/api").unwrap());
    let routes = Router::new().route("/files", post(read)).route("/", post(read)).protect(gate).unwrap();
    let app = routes.layer(Extension(Counter::default()));
    check(
        &app,
        &client,
        "/files",
        &["https://example.com/api/files"],
        &["https://example.com/files", "https://example.com/api/api/files"],
    )
    .await;
    check(
        &app,
        &client,
        "/",
        &["https://example.com/api"],
        &["https://example.com/", "https://example.com/api/"],
    )
    .await;
}

/// A proof for one tenant is refused for another, even if the token were valid for both.
#[tokio::test]
async fn a_resource_of_a_family_has_a_url_of_its_own() {
    let client = Prover::new();
    let gate = gate(&client, Resource::family("https://example.com/t/{tenant}").unwrap());
    let routes = Router::new().route("/t/{tenant}/files", any(read)).protect(gate).unwrap();
    let app = routes.layer(Extension(Counter::default()));
    check(
        &app,
        &client,
        "/t/acme/files",
        &["https://example.com/t/acme/files"],
        &[
            "https://example.com/t/globex/files",
            "https://example.com/t/%61cme/file",
            "https://example.com/t/{tenant}/files",
            "https://example.com/files",
        ],
    )
    .await;
}

/// Clients do not send URLs with dot segments, so no proof is valid for a request with one.
#[tokio::test]
async fn a_path_with_dots_is_no_url() {
    let client = Prover::new();
    let gate = gate(&client, Resource::new("https://example.com").unwrap());
    let routes = Router::new().route("/{*rest}", post(read)).protect(gate).unwrap();
    let app = routes.layer(Extension(Counter::default()));
    check(&app, &client, "/a/b", &["https://example.com/a/b"], &["https://example.com/x/../a/b"]).await;
    for path in ["/x/../a", "/x/%2e%2E/a", "/./a"] {
        let same = format!("https://example.com{path}");
        check(&app, &client, path, &[], &[&same, "https://example.com/a"]).await;
    }
}
