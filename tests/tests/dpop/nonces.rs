//! Nonces: when the gate asks for one, and after a restart.

use aws_lc_rs::hmac;
use scopegate::dpop::Dpop;
use scopegate_tests::{
    dpop::{Proof, now},
    exchange::Answer,
    issuer::encode,
};
use serde_json::json;

use super::server::{Lasting, METADATA, Server, accepted};

const SECRET: [u8; 32] = [7; 32];

/// A gate that asks for a nonce, and trusts its store across restarts.
fn asking() -> Server {
    Server::new(accepted().nonce().nonce_secret(&SECRET))
}

/// Makes a nonce as the gate does, with the time in milliseconds.
fn nonce_of(secret: &[u8; 32], at: u64) -> String {
    let message = [&b"scopegate DPoP nonce "[..], &at.to_be_bytes()].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &message);
    encode([&at.to_be_bytes()[..], &tag.as_ref()[..16]].concat())
}

fn fresh() -> String {
    nonce_of(&SECRET, now() * 1000)
}

/// Checks that the answer asks for a nonce, and returns the nonce in it.
#[track_caller]
fn asked(answer: &Answer, what: &str) -> String {
    let text = "The DPoP proof needs the nonce of this answer";
    let challenges = answer.challenges();
    let rest = format!(r#", {METADATA}, error_description="{text}""#);
    assert_eq!((answer.status.as_u16(), challenges.len()), (401, 2), "{what}");
    assert_eq!(challenges[0], format!(r#"Bearer scope="files:read", {METADATA}"#), "{what}");
    assert!(
        challenges[1].starts_with(r#"DPoP error="use_dpop_nonce", scope="files:read", algs=""#),
        "{what}"
    );
    assert!(challenges[1].ends_with(&rest), "{what}: {}", challenges[1]);
    let body = format!(r#"{{"error":"use_dpop_nonce","error_description":"{text}","scope":"files:read"}}"#);
    assert_eq!((answer.body.as_str(), answer.header("cache-control")), (body.as_str(), "no-store"), "{what}");
    let exposed = answer.headers.get_all("access-control-expose-headers").iter();
    assert!(exposed.into_iter().any(|names| names == "DPoP-Nonce"), "{what}");
    given(answer, what)
}

/// Returns the nonce in an answer.
#[track_caller]
fn given(answer: &Answer, what: &str) -> String {
    assert_eq!(answer.headers.get_all("dpop-nonce").iter().count(), 1, "{what}");
    let nonce = answer.header("dpop-nonce");
    assert!(nonce.len() == 32 && !nonce.contains(['+', '/', '=']), "{what}: {nonce}");
    nonce.to_owned()
}

#[tokio::test]
async fn a_proof_without_a_nonce_of_the_gate_is_answered_with_one() {
    let server = asking();
    let mut tampered = fresh();
    tampered.replace_range(20..21, if &tampered[20..21] == "A" { "B" } else { "A" });
    let cases: [(&str, Proof); 8] = [
        ("none", server.proof()),
        ("an empty one", server.proof().with("nonce", "")),
        ("another text", server.proof().with("nonce", "abc")),
        ("of another secret", server.proof().with("nonce", nonce_of(&[8; 32], now() * 1000))),
        ("a changed one", server.proof().with("nonce", tampered)),
        ("an old one", server.proof().with("nonce", nonce_of(&SECRET, (now() - 302) * 1000))),
        ("one of the future", server.proof().with("nonce", nonce_of(&SECRET, (now() + 302) * 1000))),
        ("one with padding", server.proof().with("nonce", fresh() + "=")),
    ];
    for (at, (what, proof)) in cases.into_iter().enumerate() {
        let nonce = asked(&server.send(&proof).await, what);
        assert_eq!(server.calls.get(), at, "{what}");
        // The refused proof was not stored, so the client may use its identifier again.
        assert_eq!(server.send(&proof.with("nonce", nonce)).await.status, 200, "{what}");
    }
}

#[tokio::test]
async fn a_nonce_is_good_for_many_proofs_at_each_replica() {
    let (one, other) = (asking(), asking());
    let nonce = asked(&one.send(&one.proof()).await, "the first");
    for _ in 0..3 {
        for server in [&one, &other] {
            assert_eq!(server.send(&server.proof().with("nonce", nonce.clone())).await.status, 200);
        }
    }
    // The clocks of replicas may differ.
    for at in [now() - 298, now() + 298] {
        let proof = one.proof().with("nonce", nonce_of(&SECRET, at * 1000));
        assert_eq!(one.send(&proof).await.status, 200);
    }
}

/// Each process makes its own secret unless the program sets one.
#[tokio::test]
async fn a_nonce_of_another_process_is_none() {
    let [one, other] = [(); 2].map(|()| Server::new(accepted().nonce()));
    let nonce = asked(&one.send(&one.proof()).await, "the first");
    asked(&other.send(&other.proof().with("nonce", nonce.clone())).await, "elsewhere");
    assert_eq!(one.send(&one.proof().with("nonce", nonce)).await.status, 200);
}

/// A client whose proof was faulty has a nonce for its next proof.
#[tokio::test]
async fn every_refused_proof_is_answered_with_a_nonce() {
    let server = asking();
    for (what, proof) in [
        ("another method", server.proof().with("htm", "GET").with("nonce", fresh())),
        ("stale, and no nonce", server.proof().with("iat", 1)),
        ("a nonce that is no text", server.proof().with("nonce", json!(1))),
    ] {
        let answer = server.send(&proof).await;
        assert!(answer.challenges()[1].starts_with(r#"DPoP error="invalid_dpop_proof""#), "{what}");
        let nonce = given(&answer, what);
        assert_eq!(server.send(&server.proof().with("nonce", nonce)).await.status, 200, "{what}");
    }
    let answer = server.post(&["Authorization: DPoP bound"]).await;
    given(&answer, "no proof at all");
    let proof = server.proof().with("nonce", fresh());
    assert_eq!(server.send(&proof).await.status, 200);
    given(&server.send(&proof).await, "a replay");
}

#[tokio::test]
async fn nobody_else_is_answered_with_a_nonce() {
    let server = asking();
    for headers in [&[][..], &["Authorization: Bearer bound"], &["Authorization: Bearer plain"], &["DPoP: x"]]
    {
        assert_eq!(server.post(headers).await.header("dpop-nonce"), "", "{headers:?}");
    }
    assert_eq!(server.send(&server.proof().with("nonce", fresh())).await.header("dpop-nonce"), "");
}

/// The gate's own store is lost when the program ends. After a start, only a nonce issued since then shows that a proof is new.
#[tokio::test]
async fn a_proof_from_before_a_restart_is_not_good_again() {
    for dpop in [Dpop::accepted, || Dpop::accepted().nonce_secret(&SECRET), || Dpop::accepted().nonce()] {
        let before = Server::new(dpop());
        let nonce = asked(&before.send(&before.proof()).await, "the first");
        let proof = before.proof().with("nonce", nonce);
        assert_eq!(before.send(&proof).await.status, 200);
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;

        let after = Server::of(before.client, |gate| gate.dpop(dpop()));
        // The proof cannot be replayed with the new nonce, because its signature covers the old one.
        let nonce = asked(&after.send(&proof).await, "the replay");
        assert_eq!(after.calls.get(), 0);
        assert_eq!(after.send(&after.proof().with("nonce", nonce)).await.status, 200);
    }
}

/// A proof can be dated up to one window ahead. So a proof from before the start can have a time up to one window after
/// the start.
#[tokio::test]
async fn a_proof_that_may_be_from_before_the_start_needs_a_nonce() {
    let window = std::time::Duration::from_secs(2);
    let server = Server::new(Dpop::accepted().window(window));
    asked(&server.send(&server.proof()).await, "now");
    asked(&server.send(&server.proof().with("iat", now() + 1)).await, "ahead");
    tokio::time::sleep(window).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(server.send(&server.proof()).await.status, 200, "the start was long ago");
    let answer = server.send(&server.proof().with("htm", "GET")).await;
    assert_eq!((answer.status.as_u16(), answer.header("dpop-nonce")), (401, ""), "no nonce is needed");
}

/// Clients send the last nonce that they received, even when the gate no longer asks for one.
#[tokio::test]
async fn a_nonce_that_nobody_asked_for_is_one_of_the_gate() {
    let window = std::time::Duration::from_secs(1);
    let server = Server::new(Dpop::accepted().window(window).nonce_secret(&SECRET));
    tokio::time::sleep(2 * window).await;
    let old = nonce_of(&SECRET, (now() - 1_000) * 1000);
    assert_eq!(server.send(&server.proof().with("nonce", old)).await.status, 200);
    asked(&server.send(&server.proof().with("nonce", "abc")).await, "another's");
    let server = Server::new(accepted());
    assert_eq!(
        server.send(&server.proof().with("nonce", "abc")).await.status,
        200,
        "the gate never issued one"
    );
}

/// A store that several replicas share knows the proofs used before the start.
#[tokio::test]
async fn with_a_store_that_lasts_a_restart_needs_no_nonce() {
    let store = std::sync::Arc::new(Lasting::default());
    let dpop = || Dpop::accepted().replay_store(store.clone());
    let before = Server::new(dpop());
    let proof = before.proof();
    assert_eq!(before.send(&proof).await.status, 200);
    let after = Server::of(before.client, |gate| gate.dpop(dpop()));
    assert!(after.send(&proof).await.challenges()[1].starts_with(r#"DPoP error="invalid_dpop_proof""#));
    assert_eq!(after.calls.get(), 0);
    assert_eq!(after.send(&after.proof()).await.status, 200);
}
