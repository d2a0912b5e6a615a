//! The public key in a JSON Web Key, prepared for one algorithm.

use std::ops::RangeInclusive;

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{algorithms::Algorithm, jwk::Jwk};

/// Parses the public key ([RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
pub(crate) fn read(jwk: &Jwk, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref()?).ok();
    if let Some(parameters) = algorithm.of_rsa() {
        let (n, e) = (unsigned(bytes(&jwk.n)?), unsigned(bytes(&jwk.e)?));
        // The library checks the length of the modulus only when it verifies a signature. Without the check here, an
        // unusable key would be accepted at first.
        let lengths = parameters.min_modulus_len()..=parameters.max_modulus_len();
        let is_usable = lengths.contains(&bits(&n)) && EXPONENT_BITS.contains(&bits(&e)) && is_odd(&e);
        let key = RsaPublicKeyComponents { n, e };
        return is_usable.then(|| key.to_parsed_public_key(parameters).ok()).flatten();
    }
    let (parameters, length) = algorithm.of_curve()?;
    let point = match algorithm {
        // The library would parse a longer value as a key in DER.
        Algorithm::EdDsa => bytes(&jwk.x).filter(|x| x.len() == length)?,
        // The encoding of an uncompressed point: the byte 4, then x, then y.
        _ => [vec![4], coordinate(bytes(&jwk.x)?, length)?, coordinate(bytes(&jwk.y)?, length)?].concat(),
    };
    ParsedPublicKey::new(parameters, point).ok()
}

/// How many bits a public exponent may have. The minimum excludes the exponent 1, because with this exponent anyone
/// could sign.
const EXPONENT_BITS: RangeInclusive<u32> = 2..=33;

/// Counts the bits of a number, which must have no leading zero bytes.
fn bits(number: &[u8]) -> u32 {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(number.len() * 8).map_or(u32::MAX, |bits| bits - unused)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}

/// Removes leading zero bytes. Some servers write leading zero bytes, but aws-lc-rs rejects numbers that have them.
fn unsigned(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

/// Makes a coordinate exactly `length` bytes long. Some servers omit leading zeros, and some servers write one zero too
/// many.
fn coordinate(bytes: Vec<u8>, length: usize) -> Option<Vec<u8>> {
    let number = unsigned(bytes);
    let missing = length.checked_sub(number.len())?;
    Some([vec![0; missing], number].concat())
}
