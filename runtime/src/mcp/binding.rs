//! Uses a MAC (HMAC-SHA-256) to bind an identifier to a principal. The gate need not store the identifier, because
//! every program with the key can check the MAC.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::Sha256;

use crate::{enforce::Plan, token::Principal, token::Token};

type HmacSha256 = Hmac<Sha256>;

/// The length of a key in bytes.
pub(super) const KEY_LENGTH: usize = 32;

/// The maximum length of an identifier, in bytes. Real identifiers are shorter. A longer identifier is rejected before
/// its MAC is computed.
pub(super) const MAX_IDENTIFIER: usize = 8 * 1024;

/// The key, prepared for HMAC.
#[derive(Clone)]
pub(super) struct Binding(HmacSha256);

/// What an identifier names. The MAC of a session is never valid for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Session,
    Task,
}

impl Kind {
    /// Returns the first string of the MAC's input. The string for sessions differs from the string for tasks, so the
    /// MACs differ, too. If the format of the MAC changes, this string must change, too.
    const fn domain(self) -> &'static str {
        match self {
            Self::Session => "scopegate session 1",
            Self::Task => "scopegate task 1",
        }
    }
}

/// The owner of an identifier: a principal together with a resource. An identifier that was made for one resource is
/// unknown at every other resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) place: &'a str,
    pub(super) principal: &'a Principal,
}

impl<'a> Owner<'a> {
    /// Returns the gate's resource and the principal that `token` names. If the gate has no resource, the server's
    /// location `at` is used instead. Returns `None` if the token names no principal.
    pub(super) fn of(plan: &'a Plan, at: &'a str, token: &'a Token) -> Option<Self> {
        let place = plan.gate.resource().map_or(at, |resource| resource.identifier());
        token.holder().map(|principal| Self { place, principal })
    }
}

impl Binding {
    pub(super) fn with_key(key: &[u8; KEY_LENGTH]) -> Self {
        let mut block = Key::<HmacSha256>::default();
        // The rest of the block stays zero, since HMAC pads a key with zeros if the key is shorter than a block.
        for (byte, given) in block.iter_mut().zip(key) {
            *byte = *given;
        }
        Self(HmacSha256::new(&block))
    }

    /// Makes a random key, which is valid while this program runs.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY_LENGTH];
        getrandom::fill(&mut key)?;
        Ok(Self::with_key(&key))
    }

    /// Returns the MAC of `kind`, `owner` and `parts`, encoded in characters that are legal in headers and JSON.
    /// `parts` contains the server's own identifier. For a task, `parts` also contains the name of the tool, before the
    /// identifier.
    pub(super) fn tag(&self, kind: Kind, owner: Owner<'_>, parts: &[&str]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac(kind, owner, parts).finalize().into_bytes())
    }

    /// Compares `tag` with the MAC in constant time.
    pub(super) fn is_tag(&self, kind: Kind, owner: Owner<'_>, parts: &[&str], tag: &str) -> bool {
        // Only one encoding of the MAC is accepted, so each identifier can be written in only one way.
        let Ok(tag) = BASE64_URL_SAFE_NO_PAD.decode(tag) else { return false };
        self.mac(kind, owner, parts).verify_slice(&tag).is_ok()
    }

    fn mac(&self, kind: Kind, Owner { place, principal }: Owner<'_>, parts: &[&str]) -> HmacSha256 {
        let mut mac = self.0.clone();
        // The length of each string comes before the string, so different lists of strings never give the same bytes.
        let mut add = |text: &str| {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        };
        add(kind.domain());
        add(place);
        match (principal.issuer(), principal.subject()) {
            (Some(issuer), Some(subject)) => ["subject", issuer, subject].map(&mut add),
            _ => match principal.unnamed_key() {
                Some(digest) => ["unnamed key", digest, ""].map(&mut add),
                None => ["key", principal.key_name().unwrap_or_default(), ""].map(&mut add),
            },
        };
        parts.iter().copied().for_each(add);
        mac
    }
}

#[cfg(test)]
mod tests;
