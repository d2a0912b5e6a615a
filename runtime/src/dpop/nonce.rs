//! Nonces that a gate recognizes without a store.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hmac::{HMAC_SHA256, Key, sign},
    rand::SystemRandom,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// How long a nonce is valid if the gate asks for nonces.
pub(super) const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A time, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    /// Returns the current time, or zero if the clock shows a time before 1970. While the clock shows a time before
    /// 1970, the gate rejects every proof, because `system_clock` returns infinity.
    pub(super) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    /// Returns the time in seconds, the unit that tokens use.
    pub(super) fn seconds(self) -> f64 {
        Duration::from_millis(self.0).as_secs_f64()
    }

    pub(super) fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

/// Makes nonces. A nonce consists of a time, followed by the first half of an HMAC-SHA-256 over a fixed prefix and this
/// time. Nonces are encoded in base64url.
#[derive(Clone)]
pub(super) struct Nonces(Key);

const TIME: usize = 8;
const TAG: usize = 16;

impl Nonces {
    /// Chooses a random secret for the nonces of one process. Returns `None` if the system provides no randomness.
    pub(super) fn random() -> Option<Self> {
        Key::generate(HMAC_SHA256, &SystemRandom::new()).ok().map(Self)
    }

    pub(super) fn signed_with(secret: &[u8; 32]) -> Self {
        Self(Key::new(HMAC_SHA256, secret))
    }

    /// Makes a nonce with the time `now`. If `now` is `started` or earlier, the time of the nonce is the first
    /// millisecond after `started`.
    pub(super) fn issue(&self, now: Moment, started: Moment) -> String {
        let at = Moment(now.0.max(started.0.saturating_add(1)));
        let nonce = [&at.0.to_be_bytes()[..], &self.tag(at)].concat();
        URL_SAFE_NO_PAD.encode(nonce)
    }

    /// Returns the time at which a nonce was made, or `None` if the nonce is not from this gate.
    pub(super) fn issued(&self, nonce: &str) -> Option<Moment> {
        let mut bytes = [0; TIME + TAG];
        if URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes) != Ok(TIME + TAG) {
            return None;
        }
        let (time, tag) = bytes.split_first_chunk()?;
        let at = Moment(u64::from_be_bytes(*time));
        verify_slices_are_equal(&self.tag(at), tag).ok().map(|()| at)
    }

    fn tag(&self, at: Moment) -> [u8; TAG] {
        let message = [&b"scopegate DPoP nonce "[..], &at.0.to_be_bytes()].concat();
        let whole = sign(&self.0, &message);
        std::array::from_fn(|at| whole.as_ref().get(at).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_known_by_its_secret_alone() {
        let nonces = Nonces::signed_with(&[1; 32]);
        let (now, started) = (Moment(2_000), Moment(1_000));
        let nonce = nonces.issue(now, started);
        assert_eq!(nonces.issued(&nonce), Some(now));
        assert_eq!(Nonces::signed_with(&[1; 32]).issued(&nonce), Some(now));
        assert_eq!(Nonces::signed_with(&[2; 32]).issued(&nonce), None);
        assert_eq!(Nonces::random().and_then(|nonces| nonces.issued(&nonce)), None);
        for other in ["", "x", &nonce[1..], &format!("{nonce}A"), &format!("{nonce}=")] {
            assert_eq!(nonces.issued(other), None, "{other}");
        }
        for at in 0..nonce.len() {
            let mut changed = nonce.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(nonces.issued(str::from_utf8(&changed).unwrap()), None, "{at}");
        }
    }

    #[test]
    fn no_nonce_is_from_before_the_start() {
        let nonces = Nonces::signed_with(&[1; 32]);
        for now in [0, 999, 1_000, 1_001] {
            let nonce = nonces.issue(Moment(now), Moment(1_000));
            assert_eq!(nonces.issued(&nonce), Some(Moment(1_001)));
        }
    }
}
