//! The server's metadata.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::dpop;
use crate::grants::GrantType;
use crate::state::Issuer;

pub(crate) const OAUTH_PATH: &str = "/.well-known/oauth-authorization-server";
pub(crate) const OPENID_PATH: &str = "/.well-known/openid-configuration";
pub(crate) const JWKS_PATH: &str = "/jwks.json";
pub(crate) const REGISTRATION_PATH: &str = "/register";
pub(crate) const AUTHORIZATION_PATH: &str = "/authorize";
pub(crate) const TOKEN_PATH: &str = "/token";

/// Serves the authorization server metadata of [RFC 8414, section 2].
///
/// [RFC 8414, section 2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
pub(crate) async fn document(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let url = &issuer.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}{AUTHORIZATION_PATH}"),
        "token_endpoint": format!("{url}{TOKEN_PATH}"),
        "registration_endpoint": format!("{url}{REGISTRATION_PATH}"),
        "jwks_uri": format!("{url}{JWKS_PATH}"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::name),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
        "dpop_signing_alg_values_supported": dpop::ALGORITHMS,
        "authorization_response_iss_parameter_supported": true,
    });
    if !issuer.descriptions.is_empty() {
        document["scopes_supported"] = issuer.descriptions.iter().map(|(scope, _)| scope.as_str()).collect();
    }
    Json(document)
}

pub(crate) async fn jwks(State(issuer): State<Arc<Issuer>>) -> Json<JwkSet> {
    Json(issuer.key.public().clone())
}
