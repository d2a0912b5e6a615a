//! The authorization endpoint: checks the request and asks the user ([RFC 6749, section 4.1.1]).
//!
//! [RFC 6749, section 4.1.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::clients::Client;
use crate::dpop::BoundKey;
use crate::error::{Code, OAuthError};
use crate::grants::{Grant, GrantType};
use crate::login::Asked;
use crate::params::{self, Params};
use crate::pkce::Challenge;
use crate::redirect::{Callback, RedirectUri};
use crate::resources::Resources;
use crate::scopes::Scopes;
use crate::state::Issuer;
use crate::{page, random};

/// A valid request that waits for the user's decision.
pub(crate) struct Pending {
    pub(crate) callback: Callback,
    pub(crate) challenge: Challenge,
    /// The grant if the user changes nothing.
    pub(crate) grant: Grant,
    /// The key that the code is bound to, if the request names one.
    pub(crate) key: Option<BoundKey>,
    /// The required login, if the user has to log in again.
    pub(crate) prompt: Option<Asked>,
}

pub(crate) async fn authorize(State(issuer): State<Arc<Issuer>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > params::MAX_BYTES {
        return page::refusal("the request is too long");
    }
    let params = Params::parse(query.as_bytes());
    // Until the client and its redirect URI are known, an error is shown here: sending it on would make this server
    // an open redirector (RFC 6749, section 4.1.2.1).
    let (client, uri) = match destination(&issuer, &params) {
        Ok(destination) => destination,
        Err(error) => return page::refusal(&error.description),
    };
    let callback = Callback { uri, state: params.all("state").next().map(str::to_owned) };
    match check(&client, &params) {
        Ok(Checked { challenge, grant, asked, key }) => {
            let prompt = issuer.login.has_to_log_in(&asked).then_some(asked);
            ask(&issuer, &client, Pending { callback, challenge, grant, key, prompt })
        }
        Err(error) => callback.error(&issuer.url, &error),
    }
}

fn destination(issuer: &Issuer, params: &Params) -> Result<(Client, RedirectUri), OAuthError> {
    let client = issuer.clients.find(params.required("client_id")?);
    let client = client.ok_or_else(|| OAuthError::new(Code::InvalidClient, "the client is unknown"))?;

    let uri = RedirectUri::parse(params.required("redirect_uri")?);
    match uri.filter(|uri| client.redirect_uris.iter().any(|registered| registered.allows(uri))) {
        Some(uri) => Ok((client, uri)),
        None => {
            Err(OAuthError::new(Code::InvalidRequest, "`redirect_uri` is not one that the client registered"))
        }
    }
}

struct Checked {
    challenge: Challenge,
    grant: Grant,
    asked: Asked,
    key: Option<BoundKey>,
}

fn check(client: &Client, params: &Params) -> Result<Checked, OAuthError> {
    params.optional("state")?;
    if params.required("response_type")? != "code" {
        return Err(OAuthError::new(Code::UnsupportedResponseType, "`response_type` must be `code`"));
    }
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(OAuthError::new(
            Code::UnauthorizedClient,
            "the client did not register for `authorization_code`",
        ));
    }
    let challenge = Challenge::from_request(params)?;
    let resources = Resources::from_request(params)?;
    let scopes = Scopes::from_request(params)?;
    let asked = Asked::from_request(params)?;
    let key = params.optional("dpop_jkt")?.map(BoundKey::named);
    let grant = Grant { client_id: client.id.clone(), resources, scopes, login: None };
    Ok(Checked { challenge, grant, asked, key })
}

fn ask(issuer: &Issuer, client: &Client, pending: Pending) -> Response {
    let request = random::id();
    let page = page::consent(issuer, client, &pending, &request);
    issuer.pending.insert(request, pending);
    page
}
