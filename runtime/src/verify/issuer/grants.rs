//! Reads the granted scopes from the claims of a token.

use serde_json::{Map, Value};

use crate::GrantedScopes;

/// The claims in which an issuer writes scopes.
#[derive(Clone, Debug)]
pub(super) struct Grants {
    scopes: Vec<Path>,
    prefix: Option<String>,
    roles: Vec<RolesAt>,
}

/// The path to a value in the claims: the name of a claim, and then the names of nested members. A path is a list and
/// not one string, because names can contain dots and slashes.
type Path = Vec<String>;

/// The place of the roles in the claims, and the scopes that each role grants.
#[derive(Clone, Debug)]
pub(crate) struct RolesAt {
    path: Path,
    scopes: Vec<(String, Vec<String>)>,
}

impl Default for Grants {
    fn default() -> Self {
        // Okta writes `scp` as an array, and Entra ID writes `scp` as a string. Most other servers write `scope`.
        let scopes = ["scope", "scp"].map(|name| vec![name.to_owned()]).to_vec();
        Self { scopes, prefix: None, roles: Vec::new() }
    }
}

impl Grants {
    pub(super) fn set_claims(&mut self, names: impl Iterator<Item = String>) {
        self.scopes = names.map(|name| vec![name]).collect();
    }

    pub(super) fn add_path(&mut self, path: Path) {
        self.scopes.push(path);
    }

    pub(super) fn set_prefix(&mut self, prefix: String) {
        self.prefix = Some(prefix);
    }

    pub(super) fn add_roles(&mut self, path: Path, scopes: Vec<(String, Vec<String>)>) {
        self.roles.push(RolesAt { path, scopes });
    }

    /// Returns the scopes that a token grants, from its claims for scopes and its claims for roles.
    pub(super) fn of(&self, claims: &Map<String, Value>) -> GrantedScopes {
        let found = self.scopes.iter().filter_map(|path| at(claims, path));
        let named = found.flat_map(texts).filter_map(|scope| match &self.prefix {
            Some(prefix) => scope.strip_prefix(prefix.as_str()),
            None => Some(scope),
        });
        let by_role = self.roles.iter().flat_map(|roles| roles.of(claims));
        named.chain(by_role).collect()
    }

    /// Tells whether the token has a claim for scopes, even an empty one. A claim for roles does not count, because ID
    /// tokens also have roles.
    pub(super) fn are_in(&self, claims: &Map<String, Value>) -> bool {
        self.scopes.iter().any(|path| at(claims, path).is_some())
    }

    /// Iterates over the pairs of a role and a scope that this role grants.
    pub(super) fn roles(&self) -> impl Iterator<Item = (&str, &str)> {
        let roles = self.roles.iter().flat_map(|roles| &roles.scopes);
        roles.flat_map(|(role, scopes)| scopes.iter().map(move |scope| (role.as_str(), scope.as_str())))
    }

    #[cfg(feature = "export")]
    pub(super) fn role_maps(&self) -> &[RolesAt] {
        &self.roles
    }

    #[cfg(feature = "export")]
    pub(super) fn come_from_roles_only(&self) -> bool {
        self.scopes.is_empty()
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let paths = self.scopes.iter().chain(self.roles.iter().map(|roles| &roles.path));
        if paths.into_iter().any(|path| path.is_empty() || path.iter().any(String::is_empty)) {
            problems.push("a claim with scopes or roles has no name; write the names that lead to it, as in `[\"realm_access\", \"roles\"]`".to_owned());
        }
        if self.scopes.is_empty() && self.roles.is_empty() {
            problems.push(
                "nothing grants scopes; add `.roles_at(..)`, or name a claim in `.scopes([..])`".to_owned(),
            );
        }
        if self.prefix.as_deref() == Some("") {
            problems.push("the prefix of scopes is empty; remove `.scope_prefix(..)`".to_owned());
        }
        let scopes = self.roles().map(|(_, scope)| scope);
        for scope in scopes.filter(|scope| scopegate_grammar::check(scope).is_err()) {
            problems.push(format!("a role cannot grant `{scope}`, which is not a scope"));
        }
        problems
    }
}

impl RolesAt {
    fn of<'a>(&'a self, claims: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
        let held = at(claims, &self.path).into_iter().flat_map(names);
        held.flat_map(|role| self.scopes.iter().filter(move |(known, _)| known == role))
            .flat_map(|(_, scopes)| scopes.iter().map(String::as_str))
    }
}

#[cfg(feature = "export")]
impl RolesAt {
    pub(crate) fn path(&self) -> &[String] {
        &self.path
    }

    /// Returns the name of the claim that contains the roles. The roles can be in a nested member of this claim.
    pub(crate) fn claim(&self) -> &str {
        self.path.first().map(String::as_str).unwrap_or_default()
    }

    /// Iterates over the roles that can grant scopes.
    pub(crate) fn known(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|(role, _)| role.as_str())
    }

    /// Returns the roles in the claims of a token, including unknown roles.
    pub(crate) fn held<'a>(&self, claims: &'a Map<String, Value>) -> Vec<&'a str> {
        at(claims, &self.path).map(names).unwrap_or_default()
    }
}

fn at<'a>(claims: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(claims.get(first)?, |value, name| value.as_object()?.get(name))
}

/// Reads the strings of a space-delimited list or of an array. For any other value, the result is empty. If an array
/// has any value that is not a string, the whole array is ignored, because its meaning is unknown.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(list) => list.split(' ').filter(|text| !text.is_empty()).collect(),
        Value::Array(values) => values.iter().map(Value::as_str).collect::<Option<_>>().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Reads the names of roles. If the value is an object, the names of its members are the roles. For any other value,
/// [`texts`] reads the roles.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => members.keys().map(String::as_str).collect(),
        other => texts(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Issuer;

    #[track_caller]
    fn check(grants: &Grants, claims: &Value, expected: &[&str]) {
        let granted = grants.of(claims.as_object().expect("an object"));
        assert_eq!(granted.iter().collect::<Vec<_>>(), expected, "{claims}");
    }

    #[test]
    fn the_usual_claims_are_read_together() {
        let grants = Grants::default();
        check(&grants, &json!({ "scope": "b a" }), &["a", "b"]);
        check(&grants, &json!({ "scp": ["b", "a"] }), &["a", "b"]);
        check(&grants, &json!({ "scope": "a", "scp": ["b"] }), &["a", "b"]);
        check(&grants, &json!({ "scope": ["a", 7], "scp": { "b": 1 } }), &[]);
        check(&grants, &json!({ "scope": null, "permissions": ["a"] }), &[]);
    }

    #[test]
    fn claims_may_lie_deeper_and_have_any_name() {
        let mut grants = Grants::default();
        grants.set_claims(["https://example.com/scopes".to_owned()].into_iter());
        grants.add_path(vec!["properties".to_owned(), "a.b".to_owned()]);
        check(&grants, &json!({ "https://example.com/scopes": "a", "scope": "x" }), &["a"]);
        check(&grants, &json!({ "properties": { "a.b": ["b"], "a": { "b": "x" } } }), &["b"]);
        check(&grants, &json!({ "properties": ["a.b"] }), &[]);
    }

    #[test]
    fn with_a_prefix_others_do_not_count() {
        let mut grants = Grants::default();
        grants.set_prefix("https://files.example.com/".to_owned());
        check(&grants, &json!({ "scope": "https://files.example.com/read read other/read" }), &["read"]);
    }

    #[test]
    fn a_role_grants_what_the_map_says_and_not_its_name() {
        let mut grants = Grants::default();
        let map = vec![("editor".to_owned(), vec!["write".to_owned(), "read".to_owned()])];
        grants.add_roles(vec!["realm_access".to_owned(), "roles".to_owned()], map);
        check(
            &grants,
            &json!({ "scope": "a", "realm_access": { "roles": ["editor", "x"] } }),
            &["a", "read", "write"],
        );
        check(
            &grants,
            &json!({ "realm_access": { "roles": { "editor": { "1": "h" } } } }),
            &["read", "write"],
        );
        check(&grants, &json!({ "realm_access": { "roles": ["Editor"] } }), &[]);
        check(&grants, &json!({ "roles": ["editor"] }), &[]);
    }

    #[test]
    fn with_roles_only_no_other_claim_grants_scopes() {
        let issuer = Issuer::new("https://auth.example.com").scopes_at(["permissions"]).roles_only();
        assert_eq!(issuer.grants.problems().len(), 1);
        let grants = issuer.roles_at(["roles"], [("editor", "read"), ("editor", "write")]).grants;
        assert_eq!(grants.problems(), [""; 0]);
        check(&grants, &json!({ "scope": "a", "scp": ["b"], "permissions": "c" }), &[]);
        check(&grants, &json!({ "scope": "read a", "roles": ["editor"] }), &["read", "write"]);
    }

    #[test]
    fn several_calls_add_up_and_a_text_is_a_list_of_roles() {
        let issuer = Issuer::new("https://auth.example.com").roles_only();
        let grants =
            issuer.roles_at(["roles"], [("editor", "write")]).roles_at(["scope"], [("read", "read")]).grants;
        check(&grants, &json!({ "scope": "admin read", "roles": ["editor"] }), &["read", "write"]);
        check(&grants, &json!({ "scope": "write", "roles": "viewer editor" }), &["write"]);
        check(&grants, &json!({ "roles": ["editor", 7] }), &[]);
    }
}
