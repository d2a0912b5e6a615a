//! The allowed addresses of an issuer's metadata and keys, and how they are fetched.

mod verifying;

use scopegate::{Issuer as Rules, Issuers, TokenVerifier};
use scopegate_tests::issuer::{Issuer, Key};
use serde_json::json;
use verifying::{VerifyText, is_invalid};

const API: &str = "https://files.example.com";
const PUBLIC: &str = "https://sso.example.com/realms/main";
const METADATA: &str = "http://sso.internal:8080/realms/main/.well-known/openid-configuration";

/// A server with a public name and another name inside a network. The proxy for the public name is the server itself here.
async fn inside(key: &Key) -> (Issuer, String) {
    let server = Issuer::publishing(&[key]).await;
    let mut claims = server.claims(API, "files:read");
    claims["iss"] = json!(PUBLIC);
    server.set_metadata("issuer", json!(PUBLIC));
    server.set_metadata("jwks_uri", json!("http://sso.internal:8080/keys"));
    (server, key.mint(&claims))
}

#[tokio::test]
async fn a_public_issuer_may_be_at_an_address_inside() {
    let key = Key::ed25519("key");
    let (server, token) = inside(&key).await;
    let rules = || Rules::new(PUBLIC).audience(API).metadata_uri(METADATA).proxy(server.id());
    let verifier = Issuers::from(rules().http_hosts(["sso.internal:8080"]));
    assert_eq!(verifier.problems(), [""; 0]);
    let good = verifier.verify_text(&token).await.expect("a good token");
    assert_eq!(good.issuer(), Some(PUBLIC));
    assert_eq!((server.metadata_requests(), server.key_requests()), (1, 1));

    // Without TLS, only hosts that the program names are allowed, each with its port.
    for hosts in [&[][..], &["sso.internal"], &["sso.internal:8081"]] {
        let problems = Issuers::from(rules().http_hosts(hosts)).problems();
        assert!(matches!(&problems[..], [one] if one.contains("is not an `https` URL")), "{problems:?}");
    }
}

#[tokio::test]
async fn metadata_at_another_address_is_still_that_of_the_issuer() {
    let key = Key::ed25519("key");
    let (server, token) = inside(&key).await;
    let verifier = || {
        let rules = Rules::new(PUBLIC).audience(API).metadata_uri(METADATA).proxy(server.id());
        Issuers::from(rules.http_hosts(["sso.internal:8080"]))
    };
    server.set_metadata("jwks_uri", json!("http://other.internal:8080/keys"));
    assert!(verifier().verify_text(&token).await.is_err_and(|error| !is_invalid(&error)));
    server.set_metadata("jwks_uri", json!("http://sso.internal:8080/keys"));
    server.set_metadata("issuer", json!("https://sso.example.com"));
    assert!(verifier().verify_text(&token).await.is_err_and(|error| !is_invalid(&error)));
    assert_eq!(server.key_requests(), 0);
}

#[test]
fn what_cannot_be_used_to_fetch_is_said_at_startup() {
    let check = |rules: Rules, expected: &str| {
        let problems = Issuers::from(rules).problems();
        assert!(matches!(&problems[..], [one] if one.contains(expected)), "{problems:?}");
    };
    let rules = || Rules::new("https://auth.example.com");
    check(rules().root_certificate("no certificate"), "a root certificate cannot be read");
    check(rules().root_certificate(""), "a root certificate cannot be read");
    check(rules().proxy("no proxy"), "is not the URL of a proxy");
    check(rules().http_hosts(["http://sso.internal"]), "is not a host for `http_hosts`");
    check(rules().key_set("{}"), "its keys cannot be loaded");
    check(rules().key_set(r#"{"keys":[]}"#), "no usable key");
    let twice = rules().jwks_uri("https://auth.example.com/a").jwks_uri("https://auth.example.com/b");
    check(twice, "its keys are set twice");
    check(rules().algorithms(["HS256"]), "is not a supported algorithm");
    check(rules().algorithms([""; 0]), "no algorithm is accepted");
}
