//! What a client may get a token for, and the three ways to get it.

mod authorization_code;
mod client_credentials;
mod refresh_token;

use crate::clients::Client;
use crate::dpop::BoundKey;
use crate::error::{Code, OAuthError};
use crate::login::Login;
use crate::params::Params;
use crate::resources::Resources;
use crate::scopes::Scopes;
use crate::state::Issuer;
use crate::token_endpoint::TokenResponse;

pub(crate) use refresh_token::Session;

/// The one person there is.
const PERSON: &str = "developer";

/// What one client may do, and where.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) resources: Resources,
    pub(crate) scopes: Scopes,
    /// By which the person granted it; a client that acts for itself has none.
    pub(crate) login: Option<Login>,
}

/// The ways to get a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

impl GrantType {
    pub(crate) const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant_type| grant_type.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// Gives `client` the token that `params` ask for, bound to the key that it proved to have.
    pub(crate) fn redeem(
        self,
        issuer: &Issuer,
        client: &Client,
        params: &Params,
        key: Option<&BoundKey>,
    ) -> Result<TokenResponse, OAuthError> {
        if !client.may_use(self) {
            return Err(OAuthError::new(
                Code::UnauthorizedClient,
                "the client did not register for this grant type",
            ));
        }
        match self {
            Self::AuthorizationCode => authorization_code::redeem(issuer, client, params, key),
            Self::RefreshToken => refresh_token::redeem(issuer, client, params, key),
            Self::ClientCredentials => client_credentials::redeem(issuer, client, params, key),
        }
    }
}

/// One answer for every way in which a code or refresh token can be wrong, so that it teaches a guesser nothing.
fn invalid_grant() -> OAuthError {
    OAuthError::new(
        Code::InvalidGrant,
        "the code or refresh token is unknown, expired, already used, or another client's, \
         or `redirect_uri` or `code_verifier` does not belong to it",
    )
}
