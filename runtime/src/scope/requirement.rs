//! What an operation needs: one of several sets of scopes, and possibly a recent login or a certain login method.

use std::{borrow::Cow, fmt, hash, slice, str::FromStr, sync::Arc, time::Duration};

use super::{
    need::{Need, NeedRef, OwnedNeed},
    parse::{self, InvalidRequirement},
    product,
    scope::{Scope, ScopeToken, join},
    step_up::StepUp,
};

/// What an operation needs from a caller: nothing, a valid token, or one of several sets of scopes. A requirement can
/// also demand a recent login, or a login of a certain kind. Clones are cheap.
///
/// The attributes create requirements. Where you cannot write an attribute, use [`requirement!`](crate::requirement).
/// The macro can also give a requirement a name. If a requirement is known only at run time, [parse it from
/// text](Requirement::from_str). The text can come from a configuration file, for example.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement};
///
/// const DELETE: Requirement = requirement!(any(all("files:read", "files:write"), "files:admin"));
/// assert_eq!(DELETE.to_string(), "files:read files:write | files:admin");
///
/// let configured: Requirement = "files:read files:write | files:admin".parse()?;
/// assert_eq!(configured, DELETE);
/// # Ok::<(), scopegate::InvalidRequirement>(())
/// ```
#[derive(Clone)]
pub struct Requirement {
    kind: Kind,
    step_up: StepUp,
}

#[derive(Clone)]
enum Kind {
    Public,
    Authenticated,
    One(Need),
    /// One alternative without templates. Most handlers have a requirement of this kind, and the compiler evaluates
    /// this kind fastest.
    All(&'static [&'static str]),
    Const(&'static [&'static [Need]]),
    Owned(Arc<[Vec<OwnedNeed>]>),
}

impl Requirement {
    /// No token is needed. For a public handler, the gate ignores the token of the request. In front of an MCP server,
    /// the gate refuses a request with an invalid token, even if the operation is public.
    pub const PUBLIC: Self = Self::of(Kind::Public);

    /// A valid token is needed. The token needs no scopes beyond the gate's floor.
    pub const AUTHENTICATED: Self = Self::of(Kind::Authenticated);

    const fn of(kind: Kind) -> Self {
        Self { kind, step_up: StepUp::NONE }
    }

    /// Requires one of these alternatives and the login that `step_up` demands. Generated code has checked the
    /// alternatives.
    pub(crate) const fn scopes(alternatives: &'static [&'static [Need]], step_up: StepUp) -> Self {
        assert!(!alternatives.is_empty(), "a requirement needs at least one alternative");
        let mut at = 0;
        while at < alternatives.len() {
            assert!(!alternatives[at].is_empty(), "an alternative needs at least one scope");
            at += 1;
        }
        Self { kind: Kind::Const(alternatives), step_up }
    }

    /// Requires all of these scopes. A macro has checked that they are valid.
    pub(crate) const fn all(scopes: &'static [&'static str]) -> Self {
        assert!(!scopes.is_empty(), "an alternative needs at least one scope");
        Self::of(Kind::All(scopes))
    }

    /// Requires a valid token and the login that `step_up` demands.
    pub(crate) const fn login(step_up: StepUp) -> Self {
        Self { kind: Kind::Authenticated, step_up }
    }

    /// Requires the scope or the template that a constant stands for.
    #[track_caller]
    pub(crate) const fn one(scope: Scope) -> Self {
        Self::of(Kind::One(Need::of(scope)))
    }

    /// Requires one scope or template.
    pub(crate) fn owned(need: OwnedNeed) -> Self {
        Self::of(Kind::Owned(Arc::new([vec![need]])))
    }

    /// Returns this requirement. With this method, an attribute can name a requirement in place of a scope.
    #[doc(hidden)]
    #[must_use]
    pub const fn as_scope(self) -> Self {
        self
    }

    /// Returns this requirement. `Scope` has a method with the same name, so an attribute can emit the same code for a
    /// scope and for a requirement.
    #[doc(hidden)]
    #[must_use]
    pub const fn as_requirement(self) -> Self {
        self
    }

    /// Rejects a requirement that demands neither a scope nor a login. In place of an attribute that names this
    /// requirement, the program must use `#[authenticated]` or `#[public]`.
    #[track_caller]
    pub(crate) const fn assert_scopes(&self) {
        match self.kind {
            Kind::Public => panic!(
                "this requirement is `Requirement::PUBLIC`; write `#[public]` in place of the attribute"
            ),
            Kind::Authenticated if self.step_up.is_none() => panic!(
                "this requirement is `Requirement::AUTHENTICATED`; write `#[authenticated]` in place of the attribute"
            ),
            Kind::Authenticated | Kind::One(_) | Kind::All(_) | Kind::Const(_) | Kind::Owned(_) => {}
        }
    }

    /// Returns `true` if no token is needed.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.kind, Kind::Public)
    }

    /// Returns the scopes of each alternative in order of declaration; templates keep their braces. The list is empty
    /// if no particular scope is needed. Scopes are written as in a token, so their literal braces are not doubled.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::requirement;
    ///
    /// let requirement = requirement!("files:read", "tenant:{tenant}:member");
    /// assert_eq!(requirement.alternatives(), [["files:read", "tenant:{tenant}:member"]]);
    /// ```
    #[must_use]
    pub fn alternatives(&self) -> Vec<Vec<&str>> {
        self.terms().map(|needs| needs.map(NeedRef::as_str).collect()).collect()
    }

    /// Returns the alternatives in the notation of an attribute: each literal brace of a scope is doubled.
    pub(crate) fn written_alternatives(&self) -> Vec<Vec<Cow<'_, str>>> {
        self.terms().map(|needs| needs.map(NeedRef::written).collect()).collect()
    }

    /// Returns the accepted values of the token's `acr` claim, in order of preference. The list is empty if no
    /// particular value is needed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::requirement;
    ///
    /// let requirement = requirement!("files:write", acr("urn:example:mfa", "urn:example:otp"), max_age = 300);
    /// assert_eq!(requirement.acr(), ["urn:example:mfa", "urn:example:otp"]);
    /// assert_eq!(requirement.max_age(), Some(Duration::from_secs(300)));
    /// ```
    #[must_use]
    pub fn acr(&self) -> Vec<&str> {
        self.step_up.acr().collect()
    }

    /// Returns the longest allowed time since the person's login, or `None` if the requirement sets no limit.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.step_up.max_age()
    }

    pub(crate) const fn step_up(&self) -> &StepUp {
        &self.step_up
    }

    /// Iterates over the alternatives. Allocates nothing.
    pub(crate) fn terms(&self) -> impl Iterator<Item = impl Iterator<Item = NeedRef<'_>> + Clone> + Clone {
        let count = match &self.kind {
            Kind::Public | Kind::Authenticated => 0,
            Kind::One(_) | Kind::All(_) => 1,
            Kind::Const(alternatives) => alternatives.len(),
            Kind::Owned(alternatives) => alternatives.len(),
        };
        (0..count).map(|at| {
            // All kinds must give the same iterator type, so the iterator chains three slices, and at most one of them
            // has elements.
            let (literals, fixed, owned): (&[&'static str], &[Need], &[OwnedNeed]) = match &self.kind {
                Kind::Public | Kind::Authenticated => (&[], &[], &[]),
                Kind::One(need) => (&[], slice::from_ref(need), &[]),
                Kind::All(scopes) => (scopes, &[], &[]),
                Kind::Const(alternatives) => (&[], alternatives[at], &[]),
                Kind::Owned(alternatives) => (&[], &[], &alternatives[at]),
            };
            let literals = literals.iter().copied().map(Need::literal).map(NeedRef::Const);
            literals.chain(fixed.iter().copied().map(NeedRef::Const)).chain(owned.iter().map(NeedRef::Owned))
        })
    }

    /// Returns a requirement that demands both `self` and `other`. Challenges name the scopes of `self` first.
    ///
    /// # Errors
    ///
    /// Fails if the result would have too many alternatives or scopes, or if no value of `acr` meets both requirements.
    pub(crate) fn and(&self, other: &Self) -> Result<Self, InvalidRequirement> {
        let kind = match (&self.kind, &other.kind) {
            (Kind::Public | Kind::Authenticated, kind) if !other.is_public() => kind.clone(),
            (kind, Kind::Public | Kind::Authenticated) => kind.clone(),
            _ => Kind::Owned(product::of(self, other)?.into()),
        };
        Ok(Self { kind, step_up: self.step_up.and(&other.step_up)? })
    }

    /// Tells whether an alternative contains a template.
    pub(crate) fn has_templates(&self) -> bool {
        match &self.kind {
            Kind::Public | Kind::Authenticated | Kind::All(_) => false,
            Kind::One(need) => need.is_template(),
            Kind::Const(alternatives) => alternatives.iter().copied().flatten().any(Need::is_template),
            Kind::Owned(alternatives) => {
                alternatives.iter().flatten().any(|need| matches!(need, OwnedNeed::Template(_)))
            }
        }
    }

    fn same_kind(&self, other: &Self) -> bool {
        let is_authenticated = |one: &Self| matches!(one.kind, Kind::Authenticated);
        self.is_public() == other.is_public() && is_authenticated(self) == is_authenticated(other)
    }
}

/// Parses the format that `Display` writes. As in an attribute, a literal brace is doubled. The text is `public`,
/// `authenticated`, or scopes separated by spaces, with ` | ` between alternatives. At its end, the text can contain
/// one `acr="VALUE"` for each accepted value, and one `max_age="SECONDS"`.
///
/// # Examples
///
/// ```
/// use scopegate::Requirement;
///
/// let requirement: Requirement = "files:write | tenant:{tenant}:admin".parse()?;
/// assert_eq!(requirement.alternatives(), [["files:write"], ["tenant:{tenant}:admin"]]);
///
/// let requirement: Requirement = r#"files:write acr="mfa" max_age="300""#.parse()?;
/// assert_eq!(requirement.acr(), ["mfa"]);
///
/// let error = "files:read files:read".parse::<Requirement>().unwrap_err();
/// assert_eq!(error.to_string(), "`files:read` appears twice in one alternative; write it once");
/// # Ok::<(), scopegate::InvalidRequirement>(())
/// ```
///
/// # Errors
///
/// Fails if a word is neither a scope nor a template, if a scope appears twice in one alternative, or if an alternative
/// contains all scopes of another one. Also fails if there are more than 16 alternatives, 128 scopes or 16 values of
/// `acr`. Attributes such as `#[requires_scope]` have the same limits. This format cannot express a scope that is named
/// `public`, `authenticated`, `also` or `|`. A text such as `public files:read` is therefore an error.
impl FromStr for Requirement {
    type Err = InvalidRequirement;

    fn from_str(text: &str) -> Result<Self, InvalidRequirement> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let scopes = words.iter().position(|word| StepUp::has_word(word)).unwrap_or(words.len());
        let (scopes, step_up) = words.split_at(scopes);
        let step_up = StepUp::parse(step_up.iter().copied()).map_err(InvalidRequirement)?;
        let kind = match scopes {
            ["public"] if !step_up.is_none() => return Err(InvalidRequirement(PUBLIC_LOGIN.to_owned())),
            ["public"] => Kind::Public,
            ["authenticated"] => Kind::Authenticated,
            scopes => Kind::Owned(parse::alternatives(scopes)?.into()),
        };
        Ok(Self { kind, step_up })
    }
}

const PUBLIC_LOGIN: &str =
    "a public operation has no login to check; write `authenticated` in place of `public`";

/// As in an attribute, a scope with a parameter in braces becomes a template.
impl From<Scope> for Requirement {
    fn from(scope: Scope) -> Self {
        ScopeToken::from(scope).into()
    }
}

/// As in an attribute, a scope with a parameter in braces becomes a template.
impl From<ScopeToken> for Requirement {
    fn from(scope: ScopeToken) -> Self {
        Self::owned(scope.into())
    }
}

/// Two requirements are equal if they make the same demands in the same order. It does not matter how the requirements
/// were made.
impl PartialEq for Requirement {
    fn eq(&self, other: &Self) -> bool {
        if self.step_up != other.step_up {
            return false;
        }
        if let (Kind::Const(one), Kind::Const(other)) = (&self.kind, &other.kind) {
            return std::ptr::eq(*one, *other) || one == other;
        }
        if let (Kind::All(one), Kind::All(other)) = (&self.kind, &other.kind) {
            return one == other;
        }
        self.same_kind(other)
            && self.terms().count() == other.terms().count()
            && self.terms().zip(other.terms()).all(|(one, other)| one.eq(other))
    }
}

impl Eq for Requirement {}

impl hash::Hash for Requirement {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.is_public().hash(state);
        self.step_up.hash(state);
        for needs in self.terms() {
            needs.for_each(|need| need.as_str().hash(state));
        }
    }
}

/// Writes `public`, `authenticated`, or the alternatives with ` | ` between them, and then the required login. As in an
/// attribute, each literal brace of a scope is written twice, so that the scope is not mistaken for a template.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes = match self.kind {
            Kind::Public => "public".to_owned(),
            Kind::Authenticated => "authenticated".to_owned(),
            Kind::One(_) | Kind::All(_) | Kind::Const(_) | Kind::Owned(_) => {
                let written = self.written_alternatives();
                let alternatives = written.iter().map(|needs| join(needs.iter().map(AsRef::as_ref)));
                alternatives.collect::<Vec<_>>().join(" | ")
            }
        };
        f.pad(&format!("{scopes}{}", self.step_up))
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Requirement({self})")
    }
}
