//! The identifier of a token in records: a hash, never the token's text.

use std::fmt;

use sha2::{Digest, Sha256};

/// Identifies a token in records: the SHA-256 of the token's `jti`, or of the token's whole text if the token has no
/// `jti` or was not verified.
///
/// Written as text, the identifier has 64 hexadecimal digits.
///
/// # Examples
///
/// ```
/// use scopegate::{Decision, Gate, StaticKeys, TokenId};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(|decision: &Decision<'_>| {
///     let token: Option<TokenId> = decision.token();
///     println!("{:?} {}", token.map(|id| id.to_string()), decision.outcome().as_str());
/// });
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId([u8; 32]);

impl TokenId {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Returns the bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({self})")
    }
}
