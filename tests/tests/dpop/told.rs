//! Bound tokens outside of answers: in the metadata document, in exports, and in errors at startup.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue, Method};
use scopegate::{
    ClientCertificate, CredentialSource, Decision, Gate, Reason, Resource, Router, ScopeTable, StaticKeys,
    dpop::Dpop,
    export::{self, Doctor, OAuth},
    requires_scope,
    routing::get,
    testing::TestVerifier,
};
use scopegate_tests::{dpop::Prover, exchange::send, log::hear_everything};
use serde_json::{Value, json};

use super::server::{RESOURCE, Server, accepted, gate, required};

#[requires_scope("files:read")]
async fn list() {}

fn routes() -> Router {
    Router::new().route("/files", get(list))
}

fn table() -> ScopeTable {
    routes().table()
}

fn plain() -> Gate {
    gate(&Prover::new())
}

fn certified() -> Gate {
    plain().client_certificate(ClientCertificate::header("X-Client-Cert"))
}

#[tokio::test]
async fn the_metadata_document_says_what_tokens_are_bound_to() {
    let document = async |gate: Gate| {
        let app = routes().protect(gate).unwrap();
        send(&app, "GET /.well-known/oauth-protected-resource", &[]).await.json()
    };
    let with = |members: Value| {
        let mut document = json!({
            "resource": RESOURCE,
            "authorization_servers": ["https://auth.example.com"],
            "scopes_supported": ["files:read"],
            "bearer_methods_supported": ["header"],
        });
        document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        document
    };
    let es256 = |dpop: Dpop| plain().dpop(dpop.algorithms(["ES256"]));
    assert_eq!(document(plain()).await, with(json!({})));
    assert_eq!(
        document(es256(accepted())).await,
        with(json!({ "dpop_signing_alg_values_supported": ["ES256"] }))
    );
    assert_eq!(
        document(es256(required())).await,
        with(
            json!({ "dpop_signing_alg_values_supported": ["ES256"], "dpop_bound_access_tokens_required": true })
        )
    );
    assert_eq!(
        document(certified()).await,
        with(json!({ "tls_client_certificate_bound_access_tokens": true }))
    );
    let all = document(plain().dpop(accepted())).await;
    assert_eq!(
        all["dpop_signing_alg_values_supported"],
        json!([
            "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "RS256", "RS384", "RS512", "PS256", "PS384",
            "PS512"
        ])
    );
}

const OPTIONAL: &str =
    "Tokens may be bound to a key of the client by DPoP (RFC 9449), and then need a proof with each request.";
const DEMANDED: &str =
    "Tokens must be bound to a key of the client by DPoP (RFC 9449), and need a proof with each request.";
const CERTIFICATE: &str =
    "Tokens may be bound to a client certificate (RFC 8705), which the client must then use.";

#[tokio::test]
async fn each_export_says_so() {
    let gates = [
        (plain(), None, None, &[][..]),
        (plain().dpop(accepted()), Some("accepted"), None, &[OPTIONAL]),
        (plain().dpop(required()), Some("required"), None, &[DEMANDED]),
        (certified(), None, Some("x-client-cert"), &[CERTIFICATE]),
        (certified().dpop(required()), Some("required"), Some("x-client-cert"), &[DEMANDED, CERTIFICATE]),
    ];
    for (gate, dpop, certificate, sentences) in gates {
        let word = |of: &Value, member: &str| of.get(member).and_then(Value::as_str).map(str::to_owned);
        let json: Value = serde_json::from_str(&export::json(&gate, &table())).unwrap();
        assert_eq!(word(&json, "dpop").as_deref(), dpop);
        assert_eq!(word(&json, "client_certificate").as_deref(), certificate);

        let before = sentences.iter().fold(String::new(), |text, sentence| text + sentence + "\n\n");
        assert!(export::markdown(&gate, &table()).starts_with(&(before + "| method |")));

        let diagnosis = Doctor::new(&gate, &table()).examine().await;
        let lines = sentences.iter().fold(String::new(), |text, sentence| text + "\n" + sentence);
        assert!(
            diagnosis.to_string().starts_with(&format!("resource `{RESOURCE}`{lines}\nhint: ")),
            "{diagnosis}"
        );
        let json: Value = serde_json::from_str(&diagnosis.to_json()).unwrap();
        assert_eq!(
            (word(&json, "dpop").as_deref(), word(&json, "client_certificate").as_deref()),
            (dpop, certificate)
        );

        let oauth =
            OAuth::authorization_code(&gate, "https://auth.example.com/a", "https://auth.example.com/t");
        let mut document = json!({ "openapi": "3.1.0", "paths": {} });
        let _report = table().apply_to(&mut document, &oauth);
        let scheme = &document["components"]["securitySchemes"]["oauth2"];
        let expected = (!sentences.is_empty()).then(|| sentences.join(" "));
        assert_eq!(word(scheme, "description"), expected);
        let mut document = utoipa::openapi::OpenApi::default();
        let _report = table().apply_to(&mut document, &oauth);
        let written = serde_json::to_value(document).unwrap();
        assert_eq!(word(&written["components"]["securitySchemes"]["oauth2"], "description"), expected);
    }
}

/// The doctor sees no request and no proof. It reports only findings that do not depend on a proof.
#[tokio::test]
async fn the_doctor_knows_which_tokens_need_a_proof() {
    let client = Prover::new();
    let judge = async |gate: &Gate, token: &str| {
        let diagnosis = Doctor::new(gate, &table()).token(token).introspect().examine().await;
        let errors = diagnosis.findings().iter().filter(|finding| finding.code() == "bound");
        errors.map(|finding| finding.message().to_owned()).collect::<Vec<_>>()
    };
    let unbound = "it is not bound to a key (`cnf.jkt`), but the gate requires DPoP";
    assert_eq!(judge(&gate(&client).dpop(required()), "plain").await, [unbound]);
    assert!(judge(&gate(&client).dpop(required()), "bound").await.is_empty());
    assert!(judge(&gate(&client).dpop(accepted()), "plain").await.is_empty());
    assert_eq!(judge(&gate(&client), "bound").await.len(), 1);
    assert!(judge(&gate(&client), "plain").await.is_empty());
}

#[test]
fn mistakes_are_found_at_startup() {
    let keys = || StaticKeys::parse("sk_1=files:read").unwrap();
    let resource =
        || Resource::new(RESOURCE).unwrap().authorization_server("https://auth.example.com").unwrap();
    let minute = Duration::from_secs(60);
    for (gate, expected) in [
        (
            Gate::static_keys("files", keys()).dpop(Dpop::required()),
            Some("a DPoP proof names the URL of a resource"),
        ),
        (
            Gate::static_keys("files", keys()).dpop(Dpop::accepted()),
            Some("a DPoP proof names the URL of a resource"),
        ),
        (Gate::new(resource(), keys()).dpop(Dpop::required()), Some("static keys are not bound")),
        (
            Gate::new(resource(), std::sync::Arc::new(keys())).dpop(Dpop::required()),
            Some("static keys are not bound"),
        ),
        (Gate::new(resource(), keys()).dpop(Dpop::accepted()), None),
        (Gate::new(resource(), keys().or(TestVerifier::new())).dpop(Dpop::required()), None),
        (plain().dpop(Dpop::required().window(Duration::ZERO)), Some("the window of DPoP is zero")),
        (plain().dpop(Dpop::required().window(minute)), None),
        (plain().dpop(Dpop::required().algorithms([""; 0])), Some("DPoP has no algorithm")),
        (plain().dpop(Dpop::required().algorithms(["HS256"])), Some("cannot be signed with \"HS256\"")),
        (plain().dpop(Dpop::required().algorithms(["none"])), Some("cannot be signed with \"none\"")),
        (
            plain().dpop(Dpop::required().algorithms(["ES256", "es256"])),
            Some("cannot be signed with \"es256\""),
        ),
        (
            plain().dpop(Dpop::accepted()).credentials([CredentialSource::cookie("sid")]),
            Some("but the gate does not read it; add `CredentialSource::authorization()`"),
        ),
        (plain().client_certificate(ClientCertificate::header("")), Some("into the header \"\"")),
        (plain().client_certificate(ClientCertificate::header("a b")), Some("into the header \"a b\"")),
        (
            plain().client_certificate(ClientCertificate::header("Authorization")),
            Some("into the header \"Authorization\""),
        ),
        (plain().client_certificate(ClientCertificate::header("DPoP")), Some("into the header \"DPoP\"")),
        (
            setting("dpop_bound_access_tokens_required").dpop(Dpop::accepted()),
            Some("the gate sets `dpop_bound_access_tokens_required` in the metadata document"),
        ),
        (setting("dpop_bound_access_tokens_required"), None),
        (
            setting("tls_client_certificate_bound_access_tokens")
                .client_certificate(ClientCertificate::header("x-cert")),
            Some("the gate sets `tls_client_certificate_bound_access_tokens` in the metadata document"),
        ),
    ] {
        let problems = match routes().protect(gate) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().to_vec(),
        };
        match expected {
            None => assert!(problems.is_empty(), "{problems:?}"),
            Some(expected) => {
                assert!(matches!(&problems[..], [one] if one.contains(expected)), "{expected}: {problems:?}");
            }
        }
    }
}

fn setting(member: &str) -> Gate {
    let resource = Resource::new(RESOURCE).unwrap().authorization_server("https://auth.example.com").unwrap();
    hear_everything();
    Gate::new(resource.member(member, true).unwrap(), TestVerifier::new())
}

#[tokio::test]
async fn observers_hear_of_refused_proofs() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let observer = move |decision: &Decision<'_>| {
        let id = decision.token().map(|id| id.to_string());
        told.lock().unwrap().push((decision.reason().map_or("allowed", Reason::as_str), id));
    };
    let server = Server::of(Prover::new(), |gate| gate.dpop(accepted().nonce()).observe(observer));
    let nonce = server.send(&server.proof()).await.header("dpop-nonce").to_owned();
    let proof = server.proof().with("nonce", nonce);
    for _ in 0..2 {
        server.send(&proof).await;
    }
    server.post(&["Authorization: Bearer bound"]).await;
    let heard = heard.lock().unwrap();
    let reasons: Vec<_> = heard.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(reasons, ["nonce_required", "allowed", "invalid_proof", "invalid_token"]);
    let ids: BTreeSet<_> = heard.iter().map(|(_, id)| id.clone().expect("a hash of the token")).collect();
    assert_eq!(ids.len(), 1);
}

/// A page from another origin can read the nonce and send the proof.
#[tokio::test]
async fn browsers_may_send_proofs_and_read_nonces() {
    let mut server = Server::new(accepted().nonce());
    server.app = server.app.layer(scopegate::cors::layer());
    let preflight = [
        "Origin: https://app.example.com",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization,dpop",
    ];
    let answer = send(&server.app, &format!("{} /files", Method::OPTIONS), &preflight).await;
    assert_eq!(answer.header("access-control-allow-headers"), "authorization,dpop");
    let exposes = |answer: &scopegate_tests::exchange::Answer| {
        let lines = answer.headers.get_all("access-control-expose-headers").iter();
        lines
            .filter_map(|line: &HeaderValue| line.to_str().ok())
            .collect::<Vec<_>>()
            .join(", ")
            .contains("DPoP-Nonce")
    };
    let proof = format!("DPoP: {}", server.client.sign(&server.proof()));
    let answer = server.post(&["Origin: https://app.example.com", "Authorization: DPoP bound", &proof]).await;
    assert!(exposes(&answer) && !answer.header("dpop-nonce").is_empty());
    assert!(exposes(&server.post(&["Origin: https://app.example.com"]).await));
}

/// The function that writes bodies sees no proof, and debug output shows no nonce secret.
#[tokio::test]
async fn proofs_are_as_secret_as_tokens() {
    let gate = |gate: Gate| {
        let gate = gate.client_certificate(ClientCertificate::header("x-cert")).dpop(required().nonce());
        gate.body_with(|refused| {
            let shown: Vec<_> = refused.headers().keys().map(ToString::to_string).collect();
            shown.join(" ")
        })
    };
    let server = Server::of(Prover::new(), gate);
    let proof = format!("DPoP: {}", server.client.sign(&server.proof()));
    let answer = server.post(&["Authorization: DPoP bound", &proof, "X-Cert: x", "Accept: x"]).await;
    assert_eq!((answer.body.as_str(), answer.status.as_u16()), ("accept", 401));
    assert_ne!(answer.header("dpop-nonce"), "", "the gate's own headers stay");
    let shown = |secret| format!("{:?}", Dpop::required().nonce_secret(secret));
    assert_eq!(shown(&[1; 32]), shown(&[2; 32]));
}

#[requires_scope("files:read")]
async fn sensitive(headers: HeaderMap) -> String {
    let marked = headers.iter().filter(|(_, value)| value.is_sensitive());
    marked.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
}

/// A middleware inside may log headers, so the headers with a proof or a certificate are marked as sensitive.
#[tokio::test]
async fn what_proves_something_is_marked_before_the_handler_runs() {
    let client = Prover::new();
    let gate = gate(&client).client_certificate(ClientCertificate::header("x-cert")).dpop(required());
    let app = Router::new().route("/files", get(sensitive)).protect(gate).unwrap();
    let proof = client.sign(&client.proof("GET", super::server::URL, "bound"));
    let headers = ["Authorization: DPoP bound", &format!("DPoP: {proof}"), "X-Cert: x", "Accept: x"];
    let answer = send(&app, "GET /files", &headers).await;
    let mut marked: Vec<_> = answer.body.split(' ').collect();
    marked.sort_unstable();
    assert_eq!(marked, ["dpop", "x-cert"]);
}
