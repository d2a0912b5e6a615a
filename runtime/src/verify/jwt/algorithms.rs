//! Which algorithms are accepted, and which of them a key is for.

use jsonwebtoken::{Algorithm, AlgorithmFamily};

/// Reads the name of an algorithm ([RFC 7518, section 3.1]). Only those with a public key are accepted: with HMAC, what
/// verifies could also sign, and a published RSA key would serve as the secret.
///
/// [RFC 7518, section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
pub(super) fn parse(name: &str) -> Option<Algorithm> {
    // RFC 9864 gives EdDSA with Ed25519 this name.
    let name = if name == "Ed25519" { "EdDSA" } else { name };
    let algorithm: Algorithm = name.parse().ok()?;
    (algorithm.family() != AlgorithmFamily::Hmac).then_some(algorithm)
}

/// Lists the algorithms that a key is for, by its own account and never by that of a token: none for a key of a kind
/// that is not accepted, such as `oct`.
pub(super) fn of_key(kty: &str, crv: Option<&str>, alg: Option<&str>) -> Vec<Algorithm> {
    let possible: &[Algorithm] = match (kty, crv) {
        ("RSA", _) => &RSA,
        ("EC", Some("P-256")) => &[Algorithm::ES256],
        ("EC", Some("P-384")) => &[Algorithm::ES384],
        ("OKP", Some("Ed25519")) => &[Algorithm::EdDSA],
        _ => &[],
    };
    let declared = alg.map(parse);
    possible
        .iter()
        .copied()
        .filter(|possible| declared.is_none_or(|declared| declared == Some(*possible)))
        .collect()
}

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_what_it_says_and_its_kind_allows() {
        let check = |kty, crv, alg, expected: &[Algorithm]| {
            assert_eq!(of_key(kty, crv, alg), expected, "{kty} {alg:?}");
        };
        check("RSA", None, None, &RSA);
        check("RSA", None, Some("PS256"), &[Algorithm::PS256]);
        check("RSA", None, Some("ES256"), &[]);
        check("RSA", None, Some("HS256"), &[]);
        check("RSA", None, Some("RSA-OAEP"), &[]);
        check("EC", Some("P-256"), None, &[Algorithm::ES256]);
        check("EC", Some("P-256"), Some("ES384"), &[]);
        check("EC", Some("P-384"), None, &[Algorithm::ES384]);
        check("EC", Some("P-521"), None, &[]);
        check("EC", None, None, &[]);
        check("OKP", Some("Ed25519"), Some("Ed25519"), &[Algorithm::EdDSA]);
        check("OKP", Some("X25519"), None, &[]);
        check("oct", None, None, &[]);
        check("oct", None, Some("HS256"), &[]);
    }

    #[test]
    fn neither_none_nor_hmac_is_an_algorithm() {
        for name in ["none", "None", "", "HS256", "HS384", "HS512", "rs256", "ES512"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
