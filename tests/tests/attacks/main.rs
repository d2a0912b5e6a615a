//! Attacks that once succeeded, or nearly did. Each test shows that one of them now fails.

mod audiences;
mod authorization_servers;
mod declared;
mod gates;
mod layers;
mod locks;
mod logs;
mod mcp_bodies;
mod mcp_operations;
mod mcp_owners;
mod opaque_tokens;
mod origins;
mod routers;
mod tokens;

#[path = "../gating/mod.rs"]
mod gating;
#[path = "../verifying/mod.rs"]
mod verifying;
