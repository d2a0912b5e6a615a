//! JWT access tokens ([RFC 9068]).
//!
//! [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::dpop::BoundKey;
use crate::error::{Code, OAuthError};
use crate::grants::Grant;
use crate::random;
use crate::resources::Resources;
use crate::state::Issuer;

/// The claims of [RFC 9068, section 2.2], and of section 2.2.1 if a user logged in.
///
/// [RFC 9068, section 2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a Resources,
    exp: u64,
    iat: u64,
    jti: String,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    /// RFC 9449, section 6.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'a BoundKey>,
}

/// Issues a token to the client of `grant`. The subject is the user who logged in, or the client itself if no user
/// logged in.
pub(crate) fn issue(issuer: &Issuer, grant: &Grant, key: Option<&BoundKey>) -> Result<String, OAuthError> {
    let iat = now();
    let claims = Claims {
        iss: &issuer.url,
        sub: grant.login.as_ref().map_or(&*grant.client_id, |login| &*login.user),
        aud: &grant.resources,
        exp: iat.saturating_add(issuer.access_token_lifetime.as_secs()),
        iat,
        jti: random::id(),
        client_id: &grant.client_id,
        scope: grant.scopes.to_member(),
        acr: grant.login.as_ref().and_then(|login| login.acr.as_deref()),
        auth_time: grant.login.as_ref().map(|login| login.time),
        cnf: key,
    };
    issuer.key.sign(&claims).map_err(|_| OAuthError::new(Code::ServerError, "the token could not be signed"))
}

/// Seconds since 1970, as tokens and registrations count time.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
