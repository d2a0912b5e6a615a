//! Makes the issuer of a table.

use scopegate::{Introspection, Issuer};
use serde_json::{Map, Value};

use crate::table::Table;

impl Table {
    /// Returns the constructor that the table tests.
    #[track_caller]
    pub(crate) fn constructor(&self) -> &str {
        let mut names = self.preset.keys().filter(|name| !METHODS.contains(&name.as_str()));
        match (names.next(), names.next()) {
            (Some(name), None) => name,
            _ => panic!("{}: the preset has one constructor", self.name),
        }
    }

    /// Makes the issuer.
    #[track_caller]
    pub(crate) fn rules(&self) -> Issuer {
        let name = self.constructor();
        let mut issuer = construct(name, &arguments(&self.preset, name));
        for method in self.preset.keys().filter(|method| *method != name) {
            issuer = call(issuer, method, &arguments(&self.preset, method));
        }
        issuer
    }

    /// Makes the introspection of the tokens, with a test's endpoint.
    pub(crate) fn asking(&self, endpoint: String) -> Introspection {
        let name = self.constructor();
        let introspection = match (name, arguments(&self.preset, name).as_slice()) {
            ("google", _) => Introspection::google(),
            ("github", [Value::String(id), Value::String(secret)]) => Introspection::github(id, secret),
            _ => Introspection::new("files-api", "the secret of files-api"),
        };
        introspection.endpoint(endpoint)
    }

    /// Writes the issuer as Rust code.
    pub(crate) fn program(&self) -> String {
        let name = self.constructor();
        let written = |name: &str| {
            let arguments = arguments(&self.preset, name);
            format!("{name}({})", arguments.into_iter().map(expression).collect::<Vec<_>>().join(", "))
        };
        let methods = self.preset.keys().filter(|method| *method != name);
        let calls: Vec<_> = std::iter::once(name).chain(methods.map(String::as_str)).map(written).collect();
        let introspection = self.introspection_in_program();
        format!("Issuer::{}{introspection}", calls.join("."))
    }

    /// Writes the call that the issuer needs for opaque tokens. The presets for Google and GitHub already make this
    /// call.
    fn introspection_in_program(&self) -> &str {
        match self.constructor() {
            "google" | "github" => "",
            _ if self.introspection.is_empty() => "",
            "hydra" => ".introspection(Introspection::new(..).endpoint(..))",
            _ => ".introspection(Introspection::new(..))",
        }
    }
}

const METHODS: [&str; 8] =
    ["access_claims", "audience", "client_ids", "members", "require", "roles_at", "scope_prefix", "scopes"];

fn construct(name: &str, arguments: &[&Value]) -> Issuer {
    let text =
        |at: usize| arguments.get(at).and_then(|value| value.as_str()).expect("a text for the constructor");
    match name {
        "new" => Issuer::new(text(0)),
        "auth0" => Issuer::auth0(text(0)),
        "authentik" => Issuer::authentik(text(0), text(1)),
        "better_auth" => Issuer::better_auth(text(0)),
        "clerk" => Issuer::clerk(text(0)),
        "cognito" => Issuer::cognito(text(0), text(1)),
        "descope" => Issuer::descope(text(0)),
        "entra" => Issuer::entra(text(0), text(1)),
        "entra_tenants" => Issuer::entra_tenants(text(0)),
        "github" => Issuer::github(text(0), text(1)),
        "google" => Issuer::google(text(0)),
        "hydra" => Issuer::hydra(text(0)),
        "kanidm" => Issuer::kanidm(text(0), text(1)),
        "keycloak" => Issuer::keycloak(text(0)),
        "logto" => Issuer::logto(text(0)),
        "okta" => Issuer::okta(text(0), text(1)),
        "supabase" => Issuer::supabase(text(0)),
        "workos" => Issuer::workos(text(0)),
        "zitadel" => Issuer::zitadel(text(0), text(1)),
        _ => panic!("`{name}` is no preset that the tables know"),
    }
}

fn call(issuer: Issuer, method: &str, arguments: &[&Value]) -> Issuer {
    let text = |at: usize| arguments[at].as_str().expect("a text");
    match method {
        "access_claims" => issuer.access_claims(texts(arguments[0])),
        "audience" => issuer.audience(text(0)),
        "client_ids" => issuer.client_ids(texts(arguments[0])),
        "members" => issuer.members(texts(arguments[0])),
        "require" => issuer.require(text(0), text(1)),
        "roles_at" => {
            let roles = arguments[1].as_array().expect("a list of roles");
            issuer.roles_at(texts(arguments[0]), roles.iter().map(|role| (texts(role)[0], texts(role)[1])))
        }
        "scope_prefix" => issuer.scope_prefix(text(0)),
        "scopes" => issuer.scopes(texts(arguments[0])),
        _ => panic!("`{method}` is no method that the tables know"),
    }
}

fn arguments<'a>(preset: &'a Map<String, Value>, name: &str) -> Vec<&'a Value> {
    preset[name].as_array().expect("a list of arguments").iter().collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// Writes an argument as Rust code. A role with its scopes is a tuple.
fn expression(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let inner = values.iter().map(|value| match value {
                Value::Array(pair) => {
                    format!("({})", pair.iter().map(expression).collect::<Vec<_>>().join(", "))
                }
                other => expression(other),
            });
            format!("[{}]", inner.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
