//! The token endpoint ([RFC 6749, section 3.2]).
//!
//! [RFC 6749, section 3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::dpop::{self, BoundKey};
use crate::error::{Code, OAuthError};
use crate::grants::{Grant, GrantType};
use crate::params::Params;
use crate::state::Issuer;
use crate::{access_token, client_auth};

pub(crate) async fn token(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    params: Params,
) -> Result<TokenResponse, OAuthError> {
    let client = client_auth::authenticate(&issuer.clients, &headers, &params)?;
    let grant_type = GrantType::parse(params.required("grant_type")?).ok_or_else(|| {
        OAuthError::new(Code::UnsupportedGrantType, "this server does not know the grant type")
    })?;
    // The proof is checked before the grant, so that an invalid proof does not use up the code.
    let key = dpop::proven_key(&issuer, &headers)?;
    grant_type.redeem(&issuer, &client, &params, key.as_ref())
}

/// A successful answer ([RFC 6749, section 5.1]).
///
/// [RFC 6749, section 5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl TokenResponse {
    /// Issues a token, bound to the key of the request's proof if it has one.
    pub(crate) fn issue(issuer: &Issuer, grant: &Grant, key: Option<&BoundKey>) -> Result<Self, OAuthError> {
        Ok(Self {
            access_token: access_token::issue(issuer, grant, key)?,
            token_type: if key.is_some() { "DPoP" } else { "Bearer" },
            expires_in: issuer.access_token_lifetime.as_secs(),
            refresh_token: None,
            scope: grant.scopes.to_member(),
        })
    }

    pub(crate) fn with_refresh_token(mut self, token: String) -> Self {
        self.refresh_token = Some(token);
        self
    }
}

impl IntoResponse for TokenResponse {
    fn into_response(self) -> Response {
        ([(CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}
