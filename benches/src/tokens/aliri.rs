//! aliri, with a key set at startup.

use aliri::{jwa, jwt};
use aliri_axum::scope_guards;
use aliri_oauth2::{Authority, HasScope, Scope};
use aliri_tower::Oauth2Authorizer;
use axum::{Router, routing::get};
use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::{AUDIENCE, ISSUER, keys::Issuer};

#[derive(Clone, Debug, Deserialize)]
struct Claims {
    iss: jwt::Issuer,
    aud: jwt::Audiences,
    sub: jwt::Subject,
    exp: aliri_clock::UnixTime,
    scope: Scope,
}

impl jwt::CoreClaims for Claims {
    fn nbf(&self) -> Option<aliri_clock::UnixTime> {
        None
    }

    fn exp(&self) -> Option<aliri_clock::UnixTime> {
        Some(self.exp)
    }

    fn aud(&self) -> &jwt::Audiences {
        &self.aud
    }

    fn iss(&self) -> Option<&jwt::IssuerRef> {
        Some(&self.iss)
    }

    fn sub(&self) -> Option<&jwt::SubjectRef> {
        Some(&self.sub)
    }
}

impl HasScope for Claims {
    fn scope(&self) -> &Scope {
        &self.scope
    }
}

scope_guards! {
    type Claims = Claims;
    scope Read = "files:read";
}

async fn list(_: Read) {}

pub fn router(issuer: &Issuer) -> Router {
    let algorithm = match issuer.algorithm {
        Algorithm::RS256 => jwa::Algorithm::RS256,
        _ => jwa::Algorithm::ES256,
    };
    let validator = jwt::CoreValidator::default()
        .add_approved_algorithm(algorithm)
        .add_allowed_audience(jwt::Audience::from_static(AUDIENCE))
        .require_issuer(jwt::Issuer::from_static(ISSUER))
        .check_expiration();
    let keys = serde_json::from_str(&issuer.jwks()).expect("it reads keys");
    let authorizer = Oauth2Authorizer::new().with_claims::<Claims>().with_terse_error_handler();
    Router::new().route("/files", get(list)).layer(authorizer.jwt_layer(Authority::new(keys, validator)))
}
