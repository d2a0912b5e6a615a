//! CORS for APIs whose clients run in browsers.

/// The version of tower-http that is in the signatures here.
pub use tower_http;

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use tower_http::cors::{AllowHeaders, Any, CorsLayer, ExposeHeaders};

/// Makes a CORS layer with which a browser's client can read the challenge, get a token and come back.
///
/// It goes outside the gate, since a preflight carries no token. Any origin may call: the token decides, not the origin,
/// and no cookie is involved. It is a [`CorsLayer`], and can be narrowed like any other.
///
/// A layer without `expose_headers`, such as `CorsLayer::new().allow_origin(Any)`, passes on the refusal's own
/// `Access-Control-Expose-Headers`; one that sets `expose_headers` replaces it, and must name `WWW-Authenticate` itself.
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
pub fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        // A list, because `*` does not stand for `Authorization` (Fetch, section 3.2.5), that names what was asked for.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list([WWW_AUTHENTICATE, RETRY_AFTER]))
}
