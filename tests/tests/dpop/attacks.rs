//! The answers to proofs that are not valid for the request. The handler never runs.

use scopegate_tests::{
    dpop::{Prover, now},
    exchange::{Answer, send},
    issuer::Key,
    log::log_while,
};
use serde_json::json;
use tracing::Level;

use super::{
    forged::ATTACKS,
    server::{METADATA, Server, URL, accepted, required},
};

const TEXT: &str = "The DPoP proof is missing, or not valid for this request";

/// Checks the whole answer to a refused proof.
#[track_caller]
pub(crate) fn check_refused(answer: &Answer, what: &str) {
    let expected = [
        format!(r#"Bearer scope="files:read", {METADATA}"#),
        format!(
            r#"DPoP error="invalid_dpop_proof", scope="files:read", algs="ES256 EdDSA", {METADATA}, error_description="{TEXT}""#
        ),
    ];
    assert_eq!(
        (answer.status.as_u16(), answer.challenges()),
        (401, expected.iter().map(String::as_str).collect()),
        "{what}"
    );
    let body =
        format!(r#"{{"error":"invalid_dpop_proof","error_description":"{TEXT}","scope":"files:read"}}"#);
    assert_eq!((answer.body.as_str(), answer.header("cache-control")), (body.as_str(), "no-store"), "{what}");
    assert_eq!((answer.header("retry-after"), answer.header("dpop-nonce")), ("", ""), "{what}");
}

#[tokio::test]
async fn none_of_them_gets_through() {
    let server = Server::new(accepted().algorithms(["ES256", "EdDSA"]));
    for (what, reason, forge) in ATTACKS {
        let (answer, log) = log_while(Level::DEBUG, server.send_signed(&forge(&server))).await;
        check_refused(&answer, what);
        let line = log
            .lines()
            .find(|line| line.contains(" scopegate: proof refused handler=dpop::server::read token="));
        assert!(line.is_some_and(|line| line.contains(reason)), "{what}: {log}");
    }
    assert_eq!(server.calls.get(), 0);
    assert_eq!(server.send(&server.proof()).await.status, 200);
    assert_eq!(server.calls.get(), 1);
}

/// The answer has no Bearer challenge, because the gate would refuse a bearer token, too.
#[tokio::test]
async fn none_gets_through_where_bound_tokens_are_required() {
    let server = Server::new(required().algorithms(["ES256", "EdDSA"]));
    for (what, _, forge) in ATTACKS {
        let answer = server.send_signed(&forge(&server)).await;
        let challenges = answer.challenges();
        assert_eq!((answer.status.as_u16(), challenges.len()), (401, 1), "{what}");
        assert!(challenges[0].starts_with(r#"DPoP error="invalid_dpop_proof""#), "{what}");
    }
    assert_eq!(server.calls.get(), 0);
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let server = Server::new(accepted().algorithms(["ES256", "EdDSA"]));
    let proof = server.proof();
    assert_eq!(server.send(&proof).await.status, 200);
    // The same text, the same claims with another signature, and the same identifier in another proof.
    check_refused(&server.send(&proof).await, "again");
    check_refused(&server.send(&proof.clone().with("iat", now() - 1)).await, "the same identifier");
    assert_eq!(server.calls.get(), 1);

    // Another client may choose the same identifier.
    let other = Server::of(Prover::new(), |gate| gate.dpop(accepted()));
    let jti = proof.claims["jti"].clone();
    assert_eq!(other.send(&other.proof().with("jti", jti)).await.status, 200);
}

#[tokio::test]
async fn of_many_requests_with_one_proof_at_the_same_time_one_gets_through() {
    let server = Server::new(accepted());
    let proof = server.client.sign(&server.proof());
    let headers = ["Authorization: DPoP bound", &format!("DPoP: {proof}")];
    let requests = (0..64).map(|_| server.post(&headers));
    let answers = futures_util::future::join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(server.calls.get(), 1);
}

#[tokio::test]
async fn a_request_has_one_header_with_one_proof() {
    let server = Server::new(accepted().algorithms(["ES256", "EdDSA"]));
    let [one, other] = [(); 2].map(|()| format!("DPoP: {}", server.client.sign(&server.proof())));
    check_refused(&server.post(&["Authorization: DPoP bound"]).await, "none");
    check_refused(&server.post(&["Authorization: DPoP bound", &one, &other]).await, "two");
    check_refused(&server.post(&["Authorization: DPoP bound", &one, &one]).await, "one twice");
    check_refused(&server.post(&["Authorization: DPoP bound", &one, "DPoP: "]).await, "an empty one");
    assert_eq!(server.calls.get(), 0);
    assert_eq!(server.post(&["Authorization: DPoP bound", &one]).await.status, 200);
}

/// The gate ignores what a client says about the URL of its request.
#[tokio::test]
async fn the_host_of_the_request_does_not_count() {
    let server = Server::new(accepted().algorithms(["ES256", "EdDSA"]));
    let spoofed = [
        "Host: evil.example",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https",
        "X-Original-URL: /other",
        "Forwarded: host=evil.example;proto=https",
    ];
    let with = |proof: String| {
        let lines = spoofed.iter().map(|line| (*line).to_owned());
        lines.chain(["Authorization: DPoP bound".to_owned(), format!("DPoP: {proof}")]).collect::<Vec<_>>()
    };
    for htu in ["https://evil.example/files", "https://evil.example/other", "https://files.example.com/other"]
    {
        let lines = with(server.client.sign(&server.proof().with("htu", htu)));
        let answer = server.post(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await;
        check_refused(&answer, htu);
    }
    assert_eq!(server.calls.get(), 0);
    let lines = with(server.client.sign(&server.proof()));
    assert_eq!(server.post(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await.status, 200);
}

/// A proof for one token is refused with another token, whether that token is valid or not.
#[tokio::test]
async fn a_proof_for_one_token_is_none_for_another() {
    let server = Server::new(accepted().algorithms(["ES256", "EdDSA"]));
    let proof = format!("DPoP: {}", server.client.sign(&server.proof()));
    check_refused(
        &server.post(&["Authorization: DPoP other", &proof]).await,
        "another token of the same key",
    );
    let answer = server.post(&["Authorization: DPoP plain", &proof]).await;
    assert!(answer.challenges()[1].starts_with(r#"DPoP error="invalid_token""#), "an unbound token");
    let answer = server.post(&["Authorization: Bearer bound", &proof]).await;
    assert!(answer.challenges()[0].starts_with(r#"Bearer error="invalid_token""#), "as a bearer token");
    assert_eq!(server.calls.get(), 0);
}

#[tokio::test]
async fn what_is_good_gets_through() {
    for key in [Key::p256(None), Key::p384(None), Key::p521(None), Key::ed25519(None), Key::rsa(None)] {
        let algorithm = key.algorithm();
        let server = Server::of(Prover::of(key), |gate| gate.dpop(accepted()));
        assert_eq!(server.send(&server.proof()).await.status, 200, "{algorithm}");
        if algorithm == "EdDSA" {
            assert_eq!(server.send(&server.proof().with_header("alg", "Ed25519")).await.status, 200);
        }
        if algorithm == "RS256" {
            assert_eq!(server.send(&server.proof().with_header("alg", "PS256")).await.status, 200);
        }
    }
    let server = Server::new(accepted());
    let good = [
        server.proof().with("iat", now() - 298),
        server.proof().with("iat", now() + 298),
        #[expect(clippy::cast_precision_loss, reason = "times are small")]
        server.proof().with("iat", now() as f64 - 0.5),
        server.proof().with("htu", format!("{URL}?a=b#c")),
        server.proof().with("htu", "HTTPS://FILES.example.com:443/%66iles"),
        server.proof().with("jti", "x".repeat(256)),
        server.proof().with("exp", now() - 30).with("nbf", now() + 30),
        server.proof().with("nonce", "of another server"),
        server.proof().with("x", json!({ "y": [1, 2] })).with_header("kid", "mine"),
    ];
    for proof in &good {
        assert_eq!(server.send(proof).await.status, 200, "{proof:?}");
    }
    // One handler answers `GET` and `HEAD`. A proof must name the method of the request.
    for method in ["GET", "HEAD"] {
        let proof = format!("DPoP: {}", server.client.sign(&server.client.proof(method, URL, "bound")));
        let headers = ["Authorization: dpop bound", &proof];
        assert_eq!(send(&server.app, &format!("{method} /files"), &headers).await.status, 200, "{method}");
    }
    assert_eq!(server.calls.get(), good.len() + 2);
}

/// The gate checks a proof only for a valid bound token.
#[tokio::test]
async fn the_token_is_judged_first() {
    let server = Server::new(accepted());
    for token in ["none", "old"] {
        let proof = server.client.sign(&server.client.proof("POST", URL, token));
        let answer = server.post(&[&format!("Authorization: DPoP {token}"), &format!("DPoP: {proof}")]).await;
        assert!(answer.challenges()[1].starts_with(r#"DPoP error="invalid_token""#), "{token}");
    }
    // Both the scope and the proof are missing.
    let answer = server.post(&["Authorization: DPoP weak"]).await;
    assert_eq!(answer.status, 401);
    assert!(answer.challenges()[1].starts_with(r#"DPoP error="invalid_dpop_proof""#));
}
