//! tower-mcp: its OAuth layer, which has one policy for everything behind it.

use axum::{Router, routing::get};
use tower_mcp::oauth::{
    OAuthError, OAuthLayer, ProtectedResourceMetadata, ScopePolicy, TokenClaims, TokenValidator,
};

use super::{Subject, Tokens, bare};

const RESOURCE: &str = "https://files.example.com";

impl TokenValidator for Tokens<TokenClaims> {
    async fn validate_token(&self, token: &str) -> Result<TokenClaims, OAuthError> {
        self.get(token).ok_or_else(|| OAuthError::InvalidToken { description: "no such token".to_owned() })
    }
}

async fn list() {}

pub fn router() -> Subject {
    let metadata = ProtectedResourceMetadata::new(RESOURCE).authorization_server("https://auth.example.com");
    let tokens = Tokens::new(|scopes| {
        let claims = serde_json::json!({ "scope": scopes.join(" "), "aud": RESOURCE });
        serde_json::from_value(claims).expect("these are claims")
    });
    let layer =
        OAuthLayer::new(tokens, metadata).scope_policy(ScopePolicy::new().default_scope("files:read"));
    let router = Router::new().route("/files", get(list)).layer(layer);
    Subject::by_bearer("tower-mcp 0.25.0", bare::ROUTER, router)
}
