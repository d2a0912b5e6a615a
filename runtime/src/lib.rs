//! OAuth scopes for axum and MCP servers: one annotation on the handler, checked by the compiler.
//!
//! Annotate a handler or an MCP tool once, as in `#[requires_scope("files:write")]`. From the annotation, scopegate
//! derives
//!
//! - the check, which runs before any other extractor and before the body is read;
//! - the `scope` of the 401 and 403 challenges ([RFC 6750]), so that clients know what to ask for;
//! - `scopes_supported` in the metadata document ([RFC 9728]), served at the URL that the challenges name; and
//! - the operation's row in the [scope table][`ScopeTable`] and in the lock file that reviewers read.
//!
//! A route without an annotation does not compile.
//!
//! # An API
//!
#![cfg_attr(feature = "jwt", doc = "```no_run")]
#![cfg_attr(not(feature = "jwt"), doc = "```ignore")]
//! use axum::extract::Path;
//! use scopegate::{Gate, Resource, Router, Vocabulary, public, requires_scope, routing::get};
//!
//! #[derive(Clone, Copy, Vocabulary)]
//! enum Files {
//!     /// See your files.
//!     #[scope("files:read")]
//!     Read,
//!     /// Create and change your files.
//!     #[scope("files:write")]
//!     Write,
//! }
//!
//! #[requires_scope(Files::Read)]
//! async fn read(Path(name): Path<String>) -> String {
//!     format!("the contents of {name}")
//! }
//!
//! #[requires_scope(Files::Read, Files::Write)]
//! async fn write(Path(name): Path<String>, body: String) -> String {
//!     format!("{name} now holds {} bytes", body.len())
//! }
//!
//! #[public]
//! async fn health() {}
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
//!     let app = Router::new()
//!         .route("/files/{name}", get(read).put(write))
//!         .route("/health", get(health))
//!         .protect(Gate::jwt(resource).vocabulary::<Files>())?;
//!
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! A `PUT` without a token is answered with
//!
//! ```http
//! HTTP/1.1 401 Unauthorized
//! www-authenticate: Bearer scope="files:read files:write", resource_metadata="https://files.example.com/.well-known/oauth-protected-resource"
//! ```
//!
//! # An MCP server
//!
//! With the feature `rmcp`, the tools and prompts of a server made with rmcp declare their scopes the same way:
//!
#![cfg_attr(all(feature = "jwt", feature = "rmcp"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "jwt", feature = "rmcp")), doc = "```ignore")]
//! use rmcp::{ServerHandler, handler::server::wrapper::Parameters, schemars, tool, tool_handler};
//! use scopegate::{Gate, Resource, Scope, authenticated, requires_scope, scoped_tools};
//!
//! struct Files;
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct WriteFile {
//!     name: String,
//!     text: String,
//! }
//!
//! #[scoped_tools]
//! impl Files {
//!     /// Lists the files.
//!     #[authenticated]
//!     #[tool]
//!     async fn list_files(&self) -> String {
//!         "hello.txt".to_owned()
//!     }
//!
//!     /// Writes a file.
//!     #[requires_scope("files:write")]
//!     #[tool]
//!     async fn write_file(&self, Parameters(WriteFile { name, text }): Parameters<WriteFile>) -> String {
//!         format!("wrote {} bytes to {name}", text.len())
//!     }
//! }
//!
//! #[tool_handler]
//! impl ServerHandler for Files {}
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let resource = Resource::new("https://files.example.com/mcp")?.authorization_server("https://auth.example.com")?;
//!
//!     // Every request needs the scopes of the floor, whichever tool it calls.
//!     let gate = Gate::jwt(resource).floor([Scope::from_static("files:read")]);
//!
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, gate.mcp(|| Files)?).await?;
//!     Ok(())
//! }
//! ```
//!
//! If the token lacks a scope that `write_file` needs, the gate answers a call to this tool with HTTP 403 and a
//! challenge that names all required scopes. The guide [`guide::mcp`] also explains resources, public tools, and
//! servers that do not use rmcp.
//!
//! # API keys, without OAuth
//!
#![cfg_attr(feature = "axum", doc = "```no_run")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use scopegate::{Gate, Router, StaticKeys, requires_scope, routing::get};
//!
//! #[requires_scope("files:read")]
//! async fn list() {}
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // As in API_KEYS="sk_read=files:read;sk_write=files:read files:write"
//!     let keys = StaticKeys::parse(&std::env::var("API_KEYS")?)?;
//!     let app = Router::new().route("/files", get(list)).protect(Gate::static_keys("my-server", keys))?;
//!
//!     axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! # More than flat scopes
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use axum::Json;
//! use scopegate::{Access, Rejection, Vocabulary, requires_scope};
//!
//! #[derive(Clone, Copy, Vocabulary)]
//! enum DocsScope {
//!     /// Read documents.
//!     #[scope("docs:read")]
//!     Read,
//!     /// Write documents. A token with this scope can read them, too.
//!     #[scope("docs:write", implies(Read))]
//!     Write,
//!     /// Publish documents for everybody.
//!     #[scope("docs:publish")]
//!     Publish,
//! }
//!
//! // The token needs one of these two alternatives.
//! #[requires_scope(any(DocsScope::Read, all("audit", "docs:list")))]
//! async fn list() {}
//!
//! // `{tenant}` is filled in from the path. The handler itself may demand the scope in `also`.
//! #[requires_scope(DocsScope::Write, "tenant:{tenant}:member", also(DocsScope::Publish))]
//! async fn publish(access: Access, Json(everybody): Json<bool>) -> Result<(), Rejection> {
//!     if everybody {
//!         access.require(DocsScope::Publish)?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Where things are
//!
//! | to | see |
//! |---|---|
//! | declare what a handler needs | [`requires_scope`], [`authenticated`][authenticated-attribute], [`public`][public-attribute]; for functions of an `impl` block, also [`scoped_handlers`] on the block |
//! | declare what a closure, a service or a handler of another crate needs | [`guarded`], [`authenticated`][authenticated-function], [`public`][public-function] |
//! | declare the scopes themselves, and what every token needs | [`Vocabulary`], [`Policy`] |
//! | mount handlers | [`Router`], [`routing`]; [`Gate::layer`] for a plain axum router |
//! | put a scope on a group of routes | [`Router::requiring`] |
//! | accept the tokens of your authorization server | [`guide::providers`] |
//! | demand a recent login, or a certain method of login | `max_age` and `acr` of [`requires_scope`] |
//! | verify tokens | [`Gate`], made of a [`Resource`] and a [`TokenVerifier`] such as [`Issuers`] |
//! | protect an MCP server | [`mcp`], [`guide::mcp`] |
//! | find out who calls, and store data for each caller | [`Access`], [`Principal`] |
//! | greet a caller on a public route | `Option<`[`Access`]`>` in a handler with [`public`][public-attribute] |
//! | end a connection when its token expires | [`Access::expired`], [`guide::browsers`] |
//! | read tokens from a place other than `Authorization`, such as a cookie | [`CredentialSource`] |
//! | accept tokens that are bound to a key or a certificate | [`dpop`], [`Gate::client_certificate`], [`guide::dpop`] |
//! | change refusals, challenges or the metadata | [`Rejection`], [`Challenge`], [`ResourceMetadata`] |
//! | help clients to find the authorization server | [`well_known()`], [`Discovery`], [`guide::discovery`] |
//! | write audit logs and counters | [`Gate::observe`], [`Decision`], [`guide::observing`] |
//! | keep a lock file, and review changes | [`guide::operating`], [`export`] |
//! | find out why a request is answered with 401 or 403 | [`guide::refused`], `cargo scopegate doctor` |
//! | test | [`testing`], [`guide::testing`] |
//!
//! All guides are in [`guide`].
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `axum` (default) | the gate, the router and the attributes. Without this feature, the crate contains only the core: scopes, requirements, decisions, challenges, metadata and tables |
//! | `tracing` (default) | logs under the target `scopegate`, see [below](#logs) |
//! | `jwt` | [`Gate::jwt`], [`Gate::issuers`], [`Issuers`] and [`Issuer`]: JSON Web Tokens. The first build can take minutes, because it compiles aws-lc, which needs a C compiler |
//! | `introspection` | [`Introspection`]: opaque tokens, which the gate checks by asking the authorization server |
//! | `dpop` | [`dpop`]: tokens that are bound to a client's key |
//! | `redis` | [`dpop`]: a store of used proofs in Redis, shared by all replicas |
//! | `redis-tls` | Redis over TLS |
//! | `family` | [`Resource::family`]: one gate for many resources, with a resource at each path that matches a pattern. This feature enables `original-uri`, a default feature of axum |
//! | `mcp` | [`mcp`]: scopes on the tools, prompts and resources of any MCP server |
//! | `rmcp` | `#[scoped_tools]`, and [`Gate::mcp`], which builds the router of a server made with rmcp |
//! | `cors` | [`cors`]: a CORS layer that lets pages in browsers read challenges |
//! | `export` | [`export`]: the scope lock, metadata files, the table as JSON and Markdown, [`ScopeTable::apply_to`] for `OpenAPI` documents, and the doctor |
//! | `utoipa` | `OpenAPI` documents of utoipa 6, and [`routes!`], which mounts handlers at the path and method of their `#[utoipa::path]` |
//! | `testing` | [`testing`], [`Guard::for_test`], [`Access::for_test`] |
//!
//! # Logs
//!
//! With the feature `tracing`, the gate logs under the target `scopegate`. No line contains a token. The
//! [guide](guide::operating), under "What is logged", lists what each level contains, and shows a setting for
//! production.
//!
//! [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
// If one of the features in the next line is off, the links to its items lead to docs.rs.
#![cfg_attr(not(all(feature = "cors", feature = "family", feature = "introspection", feature = "redis", feature = "rmcp", feature = "testing", feature = "utoipa")), doc = include_str!("links.md"))]
//! [authenticated-attribute]: macro@authenticated
//! [authenticated-function]: fn@authenticated
//! [public-attribute]: macro@public
//! [public-function]: fn@public
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without the feature `axum`, only the core is built. Some code of the core is then never called, because only the gate
// calls it.
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
#[cfg_attr(
    not(all(
        feature = "cors",
        feature = "family",
        feature = "introspection",
        feature = "redis",
        feature = "rmcp",
        feature = "testing",
        feature = "utoipa"
    )),
    path = "guide/elsewhere.rs"
)]
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

// Tests the programs of the README, which need these features.
#[cfg(all(doctest, feature = "jwt", feature = "rmcp"))]
#[doc = include_str!("../../README.md")]
struct Readme;

// Tests the code of the page about policy.
#[cfg(all(doctest, feature = "jwt"))]
#[doc = include_str!("../../docs/policy.md")]
struct PolicyPage;

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
#[doc(hidden)] // This macro's error message says which feature to enable.
pub use scopegate_macros::scoped_tools_without_rmcp as scoped_tools;

/// The entries of a [`ScopeTable`].
pub mod table {
    pub use crate::scope::Entry;
}

#[cfg(feature = "axum")]
pub use {
    enforce::{Access, Coverable, Demandable, Expired, Guard},
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
