//! A form that gives a token without an OAuth client. A developer enters a user's name, and gets a token for this user.
//! The token's `auth_time` is the time when the form is submitted.
//!
//! This login does not become the current login of the consent page. Another site can submit the form, but cannot read
//! the answer.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::access_token::now;
use crate::error::OAuthError;
use crate::grants::Grant;
use crate::login::{self, Login};
use crate::params::Params;
use crate::resources::Resources;
use crate::scopes::Scopes;
use crate::state::Issuer;
use crate::token_endpoint::TokenResponse;
use crate::{clients, page, user};

pub(crate) const PATH: &str = "/login";

pub(crate) async fn form(State(issuer): State<Arc<Issuer>>) -> Response {
    page::direct(&issuer)
}

/// Reads `resource`, `scope`, `user` and `acr` from the form, and answers like the token endpoint.
pub(crate) async fn token(
    State(issuer): State<Arc<Issuer>>,
    form: Params,
) -> Result<TokenResponse, OAuthError> {
    let user = user::from_form(&form, &issuer.clients)?.unwrap_or(user::DEFAULT).to_owned();
    let login = Login { user, acr: login::acr_from_form(&form)?, time: now() };
    let grant = Grant {
        client_id: clients::BUILT_IN.to_owned(),
        resources: Resources::from_request(&form)?,
        scopes: Scopes::from_request(&form)?,
        login: Some(login),
    };
    TokenResponse::issue(&issuer, &grant, None)
}
