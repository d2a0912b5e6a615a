//! The keys of one issuer, from its JWK set.

use std::{
    collections::HashSet,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::signature::ParsedPublicKey;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::{
    algorithms::{self, Algorithm},
    jwk::Jwk,
    object::Object,
    public_key,
    unverified::Unverified,
};

/// The keys that can verify signatures, from a JWK set ([RFC 7517, section 5]). Each key is prepared when the set is
/// parsed.
///
/// [RFC 7517, section 5]: https://www.rfc-editor.org/rfc/rfc7517#section-5
#[derive(Default)]
pub(crate) struct KeySet {
    keys: Vec<Arc<Key>>,
    /// The time when the issuer was asked for the keys; `None` if the program provides the keys. The key set can lack
    /// keys that were published after this time.
    asked: Option<Instant>,
}

pub(crate) struct Key {
    jwk: Jwk,
    /// The public key, prepared for each algorithm that the key can be used with.
    public: Vec<(Algorithm, ParsedPublicKey)>,
}

/// The result of checking a token's signature against the keys.
pub(crate) enum Verdict {
    /// This key made the signature.
    Genuine(Arc<Key>),
    /// The token names a key of the set, but this key did not make the signature.
    Forged,
    /// The token names a key that is not in the set. This is also the result if the token names no key, and no key of
    /// the set made the signature.
    UnknownKey,
}

impl KeySet {
    /// Parses a JWK set of at most 256 keys. Skips keys that are malformed, have an unknown kind, or are not for
    /// verifying signatures, so that the other keys stay usable. RFC 7517, section 5, advises programs to ignore keys
    /// that they cannot use.
    pub(super) fn parse(set: &[u8]) -> serde_json::Result<Self> {
        let Object(Set { keys }) = serde_json::from_slice(set)?;
        let jwks = keys.into_iter().filter_map(|jwk| serde_json::from_str::<Object<Jwk>>(jwk.get()).ok());
        let keys = jwks.filter_map(|Object(jwk)| Key::prepare(jwk)).map(Arc::new).collect();
        Ok(Self { keys, asked: None })
    }

    /// Records the time when the issuer was asked for the keys.
    pub(super) const fn asked_at(mut self, asked: Instant) -> Self {
        self.asked = Some(asked);
        self
    }

    /// Tells whether the issuer was asked for these keys at the time `arrived - age` or later. In this case, these keys
    /// include every key that the issuer published before `arrived - age` and has not withdrawn. The result is also
    /// `true` if the program provides the keys.
    pub(super) fn are_newer_than(&self, arrived: Instant, age: Duration) -> bool {
        let known_until = |asked: Instant| asked.checked_add(age);
        self.asked.and_then(known_until).is_none_or(|known_until| known_until >= arrived)
    }

    /// Reuses the `Arc` from `older` for each unchanged key, so that cached results for the key stay valid.
    pub(super) fn keeping_known(mut self, older: &Self) -> Self {
        take_over(&mut self.keys, &older.keys);
        self
    }

    /// Tells whether `key` is still published. Comparing the `Arc`s is enough, because unchanged keys keep their `Arc`.
    pub(super) fn has(&self, key: &Arc<Key>) -> bool {
        self.keys.iter().any(|own| Arc::ptr_eq(own, key))
    }

    /// Lists the algorithms for which there are keys.
    #[cfg(feature = "export")]
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let has = |algorithm: &Algorithm| self.keys.iter().any(|key| key.public_for(*algorithm).is_some());
        algorithms::all().filter(has).collect()
    }

    /// Returns `true` if the set has no usable key.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Checks the signature of `token` against these keys.
    pub(super) fn judge(&self, token: &Unverified<'_>) -> Verdict {
        if let Some(key) = self.candidates(token).find(|key| key.made_signature_of(token)) {
            Verdict::Genuine(Arc::clone(key))
        } else if token.kid.is_some() && self.named(token).next().is_some() {
            Verdict::Forged
        } else {
            Verdict::UnknownKey
        }
    }

    /// Lists the keys that could verify the signature. Several keys are possible if the token does not name its key.
    /// Two keys can also have the same name, for example if a server signs with RSA and with elliptic curves.
    fn candidates(&self, token: &Unverified<'_>) -> impl Iterator<Item = &Arc<Key>> {
        self.named(token).filter(|key| key.public_for(token.algorithm).is_some()).take(MAX_TRIALS)
    }

    fn named(&self, token: &Unverified<'_>) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.iter().filter(|key| token.kid.is_none() || key.jwk.kid == token.kid)
    }
}

/// For each value in `new` that equals a value in `old`, puts the `Arc` from `old` into `new`. The number of
/// comparisons grows linearly with the number of values.
fn take_over<T: Hash + Eq>(new: &mut [Arc<T>], old: &[Arc<T>]) {
    let known: HashSet<&Arc<T>> = old.iter().collect();
    for value in new {
        if let Some(known) = known.get(&*value) {
            *value = Arc::clone(known);
        }
    }
}

impl Key {
    fn prepare(jwk: Jwk) -> Option<Self> {
        let algorithms = algorithms::of_key(&jwk.kty, jwk.crv.as_deref(), jwk.alg.as_deref());
        if algorithms.is_empty() || !jwk.is_for_verification() || !jwk.is_of_usual_size() {
            return None;
        }
        let prepare = |algorithm| Some((algorithm, public_key::read(&jwk, algorithm)?));
        let public: Vec<_> = algorithms.into_iter().filter_map(prepare).collect();
        (!public.is_empty()).then_some(Self { jwk, public })
    }

    fn public_for(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        self.public.iter().find(|(own, _)| *own == algorithm).map(|(_, public)| public)
    }

    /// Tells whether this key made the token's signature.
    fn made_signature_of(&self, token: &Unverified<'_>) -> bool {
        self.public_for(token.algorithm)
            .is_some_and(|public| public.verify_sig(token.message, &token.signature).is_ok())
    }
}

/// Two keys are equal if all members that the gate uses are equal.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.jwk == other.jwk
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.jwk.hash(state);
    }
}

/// The largest number of keys that are tried for one token. The limit bounds the cost of a request.
const MAX_TRIALS: usize = 4;

/// How many keys a set may have. Real sets have fewer than twenty keys.
const MAX_KEYS: usize = 256;

/// A JWK set whose keys are still JSON text. To save memory, a set with too many keys is rejected before any key is
/// parsed.
#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow, deserialize_with = "at_most_max_keys")]
    keys: Vec<&'a RawValue>,
}

fn at_most_max_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'de RawValue>, D::Error> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of keys")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::new();
            while let Some(key) = elements.next_element()? {
                if keys.len() == MAX_KEYS {
                    return Err(A::Error::custom(format_args!("it has more than {MAX_KEYS} keys")));
                }
                keys.push(key);
            }
            Ok(keys)
        }
    }
    deserializer.deserialize_seq(Keys)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use scopegate_tests::issuer::{Key as Pair, encode};
    use serde_json::{Value, json};

    use super::*;
    use crate::verify::jwt::unverified::Unread;

    thread_local! {
        static COMPARISONS: Cell<usize> = const { Cell::new(0) };
    }

    struct Counted(usize);

    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARISONS.set(COMPARISONS.get() + 1);
            self.0 == other.0
        }
    }

    impl Eq for Counted {}

    impl Hash for Counted {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn old_and_new_keys_are_compared_in_linear_time() {
        const COUNT: usize = 20_000;
        let make = |from: usize| (from..from + COUNT).map(|n| Arc::new(Counted(n))).collect::<Vec<_>>();
        let (old, mut new) = (make(0), make(COUNT / 2));
        take_over(&mut new, &old);
        let taken = new.iter().filter(|new| old.iter().any(|old| Arc::ptr_eq(old, new)));
        assert_eq!(taken.take(10).count(), 10);
        assert!(Arc::ptr_eq(&new[0], &old[COUNT / 2]) && new[COUNT - 1].0 == COUNT * 3 / 2 - 1);
        let comparisons = COMPARISONS.get();
        assert!((COUNT / 2..2 * COUNT).contains(&comparisons), "{comparisons}");
    }

    fn set(keys: &[Value]) -> serde_json::Result<KeySet> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn a_set_is_an_object_of_at_most_256_keys() {
        let key = Pair::ed25519("key").jwk();
        assert_eq!(set(&vec![key.clone(); MAX_KEYS]).map(|set| set.keys.len()).ok(), Some(MAX_KEYS));
        let error = set(&vec![json!({ "a": 0 }); MAX_KEYS + 1]).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("more than 256 keys")));
        for text in [format!("[[{key}]]"), format!(r#"{{"keys":[],"keys":[{key}]}}"#)] {
            assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
        }
        let list = json!(["OKP", "key", null, null, null, "Ed25519", null, null, key["x"], null]);
        assert_eq!(set(&[list]).map(|set| set.keys.len()).ok(), Some(0), "a key is no list");
    }

    #[test]
    fn a_key_of_unusual_size_is_left_out() {
        let mut key = Pair::shared().jwk();
        assert_eq!(set(&[key.clone()]).map(|set| set.keys.len()).ok(), Some(1));
        key["n"] = encode(vec![1; 100_000]).into();
        assert_eq!(set(&[key]).map(|set| set.keys.len()).ok(), Some(0));
    }

    #[test]
    fn a_token_costs_four_signatures_at_the_most() {
        let pairs: Vec<_> = (0..16).map(|_| Pair::p384("same")).collect();
        let keys = set(&pairs.iter().map(Pair::jwk).collect::<Vec<_>>()).expect("a set");
        for header in [json!({ "alg": "ES384" }), json!({ "alg": "ES384", "kid": "same" })] {
            let token = Pair::p384(None).mint_with(&header, &json!({ "iss": "i" }));
            let token = Unread::split(&token).and_then(Unread::read).expect("it is well-formed");
            assert_eq!(keys.candidates(&token).count(), 4);
        }
    }
}
