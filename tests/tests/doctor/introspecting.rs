//! The doctor sends a token nowhere unless the user asks for introspection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use scopegate::{
    Gate, GrantedScopes, Issuer as Rules, Issuers, Presented, Resource, StaticKeys, Token, TokenVerifier,
    VerifyError, export::Doctor,
};
use scopegate_tests::issuer::Key;

use super::{API, table, well};

/// A verifier that would send tokens elsewhere.
#[derive(Clone, Default)]
struct Remote(Arc<AtomicUsize>);

impl TokenVerifier for Remote {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match presented.token() {
            "expired" => Err(VerifyError::expired()),
            "opaque" => Ok(Token::granting(GrantedScopes::parse("files:read"))),
            token => Err(VerifyError::invalid(format!("{token} is not active"))),
        }
    }
}

fn resource(server: &str) -> Resource {
    Resource::new(API).and_then(|api| api.authorization_server(server)).expect("a resource")
}

#[tokio::test]
async fn a_verifier_of_the_programs_own_is_not_asked() {
    let remote = Remote::default();
    let keys = StaticKeys::parse("sk_read=files:read").expect("a key");
    for gate in [
        Gate::new(resource("https://auth.example.com"), remote.clone()),
        Gate::new(resource("https://auth.example.com"), Arc::new(remote.clone())),
        Gate::new(resource("https://auth.example.com"), keys.or(remote.clone())),
    ] {
        let asked = remote.0.load(Ordering::SeqCst);
        let table = table();
        let doctor = Doctor::new(&gate, &table).token("opaque");
        let diagnosis = doctor.examine().await;
        assert!(diagnosis.findings().iter().any(|finding| finding.code() == "not_judged"), "{diagnosis}");
        assert_eq!(remote.0.load(Ordering::SeqCst), asked);
        assert!(doctor.introspect().examine().await.is_well());
        assert_eq!(remote.0.load(Ordering::SeqCst), asked + 1);
    }
}

/// If a verifier wrongly quotes the token in its error, the doctor does not print it.
#[tokio::test]
async fn a_token_that_a_verifier_quotes_is_not_told() {
    let gate = Gate::new(resource("https://auth.example.com"), Remote::default());
    let table = table();
    let diagnosis = Doctor::new(&gate, &table).token("s3cret-s3cret").introspect().examine().await;
    assert!(
        !diagnosis.is_well()
            && !format!("{diagnosis}{}{diagnosis:?}", diagnosis.to_json()).contains("s3cret")
    );
    assert!(!format!("{:?}", Doctor::new(&gate, &table).token("s3cret-s3cret")).contains("s3cret"));
}

#[tokio::test]
async fn an_opaque_token_expires_without_saying_when() {
    let gate = Gate::new(resource("https://auth.example.com"), Remote::default());
    let table = table();
    let diagnosis = Doctor::new(&gate, &table).token("expired").introspect().examine().await;
    let finding = diagnosis.findings().last().expect("it is refused");
    assert_eq!((finding.code(), finding.message()), ("expired", "it expired"));
}

/// The doctor finds the issuers inside other verifiers, and recognizes static keys beside them.
#[tokio::test]
async fn issuers_are_found_behind_whatever_holds_them() {
    let key = Key::ed25519("key");
    let server = well(&[&key]).await;
    let issuers = || Issuers::from(Rules::new(server.id()));
    let keys = || StaticKeys::parse("sk_read=files:read").expect("a key");
    let resource = resource(server.id());
    for (gate, takes_keys) in [
        (Gate::new(resource.clone(), issuers()), false),
        (Gate::new(resource.clone(), Arc::new(issuers())), false),
        (Gate::new(resource.clone(), keys().or(issuers())), true),
        (Gate::new(resource.clone(), keys().or(Arc::new(issuers()))), true),
        (Gate::new(resource.clone(), Arc::new(keys().or(issuers()))), true),
        (Gate::issuers(resource.clone(), issuers().static_keys(keys())), true),
        (Gate::jwt(resource.clone()).verified_by(issuers()), false),
    ] {
        let table = table();
        let doctor = Doctor::new(&gate, &table);
        assert!(doctor.examine().await.findings().is_empty());
        let token = key.mint(&server.claims(API, "files:read"));
        assert!(doctor.token(&token).examine().await.is_well());
        assert_eq!(doctor.token("sk_read").examine().await.is_well(), takes_keys);
    }
}

/// The token is not sent to its issuer, to an issuer that it names, or to one whose keys do not match.
#[tokio::test]
async fn no_server_gets_the_token() {
    let key = Key::ed25519("key");
    let (server, other) = (well(&[&key]).await, well(&[&key]).await);
    let gate = Gate::issuers(Resource::new(API).expect("a resource"), [Rules::new(server.id())]);
    let table = table();
    let forged = Key::ed25519("unknown").mint(&server.claims(API, "files:read"));
    for token in [
        key.mint(&server.claims(API, "files:read")),
        key.mint(&other.claims(API, "files:read")),
        forged,
        "opaque-opaque-opaque".to_owned(),
    ] {
        let _ = Doctor::new(&gate, &table).token(&token).examine().await;
        let _ = Doctor::new(&gate, &table).token(&token).introspect().examine().await;
        for server in [&server, &other] {
            assert!(
                !server.heard().is_empty() || server.id() == other.id(),
                "the issuer was asked for its keys"
            );
            assert!(server.heard().iter().all(|request| !request.contains(&token)), "{:?}", server.heard());
        }
    }
    assert!(other.heard().is_empty(), "the program does not name it");
}
