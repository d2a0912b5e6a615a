//! The verified token, as a handler sees it.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{
    enforcement::{Enforcement, Verified},
    gate::Failure,
    granted::GrantedScopes,
    log,
    reason::Reason,
    rejection::Rejection,
    requirement::Requirement,
    token::Token,
};

/// Who calls, and what they were granted: an extractor for handlers behind a gate.
///
/// In a `#[public]` handler take an `Option<Access>`: there it verifies a token that is present, and a bad one is 401.
/// In a middleware behind [`Gate::authenticate`](crate::Gate::authenticate) an `Option<Access>` is `None` for a bad
/// token too, since a public route inside may ignore it.
///
/// # Examples
///
/// ```
/// use scopegate::{Access, authenticated};
///
/// #[authenticated]
/// async fn whoami(access: Access) -> String {
///     access.subject().unwrap_or("nobody").to_owned()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Access(Token);

impl Access {
    /// Returns who granted the scopes (`sub`), where the token says so.
    pub fn subject(&self) -> Option<&str> {
        self.0.subject()
    }

    /// Returns who was granted the scopes (`client_id`), where the token says so.
    pub fn client(&self) -> Option<&str> {
        self.0.client()
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &GrantedScopes {
        self.0.scopes()
    }

    /// Reads the token's claims into a type of yours.
    ///
    /// # Errors
    ///
    /// When a claim that `T` needs is missing or of another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.0.claims()
    }

    #[cfg(feature = "rmcp")]
    pub(crate) fn of(token: Token) -> Self {
        Self(token)
    }

    /// Lets a test call a handler directly with the access that `token` gives.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn for_test(token: Token) -> Self {
        Self(token)
    }
}

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        match (parts.extensions.get::<Enforcement>(), parts.extensions.get::<Verified>()) {
            (Some(Enforcement { token: Some(token), .. }), _) => Ok(Self(token.clone())),
            (None, Some(Verified { gate, outcome })) => match outcome {
                Ok(token) => Ok(Self(token.clone())),
                Err(failure) => Err(gate.reject(*failure, Requirement::AUTHENTICATED)),
            },
            _ => {
                log::misconfigured(
                    "nothing demands a token where `Access` is taken; a `#[public]` handler takes `Option<Access>`",
                );
                Err(Rejection::misconfigured())
            }
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        let enforcement = parts.extensions.get::<Enforcement>();
        if let Some(Enforcement { token: Some(token), .. }) = enforcement {
            return Ok(Some(Self(token.clone())));
        }
        match (enforcement.and_then(Enforcement::plan), parts.extensions.get::<Verified>()) {
            (Some(plan), _) => match plan.token(parts).await {
                Ok(token) => Ok(Some(Self(token))),
                Err(Failure::For(Reason::MissingToken)) => Ok(None),
                Err(failure) => Err(plan.reject(failure, plan.requirement)),
            },
            (None, Some(verified)) => Ok(verified.outcome.as_ref().ok().cloned().map(Self)),
            (None, None) => {
                log::misconfigured("no gate can verify a token where `Option<Access>` is taken");
                Err(Rejection::misconfigured())
            }
        }
    }
}
