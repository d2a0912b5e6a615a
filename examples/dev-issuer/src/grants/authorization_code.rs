//! The authorization code ([RFC 6749, section 4.1.3]).
//!
//! [RFC 6749, section 4.1.3]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3

use super::{Grant, GrantType, Session, invalid_grant};
use crate::clients::Client;
use crate::dpop::BoundKey;
use crate::error::OAuthError;
use crate::params::Params;
use crate::state::Issuer;
use crate::token_endpoint::TokenResponse;

pub(super) fn redeem(
    issuer: &Issuer,
    client: &Client,
    params: &Params,
    key: Option<&BoundKey>,
) -> Result<TokenResponse, OAuthError> {
    let code = params.required("code")?;
    let redirect_uri = params.required("redirect_uri")?;
    let verifier = params.required("code_verifier")?;

    // The code is removed before it is checked, so it can be tried only once.
    let Some(approval) = issuer.approvals.take(code) else {
        // A code that is used twice may have been stolen, so its first session ends (RFC 6749, section 4.1.2).
        Session::end(issuer, code);
        return Err(invalid_grant());
    };
    let belongs = approval.grant.client_id == client.id
        && approval.redirect_uri.as_str() == redirect_uri
        && approval.challenge.is_met_by(verifier)
        && approval.key.as_ref().is_none_or(|named| Some(named) == key);
    if !belongs {
        return Err(invalid_grant());
    }

    let resources = approval.grant.resources.narrowed(params)?;
    let response = TokenResponse::issue(issuer, &Grant { resources, ..approval.grant.clone() }, key)?;
    if !client.may_use(GrantType::RefreshToken) {
        return Ok(response);
    }
    Ok(response.with_refresh_token(Session::begin(
        issuer,
        code,
        approval.grant,
        Session::key_of(client, key),
    )))
}
