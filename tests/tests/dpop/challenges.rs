//! The challenge for each failure, at gates that accept bearer tokens, both kinds, or only bound tokens.

use scopegate::dpop::Dpop;
use scopegate_tests::exchange::Answer;

use super::server::{METADATA, Server, accepted, required};

const ALGS: &str = r#"algs="ES256 EdDSA""#;

/// Returns the status and the challenges up to the metadata, and checks the rest of each challenge.
fn told(answer: &Answer) -> (u16, Vec<String>) {
    let challenges = answer.challenges().into_iter().map(|challenge| {
        let (before, _description) = challenge.split_once(METADATA).expect("the metadata");
        let before = before.strip_suffix(", ").unwrap_or(before);
        assert!(before.contains(r#"scope="files:read""#), "{challenge}");
        let has_description = challenge.contains("error_description=");
        assert_eq!(has_description, before.contains("error="), "{challenge}");
        before.replace(r#", scope="files:read""#, "").replace(r#"scope="files:read""#, "..")
    });
    (answer.status.as_u16(), challenges.map(|challenge| challenge.replace(ALGS, "algs")).collect())
}

#[track_caller]
fn check(answer: &Answer, expected: (u16, &[&str]), what: &str) {
    let (status, challenges) = told(answer);
    assert_eq!(
        (status, challenges.iter().map(String::as_str).collect::<Vec<_>>()),
        (expected.0, expected.1.to_vec()),
        "{what}"
    );
}

fn restricted(dpop: Dpop) -> Dpop {
    dpop.algorithms(["ES256", "EdDSA"])
}

/// The headers of a request, the answer of a gate that accepts both kinds of tokens, and the answer of a gate that
/// requires bound tokens.
type Case<'a> = (&'a [&'a str], (u16, &'a [&'a str]), (u16, &'a [&'a str]));

const BAD_BEARER: (u16, &[&str]) = (401, &[r#"Bearer error="invalid_token""#, "DPoP .., algs"]);
const BAD_DPOP: (u16, &[&str]) = (401, &["Bearer ..", r#"DPoP error="invalid_token", algs"#]);
const BAD_ALONE: (u16, &[&str]) = (401, &[r#"DPoP error="invalid_token", algs"#]);
const NOTHING: (u16, &[&str]) = (401, &["Bearer ..", "DPoP .., algs"]);
const NOTHING_ALONE: (u16, &[&str]) = (401, &["DPoP .., algs"]);
const NO_PROOF: (u16, &[&str]) = (401, &["Bearer ..", r#"DPoP error="invalid_dpop_proof", algs"#]);
const NO_PROOF_ALONE: (u16, &[&str]) = (401, &[r#"DPoP error="invalid_dpop_proof", algs"#]);

const CASES: [Case<'_>; 14] = [
    (&[], NOTHING, NOTHING_ALONE),
    (&["Authorization: Basic dTpw"], NOTHING, NOTHING_ALONE),
    (&["DPoP: x"], NOTHING, NOTHING_ALONE),
    (&["Authorization: Bearer none"], BAD_BEARER, BAD_ALONE),
    (&["Authorization: Bearer old"], BAD_BEARER, BAD_ALONE),
    (&["Authorization: Bearer a b"], BAD_BEARER, BAD_ALONE),
    (&["Authorization: Bearer bound"], BAD_BEARER, BAD_ALONE),
    (&["Authorization: Bearer plain"], (200, &[]), BAD_ALONE),
    (&["Authorization: Bearer poor"], (403, &[r#"Bearer error="insufficient_scope""#]), BAD_ALONE),
    (&["Authorization: DPoP none"], BAD_DPOP, BAD_ALONE),
    (&["Authorization: DPoP a b"], BAD_DPOP, BAD_ALONE),
    (&["Authorization: DPoP plain"], BAD_DPOP, BAD_ALONE),
    (&["Authorization: DPoP bound"], NO_PROOF, NO_PROOF_ALONE),
    (
        &["Authorization: DPoP bound", "Authorization: Bearer bound"],
        (400, &[r#"Bearer error="invalid_request""#, r#"DPoP error="invalid_request", algs"#]),
        (400, &[r#"DPoP error="invalid_request", algs"#]),
    ),
];

#[tokio::test]
async fn each_scheme_has_a_line_and_the_error_is_in_that_of_the_one_that_was_used() {
    let (both, alone) = (Server::new(restricted(accepted())), Server::new(restricted(required())));
    for (headers, with_bearer, without) in CASES {
        check(&both.post(headers).await, with_bearer, &format!("both: {headers:?}"));
        check(&alone.post(headers).await, without, &format!("alone: {headers:?}"));
    }
    assert_eq!((both.calls.get(), alone.calls.get()), (1, 0));
}

#[tokio::test]
async fn a_token_that_lacks_a_scope_is_challenged_by_its_scheme_alone() {
    for dpop in [accepted(), required()] {
        let server = Server::new(restricted(dpop));
        let proof = server.client.sign(&server.client.proof("POST", super::server::URL, "weak"));
        let answer = server.post(&["Authorization: DPoP weak", &format!("DPoP: {proof}")]).await;
        check(&answer, (403, &[r#"DPoP error="insufficient_scope", algs"#]), "weak");
    }
}

/// Checks the whole challenge, byte for byte.
#[tokio::test]
async fn the_header_lines_are_these() {
    let server = Server::new(restricted(accepted()));
    let answer = server.post(&["Authorization: DPoP bound"]).await;
    let expected = [
        format!(r#"Bearer scope="files:read", {METADATA}"#),
        format!(
            r#"DPoP error="invalid_dpop_proof", scope="files:read", {ALGS}, {METADATA}, error_description="The DPoP proof is missing, or not valid for this request""#
        ),
    ];
    assert_eq!(answer.challenges(), expected);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.body,
        r#"{"error":"invalid_dpop_proof","error_description":"The DPoP proof is missing, or not valid for this request","scope":"files:read"}"#
    );
}

/// Without DPoP the gate answers as before, for both schemes and for bound tokens.
#[tokio::test]
async fn a_gate_without_dpop_knows_bearer_alone() {
    let server = Server::of(scopegate_tests::dpop::Prover::new(), |gate| gate);
    let proof = format!("DPoP: {}", server.client.sign(&server.proof()));
    check(&server.post(&["Authorization: DPoP bound", &proof]).await, (401, &["Bearer .."]), "the scheme");
    check(
        &server.post(&["Authorization: Bearer bound", &proof]).await,
        (401, &[r#"Bearer error="invalid_token""#]),
        "the token",
    );
    check(&server.post(&["Authorization: Bearer plain", &proof]).await, (200, &[]), "another token");
}

#[tokio::test]
async fn whatever_the_gate_takes_a_server_that_cannot_tell_asks_to_come_back() {
    let server = Server::new(accepted());
    for headers in [["Authorization: DPoP later"], ["Authorization: Bearer later"]] {
        let answer = server.post(&headers).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "7"), "{headers:?}");
        assert!(answer.challenges().is_empty());
    }
}
