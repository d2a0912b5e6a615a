//! The fields of a record besides outcome and rows.

use aws_lc_rs::digest;
use axum::http::Request;
use scopegate::{
    Decision, Gate, GrantedScopes, Presented, Router, Token, TokenVerifier, VerifyError, guarded, public,
    requirement, routing::get,
};
use scopegate_tests::{counter::Counter, exchange::send};
use tower::ServiceExt;

use crate::{
    apps,
    recorded::{API, Records, gate},
};

fn sha256(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[tokio::test]
async fn a_record_says_who_asked_for_what() {
    let records = Records::default();
    let (app, _) = apps::router(&gate(&records));
    send(&app, "GET /share", &["authorization: Bearer secret-acting"]).await;
    let told = records.take();
    assert_eq!(told.len(), 2);
    for record in &told {
        assert_eq!(record.granted.as_deref(), Some("api files:read"));
        assert_eq!(record.principal.as_deref(), Some("alice of https://auth.example.com"));
        assert_eq!(record.subject.as_deref(), Some("alice"));
        assert_eq!(record.client.as_deref(), Some("editor"));
        assert_eq!(record.actor.as_deref(), Some("agent of https://agents.example.com"));
        assert_eq!(record.token, Some(sha256("identifier-7")));
        assert_eq!(record.resource.as_deref(), Some(API));
        assert!(record.took);
    }
    let asked: Vec<(&str, &str)> = told.iter().map(|record| (&*record.asked, &*record.missing)).collect();
    assert_eq!(asked, [("api files:read", ""), ("api files:read files:share", "files:share")]);
}

#[tokio::test]
async fn a_token_without_an_identifier_has_the_hash_of_its_text() {
    let records = Records::default();
    let (app, _) = apps::router(&gate(&records));
    // The records of a refused token and of a later demand also have the hash.
    for token in ["secret-good", "secret-bad", "secret-old", "secret-later"] {
        send(&app, "GET /share", &[&format!("authorization: Bearer {token}")]).await;
        for record in records.take() {
            assert_eq!(record.token, Some(sha256(token)), "{token}: {}", record.outcome);
            assert_eq!(record.granted.is_some(), token == "secret-good");
        }
    }
    send(&app, "GET /share", &[]).await;
    let told = records.take();
    let [record] = &*told else { panic!("{told:?}") };
    assert_eq!((record.token.as_deref(), &*record.missing), (None, "api files:read"));
}

#[tokio::test]
async fn names_to_ask_by_do_not_get_into_a_record() {
    let records = Records::default();
    let gate = gate(&records).asked_as(|scope| format!("api://files/{scope}"));
    let (app, _) = apps::router(&gate);
    let answer = send(&app, "GET /files/a", &["authorization: Bearer secret-weak"]).await;
    assert!(answer.challenge().contains("api://files/files:read"));
    let told = records.take();
    assert_eq!((&*told[0].asked, &*told[0].missing), ("api files:read", "files:read"));
}

/// A verifier that reports whether it remembered the token.
struct Remembering(bool);

impl TokenVerifier for Remembering {
    async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> {
        Ok(Token::granting(GrantedScopes::parse("api files:read")).with_cached(self.0))
    }
}

#[tokio::test]
async fn whether_the_cache_answered_is_what_the_verifier_says() {
    for cached in [true, false] {
        let records = Records::default();
        let (app, _) = apps::router(&gate(&records).verified_by(Remembering(cached)));
        send(&app, "GET /files/a", &["authorization: Bearer secret"]).await;
        assert_eq!(records.take()[0].cached, Some(cached));
    }
    let records = Records::default();
    let (app, _) = apps::router(&gate(&records));
    send(&app, "GET /files/a", &["authorization: Bearer secret-good"]).await;
    assert_eq!(records.take()[0].cached, None);
}

/// A panic ends the request without running the handler. Afterwards the gate works as before.
#[tokio::test]
async fn an_observer_that_panics_opens_nothing() {
    let ran = Counter::default();
    let records = Records::default();
    let gate: Gate = gate(&records).observe(|decision: &Decision<'_>| {
        assert!(!decision.is_allowed(), "the observer fails");
    });
    let (read, open) = (ran.clone(), ran.clone());
    let read = move || async move { read.count() };
    let open = move || async move { open.count() };
    let app = Router::new()
        .route("/read", get(guarded(requirement!("files:read"), read)))
        .route("/open", get(public(open)))
        .protect(gate)
        .unwrap();
    for path in ["/read", "/open"] {
        let request = Request::get(path).header("authorization", "Bearer secret-good");
        let request = request.body(axum::body::Body::empty()).unwrap();
        let call = tokio::spawn(app.clone().oneshot(request));
        assert!(call.await.unwrap_err().is_panic(), "{path}");
        assert_eq!(ran.get(), 0, "{path}");
    }
    let refused = send(&app, "GET /read", &["authorization: Bearer secret-weak"]).await;
    assert_eq!(refused.status.as_u16(), 403);
}
