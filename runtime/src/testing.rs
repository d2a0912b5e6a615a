//! A verifier for your own tests. The verifier accepts the tokens that a test lists.
//!
//! This module needs the feature `testing`. See also [`Guard::for_test`](crate::Guard::for_test)
//! and [`Access::for_test`](crate::Access::for_test), and the [guide](crate::guide::testing).

use std::{collections::HashMap, time::Duration};

use crate::{
    scope::GrantedScopes,
    token::{Presented, Token, TokenVerifier, VerifyError},
};

/// The issuer of the tokens that [`TestVerifier::token`] makes.
pub const ISSUER: &str = "https://issuer.test";

/// A verifier that accepts only the tokens that a test lists. For each token, the test gives the text and the result:
/// the scopes that the token grants, or an error. The settings of an `Issuer`, such as `roles_at`, do not apply to
/// these tokens; to test these settings, see [Tokens with roles](crate::guide::testing).
///
/// # Examples
///
/// ```
/// use scopegate::testing::TestVerifier;
///
/// let verifier = TestVerifier::new().token("reader", "files:read").expired("old").unavailable("later");
/// ```
#[derive(Clone, Debug, Default)]
pub struct TestVerifier {
    tokens: HashMap<String, Outcome>,
}

#[derive(Clone, Debug)]
enum Outcome {
    Valid(Token),
    Expired,
    Unavailable,
}

impl TestVerifier {
    /// Makes a verifier that rejects every token.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts the text in `token` as a token that grants `scopes`, which is a space-delimited list. The subject is the
    /// text of the token, and the issuer is [`ISSUER`]. The claims are `iss`, `sub` and `scope`.
    #[must_use]
    pub fn token(self, token: &str, scopes: &str) -> Self {
        let claims = [("iss", ISSUER), ("sub", token), ("scope", scopes)];
        let claims = claims.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
        let says = Token::granting(GrantedScopes::parse(scopes)).with_issuer(ISSUER).with_subject(token);
        self.token_saying(token, says.with_all_claims(claims))
    }

    /// Accepts the text in `token` as a valid token, with `says` as its content.
    #[must_use]
    pub fn token_saying(self, token: &str, says: Token) -> Self {
        self.with(token, Outcome::Valid(says))
    }

    /// Rejects the text in `token` as an expired token.
    #[must_use]
    pub fn expired(self, token: &str) -> Self {
        self.with(token, Outcome::Expired)
    }

    /// Treats the text in `token` as a token that cannot be verified now. The gate answers 503 with `Retry-After: 7`.
    #[must_use]
    pub fn unavailable(self, token: &str) -> Self {
        self.with(token, Outcome::Unavailable)
    }

    fn with(mut self, token: &str, outcome: Outcome) -> Self {
        self.tokens.insert(token.to_owned(), outcome);
        self
    }
}

impl TokenVerifier for TestVerifier {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        match self.tokens.get(presented.token()) {
            Some(Outcome::Valid(token)) => Ok(token.clone()),
            Some(Outcome::Expired) => Err(VerifyError::expired()),
            Some(Outcome::Unavailable) => {
                Err(VerifyError::unavailable(Duration::from_secs(7), "the test says so"))
            }
            None => Err(VerifyError::invalid("the test knows no such token")),
        }
    }
}
