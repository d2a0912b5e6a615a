//! Compile-time OAuth scopes for axum and MCP servers.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod scope;
#[cfg(feature = "axum")]
mod token;

pub use scope::{InvalidScope, Scope};
#[cfg(feature = "axum")]
pub use token::{GrantedScopes, Token, TokenVerifier, VerifyError};
