//! How remembered tokens are found: by their whole text.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use quick_cache::Equivalent;

/// A token that is looked for.
///
/// Two tokens are the same if their texts are, so none is taken for another, whatever anybody knows of the hash. The hash is keyed by a
/// secret of this process and compared first. So the time that a lookup takes tells nobody how to come closer to a token that is
/// remembered: whoever does not know the secret gets to the comparison of the texts with one guess in 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lookup<'a> {
    hash: u64,
    text: &'a str,
}

/// The token of an entry that is kept.
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

    /// Returns how many bytes the text takes.
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
