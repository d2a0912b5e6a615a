//! The verified token, as a handler sees it.

use std::{borrow::Cow, fmt, sync::Arc};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::{HeaderMap, request::Parts};
use serde::de::DeserializeOwned;

use crate::{
    enforce::{Admitted, Enforcement, Plan, Verified},
    gate::{Failure, log},
    refuse::{KeptHeaders, Reason, Rejection},
    scope::{Filled, GrantedScopes, Need, Policy},
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
#[derive(Clone)]
pub struct Access {
    token: Token,
    /// What the handler declares, and the gate that it stands behind; a test that makes an access has neither.
    context: Option<Context>,
}

#[derive(Clone)]
struct Context {
    plan: Plan,
    policy: Policy,
    filled: Option<Arc<Filled>>,
    /// For the bodies of refusals.
    headers: KeptHeaders,
}

impl Access {
    /// Returns who granted the scopes (`sub`), where the token says so.
    pub fn subject(&self) -> Option<&str> {
        self.token.subject()
    }

    /// Returns who was granted the scopes (`client_id`, or else `azp`), where the token says so.
    pub fn client(&self) -> Option<&str> {
        self.token.client()
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &GrantedScopes {
        self.token.scopes()
    }

    /// Reads the token's claims into a type of yours.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Rejection, authenticated};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Claims {
    ///     email: String,
    /// }
    ///
    /// #[authenticated]
    /// async fn email(access: Access) -> Result<String, Rejection> {
    ///     let claims: Claims = access.claims().map_err(|_| access.deny("The token names no e-mail address"))?;
    ///     Ok(claims.email)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When a claim that `T` needs is missing or of another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.token.claims()
    }

    /// Demands one scope more, for what only the handler can know.
    ///
    /// The scope must be declared, by `also(..)` on the attribute, so that the table stays complete. A template is named
    /// with its braces, as it was declared.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::Json;
    /// use scopegate::{Access, Rejection, requires_scope};
    ///
    /// #[requires_scope("files:read", also("files:share"))]
    /// async fn link(access: Access, Json(public): Json<bool>) -> Result<&'static str, Rejection> {
    ///     if public {
    ///         access.require("files:share")?;
    ///     }
    ///     Ok("https://files.example.com/link")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the token lacks the scope: the 403 that the attribute would give, for all that the request takes. When the
    /// scope is not declared: a 500, and an error in the log.
    pub fn require(&self, scope: impl AsRef<str>) -> Result<(), Rejection> {
        self.require_any([scope])
    }

    /// Demands at least one of several scopes; clients are told to ask for the first.
    ///
    /// # Errors
    ///
    /// As [`Access::require`].
    pub fn require_any(&self, scopes: impl IntoIterator<Item: AsRef<str>>) -> Result<(), Rejection> {
        let scopes: Vec<_> = scopes.into_iter().collect();
        let mut names = scopes.iter().map(AsRef::as_ref);
        match &self.context {
            Some(context) => context.require_any(&self.token, names),
            None if names.any(|scope| self.scopes().contains(scope)) => Ok(()),
            None => Err(Rejection::without_gate(Reason::InsufficientScope)),
        }
    }

    /// Makes the refusal of a handler for a reason that is not about scopes: a role, a tenant, an owner.
    ///
    /// It is 403 without a challenge, so that no client asks for scopes that would not help. Without a gate, as in a
    /// test or over stdio, the text is a general one.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Rejection, requires_scope};
    ///
    /// #[requires_scope("files:write")]
    /// async fn rename(access: Access) -> Result<(), Rejection> {
    ///     if access.subject() != Some("alice") {
    ///         return Err(access.deny("Only the owner may rename a file"));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn deny(&self, why: impl Into<Cow<'static, str>>) -> Rejection {
        match &self.context {
            Some(context) => context.plan.gate.deny(why.into()).to(context.headers.clone()),
            None => Rejection::without_gate(Reason::Denied),
        }
    }

    #[cfg(feature = "mcp")]
    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// Returns the gate that let the request through, where there was one.
    #[cfg(feature = "mcp")]
    pub(crate) fn gate(&self) -> Option<&crate::gate::Gate> {
        self.context.as_ref().map(|context| &context.plan.gate)
    }

    /// Makes a refusal the answer to the request of this access.
    #[cfg(feature = "mcp")]
    pub(crate) fn answer(&self, rejection: Rejection) -> Rejection {
        match &self.context {
            Some(context) => rejection.to(context.headers.clone()),
            None => rejection,
        }
    }

    /// Makes an access where no gate is.
    #[cfg(feature = "rmcp")]
    pub(crate) fn without_gate(token: Token) -> Self {
        Self { token, context: None }
    }

    /// Lets a test call a handler directly with the access that `token` gives.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn for_test(token: Token) -> Self {
        Self { token, context: None }
    }

    pub(crate) fn of(plan: &Plan, admitted: &Admitted, headers: &HeaderMap) -> Self {
        let Admitted { token, policy, filled } = admitted;
        let headers = plan.gate.keep(headers);
        let context = Context { plan: plan.clone(), policy: *policy, filled: filled.clone(), headers };
        Self { token: token.clone(), context: Some(context) }
    }

    /// Makes an access of which nothing is declared: in a middleware, or in a public handler.
    fn undeclared(plan: &Plan, token: Token, headers: &HeaderMap) -> Self {
        let headers = plan.gate.keep(headers);
        let context = Context { plan: plan.clone(), policy: plan.policy, filled: None, headers };
        Self { token, context: Some(context) }
    }
}

impl Context {
    fn require_any<'a>(&self, token: &Token, scopes: impl Iterator<Item = &'a str>) -> Result<(), Rejection> {
        let declared: Option<Vec<Need>> = scopes.map(|scope| self.declared(scope)).collect();
        let Some(needs @ [first, ..]) = declared.as_deref() else {
            log::misconfigured("a handler requires a scope that it does not declare; name it in `also(..)`");
            return Err(Rejection::misconfigured());
        };
        let none = Filled::default();
        let filled = self.filled.as_deref().unwrap_or(&none);
        let demand = self.plan.gate.demand(self.policy.requirement).with_filled(filled);
        if needs.iter().any(|need| demand.covers(token.scopes(), *need)) {
            return Ok(());
        }
        let rejection = self.plan.gate.reject_for(*first, self.policy, filled).to(self.headers.clone());
        log::insufficient(&rejection, token);
        Err(rejection)
    }

    /// Finds a scope among those that the attribute names.
    fn declared(&self, scope: &str) -> Option<Need> {
        self.policy.needs().find(|need| need.as_str() == scope)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(&self.token).finish()
    }
}

impl<S: Sync> FromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        if let Some(access) = admitted(parts) {
            return Ok(access);
        }
        let in_handler = parts.extensions.get::<Enforcement>().is_some();
        let Some(Verified { plan, outcome, .. }) = Verified::of(parts).filter(|_| !in_handler) else {
            log::misconfigured(
                "nothing demands a token where `Access` is taken; a `#[public]` handler takes `Option<Access>`",
            );
            return Err(Rejection::misconfigured());
        };
        match outcome {
            Ok(token) => Ok(Self::undeclared(plan, token.clone(), &parts.headers)),
            Err(failure) => Err(refuse(plan, *failure, &parts.headers)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        if let Some(access) = admitted(parts) {
            return Ok(Some(access));
        }
        let plan = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan);
        match (plan, Verified::of(parts)) {
            (Some(plan), _) => match plan.token(parts).await {
                Ok(token) => Ok(Some(Self::undeclared(plan, token, &parts.headers))),
                Err(Failure::For(Reason::MissingToken)) => Ok(None),
                Err(failure) => Err(refuse(plan, failure, &parts.headers)),
            },
            (None, Some(Verified { plan, outcome, .. })) => {
                Ok(outcome.as_ref().ok().map(|token| Self::undeclared(plan, token.clone(), &parts.headers)))
            }
            (None, None) => {
                log::misconfigured("no gate can verify a token where `Option<Access>` is taken");
                Err(Rejection::misconfigured())
            }
        }
    }
}

/// What the guard of the handler, or the layer before it, has let through.
fn admitted(parts: &Parts) -> Option<Access> {
    let enforcement = parts.extensions.get::<Enforcement>()?;
    Some(Access::of(enforcement.plan()?, enforcement.admitted.as_ref()?, &parts.headers))
}

fn refuse(plan: &Plan, failure: Failure, headers: &HeaderMap) -> Rejection {
    plan.reject(failure, plan.policy, &Filled::default()).to(plan.gate.keep(headers))
}
