//! CORS for APIs and MCP servers whose clients run in browsers.

/// The version of tower-http that is in the signatures here.
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

/// Makes a CORS layer with which a browser's client can read the challenge, get a token and come back, and hold a session of MCP.
///
/// It goes outside the gate, since a preflight carries no token. Any origin may call, with any method and any header: the token
/// decides, not the origin, and no cookie is involved. The methods of [`Cors`] narrow it.
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
/// For the pages of one origin, with cookies, and with a header of the program's own that they may read:
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
        // Both name what was asked for. `*` could not be narrowed to origins with credentials, and would not stand for
        // `Authorization` (Fetch, section 3.2.5).
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request());
    Cors { layer, credentials: None, names_origins: false, exposed: Vec::new() }
}

/// A CORS layer that lets pages read the challenge; made by [`layer`].
///
/// Its methods are those of tower-http's [`CorsLayer`], and take the same. But [`Cors::expose_headers`] adds to what is exposed, and
/// what a handler exposes by itself stays.
#[derive(Clone, Debug)]
#[must_use]
pub struct Cors {
    layer: CorsLayer,
    credentials: Option<AllowCredentials>,
    names_origins: bool,
    exposed: Vec<HeaderName>,
}

impl Cors {
    /// Sets the origins whose pages may call, in place of all.
    pub fn allow_origin(mut self, origins: impl Into<AllowOrigin>) -> Self {
        self.names_origins = true;
        self.change(|layer| layer.allow_origin(origins))
    }

    /// Allows pages to send cookies with their requests.
    ///
    /// Name the origins with [`Cors::allow_origin`]. While all origins are allowed, browsers ignore this setting, and so does this layer.
    /// tower-http panics if you also allow `Any` origin, method or header.
    pub fn allow_credentials(mut self, credentials: impl Into<AllowCredentials>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Sets the methods that pages may use, in place of all.
    pub fn allow_methods(self, methods: impl Into<AllowMethods>) -> Self {
        self.change(|layer| layer.allow_methods(methods))
    }

    /// Sets the headers that pages may send, in place of all; they need `Authorization`, for tokens that are bound to
    /// a key `DPoP`, and for MCP `Content-Type`, `MCP-Protocol-Version`, `Mcp-Session-Id` and `Last-Event-ID`.
    pub fn allow_headers(self, headers: impl Into<AllowHeaders>) -> Self {
        self.change(|layer| layer.allow_headers(headers))
    }

    /// Lets pages of public sites call a server of a private network.
    pub fn allow_private_network(self, allow: impl Into<AllowPrivateNetwork>) -> Self {
        self.change(|layer| layer.allow_private_network(allow))
    }

    /// Sets how long browsers may remember the answer to a preflight.
    pub fn max_age(self, age: impl Into<MaxAge>) -> Self {
        self.change(|layer| layer.max_age(age))
    }

    /// Sets the `Vary` header, which otherwise follows from the rest.
    pub fn vary(self, headers: impl Into<Vary>) -> Self {
        self.change(|layer| layer.vary(headers))
    }

    /// Lets pages read more headers of answers, besides `WWW-Authenticate`, `Retry-After`, `Mcp-Session-Id` and, with the feature `dpop`,
    /// `DPoP-Nonce`.
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
        // Names of headers and commas always make a value.
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
        // tower-http's own setting would replace what the answer itself exposes.
        SetResponseHeader::appending(layer.layer(inner), ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed())
    }
}
