//! scopegate, by its router and by its layer.

use axum::routing::get as axum_get;
use scopegate::{
    Gate, GrantedScopes, Presented, Resource, Router, Token, TokenVerifier, VerifyError, requires_scope,
    routing::get, scope_table,
};

use super::{Subject, Tokens, bare};

#[requires_scope("files:read")]
async fn list() {}

impl TokenVerifier for Tokens<Token> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.get(presented.token()).ok_or_else(|| VerifyError::invalid("no such token"))
    }
}

fn gate() -> Gate {
    let resource = Resource::new("https://files.example.com").expect("it is a URL");
    let resource = resource.authorization_server("https://auth.example.com").expect("it is a URL");
    let tokens = Tokens::new(|scopes| Token::granting(scopes.iter().copied().collect::<GrantedScopes>()));
    Gate::new(resource, tokens)
}

pub fn router() -> Subject {
    let router = Router::new().route("/files", get(list)).protect(gate()).expect("the gate fits");
    Subject::by_bearer("scopegate, `Router`", bare::ROUTER, router)
}

pub fn layered() -> Subject {
    let layer = gate().layer(scope_table![list]).expect("the gate fits");
    let router = axum::Router::new().route("/files", axum_get(list)).layer(layer);
    Subject::by_bearer("scopegate, `Gate::layer`", bare::LAYERED, router)
}
