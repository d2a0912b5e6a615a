//! The client certificate that a proxy in front of the program verified.

use std::fmt;

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{VerifyError, credential_source::is_reserved};

/// The request header in which a proxy passes the thumbprint of the client certificate; see
/// [`Gate::client_certificate`](crate::Gate::client_certificate).
///
/// # Examples
///
/// ```
/// use scopegate::ClientCertificate;
///
/// let certificate = ClientCertificate::header("X-Client-Cert-SHA256");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// The header's name as the program wrote it.
    text: String,
    name: Option<HeaderName>,
}

impl ClientCertificate {
    /// Names the header that a proxy in front of the program sets.
    ///
    /// The value of the header is the SHA-256 hash of the DER-encoded certificate. The hash is written in base64url, in
    /// base64, or in hexadecimal digits. Colons can separate the bytes of the hexadecimal form.
    ///
    /// The proxy must verify that the client has the private key of the certificate. If a client itself sends the
    /// header, the proxy must replace or remove it. If the proxy forwards the client's header, anyone can claim to have
    /// any certificate.
    #[must_use]
    pub fn header(name: impl Into<String>) -> Self {
        let text = name.into();
        let name = text.parse().ok().filter(|name: &HeaderName| !is_reserved(name.as_str()));
        Self { text, name }
    }

    /// Returns the header, if its name is legal.
    pub(crate) const fn name(&self) -> Option<&HeaderName> {
        self.name.as_ref()
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.name.is_none().then(|| {
            format!(
                "no proxy can put the thumbprint of a certificate into the header {:?}; choose a name of its own, with letters, digits and `-`",
                self.text
            )
        })
    }

    /// Checks that the client has the certificate that a token is bound to. `bound` is the member `x5t#S256` of the
    /// token's `cnf` ([RFC 8705, section 3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    pub(crate) fn check(&self, bound: &Value, headers: &HeaderMap) -> Result<(), VerifyError> {
        let bound = bound.as_str().and_then(|text| of_base64(text.as_bytes()));
        let bound =
            bound.ok_or_else(|| VerifyError::invalid("its `x5t#S256` is not a SHA-256 in base64url"))?;
        let mut lines = self.name.iter().flat_map(|name| headers.get_all(name));
        let shown = match (lines.next(), lines.next()) {
            (Some(line), None) => line,
            (None, _) => {
                return Err(VerifyError::invalid(format!(
                    "it is bound to a client certificate, and the request has no header `{}`",
                    self.text
                )));
            }
            (Some(_), Some(_)) => {
                return Err(VerifyError::invalid(format!(
                    "it is bound to a client certificate, and the request has the header `{}` twice",
                    self.text
                )));
            }
        };
        match thumbprint(shown) {
            Some(shown) if shown == bound => Ok(()),
            Some(_) => Err(VerifyError::invalid("it is bound to another client certificate")),
            None => {
                Err(VerifyError::invalid(format!("the header `{}` does not contain a SHA-256", self.text)))
            }
        }
    }
}

/// Writes the name of the header.
impl fmt::Display for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text.to_ascii_lowercase())
    }
}

type Thumbprint = [u8; 32];

/// Parses a thumbprint in any form that proxies write.
fn thumbprint(value: &HeaderValue) -> Option<Thumbprint> {
    let text = value.as_bytes().trim_ascii();
    of_hex(text).or_else(|| of_base64(text))
}

/// Parses 64 hexadecimal digits. Colons between the bytes are optional.
fn of_hex(text: &[u8]) -> Option<Thumbprint> {
    let width = match text.len() {
        64 => 2,
        95 => 3,
        _ => return None,
    };
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.chunks(width)) {
        let (digits, colon) = digits.split_at_checked(2)?;
        if !matches!(colon, [] | [b':']) || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Parses base64 or base64url. The padding is optional.
fn of_base64(text: &[u8]) -> Option<Thumbprint> {
    let is_url = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let alphabet = if is_url { &base64::alphabet::URL_SAFE } else { &base64::alphabet::STANDARD };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(alphabet, config).decode(text).ok()?;
    decoded.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: Thumbprint = {
        let mut bytes = [0xAB; 32];
        bytes[0] = 0xFB;
        bytes[1] = 0xFF;
        bytes
    };

    fn hex(separator: &str) -> String {
        BYTES.map(|byte| format!("{byte:02x}")).join(separator)
    }

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let read = thumbprint(&HeaderValue::from_str(text).unwrap());
        assert_eq!(read, expected.then_some(BYTES), "{text}");
    }

    #[test]
    fn reads_what_proxies_write() {
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            check(&engine.encode(BYTES), true);
        }
        check(&hex(""), true);
        check(&hex("").to_uppercase(), true);
        check(&hex(":"), true);
        check(&format!(" {} ", hex(":")), true);
    }

    #[test]
    fn reads_nothing_else() {
        check("", false);
        check(&hex("-"), false);
        check(&hex("")[2..], false);
        check(&format!("{}00", hex("")), false);
        check(&hex(":").replacen("ab", "+b", 1), false);
        check(&format!("{}:", hex(":")), false);
        check(&base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&BYTES[1..]), false);
        check(&format!("sha256={}", hex("")), false);
    }
}
