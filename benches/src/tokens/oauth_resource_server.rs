//! oauth-resource-server, with a key set at startup.

use std::sync::Arc;

use axum::{Router, routing::get};
use oauth_resource_server::{KeyNaming, OAuthConfig, OAuthValidator, axum::AuthLayer};

use super::{AUDIENCE, ISSUER, keys::Issuer};

async fn list() {}

pub fn router(issuer: &Issuer) -> Router {
    let config = OAuthConfig {
        enabled: true,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        resource: AUDIENCE.to_owned(),
        required_scope: Some("files:read".to_owned()),
        algorithms: vec![format!("{:?}", issuer.algorithm)],
        allow_insecure_http: true,
        ..OAuthConfig::default()
    };
    let config = config.resolve(KeyNaming::Dotted("oauth")).expect("it is complete").expect("it is enabled");
    let validator =
        OAuthValidator::builder(&config).initial_jwks(&issuer.jwks()).build().expect("it has a key");
    let layer = AuthLayer::builder().oauth(Arc::new(validator)).build().expect("it has a validator");
    Router::new().route("/files", get(list)).layer(layer)
}
