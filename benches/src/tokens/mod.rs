//! The same endpoint with real JWTs, which scopegate and other libraries verify with one key.

mod aliri;
pub mod keys;
mod oauth_resource_server;
pub mod remembered;
mod scopegate;
pub mod signature;

use axum::{Router, routing::get};

use self::keys::Issuer;

const ISSUER: &str = "http://127.0.0.1/issuer";
const AUDIENCE: &str = "https://files.example.com";
const SCOPES: &str = "files:read files:list";

/// A server that verifies JWTs.
pub struct Verifying {
    pub name: &'static str,
    pub router: Router,
}

pub fn bare() -> Router {
    async fn list() {}
    Router::new().route("/files", get(list))
}

/// A server that introspects opaque tokens.
pub async fn opaque() -> Verifying {
    Verifying { name: "scopegate, opaque", router: scopegate::router_of_opaque().await }
}

/// A server for DPoP-bound tokens.
pub async fn bound(issuer: &Issuer) -> Verifying {
    Verifying { name: "scopegate, bound by DPoP", router: scopegate::router_of_bound(issuer).await }
}

/// A server with the default cache.
pub async fn scopegate(issuer: &Issuer) -> Verifying {
    Verifying { name: "scopegate", router: scopegate::router(issuer).await }
}

/// A server with another library, which caches no tokens.
pub fn aliri(issuer: &Issuer) -> Verifying {
    Verifying { name: "aliri_tower 0.6.1", router: aliri::router(issuer) }
}

/// The URL of [`call::get_files`](crate::call::get_files), as clients see it.
pub const URL: &str = "https://files.example.com/files";

/// Returns every server for the tokens of `issuer`, scopegate first.
pub async fn all(issuer: &Issuer) -> Vec<Verifying> {
    vec![
        scopegate(issuer).await,
        Verifying { name: "scopegate, of eight issuers", router: scopegate::router_of_eight(issuer).await },
        Verifying { name: "oauth-resource-server 0.4.1", router: oauth_resource_server::router(issuer) },
        aliri(issuer),
    ]
}
