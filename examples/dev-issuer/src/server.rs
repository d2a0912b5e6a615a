//! The server: its address and its routes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderName, Method};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};

use crate::state::Issuer;
use crate::{authorize, consent, direct, host, keys, metadata, params, registration, token_endpoint};

/// A development authorization server with an address, ready to serve.
///
/// It keeps everything in memory, within bounds, and forgets it when dropped.
pub struct DevIssuer {
    listener: TcpListener,
    issuer: Issuer,
}

impl DevIssuer {
    /// Binds `address`, which must be a loopback address. Port 0 binds any free port.
    ///
    /// # Errors
    ///
    /// If `address` is not a loopback address or is in use, or no signing key can be made.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        if !address.ip().is_loopback() {
            return Err(BindError::NotLoopback(address));
        }
        let listener = TcpListener::bind(address).await.map_err(BindError::Listen)?;
        let address = listener.local_addr().map_err(BindError::Listen)?;
        let key = keys::SigningKey::generate().map_err(BindError::Key)?;

        Ok(Self { listener, issuer: Issuer::new(format!("http://{address}"), key) })
    }

    /// Sets the description that the consent page shows beside each scope, and lists these scopes in the metadata.
    ///
    /// Clients may also request other scopes.
    #[must_use]
    pub fn with_descriptions<I, S, D>(mut self, descriptions: I) -> Self
    where
        I: IntoIterator<Item = (S, D)>,
        S: Into<String>,
        D: Into<String>,
    {
        self.issuer.descriptions =
            descriptions.into_iter().map(|(scope, description)| (scope.into(), description.into())).collect();
        self
    }

    /// Sets the lifetime of access tokens, rounded down to whole seconds. The default is an hour.
    #[must_use]
    pub fn with_access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.issuer.access_token_lifetime = lifetime;
        self
    }

    /// Returns the issuer identifier, such as `http://127.0.0.1:8081`: the `iss` of every token.
    pub fn issuer(&self) -> &str {
        &self.issuer.url
    }

    /// Serves until the future is dropped.
    ///
    /// # Errors
    ///
    /// None at present; `axum::serve` returns a `Result`.
    pub async fn serve(self) -> io::Result<()> {
        axum::serve(self.listener, router(self.issuer)).await
    }
}

impl fmt::Debug for DevIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevIssuer").field("issuer", &self.issuer.url).finish_non_exhaustive()
    }
}

/// Why a [`DevIssuer`] could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum BindError {
    /// The address can be reached from other machines.
    NotLoopback(SocketAddr),
    /// The address could not be bound.
    Listen(io::Error),
    /// No signing key could be made.
    Key(jsonwebtoken::errors::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} is not a loopback address; this server has no passwords, so it listens on 127.0.0.1 or [::1] only"
            ),
            Self::Listen(_) => f.write_str("cannot listen on the address"),
            Self::Key(_) => f.write_str("cannot make a signing key"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotLoopback(_) => None,
            Self::Listen(error) => Some(error),
            Self::Key(error) => Some(error),
        }
    }
}

fn router(issuer: Issuer) -> Router {
    // Clients call these endpoints directly, also from a browser. The pages are for users and stay same-origin.
    let for_clients = Router::new()
        .route(metadata::OAUTH_PATH, get(metadata::document))
        .route(metadata::OPENID_PATH, get(metadata::document))
        .route(metadata::JWKS_PATH, get(metadata::jwks))
        .route(metadata::REGISTRATION_PATH, post(registration::register))
        .route(metadata::TOKEN_PATH, post(token_endpoint::token))
        .layer(cors());

    let for_people = Router::new()
        .route(metadata::AUTHORIZATION_PATH, get(authorize::authorize))
        .route(consent::PATH, post(consent::decide))
        .route("/", get(direct::form))
        .route(direct::PATH, post(direct::token));

    for_clients
        .merge(for_people)
        .layer(DefaultBodyLimit::max(params::MAX_BYTES))
        .layer(axum::middleware::from_fn(host::loopback_only))
        .with_state(Arc::new(issuer))
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("dpop"),
            HeaderName::from_static("mcp-protocol-version"),
        ])
        .expose_headers([WWW_AUTHENTICATE])
}
