//! Authenticates the client at the token endpoint ([RFC 6749, section 2.3]).
//!
//! [RFC 6749, section 2.3]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::clients::{Client, Clients};
use crate::error::{Code, OAuthError};
use crate::params::Params;

/// Finds the client by HTTP Basic or by the form, and checks its secret if it has one.
///
/// A confidential client may use either way, even if it registered the other, because libraries confuse the two.
pub(crate) fn authenticate(
    clients: &Clients,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Client, OAuthError> {
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return check(clients, params.required("client_id")?, params.optional("client_secret")?);
    };
    let (id, secret) = authorization
        .to_str()
        .ok()
        .and_then(basic_credentials)
        .ok_or_else(|| refused("the `Authorization` header is not HTTP Basic").with_basic_challenge())?;

    // Two methods at once are forbidden. Repeating only the client id is not a second method.
    if params.optional("client_secret")?.is_some()
        || params.optional("client_id")?.is_some_and(|other| other != id)
    {
        return Err(OAuthError::new(Code::InvalidRequest, "the client authenticates in two ways"));
    }
    check(clients, &id, (!secret.is_empty()).then_some(&secret)).map_err(OAuthError::with_basic_challenge)
}

fn check(clients: &Clients, id: &str, secret: Option<&str>) -> Result<Client, OAuthError> {
    let client = clients.find(id).filter(|client| client.accepts(secret));
    client.ok_or_else(|| refused("the client is unknown, or its secret is wrong"))
}

/// Reads `Basic base64(id:secret)`, where the id and the secret are form-encoded
/// ([RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
fn basic_credentials(authorization: &str) -> Option<(String, String)> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(&text.replace('+', " ")).decode_utf8().ok()?.into_owned())
}

fn refused(description: &'static str) -> OAuthError {
    OAuthError::new(Code::InvalidClient, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_basic_says() {
        let plain = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (header, expected) in [
            (plain("dev:dev"), Some(("dev", "dev"))),
            (plain("a%3Ab:c+d%25"), Some(("a:b", "c d%"))),
            (plain("dev:a:b"), Some(("dev", "a:b"))),
            (plain("dev:"), Some(("dev", ""))),
            (plain("dev:dev").replace("Basic", "bAsIc"), Some(("dev", "dev"))),
            (plain("dev"), None),
            ("Basic ???".to_owned(), None),
            ("Bearer token".to_owned(), None),
            ("Basic".to_owned(), None),
        ] {
            let found = basic_credentials(&header);
            assert_eq!(
                found.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str())),
                expected,
                "{header}"
            );
        }
    }
}
