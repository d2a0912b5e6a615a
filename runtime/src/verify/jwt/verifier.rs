//! Checks a token, or uses a cached result.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    cache::{Bad, Cache, Good, Refused},
    fault::{Fault, Rule},
    key_source::KeySource,
    keys::{KeySet, Verdict},
    lookup::Lookup,
    unverified::{self, Unread, Unverified},
    validity,
};
use crate::{
    Presented, Token, VerifyError, shown,
    verify::issuer::{Issuer, Named},
};

/// How long clients are told to wait if an issuer has no usable keys.
const WITHOUT_KEYS: Duration = Duration::from_secs(10);

/// The default size of the cache, in bytes: enough for several thousand tokens.
const CACHE_SIZE: usize = 16 * 1024 * 1024;

/// Verifies the JSON Web Tokens of some issuers.
pub(crate) struct Jwts {
    issuers: Vec<KnownIssuer>,
    pub(super) cache: Option<Cache>,
    pub(super) clock: fn() -> f64,
}

/// An issuer and the source of its keys.
pub(crate) struct KnownIssuer {
    pub(crate) issuer: Issuer,
    pub(crate) keys: KeySource,
}

/// The outcome of a lookup in the cache. If a cached refusal still applies, the lookup returns an error instead of a
/// value of this type.
enum Recalled {
    /// The token is still valid.
    Admitted(Token),
    /// The cache has no usable result, so the token must be checked. The value is the time when the token first
    /// arrived, if this time is known.
    Came(Option<Instant>),
}

/// Why a token was rejected.
pub(crate) enum Refusal {
    /// The problem does not depend on the clock. The token stays invalid as long as the issuer's keys do not change.
    Lasting(Arc<Bad>),
    /// The token's key is unknown, but the issuer may have published the key after the known keys were requested.
    Unsettled(VerifyError),
    /// A later check of the same token can have a different result.
    Passing(VerifyError),
}

impl Jwts {
    pub(crate) fn of(issuers: impl Iterator<Item = Issuer>) -> Self {
        let known = |issuer: Issuer| KnownIssuer { keys: KeySource::of(&issuer.places), issuer };
        Self {
            issuers: issuers.map(known).collect(),
            cache: Some(Cache::of_size(CACHE_SIZE)),
            clock: validity::system_clock,
        }
    }

    pub(crate) fn set_cache_size(&mut self, bytes: usize) {
        self.cache = (bytes > 0).then(|| Cache::of_size(bytes));
    }

    pub(crate) fn known(&self) -> impl Iterator<Item = &KnownIssuer> + Clone {
        self.issuers.iter()
    }

    pub(crate) async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let token = presented.token();
        unverified::check_length(token)?;
        let Some(cache) = &self.cache else {
            let good = Box::pin(self.judge(presented, Instant::now())).await?;
            return Ok(self.valid_now(&good)?.with_cached(false));
        };
        let lookup = Lookup::of(token);
        if let Some(token) = self.remembered(cache, lookup, presented) {
            return Ok(token.with_cached(true));
        }
        // This `Future` is boxed. Without the box, the `Future` of every request would be larger, although few requests
        // come here.
        Box::pin(self.verify_anew(cache, lookup, presented)).await
    }

    /// Returns a cached token if the token is still valid. Returns `None` if the check would have to wait.
    fn remembered(&self, cache: &Cache, lookup: Lookup<'_>, presented: &Presented<'_>) -> Option<Token> {
        let good = cache.good(lookup).filter(|good| good.is_for(presented.resource()))?;
        let keys = good.source.at_hand()?;
        good.counts(&keys).then(|| self.valid_now(&good).ok()).flatten()
    }

    async fn verify_anew(
        &self,
        cache: &Cache,
        lookup: Lookup<'_>,
        presented: &Presented<'_>,
    ) -> Result<Token, VerifyError> {
        let arrived = match self.recall(cache, lookup, presented).await? {
            Recalled::Admitted(token) => return Ok(token.with_cached(true)),
            // If the cache had no entry, `recall` did not wait, so the token arrived just now.
            Recalled::Came(before) => before.unwrap_or_else(Instant::now),
        };
        match self.judge(presented, arrived).await {
            Ok(good) => {
                let admitted = self.valid_now(&good)?;
                cache.keep_good(lookup, good, |good| self.is_over(good));
                Ok(admitted.with_cached(false))
            }
            Err(refusal) => {
                match &refusal {
                    Refusal::Lasting(bad) => {
                        cache.keep_refused(lookup, Refused { arrived, bad: Some(Arc::clone(bad)) });
                    }
                    Refusal::Unsettled(_) => cache.keep_refused(lookup, Refused { arrived, bad: None }),
                    Refusal::Passing(_) => {}
                }
                Err(refusal.into())
            }
        }
    }

    /// Uses the cached result for a token if the result is still usable. If the keys are too old, this method reloads
    /// the keys first, because the result depends on the keys. If the issuer no longer publishes the token's key, the
    /// cached result is not used.
    async fn recall(
        &self,
        cache: &Cache,
        lookup: Lookup<'_>,
        presented: &Presented<'_>,
    ) -> Result<Recalled, VerifyError> {
        let resource = presented.resource();
        if let Some(good) = cache.good(lookup).filter(|good| good.is_for(resource)) {
            let keys = good.source.current().await?;
            let admitted = good.counts(&keys).then(|| self.valid_now(&good)).transpose();
            if !matches!(admitted, Ok(Some(_))) {
                cache.forget(lookup);
            }
            return Ok(admitted?.map_or(Recalled::Came(Some(good.since)), Recalled::Admitted));
        }
        let Some(Refused { arrived, bad }) = cache.refused(lookup) else { return Ok(Recalled::Came(None)) };
        if let Some(bad) = bad.filter(|bad| bad.is_for(resource)) {
            let keys = bad.source.current().await?;
            if bad.counts(&keys) && !(bad.wants_newer_keys && bad.source.has_newer_than(&keys).await) {
                return Err(bad.fault.clone().into());
            }
        }
        Ok(Recalled::Came(Some(arrived)))
    }

    /// Checks everything about a token except its times. `arrived` is the time when the token first arrived.
    async fn judge(&self, presented: &Presented<'_>, arrived: Instant) -> Result<Good, Refusal> {
        let token = Unread::split(presented.token())?;
        let iss = token.issuer()?.into_owned();
        let (KnownIssuer { issuer, keys: source }, named) = self.issuer(&iss)?;
        let token = token.read()?;
        token.check_algorithm(issuer)?;
        // The token can arrive again later, and its key is then older. What counts is the age at the first arrival.
        let age = || self.age_of_key(&token).saturating_sub(arrived.elapsed());
        let is_settled = |keys: &KeySet| keys.are_newer_than(arrived, age());
        let (keys, verdict) = ask(source, &token, is_settled).await?;
        let bad = |fault| Bad::new(fault, source, &keys, presented.resource());
        let lasting = |fault| Refusal::Lasting(Arc::new(bad(fault)));
        let until_newer_keys = |fault| Refusal::Lasting(Arc::new(bad(fault).until_newer_keys()));
        let key = match verdict {
            Verdict::Genuine(key) => key,
            // All keys were withdrawn, or the issuer has a problem. Clients should keep their token, so the gate does
            // not answer 401.
            Verdict::UnknownKey if keys.is_empty() => {
                let reason = "its issuer publishes no usable key";
                return Err(VerifyError::unavailable(WITHOUT_KEYS, reason).into());
            }
            Verdict::UnknownKey if !is_settled(&keys) => {
                let reason = "its key may have been published since the keys were loaded";
                return Err(Refusal::Unsettled(VerifyError::unavailable(source.until_next(), reason)));
            }
            Verdict::UnknownKey => return Err(until_newer_keys(of_no_key(&token))),
            Verdict::Forged => {
                let fault = Fault::Plain("its signature does not match the key that it names");
                return Err(until_newer_keys(fault.of(Rule::Signature)));
            }
        };
        let is_at_jwt = token.is_at_jwt;
        let claims = token.into_claims().map_err(lasting)?;
        let checked = issuer.check(claims, named, is_at_jwt, presented.resource());
        let (token, validity) = checked.map_err(lasting)?;
        let leeway = issuer.clock_leeway();
        Ok(Good::new(token, validity, leeway, source, key, presented.resource()))
    }

    /// Returns a lower bound for the age of a token's key. The age is the time since the issuer published the key. This
    /// function assumes that an issuer publishes a key at most `LATE` seconds after the first signature with this key.
    /// The time of signing is the token's `iat`. If the token has no usable `iat`, the lower bound is zero.
    fn age_of_key(&self, token: &Unverified<'_>) -> Duration {
        /// The allowed clock difference plus the time that a server may take to publish a new key, in seconds.
        const LATE: f64 = 60.0;
        /// The largest age that this function returns, in seconds.
        const A_CENTURY: f64 = 100.0 * 365.0 * 86_400.0;
        let age = token.issued_at().map_or(0.0, |issued_at| (self.clock)() - issued_at - LATE);
        Duration::try_from_secs_f64(age.clamp(0.0, A_CENTURY)).unwrap_or_default()
    }

    fn issuer<'a>(&self, id: &'a str) -> Result<(&KnownIssuer, Named<'a>), Fault> {
        let found = self.issuers.iter().find_map(|known| Some((known, known.issuer.names.find(id)?)));
        found.ok_or_else(|| {
            let names = self.issuers.iter().flat_map(|known| known.issuer.names.iter());
            let expected: Vec<_> = names.map(|name| shown::url(&name).to_string()).collect();
            Fault::unexpected("iss", shown::url(id), expected.iter()).of(Rule::Issuer)
        })
    }

    /// Checks the times of a token against the current time.
    fn valid_now(&self, good: &Good) -> Result<Token, VerifyError> {
        good.validity.check((self.clock)(), good.leeway)?;
        Ok(good.token.clone())
    }

    fn is_over(&self, good: &Good) -> bool {
        good.validity.is_over((self.clock)(), good.leeway)
    }
}

/// Checks a signature with the keys of an issuer. Loads the keys again if the token's key is unknown. Also loads the
/// keys again if the signature looks forged, because some servers replace a key without changing its `kid`.
///
/// Loading the keys again can fail. After a failure, the known keys are used only if one of them has the token's `kid`,
/// or if `is_settled` says that these keys are new enough. For an access token, the keys are new enough if the gate
/// requested them after the token arrived, or more than a minute after the token's `iat`. By then, the issuer should
/// have published the token's key. In all other cases, a failure to load keys is returned as an error.
pub(crate) async fn ask(
    source: &KeySource,
    token: &Unverified<'_>,
    is_settled: impl Fn(&KeySet) -> bool,
) -> Result<(Arc<KeySet>, Verdict), Refusal> {
    let keys = source.current().await?;
    let verdict = keys.judge(token);
    let newer = match verdict {
        Verdict::Genuine(_) => None,
        Verdict::UnknownKey | Verdict::Forged => match source.newer_than(&keys).await {
            Ok(newer) => newer,
            Err(_) if matches!(verdict, Verdict::Forged) || is_settled(&keys) => None,
            Err(error) => return Err(Refusal::Unsettled(error)),
        },
    };
    match newer {
        Some(newer) => {
            let verdict = newer.judge(token);
            Ok((newer, verdict))
        }
        None => Ok((keys, verdict)),
    }
}

/// Makes the fault for a token whose issuer does not publish the token's key.
fn of_no_key(token: &Unverified<'_>) -> Fault {
    let fault = match &token.kid {
        Some(kid) => Fault::with("its issuer publishes no key with its `kid`", kid),
        None => Fault::Plain("it names no key, and no key of its issuer made the signature"),
    };
    fault.of(Rule::Key)
}

impl From<Refusal> for VerifyError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Lasting(bad) => bad.fault.clone().into(),
            Refusal::Unsettled(error) | Refusal::Passing(error) => error,
        }
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::Passing(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Passing(fault.into())
    }
}
