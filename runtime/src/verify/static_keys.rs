//! Static API keys, which a server can accept instead of OAuth tokens or in addition to them.

use std::{borrow::Cow, fmt};

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::{
    refuse::Reason,
    scope::GrantedScopes,
    shown::{self, debug_as_display},
    token::{Presented, Principal, Token, TokenVerifier, VerifyError, is_b64token},
};

/// API keys, each with the scopes that it grants. Several keys can be valid at the same time, so that you can replace
/// a key without an interruption.
///
/// A key with a name has a [`Principal`](crate::Principal), which never equals the principal of a user.
///
/// Keys are stored as hashes, compared in constant time, and never shown.
///
/// # Examples
///
/// ```
/// use scopegate::{Gate, StaticKeys};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read; sk_all=files:read files:write")?);
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
///
/// Give names to keys, so that logs and [`Principal::key_name`](crate::Principal::key_name) can show the names:
///
/// ```
/// # use scopegate::StaticKeys;
/// # let (old, new) = ("sk_1", "sk_2");
/// let keys = StaticKeys::new()
///     .key("backup", old, "files:read")?
///     .key("backup, from June", new, "files:read")?;
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct StaticKeys {
    keys: Vec<Key>,
    pub(crate) texts: Texts,
}

#[derive(Clone)]
struct Key {
    digest: [u8; 32],
    token: Token,
}

/// The texts of refusals for a missing key, for a wrong key, and for a key that lacks a scope.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    /// The program's own texts for a missing key and for a wrong key.
    own: Option<[Cow<'static, str>; 2]>,
}

impl Texts {
    /// Returns the text that the program has set for refusals with this reason.
    pub(crate) fn own(&self, reason: Reason) -> Option<Cow<'static, str>> {
        let [missing, invalid] = self.own.as_ref()?;
        match reason {
            Reason::MissingToken => Some(missing.clone()),
            Reason::InvalidToken => Some(invalid.clone()),
            _ => None,
        }
    }

    /// Returns the usual text for refusals with this reason at a gate with static keys.
    pub(crate) const fn usual(reason: Reason) -> &'static str {
        match reason {
            Reason::MissingToken => "Missing API key",
            Reason::InvalidToken => "Invalid API key",
            Reason::InsufficientScope => "The API key lacks a scope that this request needs",
            _ => reason.description(),
        }
    }
}

impl StaticKeys {
    /// Makes an empty table, which rejects every key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses `key=scope scope;key=scope ..`, for example from an environment variable.
    ///
    /// In each entry, the last `=` separates the key from its scopes, so a key may end in `=`. Write `key=` for a key
    /// without scopes.
    ///
    /// # Errors
    ///
    /// Fails if the list has no key, if an entry has no `=`, or if [`StaticKeys::key`] rejects a key. The error
    /// identifies a key only by its position.
    pub fn parse(list: &str) -> Result<Self, InvalidKey> {
        let mut entries = list.split(';').map(str::trim).enumerate().filter(|(_, entry)| !entry.is_empty());
        let keys = entries.try_fold(Self::new(), |keys, (at, entry)| {
            let invalid = |fault| InvalidKey { which: format!("number {}", at + 1), fault };
            let (key, scopes) = entry.rsplit_once('=').ok_or_else(|| invalid("write `key=scope scope`"))?;
            keys.add(None, key.trim(), scopes).map_err(invalid)
        })?;
        match keys.keys[..] {
            [] => {
                Err(InvalidKey { which: "list".to_owned(), fault: "it has no key; write `key=scope scope`" })
            }
            _ => Ok(keys),
        }
    }

    /// Adds a key with a name and a space-delimited list of the scopes that the key grants.
    ///
    /// At startup, the gate logs a warning for each key that grants a template, such as `tenant:{tenant}:read`. If the
    /// gate has a vocabulary, it also logs a warning for each scope that covers no scope of the vocabulary and fits no
    /// template of a handler. The gate does not check the scopes of keys that [`StaticKeys::or`] combines with a
    /// verifier of your own.
    ///
    /// # Errors
    ///
    /// Fails if the key is empty, contains a character that a client cannot send, is already in the table, or has an
    /// invalid scope.
    pub fn key(self, name: &str, key: &str, scopes: &str) -> Result<Self, InvalidKey> {
        self.add(Some(name), key, scopes).map_err(|fault| InvalidKey { which: format!("{name:?}"), fault })
    }

    /// Sets the texts for a missing key and for a wrong key, in place of `Missing API key` and `Invalid API key`. If
    /// the gate does not read `Authorization`, the usual text for a missing key also says where the key belongs, as in
    /// `Missing API key in the header x-api-key`. Your own text replaces the usual text. The gate does not add the
    /// place to your text.
    ///
    /// These texts apply to [`Gate::static_keys`](crate::Gate::static_keys). With [`StaticKeys::or`], the gate ignores
    /// these texts, and sends the usual texts about access tokens.
    pub fn texts(
        mut self,
        missing: impl Into<Cow<'static, str>>,
        invalid: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.texts = Texts { own: Some([missing.into(), invalid.into()]) };
        self
    }

    /// Makes a verifier that tries the keys first, and then `verifier`. Use this method to accept keys in addition to
    /// the tokens of your own verifier. To accept static keys as well as OAuth tokens, enable the feature `jwt`, and
    /// pass the result of `Issuers::static_keys` to `Gate::issuers`. The gate then knows the issuers.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Resource, StaticKeys, TokenVerifier};
    ///
    /// fn gate(own: impl TokenVerifier) -> Result<Gate, Box<dyn std::error::Error>> {
    ///     let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    ///     Ok(Gate::new(resource, StaticKeys::parse("sk_read=files:read")?.or(own)))
    /// }
    /// ```
    pub fn or<V: TokenVerifier>(self, verifier: V) -> impl TokenVerifier {
        StaticKeysOr { keys: self, verifier }
    }

    fn add(mut self, name: Option<&str>, key: &str, scopes: &str) -> Result<Self, &'static str> {
        if key.is_empty() {
            return Err("the key is empty");
        }
        if !is_b64token(key) {
            return Err("a key may contain letters, digits and `-._~+/`, and `=` only at its end");
        }
        let digest = digest_of(key);
        if self.keys.iter().any(|other| other.digest == digest) {
            return Err("the key is already in the table");
        }
        let scopes = GrantedScopes::parse(scopes);
        if scopes.iter().any(|scope| scopegate_grammar::check(scope).is_err()) {
            return Err("one of its scopes is invalid; write scopes separated by spaces");
        }
        self.keys.push(Key { digest, token: Token::of_key(scopes, name, &digest) });
        Ok(self)
    }

    /// Iterates over the scopes that keys grant. Each item is a pair: a text that begins a message about the scope,
    /// such as "the key `backup` grants", and the scope itself. This text contains the key's name, if there is one, but
    /// never the key itself.
    pub(crate) fn grants(&self) -> impl Iterator<Item = (String, &str)> {
        self.keys.iter().flat_map(|Key { token, .. }| {
            let by = match token.principal().and_then(Principal::key_name) {
                Some(name) => format!("the key `{}` grants", shown::text(name)),
                None => "a key without a name grants".to_owned(),
            };
            token.scopes().iter().map(move |scope| (by.clone(), scope))
        })
    }

    /// Finds a key. Compares all keys completely, even after a match, so that the duration of a request reveals nothing
    /// about a key.
    pub(super) fn find(&self, key: &str) -> Option<&Token> {
        let digest = digest_of(key);
        let mut found = u64::MAX;
        for (at, key) in (0..).zip(&self.keys) {
            let same: Choice = key.digest.ct_eq(&digest);
            found.conditional_assign(&at, same);
        }
        self.keys.get(usize::try_from(found).ok()?).map(|key| &key.token)
    }
}

fn digest_of(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

impl TokenVerifier for StaticKeys {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.find(presented.token()).cloned().ok_or_else(|| VerifyError::invalid("no such key"))
    }
}

/// Shows names and scopes, but no keys.
impl fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.token)).finish()
    }
}

/// Tries static keys first, and then another verifier; made by [`StaticKeys::or`].
#[derive(Clone, Debug)]
pub(super) struct StaticKeysOr<V> {
    pub(super) keys: StaticKeys,
    pub(super) verifier: V,
}

impl<V: TokenVerifier> TokenVerifier for StaticKeysOr<V> {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        match self.keys.find(presented.token()) {
            Some(token) => Ok(token.clone()),
            None => self.verifier.verify(presented).await,
        }
    }

    fn problems(&self) -> Vec<String> {
        self.verifier.problems()
    }
}

/// The reason why a key is invalid. The message does not quote the key.
///
/// # Examples
///
/// ```
/// use scopegate::{InvalidKey, StaticKeys};
///
/// let error: InvalidKey = StaticKeys::parse("sk_read").unwrap_err();
/// assert_eq!(error.to_string(), "invalid key number 1: write `key=scope scope`");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidKey {
    which: String,
    fault: &'static str,
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid key {}: {}", self.which, self.fault)
    }
}

debug_as_display!(InvalidKey);

impl std::error::Error for InvalidKey {}
