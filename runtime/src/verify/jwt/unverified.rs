//! A token whose content is parsed but not verified.

use std::{borrow::Cow, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    algorithms::Algorithm,
    fault::{Fault, Rule},
    object::{self, Names, Object, Text},
};
use crate::verify::issuer::Issuer;

/// Rejects a token of more than 16 KiB without parsing it, because anyone can send a long token. Common proxies also
/// reject headers of this length.
pub(crate) fn check_length(token: &str) -> Result<(), Fault> {
    const MAX_LENGTH: usize = 16 * 1024;
    if token.len() > MAX_LENGTH { Err(Fault::Plain("it has more than 16 KiB")) } else { Ok(()) }
}

/// Tells whether a token has the form of a JSON Web Token: it has three parts, and the first part decodes to a text
/// that begins with `{`. Other tokens are opaque.
#[cfg(feature = "introspection")]
pub(crate) fn is_jwt(token: &str) -> bool {
    let mut parts = token.split('.');
    let header = parts.next().unwrap_or_default();
    parts.count() == 2 && decode(header).is_ok_and(|header| header.first() == Some(&b'{'))
}

/// A token that is split but not parsed. Its format is the JWS compact serialization ([RFC 7515, section 7.1]).
///
/// [RFC 7515, section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub(crate) struct Unread<'a> {
    message: &'a str,
    header: &'a str,
    /// The decoded claims, which are JSON.
    claims: Vec<u8>,
    signature: &'a str,
}

impl<'a> Unread<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, Fault> {
        let not_a_token = || Fault::Plain("it is not a JSON Web Token").of(Rule::Format);
        let (message, signature) = token.rsplit_once('.').ok_or_else(not_a_token)?;
        let (header, claims) = message.split_once('.').ok_or_else(not_a_token)?;
        if claims.contains('.') {
            let fault = "it is not a signed JSON Web Token, which has three parts; encrypted ones have five";
            return Err(Fault::Plain(fault).of(Rule::Format));
        }
        Ok(Self { message, header, claims: decode(claims)?, signature })
    }

    /// Decodes the header and the signature, but parses nothing. `split` has already decoded the claims.
    #[cfg(feature = "dpop")]
    pub(crate) fn decode(self) -> Result<Decoded<'a>, Fault> {
        Ok(Decoded {
            header: decode(self.header)?,
            claims: self.claims,
            message: self.message.as_bytes(),
            signature: decode(self.signature)?,
        })
    }

    /// Reads the token's `iss`, and no other claim. The `iss` selects the keys with which the token is then verified.
    pub(super) fn issuer(&self) -> Result<Cow<'_, str>, Fault> {
        let claims = serde_json::from_slice::<Object<Iss<'_>>>(&self.claims);
        let Object(Iss { iss }) = claims.map_err(|_| Fault::Plain(NO_CLAIMS))?;
        if iss.is_empty() { Err(Fault::Plain("it has no `iss`").of(Rule::Issuer)) } else { Ok(iss) }
    }

    /// Parses and checks the header of an access token. Call this method before keys are loaded, so that a token with
    /// an invalid header does not cause a request for keys.
    pub(super) fn read(self) -> Result<Unverified<'a>, Fault> {
        self.read_as(&TYPES, false)
    }

    /// Parses and checks the header of a token. The `typ` must be one of `types`. The `typ` may be absent if
    /// `must_be_typed` is `false`.
    pub(crate) fn read_as(self, types: &[&str], must_be_typed: bool) -> Result<Unverified<'a>, Fault> {
        let header = decode(self.header)?;
        let header: Header<'_> = serde_json::from_slice(&header)
            .map_err(|_| Fault::Plain("its header is malformed, or repeats a member"))?;
        if header.crit {
            return Err(Fault::Plain("its header has `crit`, but scopegate supports no extension"));
        }
        match header.typ.as_deref() {
            Some(typ) if !is_one_of(types, typ) => {
                return Err(Fault::unexpected("typ", typ, types.iter()).of(Rule::Kind));
            }
            None if must_be_typed => return Err(Fault::Plain("its header has no `typ`")),
            _ => {}
        }
        let algorithm = Algorithm::parse(&header.alg)
            .ok_or_else(|| Fault::with("its `alg` is not accepted:", &header.alg))
            .map_err(|fault| fault.of(Rule::Algorithm))?;
        Ok(Unverified {
            algorithm,
            kid: header.kid.map(Cow::into_owned),
            message: self.message.as_bytes(),
            signature: decode(self.signature)?,
            is_at_jwt: header.typ.is_some_and(|typ| is_at_jwt(&typ)),
            claims: self.claims,
        })
    }
}

/// A token that is decoded but not parsed.
#[cfg(feature = "dpop")]
pub(crate) struct Decoded<'a> {
    /// The decoded header, which is JSON.
    pub(crate) header: Vec<u8>,
    /// The decoded claims, which are JSON.
    pub(crate) claims: Vec<u8>,
    /// The signed text: header and claims as they were sent.
    pub(crate) message: &'a [u8],
    pub(crate) signature: Vec<u8>,
}

/// A well-formed token whose signature has not been checked.
pub(crate) struct Unverified<'a> {
    /// The algorithm in the token's header. HMAC is never accepted.
    pub(super) algorithm: Algorithm,
    /// The name of the key, if the token names a key.
    pub(super) kid: Option<String>,
    /// The signed text: header and claims as they were sent.
    pub(super) message: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// Whether the header marks the token as an access token.
    pub(super) is_at_jwt: bool,
    claims: Vec<u8>,
}

impl Unverified<'_> {
    /// Rejects an algorithm that the program does not accept from this issuer.
    pub(super) fn check_algorithm(&self, issuer: &Issuer) -> Result<(), Fault> {
        if issuer.takes_algorithm(self.algorithm) {
            return Ok(());
        }
        let fault = Fault::with(
            "its `alg` is not one that the program accepts from its issuer:",
            self.algorithm.name(),
        );
        Err(fault.of(Rule::Algorithm))
    }

    /// Returns the token's `iat`, which has not been verified. The `iat` is needed only for a token with an unknown
    /// key.
    pub(super) fn issued_at(&self) -> Option<f64> {
        serde_json::from_slice::<Object<Iat>>(&self.claims).ok().map(|Object(Iat { iat })| iat)
    }

    /// Parses the claims. Call this method only after the signature has been verified.
    pub(crate) fn into_claims(self) -> Result<Map<String, Value>, Fault> {
        let claims = object::read_once(&self.claims)
            .map_err(|_| Fault::Plain("its claims are malformed, or repeat a member"))?;
        Ok(claims)
    }
}

const NO_CLAIMS: &str = "its claims are not a JSON object with a string `iss`";

/// The claim that selects the keys.
#[derive(Deserialize)]
struct Iss<'a> {
    #[serde(borrow, default)]
    iss: Cow<'a, str>,
}

/// The claim that says when the token was issued.
#[derive(Deserialize)]
struct Iat {
    iat: f64,
}

/// How many members a header may have, including nested ones. The number is limited, because anyone who knows an
/// issuer's name can make the gate parse headers.
const MAX_HEADER_MEMBERS: usize = 32;

/// The members of a JOSE header that the gate uses. The gate ignores keys that the header contains or links to (`jwk`,
/// `x5c`, `jku`).
struct Header<'a> {
    alg: Cow<'a, str>,
    typ: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    /// Whether the header has the member `crit`, even if its value is `null`.
    crit: bool,
}

impl<'de> Deserialize<'de> for Header<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AHeader)
    }
}

struct AHeader;

impl<'de> Visitor<'de> for AHeader {
    type Value = Header<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut header: A) -> Result<Header<'de>, A::Error> {
        let mut left = MAX_HEADER_MEMBERS;
        let mut others = Names::of(&mut left);
        let (mut alg, mut typ, mut kid) = (None, None, None);
        while let Some(Text(name)) = header.next_key()? {
            let known = match &*name {
                "alg" => &mut alg,
                "typ" => &mut typ,
                "kid" => &mut kid,
                _ => {
                    others.check(name, &mut header)?;
                    continue;
                }
            };
            others.count()?;
            if known.replace(header.next_value()?).is_some() {
                return Err(A::Error::custom("a member is repeated"));
            }
        }
        let text = |member: Option<Option<Text<'de>>>| Some(member??.0);
        Ok(Header {
            alg: text(alg).ok_or_else(|| A::Error::missing_field("alg"))?,
            typ: text(typ),
            kid: text(kid),
            crit: others.has("crit"),
        })
    }
}

/// The accepted values of `typ` in an access token ([RFC 9068, section 4]). Older servers write `JWT`. Other values,
/// such as `logout+jwt`, mark tokens that have another purpose but are signed with the same keys.
///
/// [RFC 9068, section 4]: https://www.rfc-editor.org/rfc/rfc9068#section-4
const TYPES: [&str; 3] = ["at+jwt", "application/at+jwt", "JWT"];

/// Tells whether a `typ` marks a token as an access token.
pub(crate) fn is_at_jwt(typ: &str) -> bool {
    is_one_of(&TYPES[..2], typ)
}

fn is_one_of(types: &[&str], typ: &str) -> bool {
    types.iter().any(|known| known.eq_ignore_ascii_case(typ))
}

fn decode(part: &str) -> Result<Vec<u8>, Fault> {
    let decoded = URL_SAFE_NO_PAD.decode(part);
    decoded.map_err(|_| Fault::Plain("it is not in base64url").of(Rule::Format))
}
