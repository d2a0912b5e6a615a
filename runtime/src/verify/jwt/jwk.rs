//! A published JSON Web Key.

use serde::Deserialize;

/// The members of a JSON Web Key that the gate uses ([RFC 7517, section
/// 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)). A key's kind decides which members the key has ([RFC 7518,
/// section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
#[derive(PartialEq, Eq, Hash, Deserialize)]
pub(crate) struct Jwk {
    pub(crate) kty: String,
    pub(crate) kid: Option<String>,
    pub(crate) alg: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    pub(crate) crv: Option<String>,
    pub(crate) n: Option<String>,
    pub(crate) e: Option<String>,
    pub(crate) x: Option<String>,
    pub(crate) y: Option<String>,
}

/// The maximum length of a member's text, in bytes. The text of the longest accepted RSA modulus (8192 bits) is shorter
/// than this limit. Without a limit, an issuer could publish a modulus of a megabyte, and make the gate parse it.
const MAX_LENGTH: usize = 2048;

impl Jwk {
    pub(crate) fn is_for_verification(&self) -> bool {
        self.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == "verify"))
    }

    pub(crate) fn is_of_usual_size(&self) -> bool {
        let texts = [&self.kid, &self.n, &self.e, &self.x, &self.y];
        texts.into_iter().flatten().all(|text| text.len() <= MAX_LENGTH)
    }
}
