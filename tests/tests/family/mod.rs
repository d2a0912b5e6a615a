//! Gates of resource families, and a verifier whose tokens are each for one resource.
#![allow(dead_code, reason = "not each test needs all of it")]

use scopegate::{Gate, GrantedScopes, Presented, Resource, Token, TokenVerifier, VerifyError};
use scopegate_tests::counter::Counter;

/// A verifier that knows some tokens, each for one resource.
#[derive(Clone, Default)]
pub(crate) struct ForOne {
    tokens: Vec<(&'static str, &'static str, &'static str)>,
    /// Counts the calls to the verifier.
    pub(crate) asked: Counter,
}

impl ForOne {
    /// Adds a token for the resource `audience`.
    pub(crate) fn token(mut self, token: &'static str, audience: &'static str, scopes: &'static str) -> Self {
        self.tokens.push((token, audience, scopes));
        self
    }

    pub(crate) fn gate(self, pattern: &str) -> Gate {
        let family = Resource::family(pattern).unwrap();
        Gate::new(family.authorization_server("https://auth.example.com").unwrap(), self)
    }
}

impl TokenVerifier for ForOne {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.asked.count();
        let resource = presented.resource().expect("the gate has a resource");
        assert!(!resource.is_family(), "a verifier never sees a pattern");
        let known = self
            .tokens
            .iter()
            .find(|(token, audience, _)| *token == presented.token() && resource.is_named_by(audience));
        let (_, _, scopes) = known.ok_or_else(|| VerifyError::invalid("it is not for this resource"))?;
        Ok(Token::granting(GrantedScopes::parse(scopes)))
    }
}
