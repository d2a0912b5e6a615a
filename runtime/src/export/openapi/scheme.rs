//! The OAuth 2 scheme of a document.

use std::collections::BTreeMap;

use utoipa::openapi::{
    OpenApi,
    security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
};

use crate::{
    gate::Gate,
    scope::{NeedRef, ScopeTable, ScopeToken},
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
    authorization: (String, String),
    client_credentials: Option<String>,
}

impl OAuth {
    /// Describes the authorization code flow of the API behind `gate`, whose floor and vocabulary are documented as well.
    pub fn authorization_code(gate: &Gate, authorization_url: &str, token_url: &str) -> Self {
        let authorization = (authorization_url.to_owned(), token_url.to_owned());
        Self { gate: gate.clone(), name: "oauth2".to_owned(), authorization, client_credentials: None }
    }

    /// Adds the flow of clients that act for themselves.
    #[must_use]
    pub fn client_credentials(mut self, token_url: &str) -> Self {
        self.client_credentials = Some(token_url.to_owned());
        self
    }

    /// Sets the name of the scheme in the document; `oauth2` unless set.
    #[must_use]
    pub fn scheme(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the floor and `scopes`, each once, by the names that clients ask for.
    pub(super) fn with_floor(&self, scopes: &[&str]) -> Vec<String> {
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

    pub(super) fn add_to(&self, openapi: &mut OpenApi, table: &ScopeTable) {
        let scopes = self.described(table);
        let (authorize, token) = &self.authorization;
        let mut flows =
            vec![Flow::AuthorizationCode(AuthorizationCode::new(authorize, token, scopes.clone()))];
        if let Some(token) = &self.client_credentials {
            flows.push(Flow::ClientCredentials(ClientCredentials::new(token, scopes)));
        }
        let scheme = SecurityScheme::OAuth2(OAuth2::new(flows));
        openapi.components.get_or_insert_default().add_security_scheme(&self.name, scheme);
    }

    /// Names all that an operation needs or may demand; a scope without a description has an empty one.
    fn described(&self, table: &ScopeTable) -> Scopes {
        let policy = self.gate.policy();
        let floor = policy.floor_scopes().iter().map(ScopeToken::as_str);
        let needs = table.entries().iter().flat_map(|entry| entry.terms().needs()).map(NeedRef::as_str);
        let described: BTreeMap<String, String> = floor
            .chain(needs)
            .map(|text| (policy.asked_name(text), policy.description(text).to_owned()))
            .collect();
        described.into_iter().collect()
    }
}
