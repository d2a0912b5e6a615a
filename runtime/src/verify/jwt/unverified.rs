//! A token taken apart, before anything about it is known to be true.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Map, Value};

use super::{
    algorithms,
    fault::Fault,
    object::{self, Object},
};

/// Refuses longer tokens unread: what is read here comes from anybody. Common proxies refuse longer headers, too.
pub(in crate::verify) fn check_length(token: &str) -> Result<(), Fault> {
    const MAX_LENGTH: usize = 16 * 1024;
    if token.len() > MAX_LENGTH { Err(Fault::Plain("it has more than 16 KiB")) } else { Ok(()) }
}

/// A token in JWS compact serialization ([RFC 7515, section 7.1]) of which nothing was read yet.
///
/// [RFC 7515, section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub(in crate::verify) struct Unread<'a> {
    message: &'a str,
    header: &'a str,
    /// As JSON.
    claims: Vec<u8>,
    signature: &'a str,
}

impl<'a> Unread<'a> {
    pub(in crate::verify) fn split(token: &'a str) -> Result<Self, Fault> {
        let not_a_token = Fault::Plain("it is not a JSON Web Token");
        let (message, signature) = token.rsplit_once('.').ok_or(not_a_token.clone())?;
        let (header, claims) = message.split_once('.').ok_or(not_a_token)?;
        Ok(Self { message, header, claims: decode(claims)?, signature })
    }

    /// Reads the issuer that the token claims, and nothing else of its claims. It picks the keys, which then prove it or not.
    pub(super) fn issuer(&self) -> Result<Cow<'_, str>, Fault> {
        let claims = serde_json::from_slice::<Object<Issuer<'_>>>(&self.claims);
        let Object(Issuer { iss }) = claims.map_err(|_| Fault::Plain(NO_CLAIMS))?;
        if iss.is_empty() { Err(Fault::Plain("it has no `iss`")) } else { Ok(iss) }
    }

    /// Reads and judges the header of an access token, so that what cannot be good costs no key.
    pub(super) fn read(self) -> Result<Unverified<'a>, Fault> {
        self.read_as(&TYPES, false)
    }

    /// Reads and judges the header of a token that must have one of these types, or may have none.
    pub(in crate::verify) fn read_as(
        self,
        types: &[&str],
        must_be_typed: bool,
    ) -> Result<Unverified<'a>, Fault> {
        let header = decode(self.header)?;
        object::check_names(&header, MAX_HEADER_MEMBERS)
            .map_err(|_| Fault::Plain("its header is malformed, or has a member twice"))?;
        let Object(header): Object<Header> =
            serde_json::from_slice(&header).map_err(|_| Fault::Plain("its header is malformed"))?;
        if header.crit {
            return Err(Fault::Plain("its header has `crit`, and no extension is known here"));
        }
        match header.typ.as_deref() {
            Some(typ) if !is_one_of(types, typ) => return Err(Fault::unexpected("typ", typ, types.iter())),
            None if must_be_typed => return Err(Fault::Plain("its header has no `typ`")),
            _ => {}
        }
        let algorithm = algorithms::parse(&header.alg)
            .ok_or_else(|| Fault::with("its `alg` is not one that is accepted:", &header.alg))?;
        Ok(Unverified {
            algorithm,
            kid: header.kid,
            message: self.message.as_bytes(),
            signature: decode(self.signature)?,
            may_be_of_open_id: !must_be_typed && !header.typ.is_some_and(|typ| is_one_of(&TYPES[..2], &typ)),
            claims: self.claims,
        })
    }
}

/// A well-formed token whose signature nobody has checked yet.
pub(in crate::verify) struct Unverified<'a> {
    /// The algorithm that the token claims; never HMAC.
    pub(super) algorithm: Algorithm,
    /// The name of the key.
    pub(super) kid: Option<String>,
    /// What was signed: header and claims as they were sent.
    pub(super) message: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
    may_be_of_open_id: bool,
    claims: Vec<u8>,
}

impl Unverified<'_> {
    /// Reads the claims; to be called once the signature is known to be good.
    pub(in crate::verify) fn into_claims(self) -> Result<Map<String, Value>, Fault> {
        object::check_names(&self.claims, usize::MAX)
            .map_err(|_| Fault::Plain("its claims are malformed, or have a member twice"))?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&self.claims).map_err(|_| Fault::Plain(NO_CLAIMS))?;
        if self.may_be_of_open_id
            && let Some(name) = OF_OPEN_ID.iter().find(|name| claims.contains_key(**name))
        {
            return Err(Fault::with("it is an ID token or a logout token, since it has the claim", name));
        }
        Ok(claims)
    }
}

const NO_CLAIMS: &str = "its claims are not a JSON object with a text `iss`";

/// The claim that picks the keys.
#[derive(Deserialize)]
struct Issuer<'a> {
    #[serde(borrow, default)]
    iss: Cow<'a, str>,
}

/// How many members a header may have, with those of what it holds. Whoever knows the name of an issuer can have headers read.
const MAX_HEADER_MEMBERS: usize = 32;

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

/// What `typ` may be in an access token ([RFC 9068, section 4]). Older servers write `JWT`. Others, such as `logout+jwt`,
/// mark tokens that the same keys sign for another purpose.
///
/// [RFC 9068, section 4]: https://www.rfc-editor.org/rfc/rfc9068#section-4
const TYPES: [&str; 3] = ["at+jwt", "application/at+jwt", "JWT"];

fn is_one_of(types: &[&str], typ: &str) -> bool {
    types.iter().any(|known| known.eq_ignore_ascii_case(typ))
}

/// Many authorization servers give all their tokens the type `JWT`. Those for the client itself have claims of their own:
/// [OpenID Connect Core, sections 2 and 3.1.3.6], and [Back-Channel Logout, section 2.4].
///
/// [OpenID Connect Core, sections 2 and 3.1.3.6]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
/// [Back-Channel Logout, section 2.4]: https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
const OF_OPEN_ID: [&str; 4] = ["nonce", "at_hash", "c_hash", "events"];

fn decode(part: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Plain("it is not in base64url"))
}
