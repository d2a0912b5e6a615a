//! Checks the claims of a proof against the request that carries it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::htu;
use crate::{resource::Resource, verify::jwt::Fault};

/// The claims of a proof whose signature is valid.
pub(super) struct Claims<'a>(pub(super) &'a Map<String, Value>);

/// The maximum length of a `jti`, in bytes. A UUID has 36 bytes.
const MAX_JTI: usize = 256;

/// The clock difference, in seconds, that is allowed when the `exp` or `nbf` of a proof is checked.
const LEEWAY: f64 = 60.0;

impl<'a> Claims<'a> {
    /// Checks that the proof is for this method and URL ([RFC 9449, section 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)).
    pub(super) fn check_request(
        &self,
        method: &Method,
        resource: &Resource,
        path: &str,
    ) -> Result<(), Fault> {
        let htm = self.text("htm")?;
        if htm != method.as_str() {
            return Err(Fault::unexpected("htm", htm, [method].iter()));
        }
        let url = self.text("htu")?;
        if !htu::is_of(url, resource, path) {
            return Err(Fault::unexpected("htu", url, [htu::expected(resource, path)].iter()));
        }
        Ok(())
    }

    /// Checks that the proof is for this token.
    pub(super) fn check_token(&self, token: &str) -> Result<(), Fault> {
        if self.text("ath")? == URL_SAFE_NO_PAD.encode(Sha256::digest(token)) {
            return Ok(());
        }
        Err(Fault::Plain("its `ath` is not the hash of the token"))
    }

    /// Checks that the proof was made at most `window` seconds before or after `now`. Also checks the proof's `exp` and
    /// `nbf`. Returns the time when the proof was made.
    pub(super) fn check_time(&self, now: f64, window: f64) -> Result<f64, Fault> {
        let iat = self.time("iat")?.ok_or(Fault::Plain("it has no `iat`"))?;
        // If the clock is broken, the difference can be infinite or not a number. This comparison is then false.
        let is_near = (now - iat).abs() <= window;
        if !is_near {
            return Err(Fault::with(
                "its `iat` is too far from now, by so many seconds:",
                (now - iat).round(),
            ));
        }
        if self.time("exp")?.is_some_and(|exp| now >= exp + LEEWAY) {
            return Err(Fault::Plain("it expired (`exp`)"));
        }
        if self.time("nbf")?.is_some_and(|nbf| now + LEEWAY < nbf) {
            return Err(Fault::Plain("it is not valid yet (`nbf`)"));
        }
        Ok(iat)
    }

    /// Returns the identifier of the proof (`jti`). A client must use each identifier for only one proof.
    pub(super) fn jti(&self) -> Result<&'a str, Fault> {
        match self.text("jti")? {
            "" => Err(Fault::Plain("its `jti` is empty")),
            jti if jti.len() > MAX_JTI => Err(Fault::Plain("its `jti` has more than 256 bytes")),
            jti => Ok(jti),
        }
    }

    pub(super) fn nonce(&self) -> Result<Option<&'a str>, Fault> {
        match self.0.get("nonce") {
            None => Ok(None),
            Some(_) => self.text("nonce").map(Some),
        }
    }

    fn text(&self, name: &str) -> Result<&'a str, Fault> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(Fault::with(&format!("its `{name}` is not a text, but"), other)),
            None => Err(Fault::Shown(format!("it has no `{name}`").into())),
        }
    }

    fn time(&self, name: &str) -> Result<Option<f64>, Fault> {
        let number = |time: &Value| {
            time.as_f64().ok_or_else(|| Fault::with(&format!("its `{name}` is not a number, but"), time))
        };
        self.0.get(name).map(number).transpose()
    }
}
