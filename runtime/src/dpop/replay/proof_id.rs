//! The identifier of a proof.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Identifies a proof by a SHA-256 hash over two values: the thumbprint of the proof's key, and the proof's `jti`.
///
/// Clients choose the `jti` freely, so proofs of two clients can have the same `jti`. The identifiers of these proofs
/// still differ, because the keys differ. `Display` writes the identifier in base64url.
///
/// # Examples
///
/// ```
/// use scopegate::dpop::ProofId;
///
/// let proof = ProofId::new([7; 32], "e1j3V_bKic8-LAEB");
/// assert_ne!(proof, ProofId::new([8; 32], "e1j3V_bKic8-LAEB"));
/// assert_eq!(proof.key(), &[7; 32]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProofId {
    key: [u8; 32],
    id: [u8; 32],
}

impl ProofId {
    /// Makes the identifier of a proof from the proof's `jti` and the thumbprint (RFC 7638) of the proof's key.
    #[must_use]
    pub fn new(thumbprint: [u8; 32], jti: &str) -> Self {
        // Thumbprints have a fixed length, so two different pairs of thumbprint and `jti` never give the hash function
        // the same bytes.
        let id = Sha256::new().chain_update(thumbprint).chain_update(jti).finalize().into();
        Self { key: thumbprint, id }
    }

    /// Returns the thumbprint of the key that signed the proof. A store can use this thumbprint to count the proofs of
    /// each client.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Returns the SHA-256 hash that identifies the proof.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.id
    }
}

impl fmt::Display for ProofId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.id))
    }
}

impl fmt::Debug for ProofId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProofId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::ProofId;

    #[test]
    fn another_key_or_identifier_is_another_proof() {
        let proof = ProofId::new([1; 32], "a");

        assert_eq!(proof, ProofId::new([1; 32], "a"));
        assert_ne!(proof.as_bytes(), ProofId::new([2; 32], "a").as_bytes());
        assert_ne!(proof.as_bytes(), ProofId::new([1; 32], "b").as_bytes());
        assert_eq!(proof.key(), &[1; 32]);
    }

    #[test]
    fn is_written_as_base64url_without_padding() {
        let written = ProofId::new([1; 32], "a").to_string();

        assert_eq!(written.len(), 43);
        assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    }
}
