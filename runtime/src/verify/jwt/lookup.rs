//! The cache key of a token: the whole text of the token.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use quick_cache::Equivalent;

/// A token to look up in the cache.
///
/// Two tokens are equal only if their texts are equal. So no token is mistaken for another, even if an attacker knows
/// two texts with the same hash.
///
/// The texts of two tokens are compared only if their hashes are equal. A hash depends on a secret key of this process,
/// which an attacker does not know. So the probability that a guessed token has the same hash as a given cached token
/// is only 2^-64. Therefore the duration of a lookup does not help an attacker to guess a cached token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lookup<'a> {
    hash: u64,
    text: &'a str,
}

/// The token of a cache entry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    hash: u64,
    text: Arc<str>,
}

impl<'a> Lookup<'a> {
    pub(crate) fn of(token: &'a str) -> Self {
        static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self { hash: SECRET.hash_one(token), text: token }
    }

    pub(crate) fn keep(self) -> Kept {
        Kept { hash: self.hash, text: self.text.into() }
    }
}

impl Kept {
    pub(crate) fn lookup(&self) -> Lookup<'_> {
        Lookup { hash: self.hash, text: &self.text }
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the length of the text in bytes.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }
}

impl Equivalent<Kept> for Lookup<'_> {
    fn equivalent(&self, kept: &Kept) -> bool {
        *self == kept.lookup()
    }
}

impl Hash for Lookup<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lookup().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart_by_their_text_where_the_hash_is_one() {
        let kept = Kept { hash: 7, text: "token".into() };
        for (hash, text, expected) in [(7, "token", true), (7, "tokem", false), (8, "token", false)] {
            assert_eq!(Lookup { hash, text }.equivalent(&kept), expected, "{hash} {text}");
        }
        assert!(Lookup::of("token").equivalent(&Lookup::of("token").keep()));
        assert_ne!(Lookup::of("token").hash, Lookup::of("token ").hash);
    }
}
