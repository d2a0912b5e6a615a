//! scopegate with its router, with its layer, and with its router and options.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use axum::routing::get as axum_get;
use scopegate::{
    Decision, Gate, GrantedScopes, Presented, Resource, Router, Token, TokenVerifier, VerifyError,
    requires_scope, routing::get, scope_table,
};

use super::{Subject, Tokens, bare};

#[requires_scope("files:read")]
async fn list() {}

#[requires_scope("files:read", acr("gold"), max_age = 3600)]
async fn list_after_login() {}

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

/// A gate whose tokens all have a sufficient login.
fn gate_of_logins() -> Gate {
    let tokens = Tokens::new(|scopes| {
        let token = Token::granting(scopes.iter().copied().collect::<GrantedScopes>());
        token.with_acr("gold").with_auth_time(SystemTime::now())
    });
    gate().verified_by(tokens)
}

pub fn router() -> Subject {
    let router = Router::new().route("/files", get(list)).protect(gate()).expect("the gate fits");
    Subject::by_bearer("scopegate, `Router`", bare::ROUTER, router)
}

pub fn asking_for_a_login() -> Subject {
    let router = Router::new().route("/files", get(list_after_login)).protect(gate_of_logins());
    let router = router.expect("the gate fits");
    Subject::by_bearer("scopegate, `Router`, with a required login", bare::ROUTER, router)
}

/// scopegate with an observer that reads the outcome, the row and the client, as counters do.
pub fn observed() -> Subject {
    let counts: [AtomicU64; 2] = Default::default();
    let gate = gate().observe(move |decision: &Decision<'_>| {
        std::hint::black_box((decision.rows().next(), decision.client()));
        counts[usize::from(decision.is_allowed())].fetch_add(1, Ordering::Relaxed);
    });
    let router = Router::new().route("/files", get(list)).protect(gate).expect("the gate fits");
    Subject::by_bearer("scopegate, `Router`, observed", bare::ROUTER, router)
}

pub fn layered() -> Subject {
    let layer = gate().layer(scope_table![list]).expect("the gate fits");
    let router = axum::Router::new().route("/files", axum_get(list)).layer(layer);
    Subject::by_bearer("scopegate, `Gate::layer`", bare::LAYERED, router)
}
