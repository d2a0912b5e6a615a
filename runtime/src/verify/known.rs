//! Recovers this crate's verifiers from the type-erased verifier of a gate.

use std::{any::Any, sync::Arc};

use super::StaticKeys;
#[cfg(feature = "jwt")]
use super::{Issuer, Issuers, static_keys::StaticKeysOr};
#[cfg(feature = "export")]
use crate::{Presented, Token, TokenVerifier, VerifyError};

/// A verifier that can verify a token without sending it anywhere.
#[cfg(feature = "export")]
pub(crate) enum KnownVerifier<'a> {
    Keys(&'a StaticKeys),
    #[cfg(feature = "jwt")]
    Issuers {
        keys: Option<&'a StaticKeys>,
        issuers: &'a Issuers,
    },
}

#[cfg(feature = "export")]
impl<'a> KnownVerifier<'a> {
    pub(crate) fn of(verifier: &'a dyn Any) -> Option<Self> {
        #[cfg(feature = "jwt")]
        if let Some((keys, issuers)) = keys_and_issuers(verifier) {
            return Some(Self::Issuers { keys, issuers });
        }
        find(verifier).map(Self::Keys)
    }

    /// Returns the issuers whose tokens the verifier accepts.
    #[cfg(feature = "jwt")]
    pub(crate) fn issuers(&self) -> Vec<&'a Issuer> {
        match self {
            Self::Keys(_) => Vec::new(),
            Self::Issuers { issuers, .. } => issuers.iter().collect(),
        }
    }

    /// Verifies a token without sending it anywhere.
    pub(crate) async fn verify_offline(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        match self {
            Self::Keys(keys) => keys.verify(presented).await,
            #[cfg(feature = "jwt")]
            Self::Issuers { keys, issuers } => match keys.and_then(|keys| keys.find(presented.token())) {
                Some(token) => Ok(token.clone()),
                None => issuers.verify_offline(presented).await,
            },
        }
    }
}

/// Iterates over the issuers whose tokens a verifier accepts.
#[cfg(feature = "jwt")]
pub(crate) fn issuers_in(verifier: &dyn Any) -> impl Iterator<Item = &Issuer> {
    keys_and_issuers(verifier).into_iter().flat_map(|(_, issuers)| issuers.iter())
}

/// Returns the static keys that a verifier accepts. Does not find keys that `StaticKeys::or` combines with the
/// program's own verifier.
pub(crate) fn keys_in(verifier: &dyn Any) -> impl Iterator<Item = &StaticKeys> {
    #[cfg(feature = "jwt")]
    let of_issuers = keys_and_issuers(verifier)
        .into_iter()
        .flat_map(|(keys, issuers)| keys.into_iter().chain(issuers.keys.as_ref()));
    #[cfg(not(feature = "jwt"))]
    let of_issuers = std::iter::empty();
    of_issuers.chain(find(verifier))
}

/// Returns the issuers of a verifier, and the static keys that the verifier also accepts.
#[cfg(feature = "jwt")]
fn keys_and_issuers(verifier: &dyn Any) -> Option<(Option<&StaticKeys>, &Issuers)> {
    if let Some(issuers) = find(verifier) {
        return Some((None, issuers));
    }
    if let Some(StaticKeysOr { keys, verifier }) = find::<StaticKeysOr<Issuers>>(verifier) {
        return Some((Some(keys), verifier));
    }
    let StaticKeysOr { keys, verifier } = find::<StaticKeysOr<Arc<Issuers>>>(verifier)?;
    Some((Some(keys), verifier))
}

/// Returns the verifier if it is a `V` or an `Arc<V>`.
fn find<V: Any>(verifier: &dyn Any) -> Option<&V> {
    verifier.downcast_ref().or_else(|| verifier.downcast_ref::<Arc<V>>().map(Arc::as_ref))
}
