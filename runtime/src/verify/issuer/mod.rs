//! An authorization server, and the rules for its tokens: they never judge the tokens of another.

mod grants;
mod kind;
mod login;
mod names;
mod places;
mod presets;
mod rules;

use std::{fmt, time::Duration};

use self::{grants::Grants, names::Names, rules::Rules};
pub(crate) use self::{
    names::Named,
    places::{Keys, Places},
};
#[cfg(feature = "introspection")]
use crate::Introspection;
use crate::{shown, verify::jwt::Algorithm};

/// An authorization server, and the rules for its tokens.
///
/// It is a value: nothing is fetched when it is made. [`Issuers`](crate::Issuers) verifies the tokens of one or several, each by
/// its own rules. Presets such as [`Issuer::keycloak`] know how a provider writes its tokens.
///
/// # Examples
///
/// An authorization server that publishes metadata, and takes the resource's URL into `aud`, needs nothing else:
///
/// ```
/// use scopegate::{Gate, Issuer, Resource};
///
/// let resource = Resource::new("https://files.example.com")?;
/// let gate = Gate::issuers(resource, [Issuer::new("https://auth.example.com")]);
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
///
/// One that names its audiences otherwise, and writes roles in place of scopes:
///
/// ```
/// use scopegate::Issuer;
///
/// let issuer = Issuer::new("https://auth.example.com")
///     .audience("api://files")
///     .roles_at(["realm_access", "roles"], [("editor", "files:read files:write")]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Issuer {
    pub(crate) names: Names,
    rules: Rules,
    grants: Grants,
    pub(crate) places: Places,
    algorithms: Option<Vec<String>>,
    leeway: Duration,
    authorization_server: Option<String>,
    asked_prefix: Option<String>,
    #[cfg(feature = "introspection")]
    introspection: Option<Introspection>,
}

impl Issuer {
    /// Makes the issuer of this identifier, as its metadata and its tokens spell it, to the last slash.
    ///
    /// It is an `https` URL; `http` is for loopback addresses, and for hosts that [`Issuer::http_hosts`] names.
    pub fn new(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        Self::named(Names::exact(issuer.clone()), issuer)
    }

    /// Makes a family of issuers: one authorization server that has an identifier for each of its tenants.
    ///
    /// The pattern has a placeholder, one whole segment of the path, as the server's metadata may spell it. Which members the family
    /// has, [`Issuer::members`] or [`Issuer::members_if`] must say. All have the keys that
    /// [`Issuer::metadata_uri`] or [`Issuer::jwks_uri`] names: nothing of a token ever becomes part of a URL.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::family("https://login.example.com/{tenant}/v2.0")
    ///     .members(["acme", "globex"])
    ///     .member_claim("tid")
    ///     .jwks_uri("https://login.example.com/keys");
    /// ```
    pub fn family(pattern: impl Into<String>) -> Self {
        let pattern = pattern.into();
        Self::named(Names::family(&pattern), pattern)
    }

    fn named(names: Names, id: String) -> Self {
        Self {
            names,
            rules: Rules::default(),
            grants: Grants::default(),
            places: Places::of(id),
            algorithms: None,
            leeway: Duration::from_secs(30),
            authorization_server: None,
            asked_prefix: None,
            #[cfg(feature = "introspection")]
            introspection: None,
        }
    }

    /// Lists the members of a [family](Self::family), as they stand in `iss`. Several lists add up.
    pub fn members(mut self, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names.list(members.into_iter().map(Into::into));
        self
    }

    /// Has a function say which members a [family](Self::family) has.
    ///
    /// It sees a whole segment of a URL, made of letters, digits and `-._~`. It is asked with each token that was not
    /// judged before, and must answer at once.
    pub fn members_if(mut self, is_member: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.names.decide(is_member);
        self
    }

    /// Demands that the claim `name` says which member of the [family](Self::family) issued a token, just as `iss` does.
    pub fn member_claim(mut self, name: impl Into<String>) -> Self {
        self.names.hold_against(name.into());
        self
    }

    /// Accepts another `iss` for the same authorization server; for a [family](Self::family) a pattern.
    ///
    /// Principals of the two have different issuers: whether their subjects are the same people, is for the program to know.
    pub fn also_named(mut self, issuer: impl Into<String>) -> Self {
        self.names.add(issuer.into());
        self
    }

    /// Accepts tokens for `audience` too, besides those for the resource's own identifier: for an authorization server that maps the
    /// resource's URL to a name of its own ([RFC 8707, section 2]).
    ///
    /// The audience may be a client's id. As that client's ID tokens have it too, a token that is not marked
    /// as an access token must then have a claim for scopes, or one of the [`access_claims`](Self::access_claims).
    ///
    /// [RFC 8707, section 2]: https://www.rfc-editor.org/rfc/rfc8707#section-2
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audiences.push(audience.into());
        self
    }

    /// Refuses tokens that are for others, too: each `aud` must be the resource's, or an [`audience`](Self::audience) that is named here.
    ///
    /// Whoever else gets such a token could use it here.
    pub fn exclusive_audience(mut self) -> Self {
        self.rules.refuses_others = true;
        self
    }

    /// Accepts tokens that have no `aud` from these clients (`client_id`), for an authorization server that writes none.
    ///
    /// Such a token is good at each resource that takes its client. It does not say that it is for this one.
    pub fn client_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rules.client_ids.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Demands that the claim `name` has this text; of a number or a boolean its text in JSON.
    pub fn require(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.rules.required.push((name.into(), value.into()));
        self
    }

    /// Says by which claims access tokens of this issuer are known: each has at least one of them, and an ID token has none.
    ///
    /// This counts for tokens that are not marked as access tokens and whose audience is one that is
    /// [named](Self::audience), since the issuer's ID tokens may have that audience, too. By default, such a token needs a claim
    /// for scopes.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://auth.example.com").audience("files").access_claims(["client_type"]);
    /// ```
    pub fn access_claims(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rules.of_access.extend(names.into_iter().map(Into::into));
        self
    }

    /// Reads the scopes from these claims, all together, in place of `scope` and `scp`.
    ///
    /// Each is a space-delimited list or an array.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://tenant.eu.auth0.com/").scopes(["scope", "permissions"]);
    /// ```
    pub fn scopes(mut self, claims: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.grants.set_claims(claims.into_iter().map(Into::into));
        self
    }

    /// Reads scopes from one more place: a claim within claims, by the names that lead to it.
    ///
    /// Names are given one by one, since they may contain dots and slashes.
    pub fn scopes_at(mut self, path: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.grants.add_path(path.into_iter().map(Into::into).collect());
        self
    }

    /// Grants scopes by the roles that stand at a place: each role the space-delimited scopes that the map has for it, and others
    /// nothing.
    ///
    /// At the place is a list of roles, or an object with a member for each.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://sso.example.com/realms/main")
    ///     .roles_at(["resource_access", "files", "roles"], [("viewer", "files:read"), ("editor", "files:read files:write")]);
    /// ```
    pub fn roles_at(
        mut self,
        path: impl IntoIterator<Item = impl Into<String>>,
        scopes: impl IntoIterator<Item = (impl Into<String>, impl AsRef<str>)>,
    ) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        let list = |scopes: &str| scopes.split_ascii_whitespace().map(str::to_owned).collect();
        let scopes = scopes.into_iter().map(|(role, scopes)| (role.into(), list(scopes.as_ref()))).collect();
        self.grants.add_roles(path, scopes);
        self
    }

    /// Says that this issuer puts `prefix` before the scopes of this resource, in tokens and when clients ask.
    ///
    /// Handlers declare the scopes without it. Scopes of a token that lack the prefix are those of another resource, and do not count.
    pub fn scope_prefix(mut self, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        self.grants.set_prefix(prefix.clone());
        self.asked_prefix = Some(prefix);
        self
    }

    /// Says that clients ask this issuer for scopes with `prefix` before them, which tokens do not have.
    ///
    /// The scopes of `OpenID` Connect, such as `openid` and `offline_access`, go without it.
    pub fn asked_with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.asked_prefix = Some(prefix.into());
        self
    }

    /// Accepts these algorithms alone (`alg`, [RFC 7518, section 3.1]), in place of all that an issuer's keys are for.
    ///
    /// [RFC 7518, section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
    pub fn algorithms(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.algorithms = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets how far the clocks of issuer and resource may differ when `exp`, `nbf` and `auth_time` are judged; 30 seconds by default.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Has this authorization server asked about opaque tokens, in the way that `introspection` says.
    ///
    /// The answers are judged by the rules of this issuer, as the claims of its JWTs are; `exp` may be missing. Its JWTs are still
    /// verified by their signature, without a question to the server. If several issuers introspect, each needs a
    /// [prefix](Introspection::token_prefix) of its tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Introspection, Issuer};
    ///
    /// let issuer = Issuer::new("https://auth.example.com")
    ///     .introspection(Introspection::new("files-api", "the secret of files-api"));
    /// ```
    #[cfg(feature = "introspection")]
    pub fn introspection(mut self, introspection: Introspection) -> Self {
        self.introspection = Some(introspection);
        self
    }

    /// Returns how opaque tokens of this issuer are asked about.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspects(&self) -> Option<&Introspection> {
        self.introspection.as_ref()
    }

    /// Sets what the resource's metadata names as authorization server, where clients find it under another identifier.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.authorization_server = Some(issuer.into());
        self
    }

    /// Returns the identifier by which clients find the authorization server; a family has none of its own.
    pub(crate) fn advertised(&self) -> Option<&str> {
        let own = (!self.names.is_family()).then(|| self.places.id());
        self.authorization_server.as_deref().or(own)
    }

    pub(crate) fn asked_prefix(&self) -> Option<&str> {
        self.asked_prefix.as_deref()
    }

    pub(crate) fn clock_leeway(&self) -> Duration {
        self.leeway
    }

    /// Tells whether tokens may have this `alg`.
    pub(crate) fn takes_algorithm(&self, algorithm: Algorithm) -> bool {
        let is_named =
            |names: &Vec<String>| names.iter().any(|name| Algorithm::parse(name) == Some(algorithm));
        self.algorithms.as_ref().is_none_or(is_named)
    }

    /// Lists what can never work, each a sentence that says what to write instead.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.names.problems();
        problems.extend(self.grants.problems());
        problems.extend(self.places.problems(self.names.is_family()));
        let known = |name: &&String| Algorithm::parse(name).is_some();
        match self.algorithms.as_deref() {
            Some([]) => problems.push("no algorithm is accepted; name one in `.algorithms([..])`".to_owned()),
            Some(names) => problems.extend(names.iter().filter(|name| !known(name)).map(|name| {
                format!(
                    "`{}` is no algorithm that can be accepted; write one as in `RS256`",
                    shown::text(name)
                )
            })),
            None => {}
        }
        let empty = |texts: &[String]| texts.iter().any(String::is_empty);
        if empty(&self.rules.audiences) || empty(&self.rules.client_ids) {
            problems.push("an audience or a client's id is empty; leave it out".to_owned());
        }
        if empty(&self.rules.of_access) {
            problems.push("a claim of access tokens has no name; leave it out".to_owned());
        }
        #[cfg(feature = "introspection")]
        if let Some(introspection) = &self.introspection {
            problems.extend(introspection.problems(self.places.transport()));
            if self.names.is_family() {
                problems.push("it is a family, and nobody could tell which member issued an opaque token; give the member that introspects an `Issuer` of its own".to_owned());
            }
        }
        if self.asked_prefix.as_deref() == Some("") {
            problems.push("the prefix by which clients ask is empty; leave it out".to_owned());
        }
        let id = shown::url(self.places.id());
        problems.into_iter().map(|problem| format!("issuer `{id}`: {problem}")).collect()
    }

    /// Finds what both issuers would take for their own, if anything.
    pub(crate) fn clash(&self, other: &Self) -> Option<String> {
        self.names.clash(&other.names)
    }
}

/// Shows no secrets, which URLs may have.
impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("id", &shown::url(self.places.id()).to_string())
            .field("rules", &self.rules)
            .field("grants", &self.grants)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
