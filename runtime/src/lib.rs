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
//! | what scopes there are | [`Vocabulary`], [`Hierarchy`] |
//! | where it is mounted | [`Router`], [`routing`], or [`Gate::layer`] for a plain axum router |
//! | what stands before it | [`Gate`]: a [`Resource`] and a [`TokenVerifier`], such as [`JwtVerifier`] |
//! | who calls | [`Access`] |
//! | what clients are told | [`Rejection`], [`Challenge`], [`ResourceMetadata`] |
//! | how clients find it | [`well_known()`], [`Discovery`], [`guide::discovery`] |
//! | how others see it | [`guide::operators`], [`export`] |
//! | how to test it | [`guide::testing`], [`testing`] |
//!
//! # Features
//!
//! | | |
//! |---|---|
//! | `axum` (default) | everything but the pure core: scopes, requirements, decisions, challenges, metadata, tables |
//! | `jwt` | [`Gate::jwt`] and [`JwtVerifier`] |
//! | `tracing` (default) | logs why requests are refused; never a token |
//! | `export` | [`export`]: the scope lock, metadata files, the table as JSON and Markdown |
//! | `utoipa` | [`ScopeTable::apply_to`], for `OpenAPI` documents of utoipa |
//! | `testing` | [`testing`], [`Guard::for_test`], [`Access::for_test`] |
//!
//! [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "axum"), expect(dead_code, reason = "the core alone meets no requests"))]

mod catalog;
mod challenge;
mod decision;
mod granted;
mod hierarchy;
mod metadata;
mod requirement;
mod resource;
mod scope;
mod table;
mod template;
mod vocabulary;

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
#[cfg(feature = "export")]
pub mod export;
#[cfg(feature = "axum")]
mod gate;
#[cfg(feature = "axum")]
mod guard;
pub mod guide;
#[cfg(feature = "axum")]
mod layer;
#[cfg(feature = "axum")]
mod log;
#[cfg(feature = "axum")]
mod path;
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
pub use hierarchy::{Hierarchy, InvalidHierarchy, Wildcards};
pub use metadata::ResourceMetadata;
pub use requirement::{Need, Requirement};
pub use resource::{InvalidResource, Resource};
pub use scope::{InvalidScope, Scope, ScopeToken};
pub use table::{Entry, Row, ScopeTable};
pub use template::Template;
pub use vocabulary::{UnknownScope, Vocabulary, VocabularyEntry};

#[cfg(feature = "axum")]
pub use {
    access::Access,
    body::BodyFormat,
    cors::cors,
    gate::{Advertise, Gate, Strategy},
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
/// scope = "literal" | "literal with {parameter}" | path::to::CONST
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
/// | `also("scope", ..)` | what the handler itself may demand, by [`Access::require`] |
/// | `related("scope", ..)` | what a client does well to ask for along with it, under [`Strategy::Recommended`]; never enforced |
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
/// A scope can depend on the path. The value of the parameter has letters, digits and `.`, `_`, `~`, `-` alone, so that it
/// cannot reach into the rest of the scope; a literal brace is written twice:
///
/// ```
/// use axum::extract::Path;
/// use scopegate::requires_scope;
///
/// // For `/tenants/{tenant}/files`
/// #[requires_scope("tenant:{tenant}:read")]
/// async fn files(Path(tenant): Path<String>) {}
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

/// Makes a [`Vocabulary`](trait@Vocabulary) of an enum: one variant a scope.
///
/// ```text
/// #[scope("literal", key, ..)]
///
/// key = implies(Variant, ..) | baseline | unadvertised
/// ```
///
/// | key | |
/// |---|---|
/// | `implies(Read, ..)` | who is granted this scope has those too, and what they imply; it counts when judging, and never changes what clients are told |
/// | `baseline` | a client does well to ask for the scope from the start |
/// | `unadvertised` | clients are not told that the scope exists, except by a challenge that asks for it |
///
/// The first paragraph of a variant's doc comment, joined to one line, is the scope's description: the words in which a
/// person is asked for consent.
///
/// The enum gets, as visible as it is itself,
///
/// - `const ALL: &'static [Self]`, in order of declaration;
/// - `const fn as_scope(self) -> Scope`, so that an attribute takes a variant wherever it takes a literal;
/// - `const fn as_str(self) -> &'static str` and `const fn description(self) -> &'static str`;
/// - `const fn entry(&self) -> VocabularyEntry`, all of this and the keys;
/// - [`Display`](std::fmt::Display), which writes the scope, and [`FromStr`](std::str::FromStr), which reads it and says
///   of an [`UnknownScope`] what it may have meant;
/// - [`Vocabulary`](trait@Vocabulary), the whole as data.
///
/// `#[scope(crate = ::path)]` on the enum says where the generated code finds scopegate, for a crate that re-exports it.
///
/// # Examples
///
/// ```
/// use scopegate::{Vocabulary, requires_scope};
///
/// /// What this API knows.
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
/// pub enum FilesScope {
///     /// See your files.
///     #[scope("files:read", baseline)]
///     Read,
///     /// Change your files.
///     #[scope("files:write", implies(Read))]
///     Write,
///     /// Everything, for support staff.
///     #[scope("files:admin", implies(Write), unadvertised)]
///     Admin,
/// }
///
/// #[requires_scope(FilesScope::Write)]
/// async fn write(body: String) {}
///
/// assert_eq!(FilesScope::Write.to_string(), "files:write");
/// assert_eq!(FilesScope::Write.description(), "Change your files.");
/// assert_eq!("files:read".parse(), Ok(FilesScope::Read));
///
/// let unknown = "files:raed".parse::<FilesScope>().unwrap_err();
/// assert_eq!(unknown.to_string(), "unknown scope `files:raed`; did you mean `files:read`?");
/// ```
///
/// # Errors
///
/// A text that is no scope or stands twice, a variant that is implied and does not exist, and a circle do not compile:
///
/// ```compile_fail
/// #[derive(scopegate::Vocabulary)]
/// enum FilesScope {
///     #[scope("files:read", implies(Write))]
///     Read,
///     #[scope("files:write", implies(Read))]
///     Write,
/// }
/// // error: `Read` implies `Write` implies `Read`; leave one of these out
/// ```
///
/// # Variants under `#[cfg]`
///
/// A variant that `#[cfg]` leaves out is nowhere, so `implies` cannot name it. Choose the attribute along with it:
///
/// ```
/// #[derive(scopegate::Vocabulary)]
/// enum FilesScope {
///     #[scope("files:read")]
///     Read,
///     #[cfg(feature = "purge")]
///     #[scope("files:purge")]
///     Purge,
///     #[cfg_attr(feature = "purge", scope("files:admin", implies(Read, Purge)))]
///     #[cfg_attr(not(feature = "purge"), scope("files:admin", implies(Read)))]
///     Admin,
/// }
/// ```
pub use scopegate_macros::Vocabulary;

/// Makes a [`Requirement`], in the grammar of [`requires_scope`], for a service that no attribute can stand on.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement};
///
/// const EXPORT: Requirement = requirement!("files:read", any("files:export", "files:admin"));
/// assert_eq!(EXPORT.to_string(), "files:read files:export | files:read files:admin");
/// ```
pub use scopegate_macros::requirement;

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
