//! Proof Key for Code Exchange, S256 only ([RFC 7636]).
//!
//! [RFC 7636]: https://www.rfc-editor.org/rfc/rfc7636

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Code, OAuthError};
use crate::params::Params;

/// The SHA-256 of a verifier that only the client knows so far.
#[derive(Debug, Clone)]
pub(crate) struct Challenge(Vec<u8>);

impl Challenge {
    /// Reads the challenge of an authorization request ([RFC 7636, section 4.3]).
    ///
    /// [RFC 7636, section 4.3]: https://www.rfc-editor.org/rfc/rfc7636#section-4.3
    pub(crate) fn from_request(params: &Params) -> Result<Self, OAuthError> {
        let challenge = params.required("code_challenge")?;
        // A missing method means `plain`, which OAuth 2.1 has removed.
        if params.optional("code_challenge_method")? != Some("S256") {
            return Err(OAuthError::new(Code::InvalidRequest, "`code_challenge_method` must be `S256`"));
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(hash) if hash.len() == SHA256.output_len() => Ok(Self(hash)),
            _ => Err(OAuthError::new(Code::InvalidRequest, "`code_challenge` is not a SHA-256 in base64url")),
        }
    }

    /// Tells whether `verifier` is well formed and hashes to this challenge ([RFC 7636, section 4.6]).
    ///
    /// [RFC 7636, section 4.6]: https://www.rfc-editor.org/rfc/rfc7636#section-4.6
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        is_code_verifier(verifier) && digest(&SHA256, verifier.as_bytes()).as_ref() == self.0
    }
}

/// `code-verifier = 43*128unreserved` ([RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn example_of_the_rfc() {
        let params = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let challenge = Challenge::from_request(&Params::parse(params.as_bytes())).unwrap();

        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"));
        assert!(!challenge.is_met_by(""));
    }
}
