//! The gate: what this program is called, who issues its tokens, and what every token needs.

use scopegate::{Gate, InvalidResource, Resource, Scope};

/// Makes the gate, for tokens of `issuer`.
///
/// # Errors
///
/// When `issuer` is no URL of an authorization server.
pub fn gate(issuer: &str) -> Result<Gate, InvalidResource> {
    let resource = Resource::new("https://documents.example.com")?.authorization_server(issuer)?;
    Ok(Gate::jwt(resource).floor([Scope::from_static("documents")]))
}
