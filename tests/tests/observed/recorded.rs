//! An observer that records each decision as text.

use std::sync::{Arc, Mutex, PoisonError};

use scopegate::{Decision, Gate, GrantedScopes, Observer, Resource, Token, testing::TestVerifier};
use serde_json::json;

/// All fields of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) outcome: String,
    pub(crate) rows: Vec<String>,
    pub(crate) method: Option<String>,
    pub(crate) asked: String,
    pub(crate) granted: Option<String>,
    pub(crate) missing: String,
    pub(crate) principal: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) cached: Option<bool>,
    pub(crate) took: bool,
    pub(crate) debug: String,
}

fn words<T: ToString>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().map(|text| text.to_string()).collect::<Vec<_>>().join(" ")
}

impl Record {
    fn of(decision: &Decision<'_>) -> Self {
        let reason = decision.reason().map(|reason| format!(" {}", reason.as_str()));
        Self {
            outcome: format!("{}{}", decision.outcome(), reason.unwrap_or_default()),
            rows: decision.rows().map(str::to_owned).collect(),
            method: decision.method().map(str::to_owned),
            asked: words(decision.asked()),
            granted: decision.granted().map(words),
            missing: words(decision.missing()),
            principal: decision.principal().map(ToString::to_string),
            subject: decision.subject().map(str::to_owned),
            client: decision.client().map(str::to_owned),
            actor: decision.actor().map(|actor| actor.to_string()),
            token: decision.token().map(|token| token.to_string()),
            resource: decision.resource().map(|resource| resource.identifier().to_owned()),
            cached: decision.is_cached(),
            took: !decision.took().is_zero(),
            debug: format!("{decision:?}"),
        }
    }

    /// Writes outcome, reason and rows.
    pub(crate) fn brief(&self) -> String {
        let rows = self.rows.join(" + ");
        if rows.is_empty() { self.outcome.clone() } else { format!("{}: {rows}", self.outcome) }
    }
}

#[derive(Clone, Default)]
pub(crate) struct Records(Arc<Mutex<Vec<Record>>>);

impl Observer for Records {
    fn decided(&self, decision: &Decision<'_>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Record::of(decision));
    }
}

impl Records {
    pub(crate) fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) const API: &str = "https://example.com/mcp";

/// Makes a token whose subject is not the token's text.
fn says(scopes: &str) -> Token {
    let token = Token::granting(GrantedScopes::parse(scopes));
    token.with_issuer("https://auth.example.com").with_subject("alice")
}

/// Returns a verifier that knows some tokens. The text of each token contains `secret`.
pub(crate) fn verifier() -> TestVerifier {
    let claims =
        json!({ "jti": "identifier-7", "act": { "sub": "agent", "iss": "https://agents.example.com" } });
    let acting = says("api files:read").with_client("editor").with_claims(claims).expect("claims");
    TestVerifier::new()
        .token_saying("secret-good", says("api files:read"))
        .token_saying("secret-weak", says("api other"))
        .token_saying("secret-none", says(""))
        .token_saying("secret-share", says("api files:read files:share"))
        .token_saying("secret-acting", acting)
        .expired("secret-old")
        .unavailable("secret-later")
}

pub(crate) fn gate(records: &Records) -> Gate {
    let resource = Resource::new(API).expect("a resource");
    let resource = resource.authorization_server("https://auth.example.com").expect("an issuer");
    Gate::new(resource, verifier()).floor([scopegate::Scope::from_static("api")]).observe(records.clone())
}
