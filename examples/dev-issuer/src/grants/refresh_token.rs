//! Refresh tokens, each valid for one use ([RFC 6749, section 6], [RFC 9700, section 4.14.2]).
//!
//! [RFC 6749, section 6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
//! [RFC 9700, section 4.14.2]: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2

use super::{Grant, invalid_grant};
use crate::clients::Client;
use crate::dpop::BoundKey;
use crate::error::{Code, OAuthError};
use crate::params::Params;
use crate::random;
use crate::scopes::Scopes;
use crate::state::Issuer;
use crate::token_endpoint::TokenResponse;

/// A grant that can be refreshed.
///
/// Its code and all its refresh tokens have the form `SESSION.SECRET`. The first half identifies the session of an old token
/// without a list of all used tokens.
pub(crate) struct Session {
    /// The whole refresh token that is valid now.
    current: String,
    grant: Grant,
    /// The key that a public client must prove at each refresh. The secret of other clients already binds their tokens.
    key: Option<BoundKey>,
}

impl Session {
    /// Makes a code that can begin a session.
    pub(crate) fn new_handle() -> String {
        next_handle(&random::id())
    }

    /// Begins the session of `code` and returns its first refresh token.
    pub(super) fn begin(issuer: &Issuer, code: &str, grant: Grant, key: Option<BoundKey>) -> String {
        let session = session_of(code);
        let current = next_handle(session);
        issuer.sessions.insert(session.to_owned(), Self { current: current.clone(), grant, key });
        current
    }

    /// The key to which a refresh token of this client is bound ([RFC 9449, section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    pub(super) fn key_of(client: &Client, proven: Option<&BoundKey>) -> Option<BoundKey> {
        proven.filter(|_| client.secret.is_none()).cloned()
    }

    /// Ends the session that `handle` belongs or belonged to.
    pub(super) fn end(issuer: &Issuer, handle: &str) {
        issuer.sessions.take(session_of(handle));
    }

    /// Replaces `token` with a new refresh token. Returns the new token and the grant for the access token.
    ///
    /// A request for more than was granted changes nothing.
    fn rotate(
        &mut self,
        token: &str,
        client: &Client,
        params: &Params,
        key: Option<&BoundKey>,
    ) -> Result<(String, Grant), OAuthError> {
        if self.key.as_ref().is_some_and(|bound| Some(bound) != key) {
            // The session goes on, because a thief without the key cannot use the token.
            let description = "the refresh token is bound to a key, and the request has no proof by that key";
            return Err(OAuthError::new(Code::InvalidDpopProof, description));
        }
        if self.current != token || self.grant.client_id != client.id {
            return Err(invalid_grant());
        }
        let asked = Scopes::from_request(params)?;
        if !self.grant.scopes.contains_all(&asked) {
            return Err(OAuthError::new(Code::InvalidScope, "`scope` contains a scope that was not granted"));
        }
        let resources = self.grant.resources.narrowed(params)?;
        let scopes = if asked.is_empty() { self.grant.scopes.clone() } else { asked };
        self.key = Self::key_of(client, key);
        self.current = next_handle(session_of(token));
        // A refresh is no login, so the token keeps the time of the login.
        Ok((self.current.clone(), Grant { resources, scopes, ..self.grant.clone() }))
    }
}

pub(super) fn redeem(
    issuer: &Issuer,
    client: &Client,
    params: &Params,
    key: Option<&BoundKey>,
) -> Result<TokenResponse, OAuthError> {
    let token = params.required("refresh_token")?;
    let rotated =
        issuer.sessions.with(session_of(token), |session| session.rotate(token, client, params, key));
    let (next, grant) = rotated.unwrap_or_else(|| Err(invalid_grant())).inspect_err(|error| {
        // The token was used before, or belongs to another client, so it may be stolen. The session ends, because the
        // server cannot tell a thief from the client.
        if error.code == Code::InvalidGrant {
            Session::end(issuer, token);
        }
    })?;
    Ok(TokenResponse::issue(issuer, &grant, key)?.with_refresh_token(next))
}

fn next_handle(session: &str) -> String {
    format!("{session}.{}", random::id())
}

fn session_of(handle: &str) -> &str {
    handle.split_once('.').map_or(handle, |(session, _)| session)
}
