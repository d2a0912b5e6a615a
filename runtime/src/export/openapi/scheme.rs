//! The OAuth 2 scheme of a document.

use super::document::{Alternative, Described, Document};
use crate::{
    enforce::Access,
    gate::Gate,
    scope::{Entry, NeedRef, ScopeTable, ScopeToken},
};

/// How clients of a documented API get their tokens.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, Resource, export::OAuth};
/// # use scopegate::testing::TestVerifier;
///
/// # let verifier = TestVerifier::new();
/// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
/// let gate = Gate::new(resource, verifier);
/// let oauth = OAuth::authorization_code(&gate, "https://auth.example.com/authorize", "https://auth.example.com/token")
///     .client_credentials("https://auth.example.com/token")
///     .scheme("files");
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
#[derive(Clone, Debug)]
pub struct OAuth {
    gate: Gate,
    name: String,
    /// There are none for a scheme that the document has.
    flows: Option<Flows>,
}

/// How tokens are had; in words of `OpenAPI`.
#[derive(Clone, Debug)]
pub(super) struct Flows {
    pub(super) authorization_url: String,
    pub(super) token_url: String,
    /// The URL at which clients get tokens for themselves.
    pub(super) client_credentials: Option<String>,
}

impl OAuth {
    /// Describes the authorization code flow of the API behind `gate`, whose floor and vocabulary are documented as well.
    pub fn authorization_code(gate: &Gate, authorization_url: &str, token_url: &str) -> Self {
        let flows = Flows {
            authorization_url: authorization_url.to_owned(),
            token_url: token_url.to_owned(),
            client_credentials: None,
        };
        Self { gate: gate.clone(), name: "oauth2".to_owned(), flows: Some(flows) }
    }

    /// Takes the security scheme `name` that the document has already, such as one of `OpenID` Connect.
    ///
    /// An OAuth 2 scheme gets those scopes that it does not have; nothing else of a scheme changes.
    pub fn existing(gate: &Gate, name: &str) -> Self {
        Self { gate: gate.clone(), name: name.to_owned(), flows: None }
    }

    /// Adds the flow of clients that act for themselves. A scheme that the document has already keeps its flows.
    #[must_use]
    pub fn client_credentials(mut self, token_url: &str) -> Self {
        if let Some(flows) = &mut self.flows {
            flows.client_credentials = Some(token_url.to_owned());
        }
        self
    }

    /// Sets the name of the scheme in the document; `oauth2` unless set.
    #[must_use]
    pub fn scheme(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Says what the handler of a row needs.
    pub(super) fn alternatives(&self, entry: &Entry, lists_scopes: bool) -> Vec<Alternative> {
        let of = |scopes: Vec<String>| {
            let scopes = if lists_scopes { scopes } else { Vec::new() };
            Alternative::from([(self.name.clone(), scopes)])
        };
        let requirement = entry.requirement();
        let mut alternatives = match requirement.alternatives()[..] {
            // Any valid token is enough, whatever the floor.
            _ if requirement.is_public() && entry.row().takes::<Option<Access>>() => {
                vec![Alternative::new(), of(Vec::new())]
            }
            _ if requirement.is_public() => Vec::new(),
            [] => vec![of(self.with_floor(&[]))],
            ref alternatives => alternatives.iter().map(|scopes| of(self.with_floor(scopes))).collect(),
        };
        alternatives.dedup();
        alternatives
    }

    /// Returns the floor and `scopes`, each once, by the names that clients ask for.
    fn with_floor(&self, scopes: &[&str]) -> Vec<String> {
        let floor = self.gate.policy().floor_scopes().iter().map(ScopeToken::as_str);
        let mut names: Vec<String> = Vec::new();
        for text in floor.chain(scopes.iter().copied()) {
            let name = self.gate.policy().asked_name(text);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Tells whether requirements name scopes. Before `OpenAPI` 3.1 they do so for OAuth 2 and `OpenID` Connect alone.
    pub(super) fn lists_scopes_in(&self, document: &dyn Document) -> bool {
        !document.is_strict() || document.scheme(&self.name) != Some(false)
    }

    /// Says what requests have to prove of their tokens, for which `OpenAPI` has no words of its own.
    fn proofs(&self) -> Option<String> {
        let sentences: Vec<_> = self.gate.proofs_in_words().collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// Puts the scheme into the document, and says what is wrong if the document should have it already.
    pub(super) fn describe_in(&self, document: &mut dyn Document, table: &ScopeTable) -> Option<String> {
        let scopes = self.described(table);
        match (&self.flows, document.scheme(&self.name)) {
            (Some(flows), _) => {
                document.add_scheme(&self.name, flows, &scopes, self.proofs());
            }
            (None, Some(_)) => document.add_scopes(&self.name, &scopes),
            (None, None) => return Some(format!("it has no security scheme `{}`", self.name)),
        }
        None
    }

    /// Names all that an operation needs or may demand; a scope without a description has an empty one.
    fn described(&self, table: &ScopeTable) -> Described {
        let policy = self.gate.policy();
        let floor = policy.floor_scopes().iter().map(ScopeToken::as_str);
        let needs = table.entries().iter().flat_map(|entry| entry.terms().needs()).map(NeedRef::as_str);
        let named = floor.chain(needs);
        named.map(|text| (policy.asked_name(text), policy.description(text).to_owned())).collect()
    }
}
