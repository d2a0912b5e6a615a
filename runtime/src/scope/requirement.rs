//! What an operation needs: alternatives, each a set of scopes.

use std::{fmt, hash, slice, str::FromStr, sync::Arc};

use super::{
    need::{Need, NeedRef, OwnedNeed},
    parse::{self, InvalidRequirement},
    product,
    scope::{Scope, join},
};

/// What an operation needs of a caller: nothing, a valid token, or one of several sets of scopes. Cheap to clone.
///
/// The attributes make it. For what no attribute can stand on, and to give one a name, there is
/// [`requirement!`](crate::requirement). One that is known at run time alone, from a program's configuration, is [read from text](Requirement::from_str).
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
pub struct Requirement(Kind);

#[derive(Clone)]
enum Kind {
    Public,
    Authenticated,
    One(Need),
    Const(&'static [&'static [Need]]),
    Owned(Arc<[Vec<OwnedNeed>]>),
}

impl Requirement {
    /// No token is needed, and one that is sent is ignored.
    pub const PUBLIC: Self = Self(Kind::Public);

    /// A valid token is needed, whatever scopes it grants beyond the gate's floor.
    pub const AUTHENTICATED: Self = Self(Kind::Authenticated);

    /// Takes the alternatives that generated code has checked.
    pub(crate) const fn scopes(alternatives: &'static [&'static [Need]]) -> Self {
        assert!(!alternatives.is_empty(), "a requirement needs at least one alternative");
        let mut at = 0;
        while at < alternatives.len() {
            assert!(!alternatives[at].is_empty(), "an alternative needs at least one scope");
            at += 1;
        }
        Self(Kind::Const(alternatives))
    }

    /// Needs one scope.
    pub(crate) const fn one(scope: Scope) -> Self {
        Self(Kind::One(Need::Scope(scope)))
    }

    /// Returns the requirement itself, since an attribute names it as it names a scope.
    #[doc(hidden)]
    #[must_use]
    pub const fn as_scope(self) -> Self {
        self
    }

    /// Returns the requirement itself, for an attribute that names it.
    #[doc(hidden)]
    #[must_use]
    pub const fn as_requirement(self) -> Self {
        self
    }

    /// Refuses one that needs no scope: such a handler has an attribute of another name.
    #[track_caller]
    pub(crate) const fn assert_scopes(&self) {
        match self.0 {
            Kind::Public => panic!(
                "this requirement is `Requirement::PUBLIC`; write `#[public]` in place of the attribute"
            ),
            Kind::Authenticated => panic!(
                "this requirement is `Requirement::AUTHENTICATED`; write `#[authenticated]` in place of the attribute"
            ),
            Kind::One(_) | Kind::Const(_) | Kind::Owned(_) => {}
        }
    }

    /// Tells whether no token is needed.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.0, Kind::Public)
    }

    /// Returns the scopes of each alternative in order of declaration, a template's with its braces. There is no
    /// alternative where no particular scope is needed.
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

    /// Iterates over the alternatives. Allocates nothing.
    pub(crate) fn terms(&self) -> impl Iterator<Item = impl Iterator<Item = NeedRef<'_>> + Clone> + Clone {
        let count = match &self.0 {
            Kind::Public | Kind::Authenticated => 0,
            Kind::One(_) => 1,
            Kind::Const(alternatives) => alternatives.len(),
            Kind::Owned(alternatives) => alternatives.len(),
        };
        (0..count).map(|at| {
            // One type for all kinds: of the two slices, one is empty.
            let (fixed, owned): (&[Need], &[OwnedNeed]) = match &self.0 {
                Kind::Public | Kind::Authenticated => (&[], &[]),
                Kind::One(need) => (slice::from_ref(need), &[]),
                Kind::Const(alternatives) => (alternatives[at], &[]),
                Kind::Owned(alternatives) => (&[], &alternatives[at]),
            };
            fixed.iter().copied().map(NeedRef::Const).chain(owned.iter().map(NeedRef::Owned))
        })
    }

    /// Returns what a caller needs who has to meet both; `self` is asked for first.
    ///
    /// # Errors
    ///
    /// When the combinations are more than one requirement can have.
    pub(crate) fn and(&self, other: &Self) -> Result<Self, InvalidRequirement> {
        match (&self.0, &other.0) {
            (Kind::Public, _) => Ok(other.clone()),
            (_, Kind::Public) => Ok(self.clone()),
            (Kind::Authenticated, _) => Ok(other.clone()),
            (_, Kind::Authenticated) => Ok(self.clone()),
            _ => product::of(self, other).map(|alternatives| Self(Kind::Owned(alternatives.into()))),
        }
    }

    /// Tells whether any scope depends on the request.
    pub(crate) fn has_templates(&self) -> bool {
        match &self.0 {
            Kind::Public | Kind::Authenticated => false,
            Kind::One(need) => need.is_template(),
            Kind::Const(alternatives) => alternatives.iter().copied().flatten().any(Need::is_template),
            Kind::Owned(alternatives) => {
                alternatives.iter().flatten().any(|need| matches!(need, OwnedNeed::Template(_)))
            }
        }
    }

    fn same_kind(&self, other: &Self) -> bool {
        let is_authenticated = |one: &Self| matches!(one.0, Kind::Authenticated);
        self.is_public() == other.is_public() && is_authenticated(self) == is_authenticated(other)
    }
}

/// Reads what `Display` writes: `public`, `authenticated`, or scopes with spaces between, and ` | ` between alternatives.
///
/// # Examples
///
/// ```
/// use scopegate::Requirement;
///
/// let requirement: Requirement = "files:write | tenant:{tenant}:admin".parse()?;
/// assert_eq!(requirement.alternatives(), [["files:write"], ["tenant:{tenant}:admin"]]);
///
/// let error = "files:read files:read".parse::<Requirement>().unwrap_err();
/// assert_eq!(error.to_string(), "`files:read` stands in one alternative twice; write it once");
/// # Ok::<(), scopegate::InvalidRequirement>(())
/// ```
///
/// # Errors
///
/// Whatever the attributes refuse: a text that is no scope, a scope that stands in one alternative twice, an alternative
/// that adds nothing, and more than 16 alternatives or 128 scopes. A scope that is named `public`, `authenticated` or `|`
/// cannot be written like this.
impl FromStr for Requirement {
    type Err = InvalidRequirement;

    fn from_str(text: &str) -> Result<Self, InvalidRequirement> {
        match text.trim() {
            "public" => Ok(Self::PUBLIC),
            "authenticated" => Ok(Self::AUTHENTICATED),
            text => parse::alternatives(text).map(|alternatives| Self(Kind::Owned(alternatives.into()))),
        }
    }
}

impl From<Scope> for Requirement {
    fn from(scope: Scope) -> Self {
        Self::one(scope)
    }
}

/// Two requirements are equal if they say the same, in the same order, however they were made.
impl PartialEq for Requirement {
    fn eq(&self, other: &Self) -> bool {
        if let (Kind::Const(one), Kind::Const(other)) = (&self.0, &other.0) {
            return std::ptr::eq(*one, *other) || one == other;
        }
        let same = |(one, other): (NeedRef<'_>, NeedRef<'_>)| one.as_str() == other.as_str();
        self.same_kind(other)
            && self.terms().count() == other.terms().count()
            && self
                .terms()
                .zip(other.terms())
                .all(|(one, other)| one.clone().count() == other.clone().count() && one.zip(other).all(same))
    }
}

impl Eq for Requirement {}

impl hash::Hash for Requirement {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.is_public().hash(state);
        for needs in self.terms() {
            needs.for_each(|need| need.as_str().hash(state));
        }
    }
}

/// Writes `public`, `authenticated`, or the alternatives with ` | ` between them.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Public => f.pad("public"),
            Kind::Authenticated => f.pad("authenticated"),
            Kind::One(_) | Kind::Const(_) | Kind::Owned(_) => {
                let alternatives: Vec<String> = self.alternatives().into_iter().map(join).collect();
                f.pad(&alternatives.join(" | "))
            }
        }
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Requirement({self})")
    }
}
