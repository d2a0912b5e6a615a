//! The unverified content of a token.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::span;
use crate::{
    Issuer, shown,
    verify::jwt::{is_at_jwt, system_clock},
};

/// The content of a token. The content is not verified, so it is used only for advice.
pub(super) struct Said {
    parts: usize,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Said {
    pub(super) fn of(token: &str) -> Self {
        let object = |part: &str| {
            let json = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice(&json).ok()
        };
        let parts: Vec<&str> = token.split('.').collect();
        let read = |at: usize| parts.get(at).copied().and_then(object).unwrap_or_default();
        Self { parts: parts.len(), header: read(0), claims: read(1) }
    }

    /// Tells whether the token is encrypted ([RFC 7516, section
    /// 7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1)).
    pub(super) fn is_encrypted(&self) -> bool {
        self.parts == 5 && self.header.contains_key("enc")
    }

    /// Tells whether the token is opaque, which means that it is not a JSON Web Token.
    pub(super) fn is_opaque(&self) -> bool {
        self.header.is_empty()
    }

    /// Returns the issuer from the claims, or from the header if the claims name no issuer. Some servers write the
    /// issuer into the header of an encrypted token.
    pub(super) fn issuer(&self) -> Option<&str> {
        [&self.claims, &self.header].into_iter().find_map(|object| object.get("iss")?.as_str())
    }

    /// Returns a claim, escaped for output.
    pub(super) fn claim(&self, name: &str) -> Option<String> {
        let value = self.claims.get(name)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(shown::text(text).to_string())
    }

    /// Tells whether the token has this claim.
    pub(super) fn has(&self, name: &str) -> bool {
        self.claims.contains_key(name)
    }

    /// Finds the issuer of the token. Returns this issuer only if the gate's rules for the issuer treat the token as a
    /// possible ID token.
    pub(super) fn possible_id_token_of<'a>(&self, issuers: &[&'a Issuer]) -> Option<&'a Issuer> {
        let is_at_jwt = self.header.get("typ").and_then(Value::as_str).is_some_and(is_at_jwt);
        let issuer = issuer_named(self.issuer()?, issuers)?;
        issuer.may_be_id_token(&self.claims, is_at_jwt).then_some(issuer)
    }

    /// Returns the only audience of the token, or the first of several.
    pub(super) fn audience(&self) -> Option<&str> {
        let aud = self.claims.get("aud")?;
        aud.as_str().or_else(|| aud.as_array()?.first()?.as_str())
    }

    /// Tells whether the claim `aud` is a list that contains `resource`, byte for byte.
    pub(super) fn is_for(&self, resource: &str) -> bool {
        let aud = self.claims.get("aud").and_then(Value::as_array);
        aud.is_some_and(|audiences| audiences.iter().any(|audience| audience == resource))
    }

    /// Returns the name of the signature algorithm.
    pub(super) fn algorithm(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// Returns the message for an expired token. The message contains the claim `exp`, if the token has this claim.
    pub(super) fn expiry(&self) -> String {
        let Some(exp) = self.claim("exp") else { return "it expired".to_owned() };
        let now = system_clock();
        let passed = self.claims.get("exp").and_then(Value::as_f64).map(|exp| now - exp);
        let passed = passed.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let ago = passed.map(|passed| format!(" {} ago", span::words(passed))).unwrap_or_default();
        format!("it expired{ago}: its `exp` is `{exp}`, and this machine's clock shows `{now:.0}`")
    }
}

/// Returns the issuer that accepts this `iss`.
pub(super) fn issuer_named<'a>(iss: &str, issuers: &[&'a Issuer]) -> Option<&'a Issuer> {
    issuers.iter().copied().find(|issuer| issuer.names.find(iss).is_some())
}
