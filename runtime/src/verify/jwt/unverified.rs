//! A token taken apart, before anything about it is known to be true.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Map, Value};

use super::{
    algorithms::Algorithm,
    fault::{Fault, Rule},
    object::{self, Object},
};
use crate::verify::issuer::Issuer;

/// Refuses longer tokens unread: what is read here comes from anybody. Common proxies refuse longer headers, too.
pub(super) fn check_length(token: &str) -> Result<(), Fault> {
    const MAX_LENGTH: usize = 16 * 1024;
    if token.len() > MAX_LENGTH { Err(Fault::Plain("it has more than 16 KiB")) } else { Ok(()) }
}

/// A token in JWS compact serialization ([RFC 7515, section 7.1]) of which nothing was read yet.
///
/// [RFC 7515, section 7.1]: https://www.rfc-editor.org/rfc/rfc7515#section-7.1
pub(super) struct Unread<'a> {
    message: &'a str,
    header: &'a str,
    /// As JSON.
    claims: Vec<u8>,
    signature: &'a str,
}

impl<'a> Unread<'a> {
    pub(super) fn split(token: &'a str) -> Result<Self, Fault> {
        let not_a_token = || Fault::Plain("it is not a JSON Web Token").of(Rule::Format);
        let (message, signature) = token.rsplit_once('.').ok_or_else(not_a_token)?;
        let (header, claims) = message.split_once('.').ok_or_else(not_a_token)?;
        if claims.contains('.') {
            let fault = "it is not a signed JSON Web Token, which has three parts; encrypted ones have five";
            return Err(Fault::Plain(fault).of(Rule::Format));
        }
        Ok(Self { message, header, claims: decode(claims)?, signature })
    }

    /// Reads the issuer that the token claims, and nothing else of its claims. It picks the keys, which then prove it or not.
    pub(super) fn issuer(&self) -> Result<Cow<'_, str>, Fault> {
        let claims = serde_json::from_slice::<Object<Iss<'_>>>(&self.claims);
        let Object(Iss { iss }) = claims.map_err(|_| Fault::Plain(NO_CLAIMS))?;
        if iss.is_empty() { Err(Fault::Plain("it has no `iss`").of(Rule::Issuer)) } else { Ok(iss) }
    }

    /// Reads and judges the header, so that what cannot be good costs no key.
    pub(super) fn read(self) -> Result<Unverified<'a>, Fault> {
        let header = decode(self.header)?;
        object::check_names(&header, MAX_HEADER_MEMBERS)
            .map_err(|_| Fault::Plain("its header is malformed, or has a member twice"))?;
        let Object(header): Object<Header> =
            serde_json::from_slice(&header).map_err(|_| Fault::Plain("its header is malformed"))?;
        if header.crit {
            return Err(Fault::Plain("its header has `crit`, and no extension is known here"));
        }
        if let Some(typ) = header.typ.as_deref().filter(|typ| !is_one_of(&TYPES, typ)) {
            return Err(Fault::unexpected("typ", typ, TYPES.into_iter()).of(Rule::Kind));
        }
        let algorithm = Algorithm::parse(&header.alg)
            .ok_or_else(|| Fault::with("its `alg` is not one that is accepted:", &header.alg))
            .map_err(|fault| fault.of(Rule::Algorithm))?;
        Ok(Unverified {
            algorithm,
            alg: header.alg,
            kid: header.kid,
            message: self.message.as_bytes(),
            signature: decode(self.signature)?,
            is_at_jwt: header.typ.is_some_and(|typ| is_one_of(&TYPES[..2], &typ)),
            claims: self.claims,
        })
    }
}

/// A well-formed token whose signature nobody has checked yet.
pub(super) struct Unverified<'a> {
    /// The algorithm that the token claims; never HMAC.
    pub(super) algorithm: Algorithm,
    alg: String,
    /// The name of the key.
    pub(super) kid: Option<String>,
    /// What was signed: header and claims as they were sent.
    pub(super) message: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// Whether its header marks it as an access token.
    pub(super) is_at_jwt: bool,
    claims: Vec<u8>,
}

impl Unverified<'_> {
    /// Refuses an algorithm that the program does not accept of this issuer.
    pub(super) fn check_algorithm(&self, issuer: &Issuer) -> Result<(), Fault> {
        if issuer.takes_algorithm(&self.alg) {
            return Ok(());
        }
        let fault = Fault::with("its `alg` is not one that the program accepts of its issuer:", &self.alg);
        Err(fault.of(Rule::Algorithm))
    }

    /// Reads when the token says that it was issued; for tokens of no known key, of which nothing else is read.
    pub(super) fn issued_at(&self) -> Option<f64> {
        serde_json::from_slice::<Object<Iat>>(&self.claims).ok().map(|Object(Iat { iat })| iat)
    }

    /// Reads the claims; to be called once the signature is known to be good.
    pub(super) fn into_claims(self) -> Result<Map<String, Value>, Fault> {
        object::check_names(&self.claims, usize::MAX)
            .map_err(|_| Fault::Plain("its claims are malformed, or have a member twice"))?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&self.claims).map_err(|_| Fault::Plain(NO_CLAIMS))?;
        Ok(claims)
    }
}

const NO_CLAIMS: &str = "its claims are not a JSON object with a text `iss`";

/// The claim that picks the keys.
#[derive(Deserialize)]
struct Iss<'a> {
    #[serde(borrow, default)]
    iss: Cow<'a, str>,
}

/// The claim by which a token says how old it is.
#[derive(Deserialize)]
struct Iat {
    iat: f64,
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

fn decode(part: &str) -> Result<Vec<u8>, Fault> {
    let decoded = URL_SAFE_NO_PAD.decode(part);
    decoded.map_err(|_| Fault::Plain("it is not in base64url").of(Rule::Format))
}
