//! The verified token, as a handler sees it.

mod any_of;
mod asked;
mod extract;
mod faults;
#[cfg(feature = "testing")]
mod for_test;

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use http::HeaderMap;
use serde::de::DeserializeOwned;

use self::any_of::AnyOf;
pub use self::asked::{Coverable, Demandable};
#[cfg(any(feature = "rmcp", feature = "testing"))]
use super::outcome::Local;
use super::{
    enforcement::Admitted,
    expired::Expired,
    outcome::{Judge, Noted},
    plan::Plan,
};
#[cfg(any(feature = "rmcp", feature = "testing"))]
use crate::refuse::{Asked, Reason};
use crate::{
    policy::Demand,
    refuse::{KeptHeaders, Rejection},
    resource::Resource,
    scope::{Filled, GrantedScopes, NeedRef, Row, RowRef},
    token::{InvalidClaims, Principal, Token},
};

/// The caller and the granted scopes, as an extractor for handlers behind a gate.
///
/// In a `#[public]` handler, take an `Option<Access>`. The extractor verifies the token if the request has one, and
/// answers 401 to a bad token. By contrast, in a middleware behind [`Gate::authenticate`](crate::Gate::authenticate),
/// an `Option<Access>` is `None` if the token is bad or missing. The extractor does not answer 401 there, because the
/// request can be for a public handler, and most public handlers ignore the token.
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
    /// The declaration of the handler.
    row: RowRef,
    /// The scopes made from the handler's templates, or `None` if the handler has no templates.
    filled: Option<Arc<Filled>>,
    /// The request's headers, for the program's function that writes the bodies of refusals.
    headers: KeptHeaders,
    authority: Authority,
}

/// The gate that decides whether the token meets a handler's demands. If there is no gate, a policy decides.
#[derive(Clone)]
enum Authority {
    Gate(Plan),
    /// The policy of a program without a gate, for example of a test or of a server over stdio.
    #[cfg(any(feature = "rmcp", feature = "testing"))]
    Local(Arc<Local>),
}

impl Access {
    /// Returns the principal: the issuer and the subject, or the name of a static key. Use the principal, not the
    /// subject alone, as the key for a user's data, because a subject is unique only within its issuer. If the subject
    /// of a user equals the id of a client, the user and the client have the same principal; see [`Principal`].
    ///
    /// Returns `None` for a token that lacks an issuer or a subject, and for a static key without a name.
    pub fn principal(&self) -> Option<&Principal> {
        self.token.principal()
    }

    /// Returns the resource that the request is for. If the gate has a [family](Resource::family), this is the resource
    /// to which the path belongs. Returns `None` behind a gate with only static keys, over stdio, and in a test that
    /// calls the handler directly.
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

    /// Returns the issuer of the token (`iss`), or `None` if the verifier set no issuer.
    pub fn issuer(&self) -> Option<&str> {
        self.token.issuer()
    }

    /// Returns the time at which the token expires, if the verifier set this time.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.token.expires_at()
    }

    /// Returns a future that completes when the token expires. Once the future has completed, the gate rejects the
    /// token.
    ///
    /// The gate checks a request when the request arrives. But an answer such as a stream of events can last for hours.
    /// End the answer when this future completes. The client then sends a new request. If the client still uses the
    /// expired token, the gate answers 401, which tells the client to get a new token. The future completes only after
    /// the verifier's [leeway](Token::with_leeway) has passed. During the leeway, the gate still accepts the token. If
    /// your handler ended the answer during the leeway, a client could reconnect again and again with the same token.
    /// The future reads the clock at least every 10 seconds, because timers stop while a machine is suspended.
    ///
    /// For an expired token, the future is ready at once. For a token without an expiry, such as a static key, the
    /// future never completes. The future does not notice if a token is revoked. The future needs a tokio runtime with
    /// time enabled, such as the runtime that `#[tokio::main]` starts.
    ///
    /// # Examples
    ///
    /// To end server-sent events:
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
    /// This example closes a WebSocket with the close code 4401. No standard defines the meaning of 4401; here, the
    /// program and its clients have agreed that 4401 means "get a new token":
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

    /// Returns the subject (`sub`) of the token, if the token has one. The subject is the user or the client for whom
    /// the token was issued. As the key for a user's data, use [`Access::principal`] instead.
    pub fn subject(&self) -> Option<&str> {
        self.token.subject()
    }

    /// Returns the client to which the scopes were granted, if the token names the client. The client comes from
    /// `client_id`, or else from `azp`, `cid` or `appid`.
    pub fn client(&self) -> Option<&str> {
        self.token.client()
    }

    /// Iterates over the token's values of `acr`, which say how the person logged in. Most tokens have one value or
    /// none.
    pub fn acr(&self) -> impl Iterator<Item = &str> {
        self.token.acr()
    }

    /// Returns the time at which the person logged in (`auth_time`), if the token has the claim.
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.token.auth_time()
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &GrantedScopes {
        self.token.scopes()
    }

    /// Converts the token's claims to your own type.
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
    /// Fails if a claim that `T` needs is missing, or does not have the type that `T` demands.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, InvalidClaims> {
        self.token.claims()
    }

    /// Demands an additional scope. Use this method if the body of the request, or stored data, determines which scope
    /// is needed.
    ///
    /// Declare the scope with `also(..)` in the attribute, so that the scope table stays complete. If the scope is a
    /// template, pass it as it is written in the attribute, with its braces.
    ///
    /// This method cannot demand a login (`max_age`, `acr`). Only the attribute can. Put the operation that needs the
    /// login on a separate route, and demand the login in the attribute of that route's handler.
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
    /// Fails if the token lacks the scope, or if the scope is not declared. If the token lacks the scope, an HTTP
    /// handler answers 403, and the 403 names all scopes that the request needs. If the scope is not declared, the
    /// answer is 500, and an error is logged. Suppose that the attribute contains only literals. If the handler then
    /// calls `require` on its `Access` argument with an undeclared literal, the program does not compile.
    ///
    /// Inside a tool or prompt of rmcp, the answer is a JSON-RPC error with the code 403 or 500. rmcp sends this error
    /// with HTTP 200, so clients do not request more scopes. The section "A scope that depends on an argument" of the
    /// [guide](crate::guide::mcp) shows how to answer with HTTP 403 instead.
    pub fn require(&self, scope: impl Demandable) -> Result<(), Rejection> {
        self.require_any([scope])
    }

    /// Demands at least one of several scopes. If the token has none of these scopes, the challenge names the first
    /// scope. Pass the scopes in an array, or in any other collection.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Rejection, requires_scope};
    ///
    /// #[requires_scope("files:read", also("files:share", "files:admin"))]
    /// async fn link(access: Access) -> Result<&'static str, Rejection> {
    ///     access.require_any(["files:share", "files:admin"])?;
    ///     Ok("https://files.example.com/link")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the token has none of the scopes, if a scope is not declared, or if `scopes` is empty. The answers are
    /// the same as those of [`Access::require`].
    pub fn require_any(&self, scopes: impl AnyOf) -> Result<(), Rejection> {
        let scopes: Vec<_> = scopes.into_iter().collect();
        let declared = scopes.iter().map(|scope| self.declared(scope.as_ref()));
        let needs = declared.collect::<Result<Vec<_>, _>>()?;
        if needs.is_empty() {
            return Err(self.misconfigured("calls `require_any` without a scope; name at least one"));
        }
        // The operation's own scopes have been checked, but a refusal must name them, too.
        self.meets(Demand { one_of: &needs, ..Demand::of(&self.row, self.filled()) })
    }

    /// Tells whether the token meets both the floor and `asked`. `asked` is a variant of a
    /// [vocabulary](macro@crate::Vocabulary), a [`Scope`](crate::Scope), or a `&Requirement` such as
    /// `&requirement!("files:admin")`. A `&Requirement` can also demand a recent login (`max_age`), or a certain method
    /// of login (`acr`). Use this method if the content of an answer depends on the caller's permissions. To refuse a
    /// request, use [`Access::require`] instead, because the refusal then names the missing scope.
    ///
    /// You need not declare the scopes of `asked` in the attribute. But clients request only scopes that are listed in
    /// `scopes_supported`. By default, `scopes_supported` contains only declared scopes and the scopes of the floor. To
    /// list a scope in `scopes_supported`, in the scope table and in the lock file, declare it with `also(..)`.
    ///
    /// Name each template of `asked` in the handler's attribute, for example in `also(..)`. The parameters of the
    /// template then have the same values as in the handler's own scopes. If `asked` contains a template that the
    /// attribute does not name, no token covers this template, and an error is logged. A template needs no declaration
    /// if all its parameters belong to the gate's [family](Resource::family), because the request's resource determines
    /// their values.
    ///
    /// A scope such as `repo:{name}` counts as a template. But if the attribute names the scope as `repo:{{name}}`,
    /// with doubled braces, the scope is not a template.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Vocabulary, authenticated, requirement};
    ///
    /// #[derive(Clone, Copy, Vocabulary)]
    /// enum FilesScope {
    ///     /// Read files.
    ///     #[scope("files:read")]
    ///     Read,
    ///     /// Delete files.
    ///     #[scope("files:admin")]
    ///     Admin,
    /// }
    ///
    /// #[authenticated(also(FilesScope::Read, FilesScope::Admin))]
    /// async fn menu(access: Access) -> &'static str {
    ///     if access.covers(&requirement!(FilesScope::Admin, max_age = 300)) {
    ///         "list, purge"
    ///     } else if access.covers(FilesScope::Read) {
    ///         "list"
    ///     } else {
    ///         ""
    ///     }
    /// }
    /// ```
    pub fn covers(&self, asked: impl Coverable) -> bool {
        let row = Row::new(asked.requirement(&self.row), "a requirement", file!(), line!());
        let of_resource = match &self.authority {
            Authority::Gate(plan) => plan.fill(&row),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(_) => Filled::default(),
        };
        let filled = self.filled().or(&of_resource, row.terms().templates());
        self.log_faults_of(&row, &filled);
        self.judge().permits(&self.token, &[Demand::of(&row, &filled)])
    }

    /// Finds a scope in the declaration of the handler.
    fn declared(&self, scope: &str) -> Result<NeedRef<'_>, Rejection> {
        let found = NeedRef::named(scope, self.row.terms().demandable());
        found.ok_or_else(|| self.misconfigured(&self.why_undeclared(scope)))
    }

    fn judge(&self) -> Judge<'_> {
        match &self.authority {
            Authority::Gate(plan) => Judge::Gate(plan),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(local) => Judge::Local(local),
        }
    }

    /// Makes a refusal for a reason that has nothing to do with scopes, for example because the file belongs to another
    /// user.
    ///
    /// The answer is 403 without a challenge, because more scopes would not help. Inside a tool or prompt of rmcp, the
    /// answer is a JSON-RPC error with the code 403, which rmcp sends with HTTP 200. Without a gate, as in a test or
    /// over stdio, the answer contains a general text in place of `why`.
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
            Authority::Local(_) => {
                Rejection::without_gate(Reason::Denied, Reason::Denied.description(), Asked::NOTHING)
            }
        }
    }

    /// Checks the token against a demand of the handler or of the handler's MCP server.
    pub(crate) fn meets(&self, demand: Demand<'_>) -> Result<(), Rejection> {
        let watch = match &self.authority {
            Authority::Gate(plan) => plan.gate.watch(),
            #[cfg(any(feature = "rmcp", feature = "testing"))]
            Authority::Local(local) => local.watch(),
        };
        let noted = Noted::since(watch).after(&self.row, self.filled.as_deref());
        let judged = self.judge().judge(&self.token, &[demand], &noted);
        judged.map_err(|rejection| self.with_fault(rejection, demand).to(self.headers.clone()))
    }

    /// Returns the scopes made from the handler's templates.
    fn filled(&self) -> &Filled {
        self.filled.as_deref().unwrap_or(const { &Filled::NONE })
    }

    /// Makes an `Access` for a program without a gate.
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

    /// Makes an `Access` for a middleware or a public handler. Neither of them declares scopes.
    fn undeclared(plan: &Plan, token: Token, headers: &HeaderMap) -> Self {
        let admitted = Admitted { token, row: plan.row.clone(), filled: None };
        Self::of(plan, &admitted, headers)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(&self.token).finish()
    }
}
