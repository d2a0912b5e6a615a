//! Dynamic client registration ([RFC 7591]).
//!
//! [RFC 7591]: https://www.rfc-editor.org/rfc/rfc7591

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use crate::access_token::now;
use crate::clients::Client;
use crate::error::{Code, OAuthError};
use crate::grants::GrantType;
use crate::random;
use crate::redirect::RedirectUri;
use crate::state::Issuer;

/// A client's metadata ([RFC 7591, section 2]), as sent and as registered.
///
/// [RFC 7591, section 2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ClientMetadata {
    #[serde(default)]
    redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_method: AuthMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_uri: Option<String>,
    /// Not a limit, because clients register with the first scopes that they see, and request more later.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum AuthMethod {
    None,
    ClientSecretPost,
    #[default]
    ClientSecretBasic,
}

/// The answer to a registration ([RFC 7591, section 3.2.1]).
///
/// [RFC 7591, section 3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Serialize)]
struct Registered {
    client_id: String,
    client_id_issued_at: u64,
    #[serde(flatten)]
    secret: Option<Secret>,
    #[serde(flatten)]
    metadata: ClientMetadata,
}

#[derive(Serialize)]
struct Secret {
    client_secret: String,
    /// 0 means never.
    client_secret_expires_at: u64,
}

pub(crate) async fn register(
    State(issuer): State<Arc<Issuer>>,
    body: Result<Json<ClientMetadata>, JsonRejection>,
) -> Result<impl IntoResponse, OAuthError> {
    let Json(metadata) = body.map_err(|_| invalid("the body is not a JSON object of client metadata"))?;
    let (client, metadata) = accept(metadata)?;

    let registered = Registered {
        client_id: client.id.clone(),
        client_id_issued_at: now(),
        secret: client
            .secret
            .clone()
            .map(|client_secret| Secret { client_secret, client_secret_expires_at: 0 }),
        metadata,
    };
    issuer.clients.add(client);
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(registered)))
}

/// Checks the metadata and replaces values that this server does not support, as [RFC 7591, section 2] allows.
///
/// [RFC 7591, section 2]: https://www.rfc-editor.org/rfc/rfc7591#section-2
fn accept(mut metadata: ClientMetadata) -> Result<(Client, ClientMetadata), OAuthError> {
    let grant_types = grant_types(&metadata)?;
    let has_code_flow = grant_types.contains(&GrantType::AuthorizationCode);
    if has_code_flow
        && metadata.response_types.as_ref().is_some_and(|types| !types.iter().any(|t| t == "code"))
    {
        return Err(invalid("`response_types` must contain `code`, the only supported response type"));
    }
    if has_code_flow && metadata.redirect_uris.is_empty() {
        return Err(OAuthError::new(Code::InvalidRedirectUri, "`redirect_uris` must contain a URI"));
    }
    let redirect_uris =
        metadata.redirect_uris.iter().map(|uri| RedirectUri::parse(uri)).collect::<Option<_>>();
    let redirect_uris = redirect_uris.ok_or_else(|| {
        OAuthError::new(
            Code::InvalidRedirectUri,
            "a redirect URI is https, http on the loopback interface, or an app's own scheme, and has no fragment",
        )
    })?;

    metadata.grant_types = Some(grant_types.iter().map(|grant_type| grant_type.name().to_owned()).collect());
    metadata.response_types = Some(if has_code_flow { vec!["code".to_owned()] } else { Vec::new() });
    let client = Client {
        id: random::id(),
        secret: (metadata.token_endpoint_auth_method != AuthMethod::None).then(random::id),
        name: metadata.client_name.clone(),
        redirect_uris,
        grant_types,
    };
    Ok((client, metadata))
}

fn grant_types(metadata: &ClientMetadata) -> Result<Vec<GrantType>, OAuthError> {
    let Some(asked) = &metadata.grant_types else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let known: Vec<_> = asked.iter().filter_map(|name| GrantType::parse(name)).collect();
    if known.iter().all(|grant_type| *grant_type == GrantType::RefreshToken) {
        return Err(invalid("`grant_types` must contain `authorization_code` or `client_credentials`"));
    }
    // RFC 6749, section 4.4: only for confidential clients.
    if known.contains(&GrantType::ClientCredentials)
        && metadata.token_endpoint_auth_method == AuthMethod::None
    {
        return Err(invalid("`client_credentials` is not for a client without a secret"));
    }
    Ok(known)
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(Code::InvalidClientMetadata, description)
}
