//! Compile-time OAuth scopes for axum and MCP servers.
//!
//! Annotate a handler once, as in `#[requires_scope("files:write")]`. scopegate derives from the annotation
//!
//! - the check, which runs before any other extractor and before the body is read;
//! - the exact `scope` of the 401 and 403 challenges ([RFC 6750]), so that clients know what to ask for;
//! - `scopes_supported` in the metadata document ([RFC 9728]), served where the challenges point;
//! - the route's row in the [scope table](ScopeTable).
//!
//! A route without an annotation does not compile.
//!
//! # Example
//!
//! ```
//! use axum::extract::Path;
//! use scopegate::{Gate, Resource, Router, public, requires_scope, routing::get};
//!
//! #[requires_scope("files:read")]
//! async fn read_file(Path(name): Path<String>) -> String {
//!     format!("the contents of {name}")
//! }
//!
//! #[requires_scope("files:read", "files:write")]
//! async fn write_file(Path(name): Path<String>, body: String) {}
//!
//! #[public]
//! async fn health() {}
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "jwt")] {
//! let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
//! let app: axum::Router = Router::new()
//!     .route("/files/{name}", get(read_file).put(write_file))
//!     .route("/health", get(health))
//!     .protect(Gate::jwt(resource))?;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! A `PUT` without a token is now answered with
//!
//! ```http
//! HTTP/1.1 401 Unauthorized
//! WWW-Authenticate: Bearer scope="files:read files:write", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource"
//! ```
//!
//! # Where things are
//!
//! | topic | see |
//! |---|---|
//! | what a handler needs | [`requires_scope`], [`authenticated`](macro@authenticated), [`public`](macro@public), in `impl` blocks under [`scoped_handlers`] |
//! | what a closure needs, a service, or a handler of another crate | [`guarded`], [`authenticated`](fn@authenticated), [`public`](fn@public) |
//! | what scopes there are, and what every token needs | [`Vocabulary`], [`Policy`] |
//! | where it is mounted | [`Router`], [`routing`], or [`Gate::layer`] for a plain axum router |
//! | what a group of routes needs | [`Router::requiring`] |
//! | what stands before it | [`Gate`]: a [`Resource`] and a [`TokenVerifier`], such as [`Issuers`] |
//! | what stands before an MCP server | [`mcp`] |
//! | who calls | [`Access`], and [`Principal`] to key data by |
//! | connections that stay open | [`Access::expired`], [`guide::browsers`] |
//! | where requests carry their credentials | [`CredentialSource`] |
//! | tokens that are bound to a key or a certificate | `dpop`, [`Gate::client_certificate`], [`guide`] |
//! | what clients are told | [`Rejection`], [`Challenge`], [`ResourceMetadata`] |
//! | how clients find it | [`well_known()`], [`Discovery`], [`guide::discovery`] |
//! | guides | [`guide`]: adopting, discovery, static keys, browsers, proxies, bound tokens, providers, MCP, observing, operating, refusals, upgrading, testing, glossary |
//! | audit logs and counters | [`Gate::observe`], [`Decision`], [`guide::observing`] |
//! | the lock and other files for reviewers and operators | [`guide::operating`], [`export`] |
//! | why requests are answered 401 | [`guide::refused`], `cargo scopegate doctor` |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `axum` (default) | everything but the pure core, which is scopes, requirements, decisions, challenges, metadata and tables |
//! | `family` | [`Resource::family`]: one gate for a resource at each path. With it axum copies the URI of each request, as it does by default |
//! | `jwt` | [`Gate::issuers`], [`Issuers`] and [`Issuer`] |
//! | `introspection` | [`Introspection`]: opaque tokens, about which the authorization server is asked |
//! | `dpop` | [`dpop`]: tokens that are bound to a client's key |
//! | `redis` | [`dpop`]: which proofs were seen, in Redis, for several replicas |
//! | `redis-tls` | Redis over TLS |
//! | `mcp` | [`mcp`]: scopes on the tools, prompts and resources of any MCP server |
//! | `rmcp` | scopes on the tools and prompts of a server made with rmcp, which is built from the gate |
//! | `cors` | [`cors`]: a CORS layer with which a browser can read challenges |
//! | `tracing` (default) | logs under the target `scopegate`: at `error` what is wrong with the program, at `warn` that a token cannot be verified now, at `debug` why one is refused, and each decision under `scopegate::decision` with the [fields](guide::observing#the-fields) of its record, at `info` where a token lacks a scope; never a token |
//! | `export` | [`export`]: the scope lock, metadata files, the table as JSON and Markdown, [`ScopeTable::apply_to`] for `OpenAPI` documents, and the doctor, who says why requests are answered 401 |
//! | `utoipa` | [`routes!`], which mounts handlers where `#[utoipa::path]` says, and `OpenAPI` documents of utoipa |
//! | `testing` | [`testing`], [`Guard::for_test`], [`Access::for_test`] |
//!
//! [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
#![cfg_attr(docsrs, feature(doc_cfg))]
// The core is there without axum; some of it has no other caller than the gate.
#![cfg_attr(not(feature = "axum"), allow(dead_code))]

#[cfg(not(all(
    feature = "dpop",
    feature = "export",
    feature = "family",
    feature = "jwt",
    feature = "rmcp",
    feature = "testing",
    feature = "utoipa"
)))]
mod features;
mod macros;
mod policy;
mod refuse;
mod resource;
mod scope;
mod shown;

#[cfg(feature = "cors")]
pub mod cors;
#[cfg(feature = "dpop")]
pub mod dpop;
#[cfg(feature = "axum")]
mod enforce;
#[cfg(feature = "export")]
pub mod export;
#[cfg(feature = "axum")]
mod gate;
pub mod guide;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "axum")]
mod observe;
#[cfg(feature = "axum")]
pub mod routing;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "axum")]
mod token;
#[cfg(feature = "axum")]
mod unprotected;
#[cfg(feature = "axum")]
mod verify;
#[cfg(feature = "axum")]
mod well_known;

// Its programs are whole, and take these features.
#[cfg(all(doctest, feature = "jwt", feature = "rmcp"))]
#[doc = include_str!("../../README.md")]
struct Readme;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(feature = "rmcp")]
pub use macros::scoped_tools;
pub use macros::{Vocabulary, requirement};
#[cfg(feature = "axum")]
pub use macros::{authenticated, public, requires_scope, scoped_handlers};
pub use policy::{Advertise, Policy, StartupError, Strategy};
pub use refuse::{Challenge, ErrorCode};
pub use resource::{InvalidResource, Resource, ResourceMetadata};
pub use scope::{
    GrantedScopes, InvalidRequirement, InvalidScope, Requirement, Scope, ScopeTable, ScopeToken,
    UnknownScope, Vocabulary, VocabularyEntry, Wildcards,
};
#[cfg(not(feature = "rmcp"))]
#[doc(hidden)] // It says which feature to enable.
pub use scopegate_macros::scoped_tools_without_rmcp as scoped_tools;

/// What a [`ScopeTable`] is made of.
pub mod table {
    pub use crate::scope::Entry;
}

#[cfg(feature = "axum")]
pub use {
    enforce::{Access, Expired, Guard},
    gate::Gate,
    observe::{Actor, Decision, Observer, Outcome},
    refuse::{BodyFormat, Reason, Refused, Rejection},
    routing::{
        Router, authenticated, guarded,
        layer::{AuthenticateLayer, GateLayer},
        public,
    },
    token::{
        ClientCertificate, CredentialSource, InvalidClaims, Presented, Principal, Scheme, Token, TokenId,
        TokenVerifier, VerifyError,
    },
    verify::{InvalidKey, StaticKeys},
    well_known::{Discovery, well_known},
};

#[cfg(feature = "introspection")]
pub use verify::Introspection;
#[cfg(all(fuzzing, feature = "jwt"))]
#[doc(hidden)]
pub use verify::fuzzing as __fuzzing;
#[cfg(feature = "jwt")]
pub use verify::{Issuer, Issuers};
