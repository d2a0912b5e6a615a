//! The record of a decision.

use std::{fmt, time::Duration};

use crate::{
    policy::{Demand, Policy, step_up_of},
    refuse::Reason,
    resource::Resource,
    scope::{GrantedScopes, ScopeToken, StepUp},
    token::{Principal, Token, TokenId},
};

/// What was decided about a request, and by what. An [`Observer`](super::Observer) is told.
///
/// It borrows what it shows, and works out the rest when it is asked for: an observer that counts outcomes costs no more than that. It
/// never has a token's text.
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

/// By what a decision was made.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) demands: &'a [Demand<'a>],
    /// The token, if one was verified.
    pub(crate) token: Option<&'a Token>,
    /// The text of the token, as the request carries it. Nobody but the hash sees it.
    pub(crate) credential: Option<&'a str>,
    pub(crate) resource: Option<&'a Resource>,
    pub(crate) took: Duration,
}

/// What came of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request was let through: its token suffices, or it needs none.
    Allowed,
    /// The request was refused.
    Refused(Reason),
    /// The request was let through by the floor alone, and names an operation of an MCP server about which there is no row: it is
    /// answered as unknown, and does not reach the server.
    Unknown,
    /// A list of an MCP server was shown without what the caller may not use. The record's rows are those that were hidden.
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
    /// Returns what came of it.
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

    /// Iterates over the identifiers of the rows that were judged, as the lock has them: `GET /files/{name}`, `tools/call write_file`.
    /// See [`Entry::id`](crate::table::Entry::id).
    ///
    /// Nearly always there is one. A message to an MCP server may have rows for its method and for what that acts on, and a
    /// batch has those of its messages. There is none where the floor alone was judged, as by [`Gate::layer`](crate::Gate::layer) for
    /// a request with a valid token, and for a handler that is in no table.
    pub fn rows(&self) -> impl Iterator<Item = &'a str> {
        self.rows.iter().copied()
    }

    /// Iterates over the paths of the handlers that declare the rows, as in `files::write_file`.
    pub fn handlers(&self) -> impl Iterator<Item = &'a str> {
        self.facts.demands.iter().map(|demand| demand.row.handler())
    }

    /// Returns the scopes that the operation needs: the floor, the first alternative that can be met, and what the handler demands.
    ///
    /// They have the names that tokens have, whatever [`Gate::asked_as`](crate::Gate::asked_as) says.
    #[must_use]
    pub fn asked(&self) -> Vec<ScopeToken> {
        match self.outcome {
            Outcome::Filtered => Vec::new(),
            _ => self.facts.policy.needed(self.facts.demands, false),
        }
    }

    /// Returns what the token grants, if one was verified.
    #[must_use]
    pub fn granted(&self) -> Option<&'a GrantedScopes> {
        self.facts.token.map(Token::scopes)
    }

    /// Returns those of the [asked](Self::asked) scopes that the token neither grants nor implies: all of them without a valid
    /// token, and none where the request was let through.
    #[must_use]
    pub fn missing(&self) -> Vec<ScopeToken> {
        let Outcome::Refused(_) = self.outcome else { return Vec::new() };
        let mut asked = self.asked();
        if let Some(granted) = self.granted() {
            asked.retain(|scope| !self.facts.policy.covers(granted, scope.as_str()));
        }
        asked
    }

    /// Returns the values of `acr` of which the operation asks for one, in order of preference.
    #[must_use]
    pub fn acr_values(&self) -> Vec<String> {
        self.step_up().acr().map(str::to_owned).collect()
    }

    /// Returns how long ago the person may have logged in for the operation, where that counts.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.step_up().max_age()
    }

    /// A list that was shown asks for nothing; its rows are those that were hidden.
    fn step_up(&self) -> StepUp {
        match self.outcome {
            Outcome::Filtered => StepUp::NONE,
            _ => step_up_of(self.facts.demands),
        }
    }

    /// Iterates over what the token says of how the person logged in (`acr`), if one was verified.
    pub fn acr(&self) -> impl Iterator<Item = &'a str> {
        self.facts.token.into_iter().flat_map(Token::acr)
    }

    /// Returns who calls, if a token was verified that says so.
    #[must_use]
    pub fn principal(&self) -> Option<&'a Principal> {
        self.facts.token?.principal()
    }

    /// Returns who granted the scopes (`sub`), if a token was verified that says so.
    #[must_use]
    pub fn subject(&self) -> Option<&'a str> {
        self.facts.token?.subject()
    }

    /// Returns who was granted the scopes (`client_id`, or else `azp`), if a token was verified that says so.
    #[must_use]
    pub fn client(&self) -> Option<&'a str> {
        self.facts.token?.client()
    }

    /// Returns who acts for the subject (`act`, [RFC 8693, section 4.1]), if a token was verified that says so.
    ///
    /// [RFC 8693, section 4.1]: https://www.rfc-editor.org/rfc/rfc8693#section-4.1
    #[must_use]
    pub fn actor(&self) -> Option<Actor<'a>> {
        let (issuer, subject) = self.facts.token?.actor()?;
        Some(Actor { issuer, subject })
    }

    /// Returns what stands for the token, also for one that was refused; a request without one has none.
    ///
    /// The `jti` of a token that was not verified is not believed, so such a token has the hash of its text.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        let of_token = self.facts.token.and_then(Token::id);
        of_token.or_else(|| self.facts.credential.map(TokenId::of))
    }

    /// Returns the resource that the request is for; a gate of static keys alone has none, and a server over stdio.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a Resource> {
        self.facts.resource
    }

    /// Returns how long verifying and judging took. What a gate waits for in between, such as a body, does not count.
    #[must_use]
    pub const fn took(&self) -> Duration {
        self.facts.took
    }

    /// Tells whether the verifier had the token in its memory. It is not known of tokens that were refused, and of verifiers that do not say;
    /// see [`Token::with_cached`].
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

/// Who acts for the subject of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor<'a> {
    issuer: Option<&'a str>,
    subject: &'a str,
}

impl<'a> Actor<'a> {
    /// Returns who names the actor, where the token says so.
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

/// Writes it for people and logs.
impl fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject.escape_debug())?;
        self.issuer.iter().try_for_each(|issuer| write!(f, " of {}", issuer.escape_debug()))
    }
}
