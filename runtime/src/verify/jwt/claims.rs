//! Judges the claims of a token whose signature is good, and reads what they grant.

use serde_json::{Map, Value};

use super::{fault::Fault, validity::Validity};
use crate::{GrantedScopes, Token};

/// What the claims of every token must satisfy, at whatever time. The issuer is not among them: its keys were the proof.
#[derive(Debug)]
pub(super) struct Rules {
    audiences: Vec<String>,
    scope_claims: Vec<String>,
}

impl Rules {
    pub(super) fn for_audience(audience: String) -> Self {
        // Okta writes `scp` as an array and Entra as a text; most others write `scope`.
        let scope_claims = vec!["scope".to_owned(), "scp".to_owned()];
        let mut rules = Self { audiences: Vec::new(), scope_claims };
        rules.add_audience(audience);
        rules
    }

    /// Accepts `audience`, and where it is a URL without a path its form with or without a slash too.
    pub(super) fn add_audience(&mut self, audience: String) {
        self.audiences.extend(twin(&audience));
        self.audiences.push(audience);
    }

    pub(super) fn set_scope_claim(&mut self, name: String) {
        self.scope_claims = vec![name];
    }

    /// Makes a token of `claims` if they are good, and says when it is valid: that comes last, since only of good tokens it
    /// is said that they expired.
    pub(super) fn check(&self, claims: Map<String, Value>) -> Result<(Token, Validity), Fault> {
        let aud = claims.get("aud").ok_or(Fault::Plain("it has no `aud`"))?;
        if !self.names_audience(aud) {
            return Err(Fault::unexpected("aud", aud, self.audiences.iter()));
        }
        let validity = Validity::of(&claims)?;
        let token = self.token_of(claims);
        let token = match validity.expires_at() {
            Some(expires_at) => token.with_expiry(expires_at),
            None => token,
        };
        Ok((token, validity))
    }

    fn token_of(&self, claims: Map<String, Value>) -> Token {
        let scopes = self.scope_claims.iter().find_map(|name| claims.get(name));
        let mut token = Token::granting(scopes.and_then(granted).unwrap_or_default());
        let text = |name| claims.get(name).and_then(Value::as_str);
        if let Some(issuer) = text("iss") {
            token = token.with_issuer(issuer);
        }
        if let Some(subject) = text("sub") {
            token = token.with_subject(subject);
        }
        if let Some(client) = text("client_id").or_else(|| text("azp")) {
            token = token.with_client(client);
        }
        token.with_all_claims(claims)
    }

    /// `aud` is one text or an array of them ([RFC 7519, section 4.1.3]).
    ///
    /// [RFC 7519, section 4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3
    fn names_audience(&self, aud: &Value) -> bool {
        let is_ours = |name: &str| self.audiences.iter().any(|ours| ours == name);
        match aud {
            Value::String(name) => is_ours(name),
            Value::Array(names) => names.iter().filter_map(Value::as_str).any(is_ours),
            _ => false,
        }
    }
}

/// Reads scopes from a text or an array of texts; anything else grants nothing.
fn granted(scopes: &Value) -> Option<GrantedScopes> {
    match scopes {
        Value::String(list) => Some(GrantedScopes::parse(list)),
        Value::Array(scopes) => scopes.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Finds the other form of a URL without a path: `https://h` for `https://h/`, and the other way round.
///
/// Clients that parse the URL of a resource send it on with a slash, whatever its owner wrote.
fn twin(audience: &str) -> Option<String> {
    let (bare, slashed) = match audience.strip_suffix('/') {
        Some(bare) => (bare, true),
        None => (audience, false),
    };
    let (scheme, authority) = bare.split_once("://")?;
    if !matches!(scheme, "https" | "http") || authority.is_empty() || authority.contains(['/', '?', '#']) {
        return None;
    }
    Some(if slashed { bare.to_owned() } else { format!("{bare}/") })
}

#[cfg(test)]
mod tests {
    use super::twin;

    #[test]
    fn only_a_url_without_a_path_has_a_twin() {
        let check =
            |audience, expected: Option<&str>| assert_eq!(twin(audience).as_deref(), expected, "{audience}");
        check("https://h", Some("https://h/"));
        check("https://h/", Some("https://h"));
        check("https://h:8443", Some("https://h:8443/"));
        check("https://h:8443/", Some("https://h:8443"));
        check("https://h/mcp", None);
        check("https://h/mcp/", None);
        check("https://h//", None);
        check("https://h?q", None);
        check("https://", None);
        check("api://files", None);
        check("files", None);
        check("", None);
    }
}
