//! Tokens bound to a client certificate, whose thumbprint a proxy sends.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use scopegate::{ClientCertificate, CredentialSource, Gate, testing::TestVerifier};
use scopegate_tests::{
    dpop::Prover,
    exchange::{Answer, send},
    log::{log_while, without_tokens},
};
use serde_json::{Value, json};
use tracing::Level;

use super::server::{METADATA, Server, accepted, saying, verifier};

const CERTIFICATE: [u8; 32] = {
    let mut bytes = [0xAB; 32];
    bytes[0] = 0xFB;
    bytes[1] = 0xFF;
    bytes
};

fn hex(separator: &str) -> String {
    CERTIFICATE.map(|byte| format!("{byte:02x}")).join(separator)
}

fn tokens(client: &Prover) -> TestVerifier {
    let x5t = URL_SAFE_NO_PAD.encode(CERTIFICATE);
    let cnf = |cnf: Value| saying("files:read", &json!({ "cnf": cnf }));
    verifier(client)
        .token_saying("mtls", cnf(json!({ "x5t#S256": x5t })))
        .token_saying("both", cnf(json!({ "x5t#S256": x5t, "jkt": client.thumbprint() })))
        .token_saying("more", cnf(json!({ "x5t#S256": x5t, "kid": "x" })))
        .token_saying("number", cnf(json!({ "x5t#S256": 1 })))
        .token_saying("short", cnf(json!({ "x5t#S256": "AAAA" })))
        .token_saying("nothing", cnf(json!({})))
}

fn server(change: impl FnOnce(Gate) -> Gate) -> Server {
    let client = Prover::new();
    let verifier = tokens(&client);
    Server::of(client, |gate| change(gate.verified_by(verifier)))
}

fn checking(gate: Gate) -> Gate {
    gate.client_certificate(ClientCertificate::header("X-Client-Cert-SHA256"))
}

#[track_caller]
fn check_refused(answer: &Answer, what: &str) {
    let expected = format!(
        r#"Bearer error="invalid_token", scope="files:read", {METADATA}, error_description="The access token is not valid for this resource""#
    );
    assert_eq!((answer.status.as_u16(), answer.challenge()), (401, expected.as_str()), "{what}");
}

#[tokio::test]
async fn a_token_is_good_with_the_certificate_that_it_is_bound_to() {
    let server = server(checking);
    let (base64, url) = (STANDARD.encode(CERTIFICATE), URL_SAFE_NO_PAD.encode(CERTIFICATE));
    let upper = hex(":").to_uppercase();
    for good in [&base64, base64.trim_end_matches('='), &url, &hex(""), &hex(":"), &upper] {
        let line = format!("x-client-cert-sha256: {good}");
        assert_eq!(server.post(&["Authorization: Bearer mtls", &line]).await.status, 200, "{good}");
    }
    assert_eq!(server.calls.get(), 6);

    let other = format!("{}00", &hex("")[..62]);
    let quoted = format!("\"{url}\"");
    let sha1 = &hex("")[..40];
    let twice = format!("{url}, {url}");
    for bad in ["", "x", &other, &hex("")[..62], sha1, &quoted, &twice] {
        let line = format!("x-client-cert-sha256: {bad}");
        check_refused(&server.post(&["Authorization: Bearer mtls", &line]).await, bad);
    }
    let line = format!("x-client-cert-sha256: {url}");
    check_refused(&server.post(&["Authorization: Bearer mtls"]).await, "no header");
    check_refused(&server.post(&["Authorization: Bearer mtls", &line, &line]).await, "two headers");
    check_refused(
        &server.post(&["Authorization: Bearer mtls", &line.replace("-sha256", "")]).await,
        "another header",
    );
    for token in ["more", "number", "short", "nothing", "bound"] {
        check_refused(&server.post(&[&format!("Authorization: Bearer {token}"), &line]).await, token);
    }
    assert_eq!(server.calls.get(), 6);

    // An unbound token is accepted as before, with any certificate or none.
    assert_eq!(server.post(&["Authorization: Bearer plain"]).await.status, 200);
    assert_eq!(server.post(&["Authorization: Bearer plain", "x-client-cert-sha256: x"]).await.status, 200);
}

#[tokio::test]
async fn without_a_word_of_the_program_no_certificate_counts() {
    let line = format!("x-client-cert-sha256: {}", hex(""));
    check_refused(&server(|gate| gate).post(&["Authorization: Bearer mtls", &line]).await, "off");
    let lenient = server(Gate::accept_bound_tokens);
    assert_eq!(lenient.post(&["Authorization: Bearer mtls"]).await.status, 200);
}

/// `accept_bound_tokens` concerns only bindings that the gate does not check. The gate still checks the others.
#[tokio::test]
async fn accepting_bound_tokens_takes_no_check_away() {
    let server = server(|gate| checking(gate.dpop(accepted())).accept_bound_tokens());
    let line = format!("x-client-cert-sha256: {}", hex(""));
    for token in ["mtls", "bound", "both"] {
        let answer = server.post(&[&format!("Authorization: Bearer {token}")]).await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.challenges()[0].starts_with(r#"Bearer error="invalid_token""#), "{token}");
    }
    assert_eq!(server.calls.get(), 0);
    for token in ["more", "nothing"] {
        let answer = server.post(&[&format!("Authorization: Bearer {token}"), &line]).await;
        assert_eq!(answer.status, 200, "{token}");
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_both_needs_both() {
    let server = server(|gate| checking(gate.dpop(accepted())));
    let certificate = format!("x-client-cert-sha256: {}", hex(""));
    let proof = || {
        let proof = server.client.proof("POST", super::server::URL, "both");
        format!("DPoP: {}", server.client.sign(&proof))
    };
    let error = |answer: &Answer| {
        let challenge = answer.challenges().into_iter().find(|challenge| challenge.contains("error="));
        (answer.status.as_u16(), challenge.map(|text| text.split(", ").next().unwrap().to_owned()))
    };
    let invalid = |text: &str| (401, Some(text.to_owned()));
    let answer = server.post(&["Authorization: DPoP both", &proof(), &certificate]).await;
    assert_eq!(error(&answer), (200, None));
    let answer = server.post(&["Authorization: DPoP both", &proof()]).await;
    assert_eq!(error(&answer), invalid(r#"DPoP error="invalid_token""#));
    let answer = server.post(&["Authorization: DPoP both", &certificate]).await;
    assert_eq!(error(&answer), invalid(r#"DPoP error="invalid_dpop_proof""#));
    let answer = server.post(&["Authorization: Bearer both", &certificate]).await;
    assert_eq!(error(&answer), invalid(r#"Bearer error="invalid_token""#));
    assert_eq!(server.calls.get(), 1);

    // A gate that checks only one of the two bindings refuses the token, because nothing checks the other binding.
    for change in [checking as fn(Gate) -> Gate, |gate| gate.dpop(accepted())] {
        let server = self::server(change);
        let proof = server.client.proof("POST", super::server::URL, "both");
        let proof = format!("DPoP: {}", server.client.sign(&proof));
        for scheme in ["Bearer", "DPoP"] {
            let authorization = format!("Authorization: {scheme} both");
            assert_eq!(server.post(&[&authorization, &proof, &certificate]).await.status, 401, "{scheme}");
        }
        assert_eq!(server.calls.get(), 0);
    }
}

/// A certificate works with a token from any credential source.
#[tokio::test]
async fn a_token_may_come_by_another_source() {
    let server = server(|gate| checking(gate).credentials([CredentialSource::header("x-token")]));
    let line = format!("x-client-cert-sha256: {}", hex(""));
    assert_eq!(send(&server.app, "POST /files", &["x-token: mtls", &line]).await.status, 200);
    check_refused(&send(&server.app, "POST /files", &["x-token: mtls"]).await, "no certificate");
}

#[tokio::test]
async fn the_log_says_what_is_wrong() {
    let server = server(checking);
    let other = format!("x-client-cert-sha256: {}00", &hex("")[..62]);
    for (token, headers, reason) in [
        (
            "mtls",
            &[][..],
            "it is bound to a client certificate, and the request has no header `X-Client-Cert-SHA256`",
        ),
        (
            "mtls",
            &[&*other, &other],
            "it is bound to a client certificate, and the request has the header `X-Client-Cert-SHA256` twice",
        ),
        ("mtls", &[&*other], "it is bound to another client certificate"),
        (
            "mtls",
            &["x-client-cert-sha256: x"],
            "the header `X-Client-Cert-SHA256` does not contain a SHA-256",
        ),
        ("short", &[&*other], "its `x5t#S256` is not a SHA-256 in base64url"),
    ] {
        let authorization = format!("Authorization: Bearer {token}");
        let lines: Vec<&str> = std::iter::once(&*authorization).chain(headers.iter().copied()).collect();
        let (_, log) = log_while(Level::DEBUG, server.post(&lines)).await;
        assert!(
            without_tokens(&log).contains(&format!(
                "token refused handler=dpop::server::read error=the token is not valid: {reason}\n"
            )),
            "{log}"
        );
    }
}
