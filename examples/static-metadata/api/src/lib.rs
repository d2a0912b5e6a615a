//! The API: its routes and its gate, for the program that serves it and for programs that export its scopes.

use scopegate::{
    Gate, InvalidResource, Presented, Resource, Router, Token, TokenVerifier, VerifyError, requires_scope,
    routing::get,
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/notes", get(list).post(write))
}

/// The gate of the API at `resource`.
///
/// # Errors
///
/// If `resource` is not a valid identifier.
pub fn gate(resource: &str) -> Result<Gate, InvalidResource> {
    Ok(Gate::new(Resource::new(resource)?.authorization_server("https://auth.example.com")?, Nobody))
}

#[requires_scope("notes:read")]
async fn list() -> &'static str {
    "[]"
}

#[requires_scope("notes:write")]
async fn write() {}

/// Accepts no token, because the example only exports metadata.
struct Nobody;

impl TokenVerifier for Nobody {
    async fn verify(&self, _token: &Presented<'_>) -> Result<Token, VerifyError> {
        Err(VerifyError::invalid("nobody can log in here"))
    }
}
