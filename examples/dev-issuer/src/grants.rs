//! Grants, and the three grant types.

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

/// The scopes and resources that a client is granted.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) resources: Resources,
    pub(crate) scopes: Scopes,
    /// The login of the user who granted it. Client credentials have none.
    pub(crate) login: Option<Login>,
}

/// The grant types.
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

    /// Issues the token that `params` request to `client`, bound to the key of its proof.
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

/// The same answer for every invalid code or refresh token, so that it does not help an attacker who guesses.
fn invalid_grant() -> OAuthError {
    OAuthError::new(
        Code::InvalidGrant,
        "the code or refresh token is unknown, expired, already used, or another client's, \
         or `redirect_uri` or `code_verifier` does not belong to it",
    )
}
