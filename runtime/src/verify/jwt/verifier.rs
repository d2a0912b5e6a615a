//! Judges a token: as it was judged before, or else anew.

use std::{sync::Arc, time::Duration};

use super::{
    Issuer, JwtVerifier,
    cache::{Bad, Cache, Digest, Good},
    fault::Fault,
    key_source::KeySource,
    keys::{KeySet, Verdict},
    unverified::{self, Unread, Unverified},
};
use crate::{Presented, Token, TokenVerifier, VerifyError, shown};

/// When to ask an issuer without keys again.
const WITHOUT_KEYS: Duration = Duration::from_secs(10);

/// Why a token was refused.
enum Refusal {
    /// It is bad at any time, while its issuer has these keys.
    Lasting(Bad),
    /// The next time it may be another matter.
    Passing(VerifyError),
}

impl TokenVerifier for JwtVerifier {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let token = presented.token();
        unverified::check_length(token)?;
        let Some(cache) = &self.cache else {
            return self.valid_now(&self.judge(token).await?);
        };
        let digest = Digest::of(token);
        if let Some(admitted) = self.recall(cache, &digest).await? {
            return Ok(admitted);
        }
        match self.judge(token).await {
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

    fn problems(&self) -> Vec<String> {
        let of_issuers = self.issuers.iter().filter_map(|issuer| issuer.keys.problem());
        self.problems.iter().cloned().chain(of_issuers).collect()
    }
}

impl JwtVerifier {
    /// Judges a token as it was judged before, if that still counts. The keys are asked for each time, so that remembered
    /// tokens have them renewed as others do, and go with a withdrawn key as soon.
    async fn recall(&self, cache: &Cache, digest: &Digest) -> Result<Option<Token>, VerifyError> {
        if let Some(good) = cache.good(digest) {
            let keys = good.source.current().await?;
            let admitted = good.counts(&keys).then(|| self.valid_now(&good)).transpose();
            if !matches!(admitted, Ok(Some(_))) {
                cache.forget(digest);
            }
            return admitted;
        }
        if let Some(bad) = cache.bad(digest) {
            let keys = bad.source.current().await?;
            let is_known = bad.counts(&keys);
            if is_known && !(bad.wants_newer_keys && bad.source.newer_than(&keys).await?.is_some()) {
                return Err(bad.fault.into());
            }
        }
        Ok(None)
    }

    /// Judges all of a token but its times.
    async fn judge(&self, token: &str) -> Result<Good, Refusal> {
        let token = Unread::split(token)?;
        let Issuer { keys: source, .. } = self.issuer(&token.issuer()?)?;
        let token = token.read()?;
        let (keys, verdict) = ask(source, &token).await?;
        let lasting = |fault| Refusal::Lasting(Bad::new(fault, source, &keys));
        let key = match verdict {
            Verdict::Genuine(key) => key,
            // All keys withdrawn, or an accident of the issuer: nobody should throw a token away for that.
            Verdict::UnknownKey if keys.is_empty() => {
                let reason = "its issuer publishes no key that could be used";
                return Err(VerifyError::unavailable(WITHOUT_KEYS, reason).into());
            }
            Verdict::UnknownKey => return Err(of_no_key(&token, lasting)),
            Verdict::Forged => {
                return Err(lasting(Fault::Plain("its signature is not one of the key that it names")));
            }
        };
        let claims = token.into_claims().map_err(lasting)?;
        let (token, validity) = self.rules.check(claims).map_err(lasting)?;
        Ok(Good::new(token, validity, source, key))
    }

    fn issuer(&self, id: &str) -> Result<&Issuer, Fault> {
        let issuer = self.issuers.iter().find(|issuer| issuer.id == id);
        issuer.ok_or_else(|| {
            let expected = self.issuers.iter().map(|issuer| shown::url(&issuer.id));
            Fault::unexpected("iss", shown::url(id), expected)
        })
    }

    /// Judges the times of a token, by the clock of now.
    fn valid_now(&self, good: &Good) -> Result<Token, VerifyError> {
        good.validity.check((self.clock)(), self.leeway)?;
        Ok(good.token.clone())
    }

    fn is_over(&self, good: &Good) -> bool {
        good.validity.is_over((self.clock)(), self.leeway)
    }
}

/// Has the keys of an issuer judge a signature. For a token of an unknown key they are loaded again.
pub(in crate::verify) async fn ask(
    source: &KeySource,
    token: &Unverified<'_>,
) -> Result<(Arc<KeySet>, Verdict), VerifyError> {
    let keys = source.current().await?;
    let verdict = keys.judge(token);
    if matches!(verdict, Verdict::UnknownKey)
        && let Some(newer) = source.newer_than(&keys).await?
    {
        let verdict = newer.judge(token);
        return Ok((newer, verdict));
    }
    Ok((keys, verdict))
}

/// Refuses a token whose key is not among those of its issuer. To find that out takes no signature if it names the key, and
/// several if it names none.
fn of_no_key(token: &Unverified<'_>, lasting: impl FnOnce(Fault) -> Refusal) -> Refusal {
    match &token.kid {
        Some(kid) => Fault::with("its issuer publishes no key of its `kid`", kid).into(),
        None => match lasting(Fault::Plain("it names no key, and none of its issuer's made the signature")) {
            Refusal::Lasting(bad) => Refusal::Lasting(bad.until_newer_keys()),
            passing @ Refusal::Passing(_) => passing,
        },
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
