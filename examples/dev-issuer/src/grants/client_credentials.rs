//! Client credentials: the client acts on its own behalf ([RFC 6749, section 4.4]).
//!
//! [RFC 6749, section 4.4]: https://www.rfc-editor.org/rfc/rfc6749#section-4.4

use super::Grant;
use crate::clients::Client;
use crate::dpop::BoundKey;
use crate::error::OAuthError;
use crate::params::Params;
use crate::resources::Resources;
use crate::scopes::Scopes;
use crate::state::Issuer;
use crate::token_endpoint::TokenResponse;

pub(super) fn redeem(
    issuer: &Issuer,
    client: &Client,
    params: &Params,
    key: Option<&BoundKey>,
) -> Result<TokenResponse, OAuthError> {
    let resources = Resources::from_request(params)?;
    let scopes = Scopes::from_request(params)?;
    let grant = Grant { client_id: client.id.clone(), resources, scopes, login: None };
    TokenResponse::issue(issuer, &grant, key)
}
