//! Judges a token: as it was judged before, or else anew.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    cache::{Bad, Cache, Digest, Good},
    fault::{Fault, Rule},
    key_source::KeySource,
    keys::{KeySet, Verdict},
    unverified::{self, Unread, Unverified},
    validity,
};
use crate::{
    Presented, Token, VerifyError, shown,
    verify::issuer::{Issuer, Named},
};

/// When to ask an issuer without keys again.
const WITHOUT_KEYS: Duration = Duration::from_secs(10);

/// How much memory the cache may take, in bytes: enough for some thousand tokens.
const CACHE_SIZE: usize = 16 * 1024 * 1024;

/// Verifies the JSON Web Tokens of some issuers.
pub(crate) struct Jwts {
    issuers: Vec<KnownIssuer>,
    pub(super) cache: Option<Cache>,
    pub(super) clock: fn() -> f64,
}

/// An issuer, and where its keys come from.
pub(crate) struct KnownIssuer {
    pub(crate) issuer: Issuer,
    keys: KeySource,
}

/// Why a token was refused.
enum Refusal {
    /// It is bad at any time, while its issuer has these keys.
    Lasting(Bad),
    /// The next time it may be another matter.
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

    pub(crate) fn issuers(&self) -> impl Iterator<Item = &Issuer> + Clone {
        self.issuers.iter().map(|known| &known.issuer)
    }

    pub(crate) async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let token = presented.token();
        unverified::check_length(token)?;
        let Some(cache) = &self.cache else {
            return self.valid_now(&self.judge(presented).await?);
        };
        let digest = Digest::of(token);
        if let Some(admitted) = self.recall(cache, &digest, presented).await? {
            return Ok(admitted);
        }
        match self.judge(presented).await {
            Ok(good) => {
                let admitted = self.valid_now(&good)?;
                cache.keep_good(digest, good, |good| self.is_over(good));
                Ok(admitted)
            }
            Err(refusal) => {
                if let Refusal::Lasting(bad) = &refusal {
                    cache.keep_bad(digest, bad.clone());
                }
                Err(refusal.into())
            }
        }
    }

    /// Judges a token as it was judged before, if that still counts. The keys are asked for each time, so that remembered
    /// tokens have them renewed as others do, and go with a withdrawn key as soon.
    async fn recall(
        &self,
        cache: &Cache,
        digest: &Digest,
        presented: &Presented<'_>,
    ) -> Result<Option<Token>, VerifyError> {
        let resource = presented.resource();
        if let Some(good) = cache.good(digest).filter(|good| good.is_for(resource)) {
            let keys = good.source.current().await?;
            let admitted = good.counts(&keys).then(|| self.valid_now(&good)).transpose();
            if !matches!(admitted, Ok(Some(_))) {
                cache.forget(digest);
            }
            return admitted;
        }
        if let Some(bad) = cache.bad(digest).filter(|bad| bad.is_for(resource)) {
            let keys = bad.source.current().await?;
            let is_known = bad.counts(&keys);
            if is_known && !(bad.wants_newer_keys && bad.source.newer_than(&keys).await?.is_some()) {
                return Err(bad.fault.into());
            }
        }
        Ok(None)
    }

    /// Judges all of a token but its times.
    async fn judge(&self, presented: &Presented<'_>) -> Result<Good, Refusal> {
        let arrived = Instant::now();
        let token = Unread::split(presented.token())?;
        let iss = token.issuer()?.into_owned();
        let (KnownIssuer { issuer, keys: source }, named) = self.issuer(&iss)?;
        let token = token.read()?;
        token.check_algorithm(issuer)?;
        let (keys, verdict) = ask(source, &token).await?;
        let lasting = |fault| Refusal::Lasting(Bad::new(fault, source, &keys, presented.resource()));
        let key = match verdict {
            Verdict::Genuine(key) => key,
            // All keys withdrawn, or an accident of the issuer: nobody should throw a token away for that.
            Verdict::UnknownKey if keys.is_empty() => {
                let reason = "its issuer publishes no key that could be used";
                return Err(VerifyError::unavailable(WITHOUT_KEYS, reason).into());
            }
            Verdict::UnknownKey => {
                source.asked_since(self.published(&token, arrived)).map_err(|pause| {
                    VerifyError::unavailable(
                        pause,
                        "its key may have been published since the keys were loaded",
                    )
                })?;
                return Err(lasting(of_no_key(&token)).until_newer_keys());
            }
            Verdict::Forged => {
                let fault = Fault::Plain("its signature is not one of the key that it names");
                return Err(lasting(fault.of(Rule::Signature)).until_newer_keys());
            }
        };
        let is_at_jwt = token.is_at_jwt;
        let claims = token.into_claims().map_err(lasting)?;
        let checked = issuer.check(claims, named, is_at_jwt, presented.resource());
        let (token, validity) = checked.map_err(lasting)?;
        let leeway = issuer.clock_leeway();
        Ok(Good::new(token, validity, leeway, source, key, presented.resource()))
    }

    /// Returns by when an issuer had published the key of a token: when it came here, and for an older one some time after it
    /// was issued.
    fn published(&self, token: &Unverified<'_>, arrived: Instant) -> Instant {
        /// How far the clocks may differ, and how long servers may take to publish the key of a token that they issued.
        const LATE: f64 = 60.0;
        let age = token.issued_at().map_or(0.0, |issued_at| (self.clock)() - issued_at - LATE);
        let age = Duration::try_from_secs_f64(age).unwrap_or_default();
        arrived.checked_sub(age).unwrap_or(arrived)
    }

    fn issuer<'a>(&self, id: &'a str) -> Result<(&KnownIssuer, Named<'a>), Fault> {
        let found = self.issuers.iter().find_map(|known| Some((known, known.issuer.names.find(id)?)));
        found.ok_or_else(|| {
            let names = self.issuers.iter().flat_map(|known| known.issuer.names.iter());
            let expected: Vec<_> = names.map(|name| shown::url(&name).to_string()).collect();
            Fault::unexpected("iss", shown::url(id), expected.iter()).of(Rule::Issuer)
        })
    }

    /// Judges the times of a token, by the clock of now.
    fn valid_now(&self, good: &Good) -> Result<Token, VerifyError> {
        good.validity.check((self.clock)(), good.leeway)?;
        Ok(good.token.clone())
    }

    fn is_over(&self, good: &Good) -> bool {
        good.validity.is_over((self.clock)(), good.leeway)
    }
}

/// Has the keys of an issuer judge a signature. For a token of an unknown key they are loaded again, and for one that looks
/// forged, since some servers exchange a key and not its name.
async fn ask(source: &KeySource, token: &Unverified<'_>) -> Result<(Arc<KeySet>, Verdict), VerifyError> {
    let keys = source.current().await?;
    let verdict = keys.judge(token);
    let newer = match verdict {
        Verdict::Genuine(_) => None,
        Verdict::UnknownKey => source.newer_than(&keys).await?,
        // While they cannot be loaded, the key of that name is the one to go by.
        Verdict::Forged => source.newer_than(&keys).await.unwrap_or_default(),
    };
    match newer {
        Some(newer) => {
            let verdict = newer.judge(token);
            Ok((newer, verdict))
        }
        None => Ok((keys, verdict)),
    }
}

/// Says that a token's key is not among those of its issuer.
fn of_no_key(token: &Unverified<'_>) -> Fault {
    let fault = match &token.kid {
        Some(kid) => Fault::with("its issuer publishes no key of its `kid`", kid),
        None => Fault::Plain("it names no key, and none of its issuer's made the signature"),
    };
    fault.of(Rule::Key)
}

impl Refusal {
    /// Says that newer keys, if there are any, may make the token good.
    fn until_newer_keys(self) -> Self {
        match self {
            Self::Lasting(bad) => Self::Lasting(bad.until_newer_keys()),
            Self::Passing(error) => Self::Passing(error),
        }
    }
}

impl From<Refusal> for VerifyError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Lasting(bad) => bad.fault.into(),
            Refusal::Passing(error) => error,
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
