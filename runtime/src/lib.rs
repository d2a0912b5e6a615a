//! Compile-time OAuth scopes for axum and MCP servers.
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
mod credentials;
#[cfg(feature = "axum")]
mod enforcement;
#[cfg(feature = "axum")]
mod gate;
#[cfg(feature = "axum")]
mod guard;
#[cfg(feature = "axum")]
mod layer;
#[cfg(feature = "axum")]
mod log;
#[cfg(feature = "axum")]
mod protected;
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
#[cfg(feature = "jwt")]
mod verify;
#[cfg(feature = "axum")]
mod well_known;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use challenge::Challenge;
pub use decision::Demand;
pub use granted::GrantedScopes;
pub use metadata::ResourceMetadata;
pub use requirement::Requirement;
pub use resource::{InvalidResource, Resource};
pub use scope::{InvalidScope, Scope};
pub use scopegate_macros::{authenticated, public, requires_scope};
pub use table::{Entry, Row, ScopeTable};

#[cfg(feature = "axum")]
pub use {
    access::Access,
    gate::Gate,
    guard::Guard,
    layer::{AuthenticateLayer, GateLayer},
    protected::Protected,
    rejection::{Reason, Rejection},
    routing::Router,
    startup::StartupError,
    token::{Token, TokenVerifier, VerifyError},
};

#[cfg(feature = "jwt")]
pub use verify::JwtVerifier;

/// Lists what handlers declare, as a constant.
#[cfg(feature = "axum")]
#[macro_export]
macro_rules! scope_table {
    ($($handler:expr),* $(,)?) => {
        $crate::ScopeTable::of(const { &[$($crate::__private::Entry::handler($crate::__private::row_of($handler))),*] })
    };
}
