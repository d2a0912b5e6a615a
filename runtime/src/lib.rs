//! Compile-time OAuth scopes for axum and MCP servers: say once what a handler needs.
//!
//! A handler says `#[requires_scope("files:write")]`. From this one line follow
//!
//! - the check, which runs before any other extractor and before the body is read;
//! - the exact `scope` of the 401 and 403 challenges ([RFC 6750]), so that clients know what to ask for;
//! - `scopes_supported` in the metadata document ([RFC 9728]), served where the challenges point;
//! - the route's row in the [scope table](ScopeTable).
//!
//! Nothing is written twice, so nothing can disagree; and a route that says nothing does not compile.
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
//! | | |
//! |---|---|
//! | what a handler needs | [`requires_scope`], [`authenticated`], [`public`] |
//! | where it is mounted | [`Router`], [`routing`], or [`Gate::layer`] for a plain axum router |
//! | what stands before it | [`Gate`]: a [`Resource`] and a [`TokenVerifier`], such as [`JwtVerifier`] |
//! | what stands before an MCP server | [`mcp`] |
//! | who calls | [`Access`] |
//! | what clients are told | [`Rejection`], [`Challenge`], [`ResourceMetadata`] |
//! | how clients find it | [`well_known()`], [`Discovery`], [`guide::discovery`] |
//! | how to test it | [`guide::testing`], [`testing`] |
//!
//! # Features
//!
//! | | |
//! |---|---|
//! | `axum` (default) | everything but the pure core: scopes, requirements, decisions, challenges, metadata, tables |
//! | `jwt` | [`Gate::jwt`] and [`JwtVerifier`] |
//! | `mcp` | [`mcp`]: scopes on the tools, prompts and resources of any MCP server |
//! | `rmcp` | scopes on the tools of a server made with rmcp, which is built from the gate |
//! | `tracing` (default) | logs why requests are refused; never a token |
//! | `testing` | [`testing`], [`Guard::for_test`], [`Access::for_test`] |
//!
//! [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
#![cfg_attr(docsrs, feature(doc_cfg))]

mod challenge;
mod decision;
mod granted;
mod metadata;
mod requirement;
mod resource;
mod scope;
mod table;

#[cfg(feature = "axum")]
mod access;
#[cfg(feature = "axum")]
mod body;
#[cfg(feature = "axum")]
mod cors;
#[cfg(feature = "axum")]
mod credentials;
#[cfg(feature = "axum")]
mod enforcement;
#[cfg(feature = "axum")]
mod gate;
#[cfg(feature = "axum")]
mod guard;
pub mod guide;
#[cfg(feature = "axum")]
mod layer;
#[cfg(feature = "axum")]
mod log;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "axum")]
mod protected;
#[cfg(feature = "axum")]
mod reason;
#[cfg(feature = "axum")]
mod rejection;
#[cfg(feature = "axum")]
pub mod routing;
#[cfg(feature = "axum")]
mod startup;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "axum")]
mod token;
#[cfg(feature = "axum")]
mod verify;
#[cfg(feature = "axum")]
mod well_known;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use challenge::{Challenge, ErrorCode};
pub use decision::Demand;
pub use granted::GrantedScopes;
pub use metadata::ResourceMetadata;
pub use requirement::Requirement;
pub use resource::{InvalidResource, Resource};
pub use scope::{InvalidScope, Scope};
pub use table::{Entry, Row, ScopeTable};

#[cfg(feature = "axum")]
pub use {
    access::Access,
    body::BodyFormat,
    cors::cors,
    gate::Gate,
    guard::Guard,
    layer::{AuthenticateLayer, GateLayer},
    protected::Protected,
    reason::Reason,
    rejection::Rejection,
    routing::Router,
    startup::StartupError,
    token::{Token, TokenVerifier, VerifyError},
    verify::{InvalidKey, StaticKeys, StaticKeysOr},
    well_known::{Discovery, well_known},
};

#[cfg(feature = "jwt")]
pub use verify::JwtVerifier;

/// Lets only tokens with the named scopes through to a handler.
///
/// ```text
/// #[requires_scope(need, ..)]
///
/// need  = scope | all(need, need, ..) | any(need, need, ..)
/// scope = "literal" | path::to::CONST
/// ```
///
/// All of the list is needed. `any` and `all` nest at will; what they come to is at most 16 alternatives, each a set of
/// scopes. Of several alternatives clients are told to ask for the first, so write the least powerful first.
///
/// The attribute makes a [`Guard`] the first argument of the handler, so that the decision is made before any other
/// extractor runs and before the body is read. It stands on free `async` functions, generic ones too; `#[debug_handler]`
/// belongs below it.
///
/// | key | |
/// |---|---|
/// | `crate = ::path` | where the generated code finds scopegate, for a crate that re-exports it |
///
/// # Examples
///
/// ```
/// use axum::extract::{Path, State};
/// use scopegate::{Scope, requires_scope};
///
/// mod scopes {
///     use scopegate::Scope;
///     pub const ADMIN: Scope = Scope::from_static("files:admin");
/// }
///
/// #[requires_scope("files:read", "files:write")]
/// async fn write(Path(name): Path<String>, body: String) {}
///
/// #[requires_scope(any(all("files:read", "files:write"), scopes::ADMIN))]
/// async fn delete(Path(name): Path<String>) {}
/// ```
///
/// # Errors
///
/// A scope that is none, or stands twice, or adds nothing to the others does not compile:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read files:write")]
/// async fn write() {}
/// // error: a scope cannot contain a space; write one literal per scope, as in `"files:read", "files:write"`
/// ```
///
/// # Limits
///
/// A function in an `impl` block cannot be a handler: the attribute adds a type beside the function, and a type cannot
/// stand there.
pub use scopegate_macros::requires_scope;

/// Lets only valid tokens through to a handler, whatever scopes they grant beyond the gate's floor.
///
/// # Examples
///
/// ```
/// use scopegate::{Access, authenticated};
///
/// #[authenticated]
/// async fn whoami(access: Access) -> String {
///     access.subject().unwrap_or("nobody").to_owned()
/// }
/// ```
pub use scopegate_macros::authenticated;

/// Lets everybody through to a handler, and says so in the table.
///
/// `Authorization` is ignored, whatever it says. A handler that wants to know who calls, if anybody, takes an
/// `Option<`[`Access`]`>`: that verifies a token that is present, and a bad one is 401.
///
/// # Examples
///
/// ```
/// use scopegate::{Access, public};
///
/// #[public]
/// async fn health() {}
///
/// #[public]
/// async fn greet(access: Option<Access>) -> String {
///     let name = access.as_ref().and_then(Access::subject).unwrap_or("stranger");
///     format!("hello, {name}")
/// }
/// ```
pub use scopegate_macros::public;

/// Puts scopes on the tools of an MCP server that is made with rmcp.
///
/// It stands on an `impl` block whose methods have rmcp's `#[tool]`. Each of them says what it needs, by
/// `#[requires_scope(..)]` or `#[authenticated]`; one that says nothing does not compile. The attribute
///
/// - makes a [`Guard`] the first argument of each tool, so that it is judged before its parameters are read;
/// - emits the constant `TOOLS`, a [table](mcp::McpTable) of what the tools need, and implements [`mcp::ScopedTools`], from
///   which `Gate::mcp` takes it;
/// - emits rmcp's `#[tool_router]`, with the keys `router`, `vis`, `server_handler` and `allow_empty` that are given to it,
///   unless the block has that attribute already.
///
/// | key | |
/// |---|---|
/// | `router = name` | names the router, as in rmcp. The table is then `NAME_TOOLS`, and is given to [`mcp::McpServer`] by name |
/// | `crate = ::path` | where the generated code finds scopegate, for a crate that re-exports it |
///
/// # Examples
///
/// ```
/// use rmcp::{ServerHandler, handler::server::wrapper::Parameters, schemars, tool, tool_handler};
/// use scopegate::{authenticated, requires_scope, scoped_tools};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct WriteFile {
///     path: String,
///     content: String,
/// }
///
/// #[derive(Clone)]
/// struct Files;
///
/// #[scoped_tools]
/// impl Files {
///     /// Lists the files.
///     #[authenticated]
///     #[tool]
///     async fn list_files(&self) -> String {
///         "hello.txt".to_owned()
///     }
///
///     /// Writes a file.
///     #[requires_scope("files:write")]
///     #[tool]
///     async fn write_file(&self, Parameters(WriteFile { path, content }): Parameters<WriteFile>) -> String {
///         format!("{path} has {} bytes", content.len())
///     }
/// }
///
/// #[tool_handler]
/// impl ServerHandler for Files {}
///
/// assert_eq!(Files::TOOLS.to_string(), "tools/call  list_files  authenticated\ntools/call  write_file  files:write\n");
/// ```
///
/// # Limits
///
/// As with rmcp's own attribute, tools that a `macro_rules!` inside the block generates are not seen, and neither are
/// `#[cfg]`s.
#[cfg(feature = "rmcp")]
pub use scopegate_macros::scoped_tools;

/// Lists what handlers declare, as a constant [`ScopeTable`].
///
/// # Examples
///
/// ```
/// use scopegate::{ScopeTable, requires_scope, scope_table};
///
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// #[requires_scope("files:read", "files:write")]
/// async fn write<T>() {}
///
/// const TABLE: ScopeTable = scope_table![list, write::<String>];
/// assert_eq!(TABLE.entries().len(), 2);
/// ```
#[cfg(feature = "axum")]
#[macro_export]
macro_rules! scope_table {
    ($($handler:expr),* $(,)?) => {
        $crate::ScopeTable::of(const { &[$($crate::__private::Entry::handler($crate::__private::row_of($handler))),*] })
    };
}
