//! CORS for APIs and MCP servers whose clients run in browsers.

/// The version of tower-http whose types this module uses.
pub use tower_http;

use http::{HeaderName, HeaderValue, header::ACCESS_CONTROL_EXPOSE_HEADERS};
use tower_http::{
    cors::{
        self, AllowCredentials, AllowHeaders, AllowMethods, AllowOrigin, AllowPrivateNetwork, Any, CorsLayer,
        MaxAge, Vary,
    },
    set_header::SetResponseHeader,
};
use tower_layer::Layer;

use crate::refuse::{EXPOSED, EXPOSED_NONCE};

/// Makes a CORS layer that lets pages in browsers send a token, read the challenge, and keep an MCP session.
///
/// Put the layer outside the gate. A gate outside this layer would answer preflights without CORS headers, so browsers
/// would not send the actual requests. The layers of a [`Router`](crate::Router) run before the gate's checks, so you
/// can also add this layer before you call `protect`.
///
/// By default, pages of any origin can call the API, with any method and any header. This default is safe, because
/// access depends on the token and not on the origin. By default, the layer allows no cookies. To change these
/// defaults, use the methods of [`Cors`].
///
/// # Examples
///
/// ```
/// # use scopegate::{Gate, Router, StaticKeys, requires_scope, routing::get};
/// # #[requires_scope("files:read")] async fn list() {}
/// # let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let app = Router::new().route("/files", get(list)).protect(gate)?.layer(scopegate::cors::layer());
/// # let _: axum::Router = app;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If the layer allows only one origin, [add the layer before you call `protect`](crate::guide::browsers). If you add
/// the layer after you call `protect`, the layer's origin replaces the `*` in the metadata's
/// `Access-Control-Allow-Origin`. The layer in the next example allows only pages from one origin. These pages can send
/// cookies, and can also read the header `Link`:
///
/// ```
/// use http::{HeaderValue, header::LINK};
///
/// let cors = scopegate::cors::layer()
///     .allow_origin(HeaderValue::from_static("https://app.example.com"))
///     .allow_credentials(true)
///     .expose_headers([LINK]);
/// # let _: axum::Router = axum::Router::new().layer(cors);
/// ```
pub fn layer() -> Cors {
    let layer = CorsLayer::new()
        .allow_origin(Any)
        // Both settings echo the names that the preflight asks for. `*` would not include `Authorization` (Fetch,
        // section 3.2.5), and browsers do not accept `*` in the answer to a request with cookies.
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request());
    Cors { layer, credentials: None, names_origins: false, exposed: Vec::new() }
}

/// A CORS layer that lets pages read the challenge; made by [`layer`].
///
/// The type has the methods of tower-http's [`CorsLayer`], with the same arguments. Two methods differ:
///
/// - [`Cors::expose_headers`] adds headers to the list of exposed headers instead of replacing the list.
/// - [`Cors::allow_credentials`] has no effect until you set the origins.
///
/// # Examples
///
/// ```
/// use http::Method;
/// use scopegate::cors::{self, Cors};
///
/// let cors: Cors = cors::layer().allow_methods([Method::GET, Method::POST]);
/// # let _: axum::Router = axum::Router::new().layer(cors);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Cors {
    layer: CorsLayer,
    credentials: Option<AllowCredentials>,
    names_origins: bool,
    exposed: Vec<HeaderName>,
}

impl Cors {
    /// Sets the origins whose pages may call the API. By default, pages of any origin may call the API.
    pub fn allow_origin(mut self, origins: impl Into<AllowOrigin>) -> Self {
        self.names_origins = true;
        self.change(|layer| layer.allow_origin(origins))
    }

    /// Allows pages to send cookies with their requests.
    ///
    /// This setting works only together with [`Cors::allow_origin`]. By default, the allowed origin is `*`, and
    /// browsers do not accept `*` in the answer to a request with cookies. If you call `allow_credentials` and
    /// `allow_origin`, do not pass `Any` for the origins, the methods or the headers: tower-http would panic.
    pub fn allow_credentials(mut self, credentials: impl Into<AllowCredentials>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Sets the methods that pages may use. By default, pages may use any method.
    pub fn allow_methods(self, methods: impl Into<AllowMethods>) -> Self {
        self.change(|layer| layer.allow_methods(methods))
    }

    /// Sets the headers that pages may send. By default, pages may send any header.
    ///
    /// Include the header `Authorization`. For tokens that are bound to a key, also include the header `DPoP`. For MCP,
    /// also include `Content-Type`, `MCP-Protocol-Version`, `Mcp-Session-Id` and `Last-Event-ID`.
    pub fn allow_headers(self, headers: impl Into<AllowHeaders>) -> Self {
        self.change(|layer| layer.allow_headers(headers))
    }

    /// Lets pages of public sites call a server on a private network.
    pub fn allow_private_network(self, allow: impl Into<AllowPrivateNetwork>) -> Self {
        self.change(|layer| layer.allow_private_network(allow))
    }

    /// Sets how long browsers may remember the answer to a preflight.
    pub fn max_age(self, age: impl Into<MaxAge>) -> Self {
        self.change(|layer| layer.max_age(age))
    }

    /// Sets the `Vary` header. By default, `Vary` names `Origin`, `Access-Control-Request-Method` and
    /// `Access-Control-Request-Headers`.
    pub fn vary(self, headers: impl Into<Vary>) -> Self {
        self.change(|layer| layer.vary(headers))
    }

    /// Lets pages read these response headers. Pages can always read `WWW-Authenticate`, `Retry-After`,
    /// `Mcp-Session-Id` and, with the feature `dpop`, `DPoP-Nonce`.
    pub fn expose_headers(mut self, headers: impl IntoIterator<Item = HeaderName>) -> Self {
        self.exposed.extend(headers);
        self
    }

    fn change(mut self, change: impl FnOnce(CorsLayer) -> CorsLayer) -> Self {
        self.layer = change(self.layer);
        self
    }

    fn exposed(&self) -> HeaderValue {
        let nonce = cfg!(feature = "dpop").then_some(EXPOSED_NONCE);
        let own = [EXPOSED, "Mcp-Session-Id"].into_iter().chain(nonce);
        let names = own.chain(self.exposed.iter().map(HeaderName::as_str));
        // The fallback is never used: header names that are joined by commas are always a legal header value.
        HeaderValue::try_from(names.collect::<Vec<_>>().join(", "))
            .unwrap_or(HeaderValue::from_static(EXPOSED))
    }
}

impl<S> Layer<S> for Cors {
    type Service = SetResponseHeader<cors::Cors<S>, HeaderValue>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = match &self.credentials {
            Some(credentials) if self.names_origins => {
                self.layer.clone().allow_credentials(credentials.clone())
            }
            _ => self.layer.clone(),
        };
        // tower-http's own setting would replace the exposed headers that the handler has set.
        SetResponseHeader::appending(layer.layer(inner), ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed())
    }
}
