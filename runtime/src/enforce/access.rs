//! The verified token, as a handler sees it.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::{HeaderMap, request::Parts};
use serde::de::DeserializeOwned;

#[cfg(any(feature = "rmcp", feature = "testing"))]
use super::outcome::Local;
use super::{
    enforce::verify_for_all,
    enforcement::{Admitted, Enforcement, verified},
    expired::Expired,
    member::plan_for,
    outcome::{Judge, Noted},
    plan::Plan,
};
#[cfg(feature = "testing")]
use crate::policy::Policy;
#[cfg(any(feature = "rmcp", feature = "testing"))]
use crate::refuse::Asked;
#[cfg(feature = "testing")]
use crate::scope::{Parameters, ScopeTable};
use crate::{
    gate::{Failure, log},
    observe::{Outcome, Watch},
    policy::Demand,
    refuse::{KeptHeaders, Reason, Rejection},
    resource::Resource,
    scope::{Filled, GrantedScopes, NeedRef, Requirement, Row, RowRef, Unfilled},
    token::{InvalidClaims, Principal, Token},
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
    /// What the handler declares.
    row: RowRef,
    /// What its templates come to, where it has any.
    filled: Option<Arc<Filled>>,
    /// For the bodies of refusals.
    headers: KeptHeaders,
    authority: Authority,
}

/// By what demands are judged.
#[derive(Clone)]
enum Authority {
    Gate(Plan),
    /// Over stdio and in tests there is no gate.
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    Local(Arc<Local>),
}

impl Access {
    /// Returns who calls: the one thing to key data by, since a subject is unique for its issuer alone.
    ///
    /// There is none where the token does not say who issued it or who granted its scopes.
    pub fn principal(&self) -> Option<&Principal> {
        self.token.principal()
    }

    /// Returns the resource that the request is for: of a [family](Resource::family), the one that its path names. There is none
    /// behind a gate of static keys alone, over stdio, and in tests of a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Resource, authenticated};
    ///
    /// #[authenticated]
    /// async fn whose(access: Access) -> String {
    ///     access.resource().and_then(|resource| resource.parameter("org")).unwrap_or_default().to_owned()
    /// }
    /// ```
    pub fn resource(&self) -> Option<&Resource> {
        match &self.authority {
            Authority::Gate(plan) => plan.gate.resource(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(_) => None,
        }
    }

    /// Returns who issued the token (`iss`), where the verifier says so.
    pub fn issuer(&self) -> Option<&str> {
        self.token.issuer()
    }

    /// Returns when the token expires, where the verifier says so.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.token.expires_at()
    }

    /// Returns a future that ends when the token expires: from then on the gate refuses it.
    ///
    /// A request is judged when it arrives, and an answer may go on for hours. Have it end with the token; the client comes back with
    /// a new one, or gets the 401 that says where to get it. The verifier's [leeway](Token::with_leeway) counts, so that a client which
    /// comes back at once with the same token is refused and does not come back again and again. The clock is read at least every
    /// 10 seconds, since a timer stands still on a suspended machine.
    ///
    /// It is over at once for a token that expired, and never for one whose verifier names no expiry, such as a static key. It
    /// knows nothing of a revocation. It needs a runtime of tokio with its clock enabled, as `#[tokio::main]` has it.
    ///
    /// # Examples
    ///
    /// Server-sent events that end:
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, StreamExt, stream};
    /// use scopegate::{Access, requires_scope};
    ///
    /// #[requires_scope("files:read")]
    /// async fn changes(access: Access) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     let changes = stream::repeat_with(|| Ok(Event::default().data("hello.txt")));
    ///     Sse::new(changes.take_until(access.expired()))
    /// }
    /// ```
    ///
    /// A WebSocket that tells the client why it is closed, by a code of the program's own, so that it comes back with a new token:
    ///
    /// ```
    /// use axum::{
    ///     extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    ///     response::Response,
    /// };
    /// use scopegate::{Access, Expired, requires_scope};
    ///
    /// #[requires_scope("files:read")]
    /// async fn socket(access: Access, upgrade: WebSocketUpgrade) -> Response {
    ///     upgrade.protocols(["files.v1"]).on_upgrade(move |socket| echo(socket, access.expired()))
    /// }
    ///
    /// async fn echo(mut socket: WebSocket, mut expired: Expired) {
    ///     loop {
    ///         let answer = tokio::select! {
    ///             () = &mut expired => Message::Close(Some(CloseFrame { code: 4401, reason: "token expired".into() })),
    ///             said = socket.recv() => match said {
    ///                 Some(Ok(Message::Text(text))) => Message::Text(text),
    ///                 Some(Ok(_)) => continue,
    ///                 Some(Err(_)) | None => return,
    ///             },
    ///         };
    ///         let closes = matches!(answer, Message::Close(_));
    ///         if socket.send(answer).await.is_err() || closes {
    ///             return;
    ///         }
    ///     }
    /// }
    /// ```
    pub fn expired(&self) -> Expired {
        Expired::at(self.token.refused_from())
    }

    /// Returns who granted the scopes (`sub`), where the token says so. To key data by it, take [`Access::principal`].
    pub fn subject(&self) -> Option<&str> {
        self.token.subject()
    }

    /// Returns who was granted the scopes (`client_id`, or else `azp`), where the token says so.
    pub fn client(&self) -> Option<&str> {
        self.token.client()
    }

    /// Iterates over what the token says of how the person logged in (`acr`): nearly always one value, or none.
    pub fn acr(&self) -> impl Iterator<Item = &str> {
        self.token.acr()
    }

    /// Returns when the person logged in (`auth_time`), where the token says so.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.token.auth_time()
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
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, InvalidClaims> {
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
        let declared = scopes.iter().map(|scope| self.declared(scope.as_ref()));
        let needs = declared.collect::<Result<Vec<_>, _>>()?;
        if needs.is_empty() {
            return Err(self.misconfigured("demands one of no scopes; name at least one"));
        }
        // The operation itself has been judged; only a refusal names what it needs.
        self.meets(Demand { one_of: &needs, ..Demand::of(&self.row, self.filled()) })
    }

    /// Tells whether the token meets `requirement`, what that asks of the login and the floor included, and refuses nothing: for answers that are shaped by what the
    /// caller may do.
    ///
    /// A template is filled in as for the handler, if the handler declares it, or else from the path of the
    /// [family](Resource::family); another one is met by no token. Where the answer decides what runs, take
    /// [`Access::require`], whose refusal says what to ask for.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Requirement, authenticated, requirement};
    ///
    /// const ADMIN: Requirement = requirement!("files:admin");
    ///
    /// #[authenticated]
    /// async fn menu(access: Access) -> &'static str {
    ///     if access.covers(&ADMIN) { "list, purge" } else { "list" }
    /// }
    /// ```
    pub fn covers(&self, requirement: &Requirement) -> bool {
        let row = Row::new(requirement.clone(), "a requirement", file!(), line!());
        let of_handler = self.filled.as_deref();
        let knows_all = |filled: &&Filled| {
            row.terms().templates().all(|template| filled.get(&template) != Err(Unfilled::Missing))
        };
        let of_resource = match &self.authority {
            Authority::Gate(plan) => plan.fill(&row),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(_) => Filled::default(),
        };
        let filled = of_handler.filter(knows_all).unwrap_or(&of_resource);
        self.judge().permits(&self.token, &[Demand::of(&row, filled)])
    }

    /// Finds a scope among those that the attribute names.
    fn declared(&self, scope: &str) -> Result<NeedRef<'_>, Rejection> {
        let found = self.row.terms().demandable().find(|need| need.as_str() == scope);
        found.ok_or_else(|| {
            self.misconfigured(&format!(
                "demands the scope `{scope}` and does not declare it; name it in `also(..)`"
            ))
        })
    }

    fn misconfigured(&self, fault: &str) -> Rejection {
        log::misconfigured(&format!("`{}` {fault}", self.row.handler()));
        let rejection = Rejection::misconfigured();
        let (outcome, demand) = (Outcome::Refused(rejection.reason()), Demand::of(&self.row, self.filled()));
        self.judge().tell(outcome, Some(&self.token), &[demand], &Noted::default());
        rejection
    }

    fn judge(&self) -> Judge<'_> {
        match &self.authority {
            Authority::Gate(plan) => Judge::Gate(plan),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(local) => Judge::Local(local),
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
    /// use axum::extract::State;
    /// use scopegate::{Access, Principal, Rejection, requires_scope};
    ///
    /// #[requires_scope("files:write")]
    /// async fn rename(access: Access, State(owner): State<Principal>) -> Result<(), Rejection> {
    ///     if access.principal() != Some(&owner) {
    ///         return Err(access.deny("Only the owner may rename a file"));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn deny(&self, why: impl Into<Cow<'static, str>>) -> Rejection {
        match &self.authority {
            Authority::Gate(plan) => plan.gate.deny(why.into()).to(self.headers.clone()),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(_) => Rejection::without_gate(Reason::Denied, Asked::NOTHING),
        }
    }

    /// Judges the token by a demand of the handler's, or of the server's that it is in.
    pub(crate) fn meets(&self, demand: Demand<'_>) -> Result<(), Rejection> {
        let watch = match &self.authority {
            Authority::Gate(plan) => plan.gate.watch(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(local) => local.watch(),
        };
        let noted = Noted::since(watch).after(&self.row, self.filled.as_deref());
        let judged = self.judge().judge(&self.token, &[demand], &noted);
        judged.map_err(|rejection| rejection.to(self.headers.clone()))
    }

    /// Returns what the templates of the handler come to.
    fn filled(&self) -> &Filled {
        self.filled.as_deref().unwrap_or(const { &Filled::NONE })
    }

    /// Makes an access where no gate is.
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    pub(crate) fn without_gate(token: Token, row: RowRef, local: Arc<Local>) -> Self {
        let headers = KeptHeaders::default();
        Self { token, row, filled: None, headers, authority: Authority::Local(local) }
    }

    pub(crate) fn of(plan: &Plan, admitted: &Admitted, headers: &HeaderMap) -> Self {
        let Admitted { token, row, filled } = admitted.clone();
        let (headers, authority) = (plan.gate.keep(headers), Authority::Gate(plan.clone()));
        Self { token, row, filled, headers, authority }
    }

    /// Makes an access of which nothing is declared: in a middleware, or in a public handler.
    fn undeclared(plan: &Plan, token: Token, headers: &HeaderMap) -> Self {
        let admitted = Admitted { token, row: plan.row.clone(), filled: None };
        Self::of(plan, &admitted, headers)
    }
}

/// For tests that call a handler directly.
#[cfg(feature = "testing")]
impl Access {
    /// Lets a test call a handler directly with the access that `token` gives.
    ///
    /// `declared` lists the handler alone, so that a demand which it does not declare is refused here, too. Without
    /// [`Access::under`] the policy is an empty one.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, GrantedScopes, Guard, Reason, Rejection, Token, requires_scope, scope_table};
    ///
    /// #[requires_scope("files:read", also("files:share"))]
    /// async fn share(access: Access) -> Result<(), Rejection> {
    ///     access.require("files:share")
    /// }
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let token = Token::granting(GrantedScopes::parse("files:read"));
    /// let access = Access::for_test(token, &scope_table![share]);
    /// let refused = share(Guard::for_test(), access).await.unwrap_err();
    /// assert_eq!(refused.reason(), Reason::InsufficientScope);
    /// assert_eq!(refused.scopes().len(), 2);
    /// # });
    /// ```
    #[must_use]
    pub fn for_test(token: Token, declared: &ScopeTable) -> Self {
        const NOTHING: Row = Row::new(Requirement::AUTHENTICATED, "a test", file!(), line!());
        let row = declared
            .entries()
            .first()
            .map_or(RowRef::Const(const { &NOTHING }), |entry| entry.row().clone().into());
        Self::without_gate(token, row, Arc::default())
    }

    /// Has demands judged by a policy, such as that of the program's gate.
    #[must_use]
    pub fn under(mut self, policy: &Policy) -> Self {
        self.authority = Authority::Local(Arc::new(Local { policy: policy.clone(), observer: None }));
        self
    }

    /// Fills the parameters of the path into the templates that the handler declares.
    #[must_use]
    pub fn with_parameters(mut self, parameters: &[(&str, &str)]) -> Self {
        self.filled = Some(Arc::new(Filled::of(self.row.terms().templates(), &Given(parameters))));
        self
    }
}

#[cfg(feature = "testing")]
struct Given<'a>(&'a [(&'a str, &'a str)]);

#[cfg(feature = "testing")]
impl Parameters for Given<'_> {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or(Unfilled::Missing)
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
        let in_handler = parts.extensions.get().is_some_and(Enforcement::is_in_handler);
        let Some(verified) = verified(parts).filter(|_| !in_handler) else {
            log::misconfigured(
                "nothing demands a token where `Access` is taken; a `#[public]` handler takes `Option<Access>`",
            );
            return Err(Rejection::misconfigured());
        };
        match verified.accepted(parts).await {
            Ok(token) => Ok(Self::undeclared(&verified.plan, token, &parts.headers)),
            Err(failure) => Err(refuse(&verified.plan, failure, parts)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Access {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        if let Some(access) = admitted(parts) {
            return Ok(Some(access));
        }
        if let Some(plan) = parts.extensions.get::<Enforcement>().and_then(Enforcement::plan).cloned() {
            // Outside of a family no token is valid, and the gate of the whole family says so.
            let plan = plan_for(&plan, parts).map_or_else(|_| plan.clone(), Cow::into_owned);
            // It may be taken again: by the handler after its middleware, and by the guard.
            let outcome = verify_for_all(&plan, parts).await;
            return match outcome {
                Ok(token) => Ok(Some(Self::undeclared(&plan, token, &parts.headers))),
                Err(Failure::For(Reason::MissingToken)) => Ok(None),
                Err(failure) => Err(refuse(&plan, failure, parts)),
            };
        }
        let Some(verified) = verified(parts) else {
            log::misconfigured("no gate can verify a token where `Option<Access>` is taken");
            return Err(Rejection::misconfigured());
        };
        let token = verified.accepted(parts).await.ok();
        Ok(token.map(|token| Self::undeclared(&verified.plan, token, &parts.headers)))
    }
}

/// What the guard of the handler, or the layer before it, has let through.
fn admitted(parts: &Parts) -> Option<Access> {
    let enforcement = parts.extensions.get::<Enforcement>()?;
    let plan = enforcement.plan()?;
    let mut access = Access::of(plan, enforcement.admitted.as_ref()?, &parts.headers);
    // What the handler demands later is told, too, when the request is out of reach.
    if plan.gate.is_told()
        && let Some(row) = plan.places.identify(&access.row, parts)
    {
        access.row = row.into();
    }
    Some(access)
}

fn refuse(plan: &Plan, failure: Failure, parts: &Parts) -> Rejection {
    let (demand, noted) =
        (Demand::of(&plan.row, const { &Filled::NONE }), Noted::of(parts, Watch::default()));
    plan.refuse(failure, &[demand], &noted).to(plan.gate.keep(&parts.headers))
}
