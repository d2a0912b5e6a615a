//! Documents as plain JSON.

use serde_json::{Map, Value, json};

use super::{
    document::{Described, Document, Needs, OpenApiDocument, Operation, Place},
    scheme::Flows,
};

impl<'a> From<&'a mut Value> for OpenApiDocument<'a> {
    fn from(document: &'a mut Value) -> Self {
        Self(document)
    }
}

/// In a path item, each member with one of these names is an operation.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

impl Document for Value {
    fn problem(&self) -> Option<String> {
        if !version(self).starts_with("3.") {
            return Some("it is not an OpenAPI document of version 3".to_owned());
        }
        let broken = |pointer: &&str| self.pointer(pointer).is_some_and(|member| !member.is_object());
        let pointer = ["/paths", "/components", "/components/securitySchemes"].into_iter().find(broken)?;
        Some(format!("`{}` is not an object in it", pointer.replace('/', ".").trim_start_matches('.')))
    }

    fn is_strict(&self) -> bool {
        version(self).starts_with("3.0")
    }

    fn places(&mut self) -> Vec<Place<'_>> {
        let paths = self.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
        let mut places = Vec::new();
        for (path, item) in paths {
            for (name, value) in item.as_object_mut().into_iter().flatten() {
                let Some(value) = value.as_object_mut() else { continue };
                if METHODS.contains(&name.as_str()) {
                    places.push(place(path, name, value));
                } else if name == "additionalOperations" {
                    let others = value.iter_mut();
                    places.extend(
                        others.filter_map(|(name, value)| Some(place(path, name, value.as_object_mut()?))),
                    );
                }
            }
        }
        places
    }

    fn scheme(&self, name: &str) -> Option<bool> {
        let scheme = self.pointer("/components/securitySchemes")?.get(name)?;
        let kind = scheme.get("type").and_then(Value::as_str);
        // The type of a scheme behind a `$ref` is unknown, so assume that the scheme has scopes.
        Some(scheme.get("$ref").is_some() || matches!(kind, Some("oauth2" | "openIdConnect")))
    }

    fn add_scheme(&mut self, name: &str, flows: &Flows, scopes: &Described, description: Option<String>) {
        let mut written = json!({ "authorizationCode": {
            "authorizationUrl": flows.authorization_url,
            "tokenUrl": flows.token_url,
            "scopes": scopes,
        } });
        if let (Some(token_url), Some(written)) = (&flows.client_credentials, written.as_object_mut()) {
            let flow = json!({ "tokenUrl": token_url, "scopes": scopes });
            written.insert("clientCredentials".to_owned(), flow);
        }
        let mut scheme = json!({ "type": "oauth2", "flows": written });
        if let (Some(description), Some(scheme)) = (description, scheme.as_object_mut()) {
            scheme.insert("description".to_owned(), description.into());
        }
        let schemes = object_in(self, "components").and_then(|all| object_in(all, "securitySchemes"));
        if let Some(schemes) = schemes.and_then(Value::as_object_mut) {
            schemes.insert(name.to_owned(), scheme);
        }
    }

    fn add_scopes(&mut self, name: &str, scopes: &Described) {
        let scheme =
            self.pointer_mut("/components/securitySchemes").and_then(|schemes| schemes.get_mut(name));
        let flows = scheme.and_then(|scheme| scheme.get_mut("flows")?.as_object_mut());
        for (_, flow) in flows.into_iter().flatten() {
            let Some(known) = object_in(flow, "scopes").and_then(Value::as_object_mut) else { continue };
            for (scope, description) in scopes {
                known.entry(scope).or_insert_with(|| description.as_str().into());
            }
        }
    }
}

impl Operation for Map<String, Value> {
    fn need(&mut self, needs: &Needs) {
        self.insert("security".to_owned(), json!(needs.alternatives));
        for (name, value) in &needs.extensions {
            match value {
                Some(value) => self.insert((*name).to_owned(), value.clone()),
                None => self.remove(*name),
            };
        }
    }
}

fn version(document: &Value) -> &str {
    document.get("openapi").and_then(Value::as_str).unwrap_or_default()
}

fn place<'a>(path: &str, method: &str, operation: &'a mut Map<String, Value>) -> Place<'a> {
    Place { path: path.to_owned(), method: method.to_ascii_uppercase(), operation }
}

/// Returns the object in the member `name`, and creates the object if the member is missing. Returns `None` if `value`
/// or the member is not an object.
fn object_in<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let inner = value.as_object_mut()?.entry(name).or_insert_with(|| json!({}));
    inner.is_object().then_some(inner)
}
