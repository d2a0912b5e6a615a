//! The record of a decision.

use std::{fmt, time::Duration};

use crate::{
    policy::{Demand, Policy, step_up_of},
    refuse::Reason,
    resource::Resource,
    scope::{GrantedScopes, ScopeToken, StepUp},
    token::{Principal, Token, TokenId},
};

/// The record of one decision about a request, for an [`Observer`](super::Observer).
///
/// It borrows its data and computes the rest on demand, so an observer that only counts outcomes costs little. It never
/// contains a token's text.
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
    /// The token's text from the request. It is used only for the hash.
    pub(crate) credential: Option<&'a str>,
    pub(crate) resource: Option<&'a Resource>,
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
    /// The request was let through: its token suffices, or it needs no token.
    Allowed,
    /// The request was refused.
    Refused(Reason),
    /// The token meets the floor, and the request names an operation of an MCP server that has no row. It gets the
    /// answer for an unknown operation, and does not reach the server.
    Unknown,
    /// A list of an MCP server was returned without the operations that the caller may not use. The record's rows are
    /// the hidden ones.
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

    /// Returns why the request was refused, if it was.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self.outcome {
            Outcome::Refused(reason) => Some(reason),
            Outcome::Allowed | Outcome::Unknown | Outcome::Filtered => None,
        }
    }

    /// Iterates over the identifiers of the rows that were checked, as the lock writes them: `GET /files/{name}`,
    /// `tools/call write_file`. See [`Entry::id`](crate::table::Entry::id).
    ///
    /// There is nearly always one. A message to an MCP server may have a row for its method and one for its target, and
    /// a batch has the rows of all its messages. There is none if only the floor was checked, as by
    /// [`Gate::layer`](crate::Gate::layer) for a request with a valid token, or if the handler is in no table.
    pub fn rows(&self) -> impl Iterator<Item = &'a str> {
        self.rows.iter().copied()
    }

    /// Iterates over the paths of the handlers that declare the rows, such as `files::write_file`.
    pub fn handlers(&self) -> impl Iterator<Item = &'a str> {
        self.facts.demands.iter().map(|demand| demand.row.handler())
    }

    /// Returns the scopes that the operation needs: the floor, the first alternative that can be met, and the handler's
    /// own demand.
    ///
    /// They have the names that tokens use, whatever [`Gate::asked_as`](crate::Gate::asked_as) sets.
    #[must_use]
    pub fn asked(&self) -> Vec<ScopeToken> {
        match self.outcome {
            Outcome::Filtered => Vec::new(),
            _ => self.facts.policy.needed(self.facts.demands, false),
        }
    }

    /// Returns the scopes that the token grants, if it was verified.
    #[must_use]
    pub fn granted(&self) -> Option<&'a GrantedScopes> {
        self.facts.token.map(Token::scopes)
    }

    /// Returns the [asked](Self::asked) scopes that the token neither grants nor implies: all of them without a valid
    /// token, and none if the request was let through.
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

    /// Returns the operation's limit on the time since the person's login, if it has one.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.step_up().max_age()
    }

    /// A filtered list demands nothing, since its rows are the hidden ones.
    fn step_up(&self) -> StepUp {
        match self.outcome {
            Outcome::Filtered => StepUp::NONE,
            _ => step_up_of(self.facts.demands),
        }
    }

    /// Iterates over the token's values of `acr`, which say how the person logged in, if the token was verified.
    pub fn acr(&self) -> impl Iterator<Item = &'a str> {
        self.facts.token.into_iter().flat_map(Token::acr)
    }

    /// Returns the principal, if a token was verified and names one.
    #[must_use]
    pub fn principal(&self) -> Option<&'a Principal> {
        self.facts.token?.principal()
    }

    /// Returns the subject (`sub`), who granted the scopes, if a token was verified and names one.
    #[must_use]
    pub fn subject(&self) -> Option<&'a str> {
        self.facts.token?.subject()
    }

    /// Returns the client (`client_id`, or else `azp`), if a token was verified and names one.
    #[must_use]
    pub fn client(&self) -> Option<&'a str> {
        self.facts.token?.client()
    }

    /// Returns the actor, who acts for the subject (`act`, [RFC 8693, section 4.1]), if a token was verified and names
    /// one.
    ///
    /// [RFC 8693, section 4.1]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
    #[must_use]
    pub fn actor(&self) -> Option<Actor<'a>> {
        let (issuer, subject) = self.facts.token?.actor()?;
        Some(Actor { issuer, subject })
    }

    /// Returns an identifier of the token, verified or not; `None` for a request without a token.
    ///
    /// The `jti` of an unverified token cannot be trusted, so its identifier is the hash of its text.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        let of_token = self.facts.token.and_then(Token::id);
        of_token.or_else(|| self.facts.credential.map(TokenId::of))
    }

    /// Returns the resource that the request is for. A gate with only static keys has none, and neither has a server
    /// over stdio.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a Resource> {
        self.facts.resource
    }

    /// Returns the time spent on verification and decision, without waits such as for the request body.
    #[must_use]
    pub const fn took(&self) -> Duration {
        self.facts.took
    }

    /// Tells whether the verifier had the token in its cache. Returns `None` for a rejected token, and if the verifier
    /// does not say; see [`Token::with_cached`].
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
    /// Returns the issuer of the actor's name, if the token gives one.
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

/// Writes the actor for people and logs.
impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject.escape_debug())?;
        self.issuer.iter().try_for_each(|issuer| write!(f, " of {}", issuer.escape_debug()))
    }
}
