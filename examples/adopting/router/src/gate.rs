//! The gate: the identifier of this program, its authorization server, and the scope that every token needs.

use scopegate::{Gate, InvalidResource, Resource, Scope};

/// Makes the gate, for tokens of `issuer`.
///
/// # Errors
///
/// If `issuer` is not a valid issuer.
pub fn gate(issuer: &str) -> Result<Gate, InvalidResource> {
    let resource = Resource::new("https://documents.example.com")?.authorization_server(issuer)?;
    Ok(Gate::jwt(resource).floor([Scope::from_static("documents")]))
}
