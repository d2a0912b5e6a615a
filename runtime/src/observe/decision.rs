//! The record of a decision.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{
    policy::{Demand, Policy, step_up_of},
    refuse::Reason,
    resource::Resource,
    scope::{GrantedScopes, ScopeToken, StepUp},
    token::{Principal, Token, TokenId},
};

/// The record of one decision about a request, for an [`Observer`](super::Observer).
///
/// The record borrows its data and computes other values, such as [`missing`](Self::missing), only on demand. An
/// observer that only counts outcomes therefore costs little. The record gives no access to the token's text.
///
/// # Examples
///
/// ```
/// use scopegate::{Decision, Gate, StaticKeys};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(|decision: &Decision<'_>| {
///     if !decision.missing().is_empty() {
///         let row = decision.rows().next().unwrap_or_default();
///         println!("{:?} lacks {:?} for {row}", decision.client(), decision.missing());
///     }
/// });
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Decision<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) facts: Facts<'a>,
    pub(crate) rows: Vec<&'a str>,
}

/// The facts on which a decision is based.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) demands: &'a [Demand<'a>],
    /// The token, if it was verified.
    pub(crate) token: Option<&'a Token>,
    /// The token's text from the request. The text is used only to compute the hash that identifies the
    /// token.
    pub(crate) credential: Option<&'a str>,
    pub(crate) resource: Option<&'a Resource>,
    pub(crate) method: Option<&'a str>,
    pub(crate) took: Duration,
}

/// The result of a decision.
///
/// # Examples
///
/// ```
/// use scopegate::{Decision, Gate, Outcome, StaticKeys};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(|decision: &Decision<'_>| {
///     if let Outcome::Refused(reason) = decision.outcome() {
///         println!("{}: {reason:?}", decision.outcome().as_str());
///     }
/// });
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request was let through: its token suffices, or the operation needs no token.
    Allowed,
    /// The request was refused.
    Refused(Reason),
    /// The token meets the floor, but the request names an operation that the MCP server's table lacks. The client gets
    /// the answer for an unknown operation, and the request does not reach the server.
    Unknown,
    /// The answer was an MCP server's list, without the operations that the caller may not use. The record has the rows
    /// of the operations that were left out.
    Filtered,
}

impl Outcome {
    /// Returns the word for logs and counters: `allowed`, `refused`, `unknown` or `filtered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused(_) => "refused",
            Self::Unknown => "unknown",
            Self::Filtered => "filtered",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> Decision<'a> {
    /// Returns the result of the decision.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Tells whether the request was let through.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self.outcome, Outcome::Allowed)
    }

    /// Returns why the request was refused, or `None` for any other outcome.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self.outcome {
            Outcome::Refused(reason) => Some(reason),
            Outcome::Allowed | Outcome::Unknown | Outcome::Filtered => None,
        }
    }

    /// Iterates over the identifiers of the rows that were checked. The identifiers are written as in the
    /// lock, for example `GET /files/{name}` or `tools/call write_file`. See
    /// [`Entry::id`](crate::table::Entry::id).
    ///
    /// Most decisions have one row. A message to an MCP server can have a row for its method and another for its
    /// target, and a batch has the rows of all its messages. There is no row if no table contains the handler, or if
    /// the gate checked only the floor. For example, if a request has a valid token, the layer from
    /// [`Gate::layer`](crate::Gate::layer) checks the floor, but no row.
    pub fn rows(&self) -> impl Iterator<Item = &'a str> {
        self.rows.iter().copied()
    }

    /// Returns the JSON-RPC method, such as `tools/list`, if the request is a single message to an MCP server. Returns
    /// `None` for a batch, for a request whose body the gate did not read, and for a decision that the guard of a tool
    /// or prompt made.
    ///
    /// Most of MCP's own methods, such as `initialize` and `tools/list`, need no row. If the table has no row for such
    /// a method, the gate checks only the floor, and the decision has no row. For these methods, only this value tells
    /// what the caller asked for. The value comes from the client.
    #[must_use]
    pub const fn method(&self) -> Option<&'a str> {
        self.facts.method
    }

    /// Iterates over the paths of the handlers that declare the rows, such as `files::write_file`.
    pub fn handlers(&self) -> impl Iterator<Item = &'a str> {
        self.facts.demands.iter().map(|demand| demand.row.handler())
    }

    /// Returns the scopes that the operation needs: the floor and the first alternative that can be met. If the handler
    /// demands a scope while it runs, the result also contains this scope. If the handler demands at least one of
    /// several scopes, the result contains only one of these scopes.
    ///
    /// The scopes have the names that tokens use, even if [`Gate::asked_as`](crate::Gate::asked_as) sets other names
    /// for clients.
    #[must_use]
    pub fn asked(&self) -> Vec<ScopeToken> {
        match self.outcome {
            Outcome::Filtered => Vec::new(),
            _ => self.facts.policy.needed(self.facts.demands, false),
        }
    }

    /// Returns the scopes that the token grants, if the token was verified.
    #[must_use]
    pub fn granted(&self) -> Option<&'a GrantedScopes> {
        self.facts.token.map(Token::scopes)
    }

    /// Returns the needed scopes (see [`asked`](Self::asked)) that the token's scopes do not cover. If the request was
    /// refused because it has no valid token, all needed scopes are missing. If the request was not refused, the list
    /// is empty.
    #[must_use]
    pub fn missing(&self) -> Vec<ScopeToken> {
        let Outcome::Refused(_) = self.outcome else { return Vec::new() };
        let mut asked = self.asked();
        if let Some(granted) = self.granted() {
            asked.retain(|scope| !self.facts.policy.covers(granted, scope.as_str()));
        }
        asked
    }

    /// Returns the values of `acr` that the operation accepts, in order of preference.
    #[must_use]
    pub fn acr_values(&self) -> Vec<String> {
        self.step_up().acr().map(str::to_owned).collect()
    }

    /// Returns the longest time that may have passed since the person's login, or `None` if the operation sets no
    /// limit.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.step_up().max_age()
    }

    /// Returns what the operation requires of the login (`acr` and `max_age`). If a list was filtered, the record has
    /// the rows of the hidden operations. In this case, the result is empty, because the request does not call these
    /// operations.
    fn step_up(&self) -> StepUp {
        match self.outcome {
            Outcome::Filtered => StepUp::NONE,
            _ => step_up_of(self.facts.demands),
        }
    }

    /// Iterates over the token's values of `acr`, which say how the person logged in. The iterator is empty if no token
    /// was verified.
    pub fn acr(&self) -> impl Iterator<Item = &'a str> {
        self.facts.token.into_iter().flat_map(Token::acr)
    }

    /// Returns the claim `auth_time` of the verified token: the time at which the person logged in. Returns `None` if
    /// no token was verified, or if the token lacks this claim.
    #[must_use]
    pub fn auth_time(&self) -> Option<SystemTime> {
        self.facts.token?.auth_time()
    }

    /// Returns the principal, if a token was verified and names its principal.
    #[must_use]
    pub fn principal(&self) -> Option<&'a Principal> {
        self.facts.token?.principal()
    }

    /// Returns the subject (`sub`), if a token was verified and names its subject. The subject is the user or the
    /// client for whom the token was issued.
    #[must_use]
    pub fn subject(&self) -> Option<&'a str> {
        self.facts.token?.subject()
    }

    /// Returns the client, if a token was verified and names its client. The client's id is the value of `client_id`,
    /// or else of `azp`, `cid` or `appid`.
    #[must_use]
    pub fn client(&self) -> Option<&'a str> {
        self.facts.token?.client()
    }

    /// Returns the actor that acts for the subject (`act`, [RFC 8693, section 4.1]), if a token was verified and names
    /// an actor.
    ///
    /// [RFC 8693, section 4.1]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
    #[must_use]
    pub fn actor(&self) -> Option<Actor<'a>> {
        let (issuer, subject) = self.facts.token?.actor()?;
        Some(Actor { issuer, subject })
    }

    /// Returns an identifier of the token, even if the token was not verified. Returns `None` for a request without a
    /// token.
    ///
    /// If a verified token has a `jti`, the identifier is the hash of this `jti`. Otherwise, the identifier is the hash
    /// of the token's text. The `jti` of an unverified token is not used, because it cannot be trusted.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        let of_token = self.facts.token.and_then(Token::id);
        of_token.or_else(|| self.facts.credential.map(TokenId::of))
    }

    /// Returns the resource that the request is for. Returns `None` if the gate has only static keys, if the server
    /// runs over stdio, or if the request belongs to no resource of the gate's family.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a Resource> {
        self.facts.resource
    }

    /// Returns the time spent on verification and decision. This time does not include the wait for the request body.
    #[must_use]
    pub const fn took(&self) -> Duration {
        self.facts.took
    }

    /// Tells whether the verifier had the token in its cache. Returns `None` if no token was verified, or if
    /// the verifier does not say whether it used a cache (see [`Token::with_cached`]).
    #[must_use]
    pub fn is_cached(&self) -> Option<bool> {
        self.facts.token?.is_cached()
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("outcome", &self.outcome)
            .field("rows", &self.rows)
            .field("asked", &self.asked())
            .field("granted", &self.granted())
            .field("principal", &self.principal())
            .field("client", &self.client())
            .field("token", &self.token())
            .finish_non_exhaustive()
    }
}

/// The party that acts for the subject of a token.
///
/// # Examples
///
/// ```
/// use scopegate::{Actor, Decision, Gate, StaticKeys};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).observe(|decision: &Decision<'_>| {
///     let actor: Option<Actor<'_>> = decision.actor();
///     println!("{:?} acts for {:?}", actor.map(|actor| actor.to_string()), decision.subject());
/// });
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor<'a> {
    issuer: Option<&'a str>,
    subject: &'a str,
}

impl<'a> Actor<'a> {
    /// Returns the actor's issuer: the authority that gave the actor its name (`iss` in the token's `act`). Returns
    /// `None` if `act` contains no `iss` that is a string.
    #[must_use]
    pub const fn issuer(&self) -> Option<&'a str> {
        self.issuer
    }

    /// Returns the name of the actor.
    #[must_use]
    pub const fn subject(&self) -> &'a str {
        self.subject
    }
}

/// Writes the name of the actor. If the token names the actor's issuer, the text also contains this issuer.
impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject.escape_debug())?;
        self.issuer.iter().try_for_each(|issuer| write!(f, " of {}", issuer.escape_debug()))
    }
}
