//! Defines the accepted algorithms, and lists the algorithms that a key can be used with.

use aws_lc_rs::signature::{self, RsaParameters, VerificationAlgorithm};

/// An algorithm for signing tokens ([RFC 7518, section 3.1]). Only algorithms with a public key are accepted, so HMAC
/// is never accepted. With HMAC, anyone who can verify tokens can also sign tokens. If HMAC were accepted, an attacker
/// could use a published RSA key as the HMAC secret, and sign tokens with this secret.
///
/// [RFC 7518, section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    EdDsa,
}

use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};

const NAMES: [(&str, Algorithm); 11] = [
    ("RS256", Rs256),
    ("RS384", Rs384),
    ("RS512", Rs512),
    ("PS256", Ps256),
    ("PS384", Ps384),
    ("PS512", Ps512),
    ("ES256", Es256),
    ("ES384", Es384),
    ("ES512", Es512),
    ("EdDSA", EdDsa),
    // RFC 9864 calls EdDSA with Ed25519 by this name.
    ("Ed25519", EdDsa),
];

impl Algorithm {
    /// Returns the algorithm's name.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Parses the name of an algorithm.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// Returns the parameters of the algorithm, if the algorithm uses RSA keys.
    pub(super) const fn of_rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
            Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
            Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
            Es256 | Es384 | Es512 | EdDsa => return None,
        })
    }

    /// Returns the algorithm's [`VerificationAlgorithm`], and the length of a coordinate in bytes. Returns `None` if
    /// the algorithm's keys are not points on a curve.
    pub(super) fn of_curve(self) -> Option<(&'static dyn VerificationAlgorithm, usize)> {
        Some(match self {
            Es256 => (&signature::ECDSA_P256_SHA256_FIXED, 32),
            Es384 => (&signature::ECDSA_P384_SHA384_FIXED, 48),
            Es512 => (&signature::ECDSA_P521_SHA512_FIXED, 66),
            EdDsa => (&signature::ED25519, 32),
            _ => return None,
        })
    }
}

/// Lists all algorithms.
#[cfg(feature = "export")]
pub(super) fn all() -> impl Iterator<Item = Algorithm> {
    NAMES.iter().filter(|(name, algorithm)| *name == algorithm.name()).map(|(_, algorithm)| *algorithm)
}

/// Lists the names of all algorithms. Algorithms with short signatures come first.
#[cfg(feature = "dpop")]
pub(crate) fn all_names() -> impl Iterator<Item = &'static str> {
    let of = |is_rsa: bool| NAMES.iter().filter(move |(_, algorithm)| algorithm.of_rsa().is_some() == is_rsa);
    of(false).chain(of(true)).map(|(name, _)| *name)
}

/// Lists the algorithms that a key may be used with. The list depends only on the key, and never on a token. The list
/// is empty for a kind of key that is not accepted, such as `oct`.
pub(crate) fn of_key(kty: &str, crv: Option<&str>, alg: Option<&str>) -> Vec<Algorithm> {
    let possible: &[Algorithm] = match (kty, crv) {
        ("RSA", _) => &RSA,
        ("EC", Some("P-256")) => &[Es256],
        ("EC", Some("P-384")) => &[Es384],
        ("EC", Some("P-521")) => &[Es512],
        ("OKP", Some("Ed25519")) => &[EdDsa],
        _ => &[],
    };
    let declared = alg.map(Algorithm::parse);
    possible
        .iter()
        .copied()
        .filter(|possible| declared.is_none_or(|declared| declared == Some(*possible)))
        .collect()
}

const RSA: [Algorithm; 6] = [Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_what_it_says_and_its_kind_allows() {
        let check = |kty, crv, alg, expected: &[Algorithm]| {
            assert_eq!(of_key(kty, crv, alg), expected, "{kty} {alg:?}");
        };
        check("RSA", None, None, &RSA);
        check("RSA", None, Some("PS256"), &[Ps256]);
        check("RSA", None, Some("ES256"), &[]);
        check("RSA", None, Some("HS256"), &[]);
        check("RSA", None, Some("RSA-OAEP"), &[]);
        check("EC", Some("P-256"), None, &[Es256]);
        check("EC", Some("P-256"), Some("ES384"), &[]);
        check("EC", Some("P-384"), None, &[Es384]);
        check("EC", Some("P-521"), None, &[Es512]);
        check("EC", Some("P-521"), Some("ES256"), &[]);
        check("EC", None, None, &[]);
        check("OKP", Some("Ed25519"), Some("Ed25519"), &[EdDsa]);
        check("OKP", Some("X25519"), None, &[]);
        check("oct", None, None, &[]);
        check("oct", None, Some("HS256"), &[]);
    }

    #[test]
    fn neither_none_nor_hmac_is_an_algorithm() {
        for name in ["none", "None", "", "HS256", "HS384", "HS512", "rs256", "ES256K"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
