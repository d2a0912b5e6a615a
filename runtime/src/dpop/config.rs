//! The configuration of DPoP for a gate.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;

use super::{
    erased::Remember,
    nonce::{Moment, Nonces},
    replay::{MemoryStore, ReplayStore},
};
use crate::verify::jwt::{Algorithm, proofs::all_names};

/// How a gate accepts tokens that are bound to a client's key by DPoP; see [`Gate::dpop`](crate::Gate::dpop).
///
/// Cloning this value is cheap. Clones share the store of proofs.
///
/// # Examples
///
/// ```
/// use scopegate::dpop::Dpop;
///
/// let dpop = Dpop::required().nonce().algorithms(["ES256", "EdDSA"]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Dpop {
    is_required: bool,
    pub(super) asks_nonce: bool,
    pub(super) window: Duration,
    /// The names of the algorithms that are listed in the metadata and in challenges.
    names: Vec<String>,
    /// The algorithms in `names` whose signatures the gate can verify.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) store: Arc<dyn Remember>,
    pub(super) nonces: Option<Nonces>,
    /// The time at which the program began to store proofs.
    pub(super) started: Moment,
}

/// The default window: how far the time of a proof may differ from the server's time.
const WINDOW: Duration = Duration::from_secs(5 * 60);

impl Dpop {
    /// Accepts tokens that are bound to a key, and also tokens without a binding.
    ///
    /// A bound token is rejected if it is sent as a bearer token. A token without a binding is rejected if it is sent
    /// with the scheme DPoP.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, Resource};
    /// use scopegate::dpop::Dpop;
    ///
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::jwt(resource).dpop(Dpop::accepted());
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    pub fn accepted() -> Self {
        Self::new(false)
    }

    /// Accepts only tokens that are bound to a key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use scopegate::{Gate, Resource};
    /// use scopegate::dpop::Dpop;
    ///
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let gate = Gate::jwt(resource).dpop(Dpop::required());
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    pub fn required() -> Self {
        Self::new(true)
    }

    fn new(is_required: bool) -> Self {
        let dpop = Self {
            is_required,
            asks_nonce: false,
            window: WINDOW,
            names: Vec::new(),
            algorithms: Vec::new(),
            store: Arc::new(MemoryStore::default()),
            nonces: Nonces::random(),
            started: Moment::now(),
        };
        dpop.algorithms(all_names())
    }

    /// Makes the gate require a nonce ([RFC 9449, section 9]), so that nobody can make proofs in advance.
    ///
    /// The answer to a request whose proof has no nonce is 401 `use_dpop_nonce`, with a nonce in the header
    /// `DPoP-Nonce`. The client then repeats the request with this nonce. A nonce is valid for 5 minutes. The gate
    /// recognizes its nonces by a signature and does not store them.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::dpop::Dpop;
    ///
    /// let dpop = Dpop::required().nonce();
    /// ```
    ///
    /// [RFC 9449, section 9]: https://www.rfc-editor.org/rfc/rfc9449#section-9
    pub fn nonce(mut self) -> Self {
        self.asks_nonce = true;
        self
    }

    /// Sets the secret that signs nonces, so that all replicas accept each other's nonces.
    ///
    /// Use 32 random bytes that nobody else knows, and give all replicas the same secret. Without this method, each
    /// replica makes its own secret when it starts, so a client that moves to another replica must get a new nonce.
    /// This method does not make the gate require nonces. For that, call [`Dpop::nonce`].
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::dpop::Dpop;
    ///
    /// fn for_replicas(secret: &[u8; 32]) -> Dpop {
    ///     Dpop::required().nonce().nonce_secret(secret)
    /// }
    /// ```
    pub fn nonce_secret(mut self, secret: &[u8; 32]) -> Self {
        self.nonces = Some(Nonces::signed_with(secret));
        self
    }

    /// Sets the allowed difference between a proof's time (`iat`) and the server's time, in both directions. The
    /// default is 5 minutes.
    ///
    /// The store keeps each proof until the proof's `iat` is older than this window. A window of zero is an error at
    /// startup.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::dpop::Dpop;
    ///
    /// let dpop = Dpop::required().window(Duration::from_secs(60));
    /// ```
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Sets the names of the algorithms with which clients may sign proofs. By default, clients may use every algorithm
    /// that the gate can verify.
    ///
    /// The gate can verify `ES256`, `ES384`, `ES512`, `EdDSA` (also by its newer name, `Ed25519`), `RS256`, `RS384`,
    /// `RS512`, `PS256`, `PS384` and `PS512`. Any other name, or an empty list, is an error at startup.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::dpop::Dpop;
    ///
    /// let dpop = Dpop::required().algorithms(["ES256"]);
    /// ```
    pub fn algorithms(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self.algorithms = self.names.iter().filter_map(|name| Algorithm::parse(name)).collect();
        self
    }

    /// Sets the store of used proofs. The default is a [`MemoryStore`](super::MemoryStore).
    ///
    /// If replicas do not share a store, a proof can be used once at each replica. If the [store](ReplayStore) loses
    /// its proofs when the program restarts, the gate asks each client for a nonce. The gate does so after every start
    /// of the program, until one [window](Self::window) has passed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::dpop::{Dpop, ProofId, ReplayStore, StoreError};
    ///
    /// struct Database;
    ///
    /// impl ReplayStore for Database {
    ///     async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
    ///         println!("INSERT .. ({proof}) ON CONFLICT DO NOTHING, to be deleted after {lifetime:?}");
    ///         Err(StoreError::new("this example has no database"))
    ///     }
    ///
    ///     fn survives_restart(&self) -> bool {
    ///         true
    ///     }
    /// }
    ///
    /// let dpop = Dpop::required().replay_store(Database);
    /// ```
    pub fn replay_store(mut self, store: impl ReplayStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    pub(crate) const fn is_required(&self) -> bool {
        self.is_required
    }

    /// Returns the names of the algorithms that are listed in the metadata and in challenges.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Tells whether this configuration and `other` share a store. If so, a gate with this configuration recognizes the
    /// proofs that a gate with `other` has accepted.
    pub(crate) fn remembers_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store)
    }

    /// Returns a nonce for the answer to a refused request, if the client's next proof needs one. `is_asked_for` is
    /// true if the error in the answer is `use_dpop_nonce`.
    pub(crate) fn fresh_nonce(&self, is_asked_for: bool) -> Option<HeaderValue> {
        let now = Moment::now();
        let is_needed = is_asked_for || self.asks_nonce || self.may_be_from_before(now.seconds());
        is_needed.then(|| self.nonces.as_ref()?.issue(now, self.started).parse().ok()).flatten()
    }

    /// Lists the problems of the configuration.
    pub(crate) fn problems(&self) -> Vec<String> {
        let unknown = self.names.iter().filter(|name| Algorithm::parse(name).is_none());
        let mut problems: Vec<String> = unknown
            .map(|name| {
                format!(
                    "DPoP proofs cannot be signed with {name:?}; write names such as \"ES256\" and \"EdDSA\", and no algorithm with a shared secret"
                )
            })
            .collect();
        if self.names.is_empty() {
            problems.push(
                "DPoP has no algorithm, so no proof can be valid; name one in `.algorithms([..])`".to_owned(),
            );
        }
        if self.window.is_zero() {
            problems.push("the window of DPoP is zero, so no proof can be valid; set how far clocks may differ with `.window(..)`".to_owned());
        }
        if self.nonces.is_none() {
            problems.push(
                "the system provides no randomness for DPoP nonces; set a secret with `.nonce_secret(..)`"
                    .to_owned(),
            );
        }
        problems
    }
}

/// Hides the secrets.
impl fmt::Debug for Dpop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dpop")
            .field("is_required", &self.is_required)
            .field("asks_nonce", &self.asks_nonce)
            .field("window", &self.window)
            .field("algorithms", &self.names)
            .finish_non_exhaustive()
    }
}
