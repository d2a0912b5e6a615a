//! With both of jsonwebtoken's backends on, its own choice between them would panic.

use scopegate::{JwtVerifier, Presented, TokenVerifier};
use scopegate_tests::issuer::{Issuer, Key};

const API: &str = "https://files.example.com";

#[test]
fn both_backends_are_there() {
    let _ = (
        &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER,
        &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER,
    );
}

#[tokio::test]
async fn tokens_still_verify() {
    let (rsa, p256) = (Key::shared(), Key::p256("p256"));
    let issuer = Issuer::publishing(&[rsa, &p256]).await;
    let verifier = JwtVerifier::new([issuer.id()], API);
    for key in [rsa, &p256] {
        let good = key.mint(&issuer.claims(API, "files:read"));
        let token = verifier.verify(&Presented::from(&*good)).await.expect("a good token");
        assert!(token.scopes().contains("files:read"));
        let forged = Key::p256("p256").mint(&issuer.claims(API, "files:read"));
        assert!(verifier.verify(&Presented::from(&*forged)).await.is_err());
    }
}
