//! A proof, and the checks that do not need the request.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde_json::{Map, Value};

use super::{PROOF, key::ProofKey};
use crate::verify::jwt::{
    Algorithm, Fault,
    proofs::{Decoded, Unread, read_once},
};

/// A proof whose header is valid, but whose signature has not been checked.
pub(super) struct Proof<'a> {
    algorithm: Algorithm,
    key: ProofKey,
    decoded: Decoded<'a>,
}

/// The content of a proof whose signature is valid.
pub(super) struct Proven {
    /// The thumbprint of the proof's key.
    pub(super) thumbprint: [u8; 32],
    pub(super) claims: Map<String, Value>,
}

/// The maximum length of a proof, in bytes. Even a proof with an RSA key of 8192 bits needs less than half of this
/// length.
const MAX_LENGTH: usize = 8 * 1024;

/// The required `typ` ([RFC 9449, section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)).
const TYPE: &str = "dpop+jwt";

/// Returns the proof of a request. Fails if the request has no proof, or more than one.
pub(super) fn only(headers: &HeaderMap) -> Result<&str, Fault> {
    let mut lines = headers.get_all(PROOF).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().map_err(|_| Fault::Plain("it is not a JSON Web Token")),
        (None, _) => Err(Fault::Plain("the request has no header `DPoP`")),
        (Some(_), Some(_)) => Err(Fault::Plain("the request has more than one header `DPoP`")),
    }
}

impl<'a> Proof<'a> {
    /// Parses a proof and checks its header ([RFC 9449, section
    /// 4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3)).
    pub(super) fn read(text: &'a str, allowed: &[Algorithm]) -> Result<Self, Fault> {
        if text.len() > MAX_LENGTH {
            return Err(Fault::Plain("it has more than 8 KiB"));
        }
        let decoded = Unread::split(text)?.decode()?;
        let header = read_once(&decoded.header)
            .map_err(|_| Fault::Plain("its header is malformed, or repeats a member"))?;
        if header.contains_key("crit") {
            return Err(Fault::Plain("its header has `crit`, but scopegate supports no extension"));
        }
        let text_of = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
        if text_of("typ") != TYPE {
            return Err(Fault::unexpected("typ", text_of("typ"), [TYPE].iter()));
        }
        let algorithm = Algorithm::parse(text_of("alg"))
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or_else(|| Fault::with("its `alg` is not accepted:", text_of("alg")))?;
        let jwk = header.get("jwk").and_then(Value::as_object);
        let key = ProofKey::read(jwk.ok_or(Fault::Plain("its header has no `jwk`"))?, algorithm)?;
        Ok(Self { algorithm, key, decoded })
    }

    /// Checks that the token is bound to the proof's key, and that the proof is signed with this key. Then parses the
    /// claims.
    pub(super) fn verify(self, jkt: &str) -> Result<Proven, Fault> {
        let Self { algorithm, key, decoded } = self;
        let thumbprint = key.thumbprint();
        let own = URL_SAFE_NO_PAD.encode(thumbprint);
        if own != jkt {
            return Err(Fault::with("its key is not the one that the token is bound to, but", own));
        }
        if !key.made(&decoded.signature, algorithm, decoded.message) {
            return Err(Fault::Plain("its signature does not match its key"));
        }
        let claims = read_once(&decoded.claims)
            .map_err(|_| Fault::Plain("its claims are malformed, or repeat a member"))?;
        Ok(Proven { thumbprint, claims })
    }
}
