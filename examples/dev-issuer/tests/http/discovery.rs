//! The server's addresses, its metadata, and the allowed hosts and origins.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use dev_issuer::{BindError, DevIssuer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Server;

#[tokio::test]
async fn only_loopback_addresses_are_bound() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8081", "[2001:db8::1]:8081"] {
        let error = DevIssuer::bind(address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::NotLoopback(_)), "{address}");
        assert!(error.to_string().contains("is not a loopback address"), "{error}");
    }
}

#[test]
fn a_taken_port_is_told_in_one_line() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dev-issuer"));
    let output = program.env("PORT", &port).env("RUST_BACKTRACE", "0").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expected =
        format!("Error: cannot listen on port {port}; choose another with PORT\n\nCaused by:\n    ");
    let cause = said.strip_prefix(&expected).unwrap_or_else(|| panic!("{said}"));
    assert_eq!(cause.lines().count(), 1, "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn both_documents_are_the_same() {
    let server =
        Server::start_with(|issuer| issuer.with_descriptions([("files:read", "See your files")])).await;
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let document: Value = server.get(path).send().await.unwrap().json().await.unwrap();
        let url = &server.url;
        assert_eq!(
            document,
            json!({
                "issuer": url,
                "authorization_endpoint": format!("{url}/authorize"),
                "token_endpoint": format!("{url}/token"),
                "registration_endpoint": format!("{url}/register"),
                "jwks_uri": format!("{url}/jwks.json"),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
                "dpop_signing_alg_values_supported": ["ES256", "ES384", "EdDSA", "PS256", "RS256"],
                "authorization_response_iss_parameter_supported": true,
                "scopes_supported": ["files:read"],
            }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn scopes_are_listed_only_if_described() {
    let server = Server::start().await;
    let document = server.get("/.well-known/oauth-authorization-server").send().await.unwrap();
    assert_eq!(document.json::<Value>().await.unwrap().get("scopes_supported"), None);
}

#[tokio::test]
async fn the_published_key_is_public() {
    let server = Server::start().await;
    let keys: Value = server.get("/jwks.json").send().await.unwrap().json().await.unwrap();

    let key = &keys["keys"][0];
    let found = ["kty", "crv", "alg", "use"].map(|member| key[member].as_str());
    assert_eq!(found, [Some("EC"), Some("P-256"), Some("ES256"), Some("sig")]);
    assert!(key["kid"].is_string());
    assert_eq!(key.get("d"), None);
}

#[tokio::test]
async fn browsers_may_call_what_clients_call() {
    let server = Server::start().await;
    for (method, path, shared) in [
        ("GET", "/.well-known/oauth-authorization-server", true),
        ("GET", "/.well-known/openid-configuration", true),
        ("GET", "/jwks.json", true),
        ("POST", "/register", true),
        ("POST", "/token", true),
        ("GET", "/authorize", false),
        ("POST", "/consent", false),
    ] {
        let preflight = server
            .http
            .request(Method::OPTIONS, format!("{}{path}", server.url))
            .header("origin", "http://localhost:6274")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization,content-type,dpop,mcp-protocol-version");
        let headers = preflight.send().await.unwrap().headers().clone();
        let allowed = |name| headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(allowed("access-control-allow-origin"), shared.then_some("*"), "{path}");
        assert_eq!(
            allowed("access-control-allow-headers"),
            shared.then_some("authorization,content-type,dpop,mcp-protocol-version"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn another_host_name_is_refused() {
    let server = Server::start().await;
    for (host, expected) in [
        ("localhost:8081", 200),
        ("127.0.0.1", 200),
        ("[::1]:8081", 200),
        ("rebound.example.com:8081", 421),
        ("127.0.0.1.example.com", 421),
        ("[::1]example.com", 421),
        ("[::1].example.com", 421),
        ("localhost:example.com", 421),
        ("localhost:80:80", 421),
        ("example.com@localhost", 421),
        ("localhost@example.com", 421),
        ("localhost.", 421),
        ("", 421),
    ] {
        let response = server.get("/jwks.json").header("host", host).send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{host}");
    }
}
