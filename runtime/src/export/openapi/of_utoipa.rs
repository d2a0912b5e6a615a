//! Documents of utoipa.

use serde::Deserialize;
use serde_json::to_value;
use utoipa::openapi::{
    OpenApi, RefOr, path,
    security::{
        AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme,
    },
};

use super::{
    document::{Alternative, Described, Document, Needs, OpenApiDocument, Operation, Place},
    scheme::Flows,
};
use crate::routing::documentation::operations;

impl<'a> From<&'a mut OpenApi> for OpenApiDocument<'a> {
    fn from(document: &'a mut OpenApi) -> Self {
        Self(document)
    }
}

impl Document for OpenApi {
    fn problem(&self) -> Option<String> {
        None
    }

    fn is_strict(&self) -> bool {
        false
    }

    fn places(&mut self) -> Vec<Place<'_>> {
        let operations = operations(self).into_iter();
        operations.map(|(path, method, operation)| Place { path, method, operation }).collect()
    }

    fn scheme(&self, name: &str) -> Option<bool> {
        let scheme = self.components.as_ref()?.security_schemes.get(name)?;
        // The type of a scheme behind a `$ref` is unknown, so assume that the scheme has scopes.
        Some(matches!(
            scheme,
            RefOr::Ref(_) | RefOr::T(SecurityScheme::OAuth2(_) | SecurityScheme::OpenIdConnect(_))
        ))
    }

    fn add_scheme(&mut self, name: &str, flows: &Flows, scopes: &Described, description: Option<String>) {
        let scopes = || Scopes::from_iter(scopes.clone());
        let code = AuthorizationCode::new(&flows.authorization_url, &flows.token_url, scopes());
        let own =
            flows.client_credentials.as_ref().map(|token_url| ClientCredentials::new(token_url, scopes()));
        let flows = [Some(Flow::AuthorizationCode(code)), own.map(Flow::ClientCredentials)];
        let mut scheme = OAuth2::new(flows.into_iter().flatten());
        scheme.description = description;
        let scheme = SecurityScheme::OAuth2(scheme);
        self.components.get_or_insert_default().add_security_scheme(name, scheme);
    }

    fn add_scopes(&mut self, name: &str, scopes: &Described) {
        let schemes = self.components.as_mut().map(|components| &mut components.security_schemes);
        let Some(RefOr::T(SecurityScheme::OAuth2(scheme))) = schemes.and_then(|all| all.get_mut(name)) else {
            return;
        };
        for flow in scheme.flows.values_mut() {
            let known = scopes_of(flow);
            *known =
                scopes.clone().into_iter().chain(listed(known)).collect::<Described>().into_iter().collect();
        }
    }
}

impl Operation for path::Operation {
    fn need(&mut self, needs: &Needs) {
        let requirement = |alternative: &Alternative| {
            let schemes = alternative.clone().into_iter();
            schemes.fold(SecurityRequirement::default(), |all, (scheme, scopes)| all.add(scheme, scopes))
        };
        self.security = Some(needs.alternatives.iter().map(requirement).collect());
        for (name, value) in &needs.extensions {
            match (value, &mut self.extensions) {
                (Some(value), extensions) => {
                    extensions.get_or_insert_default().insert((*name).to_owned(), value.clone());
                }
                (None, Some(extensions)) => {
                    extensions.remove(*name);
                }
                (None, None) => {}
            }
        }
    }
}

fn scopes_of(flow: &mut Flow) -> &mut Scopes {
    match flow {
        Flow::Implicit(flow) => &mut flow.scopes,
        Flow::Password(flow) => &mut flow.scopes,
        Flow::ClientCredentials(flow) => &mut flow.scopes,
        Flow::AuthorizationCode(flow) => &mut flow.scopes,
        Flow::DeviceAuthorization(flow) => &mut flow.scopes,
    }
}

/// Lists the scopes and their descriptions. utoipa exposes these scopes only through serde.
fn listed(scopes: &Scopes) -> Described {
    let written = to_value(scopes).unwrap_or_default();
    written.get("scopes").and_then(|listed| Described::deserialize(listed).ok()).unwrap_or_default()
}
