//! A token taken apart, before anything about it is known to be true.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Map, Value};

use super::algorithms;
use crate::VerifyError;

/// A well-formed token in JWS compact serialization ([RFC 7515, section 7.1]) whose signature nobody has checked yet.
///
/// [RFC 7515, section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub(super) struct Unverified<'a> {
    /// The algorithm that the token claims; never HMAC.
    pub(super) algorithm: Algorithm,
    /// The name of the key.
    pub(super) kid: Option<String>,
    /// What was signed: header and claims as they were sent.
    pub(super) message: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
    claims: Map<String, Value>,
}

/// Refuses longer tokens unread: what is read here comes from anybody. Real ones stay below 16 KiB, since common proxies
/// refuse longer headers.
pub(super) fn check_length(token: &str) -> Result<(), Fault> {
    const MAX_LENGTH: usize = 64 * 1024;
    if token.len() > MAX_LENGTH { Err(Fault("it is too long")) } else { Ok(()) }
}

impl<'a> Unverified<'a> {
    /// Takes `token` apart and judges its header, so that what cannot be good costs no key.
    pub(super) fn parse(token: &'a str) -> Result<Self, Fault> {
        let (message, signature) = token.rsplit_once('.').ok_or(Fault("it is not a JSON Web Token"))?;
        let (header, claims) = message.split_once('.').ok_or(Fault("it is not a JSON Web Token"))?;

        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| Fault("its header is malformed"))?;
        if header.crit {
            return Err(Fault("its header has `crit`, and no extension is known here"));
        }
        if !header.typ.as_deref().is_none_or(is_access_token_type) {
            return Err(Fault("its `typ` is not that of an access token"));
        }
        let claims: Map<String, Value> =
            serde_json::from_slice(&decode(claims)?).map_err(|_| Fault("its claims are malformed"))?;
        if !header.typ.as_deref().is_some_and(is_only_access_token_type) && is_of_open_id(&claims) {
            return Err(Fault("it is an ID token or a logout token"));
        }
        let algorithm =
            algorithms::parse(&header.alg).ok_or(Fault("its `alg` is not one that is accepted"))?;

        Ok(Self {
            algorithm,
            kid: header.kid,
            message: message.as_bytes(),
            signature: decode(signature)?,
            claims,
        })
    }

    /// Returns the issuer that the token claims. It picks the keys, which then prove it or not.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// Returns the claims; to be called once the signature is known to be good.
    pub(super) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

/// What is wrong with a token, as the log has it. It never quotes the token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault(pub(super) &'static str);

impl From<Fault> for VerifyError {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault.0)
    }
}

/// The members of a JOSE header that matter. A key that the token brings along (`jwk`, `jku`, `x5c`) does not.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Notes that a member is there, whatever its value, `null` included.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Tells whether `typ` may stand in an access token ([RFC 9068, section 4]). Older servers write `JWT`. Others, such as
/// `logout+jwt`, mark tokens that the same keys sign for another purpose.
///
/// [RFC 9068, section 4]: https://www.rfc-editor.org/rfc/rfc9068#section-4
fn is_access_token_type(typ: &str) -> bool {
    ["at+jwt", "application/at+jwt", "JWT"].iter().any(|known| known.eq_ignore_ascii_case(typ))
}

fn is_only_access_token_type(typ: &str) -> bool {
    !typ.eq_ignore_ascii_case("JWT")
}

/// Many authorization servers give all their tokens the type `JWT`. Those for the client itself have claims of their own:
/// [OpenID Connect Core, sections 2 and 3.1.3.6], and [Back-Channel Logout, section 2.4].
///
/// [OpenID Connect Core, sections 2 and 3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
/// [Back-Channel Logout, section 2.4]: https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
fn is_of_open_id(claims: &Map<String, Value>) -> bool {
    ["nonce", "at_hash", "c_hash", "events"].iter().any(|name| claims.contains_key(*name))
}

fn decode(part: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault("it is not in base64url"))
}
