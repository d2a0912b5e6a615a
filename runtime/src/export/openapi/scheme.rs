//! The OAuth 2 scheme of a document.

use super::document::{Alternative, Described, Document};
use crate::{
    enforce::Access,
    gate::Gate,
    scope::{Entry, NeedRef, ScopeTable, ScopeToken},
};

/// Describes how clients of a documented API get their tokens.
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
    /// The flows of the scheme, or `None` if the document already has the scheme.
    flows: Option<Flows>,
}

/// The URLs of the OAuth 2 flows in which clients get tokens.
#[derive(Clone, Debug)]
pub(super) struct Flows {
    pub(super) authorization_url: String,
    pub(super) token_url: String,
    /// The token URL for clients that act on their own behalf.
    pub(super) client_credentials: Option<String>,
}

impl OAuth {
    /// Describes the authorization code flow of the API behind `gate`. In the document, the scopes include the gate's
    /// floor, and their descriptions come from the gate's vocabulary.
    pub fn authorization_code(gate: &Gate, authorization_url: &str, token_url: &str) -> Self {
        let flows = Flows {
            authorization_url: authorization_url.to_owned(),
            token_url: token_url.to_owned(),
            client_credentials: None,
        };
        Self { gate: gate.clone(), name: "oauth2".to_owned(), flows: Some(flows) }
    }

    /// Uses the security scheme `name` that the document already has, such as a scheme for `OpenID` Connect.
    ///
    /// If this scheme is an OAuth 2 scheme, the missing scopes are added to its flows. Nothing else in the scheme
    /// changes.
    pub fn existing(gate: &Gate, name: &str) -> Self {
        Self { gate: gate.clone(), name: name.to_owned(), flows: None }
    }

    /// Adds the client credentials flow, for clients that act on their own behalf. After [`OAuth::existing`], this call
    /// changes nothing.
    #[must_use]
    pub fn client_credentials(mut self, token_url: &str) -> Self {
        if let Some(flows) = &mut self.flows {
            flows.client_credentials = Some(token_url.to_owned());
        }
        self
    }

    /// Sets the name of the scheme in the document. The default name is `oauth2`.
    #[must_use]
    pub fn scheme(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Returns the security requirements of a row, one for each alternative.
    pub(super) fn alternatives(&self, entry: &Entry, lists_scopes: bool) -> Vec<Alternative> {
        let of = |scopes: Vec<String>| {
            let scopes = if lists_scopes { scopes } else { Vec::new() };
            Alternative::from([(self.name.clone(), scopes)])
        };
        let requirement = entry.requirement();
        let mut alternatives = match requirement.alternatives()[..] {
            // A token is optional here, and any valid token is enough, even if it does not grant the floor.
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

    /// Returns the scopes that the handler of a row may demand. Each scope has the name by which clients request it.
    pub(super) fn also(&self, entry: &Entry) -> Vec<String> {
        entry.also().map(|text| self.gate.policy().asked_name(text)).collect()
    }

    /// Returns the floor and `scopes` without duplicates, under the names by which clients request the scopes.
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

    /// Tells whether the security requirements in `document` may list scopes for this scheme. Before `OpenAPI` 3.1,
    /// only requirements for OAuth 2 and `OpenID` Connect may list scopes.
    pub(super) fn lists_scopes_in(&self, document: &dyn Document) -> bool {
        !document.is_strict() || document.scheme(&self.name) != Some(false)
    }

    /// Returns sentences about the proofs that requests need, because `OpenAPI` has no field for proofs.
    fn proofs(&self) -> Option<String> {
        let sentences: Vec<_> = self.gate.proofs_in_words().collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// Adds the scheme to the document. Returns a problem if the program should have put the scheme into the document,
    /// but did not.
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

    /// Lists the scopes of the floor and the scopes in each operation's declaration, with the description of each
    /// scope. A scope without a description gets an empty string.
    fn described(&self, table: &ScopeTable) -> Described {
        let policy = self.gate.policy();
        let floor = policy.floor_scopes().iter().map(ScopeToken::as_str);
        let needs = table.entries().iter().flat_map(|entry| entry.terms().needs()).map(NeedRef::as_str);
        let named = floor.chain(needs);
        named.map(|text| (policy.asked_name(text), policy.description(text).to_owned())).collect()
    }
}
