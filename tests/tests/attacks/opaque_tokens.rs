//! Active opaque tokens that are not access tokens for this resource.

use scopegate::{Introspection, Issuer, Issuers};
use scopegate_tests::{introspecting::Introspecting, issuer::now};
use serde_json::{Value, json};

use crate::verifying::{VerifyText, is_invalid};

/// Tells whether a verifier accepts a token for which its server gives this answer.
async fn accepts(server: &Introspecting, issuer: Issuer, answer: &Value) -> bool {
    server.reply_json(answer);
    match Issuers::new([issuer]).verify_text("opaque").await {
        Ok(_) => true,
        Err(error) => {
            assert!(is_invalid(&error), "{error}");
            false
        }
    }
}

#[tokio::test]
async fn an_active_refresh_token_is_no_access_token() {
    let server = Introspecting::start().await;
    let asking = || Introspection::new("files-api", "secret");
    let issuer = || Issuer::new(server.id());
    // Both settings accept an answer without an audience, which is how oidc-provider answers about refresh tokens.
    let lenient = [
        issuer().introspection(asking().without_audience()),
        issuer().introspection(asking()).client_ids(["client"]),
    ];
    let refresh = json!({
        "active": true, "iss": server.id(), "client_id": "client", "sub": "alice", "exp": now() + 300,
        "scope": "files:read",
    });
    for issuer in lenient {
        assert!(
            !accepts(&server, issuer.clone(), &refresh).await,
            "the answer does not call it an access token"
        );
        for (name, value, is_access) in [
            ("token_type", "Bearer", true),
            ("token_type", "access_token", true),
            ("token_use", "access", true),
            ("typ", "Bearer", true),
            ("token_type", "refresh_token", false),
            ("token_use", "refresh_token", false),
        ] {
            let mut answer = refresh.clone();
            answer[name] = value.into();
            assert_eq!(accepts(&server, issuer.clone(), &answer).await, is_access, "{name}: {value}");
        }
    }

    // django-oauth-toolkit does not name the type, and introspects only access tokens.
    for issuer in [
        issuer().introspection(asking().without_audience().without_token_type()),
        issuer().introspection(asking().without_token_type()).client_ids(["client"]),
    ] {
        assert!(accepts(&server, issuer, &refresh).await);
    }
    // With an audience, the answer shows that the token was issued for a resource.
    let mut bound = refresh.clone();
    bound["aud"] = "files".into();
    assert!(accepts(&server, issuer().introspection(asking()).audience("files"), &bound).await);
    assert!(!accepts(&server, issuer().introspection(asking().without_token_type()), &refresh).await);
}
