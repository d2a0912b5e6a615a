//! Faults of an authorization server that keep the gate from getting its keys.

use std::time::Duration;

use expect_test::{Expect, expect};
use scopegate::{Introspection, Issuer as Rules};
use scopegate_tests::{
    issuer::{Answer, Issuer, Key},
    passing::{pass, until},
};
use serde_json::{Value, json};

use super::{API, examine, gate, judge, says, settled, well, well_under};

/// Starts a server without faults, adds one fault, and compares the line.
async fn check(spoil: impl FnOnce(&Issuer), code: &str, expected: Expect) {
    let server = well(&[&Key::ed25519("key")]).await;
    spoil(&server);
    says(&examine(&gate([Rules::new(server.id())])).await, code, &expected);
}

#[tokio::test]
async fn nothing_is_wrong() {
    let key = Key::ed25519("key");
    let server = well(&[&key]).await;
    let gate = gate([Rules::new(server.id())]);
    let diagnosis = examine(&gate).await;
    assert!(diagnosis.is_well() && diagnosis.findings().is_empty());
    expect![[r#"
        resource `https://files.example.com`, tokens of `http://127.0.0.1:PORT`
        no error was found
    "#]]
    .assert_eq(&settled(&diagnosis.to_string()));
    let token = key.mint(&server.claims(API, "files:read"));
    expect![[r#"
        resource `https://files.example.com`, tokens of `http://127.0.0.1:PORT`
        token: accepted, issued by `http://127.0.0.1:PORT` to `app`, with `files:read`, valid for another SPAN
          opens GET /files
          does not open PUT /files: it lacks `files:write`
        no error was found
    "#]]
    .assert_eq(&settled(&judge(&gate, &token).await.to_string()));
}

#[tokio::test]
async fn nobody_can_be_asked_about_opaque_tokens() {
    let server = well(&[&Key::ed25519("key")]).await;
    let rules = Rules::new(server.id()).introspection(Introspection::new("files-api", "s3cret"));
    let gate = gate([rules]);
    says(
        &examine(&gate).await,
        "no_introspection_endpoint",
        &expect![
            "error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata has no `introspection_endpoint`; if the server has one, write `Introspection::endpoint`; http://127.0.0.1:PORT/.well-known/openid-configuration: the metadata has no `introspection_endpoint`; if the server has one, write `Introspection::endpoint`"
        ],
    );
    server.set_metadata("introspection_endpoint", json!("https://other.example.com/introspect"));
    says(
        &examine(&gate).await,
        "no_introspection_endpoint",
        &expect![[
            r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: its introspection endpoint is at `https://other.example.com/introspect`, which is not on the origin of the issuer or of its metadata; if the issuer documents this address, write `.endpoint("https://other.example.com/introspect")`; http://127.0.0.1:PORT/.well-known/openid-configuration: its introspection endpoint is at `https://other.example.com/introspect`, which is not on the origin of the issuer or of its metadata; if the issuer documents this address, write `.endpoint("https://other.example.com/introspect")`"#
        ]],
    );
    server.set_metadata("introspection_endpoint", json!(format!("{}/introspect", server.id())));
    assert!(examine(&gate).await.is_well());
}

#[tokio::test]
async fn nobody_listens() {
    let server = well(&[]).await;
    let gate = gate([Rules::new(server.id())]);
    server.stop().await;
    says(
        &examine(&gate).await,
        "unreachable",
        &expect![
            "error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: no answer: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111); start it, or let this machine reach it: with `.metadata_uri(..)` by an address inside, with `.proxy(..)` or `.root_certificate(..)`"
        ],
    );
}

#[tokio::test]
async fn an_answer_that_does_not_come() {
    let server = well(&[&Key::ed25519("key")]).await;
    server.answer_keys(Answer::Held);
    let gate = gate([Rules::new(server.id())]);
    let examining = tokio::spawn(async move { examine(&gate).await });
    until(|| server.key_requests() == 1).await;
    pass(Duration::from_secs(10)).await;
    let diagnosis = examining.await.expect("no panic");
    assert_eq!(diagnosis.findings()[0].code(), "unreachable", "{diagnosis}");
}

#[tokio::test]
async fn metadata_that_is_none() {
    let text = |status, text: &str| Answer::Text(status, text.to_owned());
    check(|server| server.answer_metadata(text(404, "")), "not_found", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the status is 404 Not Found, not 200; http://127.0.0.1:PORT/.well-known/openid-configuration: the status is 404 Not Found, not 200; write the issuer as the server's own documents spell it, with its path; or set the address of its metadata with `.metadata_uri(..)`"]).await;
    check(|server| server.answer_metadata(text(503, "down")), "status", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the status is 503 Service Unavailable, not 200; http://127.0.0.1:PORT/.well-known/openid-configuration: the status is 503 Service Unavailable, not 200; look into the server's log"]).await;
    let page = "<!doctype html><title>Log in</title>";
    check(|server| server.answer_metadata(text(200, page)), "html", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: not metadata, but a page in HTML; the answer is a page for people, such as a login page or that of a proxy: allow access to the address without a login"]).await;
    check(|server| server.answer_metadata(text(200, r#"{"issuer":"#)), "not_json", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: not metadata: EOF while parsing a value at line 1 column 10"]).await;
    check(|server| server.answer_metadata(text(200, "[]")), "not_json", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: not metadata: invalid type: sequence, expected an object at line 1 column 0"]).await;
    check(|server| server.answer_metadata(text(200, &" ".repeat(2 << 20))), "incomplete", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the answer is longer than 1048576 bytes"])
        .await;
    let elsewhere = Answer::Redirect("https://www.example.com/".to_owned());
    check(|server| server.answer_metadata(elsewhere), "redirect", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the status is 302 Found, not 200; http://127.0.0.1:PORT/.well-known/openid-configuration: the status is 302 Found, not 200; scopegate follows no redirects: write the issuer as the server itself spells it, or set `.metadata_uri(..)`"]).await;
}

#[tokio::test]
async fn an_issuer_that_is_spelt_otherwise() {
    check(
        |server| server.set_metadata("issuer", json!(format!("{}/", server.id()))),
        "other_issuer",
        expect![[r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata is that of `http://127.0.0.1:PORT/`, not of `http://127.0.0.1:PORT`; only the slash at the end differs: write `Issuer::new("http://127.0.0.1:PORT/")`, or `.authorization_server("http://127.0.0.1:PORT/")` with `Gate::jwt`"#]],
    )
    .await;
    check(
        |server| server.set_metadata("issuer", json!("https://auth.example.com")),
        "other_issuer",
        expect![[r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata is that of `https://auth.example.com`, not of `http://127.0.0.1:PORT`; write `Issuer::new("https://auth.example.com")`, or `.authorization_server("https://auth.example.com")` with `Gate::jwt`; if the server is reached at another address, also write `.metadata_uri(..)`"#]],
    )
    .await;
    check(
        |server| server.set_metadata("issuer", json!("https://login.example.com/{tenantid}/v2.0")),
        "other_issuer",
        expect![[r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata is that of `https://login.example.com/{tenantid}/v2.0`, not of `http://127.0.0.1:PORT`; it has an issuer for each tenant: write `Issuer::family("https://login.example.com/{tenantid}/v2.0")` with its `.members([..])`"#]],
    )
    .await;
    // The path of the realm is missing.
    let server = well_under("/realms/main", &[&Key::ed25519("key")]).await;
    let origin = server.id().trim_end_matches("/realms/main");
    says(
        &examine(&gate([Rules::new(origin)])).await,
        "other_issuer",
        &expect![[
            r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata is that of `http://127.0.0.1:PORT/realms/main`, not of `http://127.0.0.1:PORT`; write `Issuer::new("http://127.0.0.1:PORT/realms/main")`, or `.authorization_server("http://127.0.0.1:PORT/realms/main")` with `Gate::jwt`; if the server is reached at another address, also write `.metadata_uri(..)`"#
        ]],
    );
}

#[tokio::test]
async fn keys_that_are_not_there() {
    check(|server| server.set_metadata("jwks_uri", Value::Null), "no_jwks_uri", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the metadata has no `jwks_uri`; set the address of the keys with `.jwks_uri(..)`"]).await;
    check(
        |server| server.set_metadata("jwks_uri", json!("https://keys.example.com/keys")),
        "keys_elsewhere",
        expect![[r#"error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: its keys are at `https://keys.example.com/keys`, which is not on the origin of the issuer or of its metadata; if the issuer documents this address, write `.key_hosts(["keys.example.com"])`"#]],
    )
    .await;
    let text = |status, text: &str| Answer::Text(status, text.to_owned());
    check(|server| server.answer_keys(text(500, "")), "status", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: the status is 500 Internal Server Error, not 200; correct `jwks_uri` at the server"]).await;
    check(|server| server.answer_keys(text(200, "<html>")), "html", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: not a JWK set, but an HTML page; the answer is a page for people, such as a login page or that of a proxy: allow access to the address without a login"]).await;
    check(|server| server.answer_keys(text(200, "{}")), "not_json", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: not a JWK set: missing field `keys` at line 1 column 2"]).await;
}

#[tokio::test]
async fn keys_that_are_of_no_use() {
    check(|server| server.publish(&[]), "no_usable_key", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: no key can be used: none is an RSA, EC or Ed25519 key for signatures; have the server sign access tokens with a key pair, as for `RS256`"]).await;
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" });
    check(|server| server.publish_jwks(vec![secret]), "no_usable_key", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: no key can be used: none is an RSA, EC or Ed25519 key for signatures; have the server sign access tokens with a key pair, as for `RS256`"]).await;
    let mut encrypting = Key::shared().jwk();
    encrypting["use"] = json!("enc");
    check(|server| server.publish_jwks(vec![encrypting]), "no_usable_key", expect!["error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: no key can be used: none is an RSA, EC or Ed25519 key for signatures; have the server sign access tokens with a key pair, as for `RS256`"]).await;

    let server = well(&[&Key::ed25519("key")]).await;
    let rules = Rules::new(server.id()).algorithms(["RS256"]);
    says(
        &examine(&gate([rules])).await,
        "no_key_of_algorithm",
        &expect![
            "error: issuer `http://127.0.0.1:PORT`: http://127.0.0.1:PORT/keys: the keys are for `EdDSA`, but the program accepts none of these; name one of these in `.algorithms([..])`, or remove that setting"
        ],
    );
}

/// With given keys the gate needs no metadata, but clients do.
#[tokio::test]
async fn metadata_that_clients_alone_need() {
    let server = well(&[&Key::ed25519("key")]).await;
    server.answer_metadata(Answer::Text(404, String::new()));
    let diagnosis = examine(&gate([Rules::new(server.id()).jwks_uri(server.jwks_uri())])).await;
    says(
        &diagnosis,
        "not_found",
        &expect![
            "warning: issuer `http://127.0.0.1:PORT`: clients find no metadata: http://127.0.0.1:PORT/.well-known/oauth-authorization-server: the status is 404 Not Found, not 200; http://127.0.0.1:PORT/.well-known/openid-configuration: the status is 404 Not Found, not 200; write the issuer as the server's own documents spell it, with its path; or set the address of its metadata with `.metadata_uri(..)`"
        ],
    );
    assert!(diagnosis.is_well());
    // A family has no single address.
    let family = Rules::family(format!("{}/{{tenant}}", server.id())).members(["a"]);
    let family = family.jwks_uri(server.jwks_uri()).authorization_server("https://auth.example.com");
    assert!(examine(&gate([family])).await.findings().is_empty());
}

/// Of several servers, each has its own line.
#[tokio::test]
async fn each_server_is_looked_at() {
    let key = Key::ed25519("key");
    let (down, good, spoilt) = (well(&[&key]).await, well(&[&key]).await, well(&[&key]).await);
    down.set_down(true);
    spoilt.publish(&[]);
    let gate = gate([down.id(), good.id(), spoilt.id()].map(Rules::new));
    let diagnosis = examine(&gate).await;
    let found: Vec<_> =
        diagnosis.findings().iter().map(|finding| (finding.issuer(), finding.code())).collect();
    assert_eq!(found, [(Some(down.id()), "status"), (Some(spoilt.id()), "no_usable_key")]);
}
