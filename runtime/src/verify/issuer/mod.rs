//! An authorization server, and the rules for its tokens.

mod claim_path;
mod grants;
mod kind;
mod login;
mod names;
mod places;
mod presets;
mod rules;

use std::{fmt, time::Duration};

#[cfg(feature = "export")]
pub(crate) use self::grants::RolesAt;
use self::{claim_path::ClaimPath, grants::Grants, names::Names, rules::Rules};
pub(crate) use self::{
    names::Named,
    places::{Keys, Places},
};
#[cfg(feature = "introspection")]
use crate::Introspection;
use crate::{shown, verify::jwt::Algorithm};

/// An authorization server, and the rules for its tokens.
///
/// Nothing is fetched when you make an `Issuer`. The verifier [`Issuers`](crate::Issuers) verifies the tokens of one or
/// several issuers, each token by the rules of its issuer. A preset such as [`Issuer::keycloak`] contains the settings
/// for the tokens of one provider.
///
/// # Examples
///
/// If an authorization server publishes metadata and puts the resource's URL into `aud`, you need no settings:
///
/// ```
/// use scopegate::{Gate, Issuer, Resource};
///
/// let resource = Resource::new("https://files.example.com")?;
/// let gate = Gate::issuers(resource, [Issuer::new("https://auth.example.com")]);
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
///
/// Some authorization servers issue tokens with an audience other than the resource's URL, and with roles in place of
/// scopes. For such a server, set the audience and the roles, and let only roles grant scopes. If the tokens are not
/// [marked](Self::audience) as access tokens, also name a claim that only access tokens have:
///
/// ```
/// use scopegate::Issuer;
///
/// let issuer = Issuer::new("https://auth.example.com")
///     .audience("api://files")
///     .access_claims(["realm_access"])
///     .roles_only()
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
    /// Makes the issuer with this identifier. Write the identifier exactly as in the server's metadata and tokens,
    /// including the slash at the end if there is one.
    ///
    /// The identifier must be an `https` URL; `http` is allowed for loopback addresses, and for the hosts that you set
    /// with [`Issuer::http_hosts`].
    pub fn new(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        Self::named(Names::exact(issuer.clone()), issuer)
    }

    /// Makes a family of issuers: one authorization server with an identifier for each of its tenants.
    ///
    /// The pattern has one placeholder, which is a whole segment of the path. If the `issuer` in the server's metadata
    /// is a pattern, write the same pattern. Set the members of the family with [`Issuer::members`] or
    /// [`Issuer::members_if`]. All members share the same keys. You set the address of these keys with
    /// [`Issuer::metadata_uri`] or [`Issuer::jwks_uri`], so no part of a token ever becomes part of a URL.
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

    /// Adds members to a [family](Self::family). Write each member as it appears in `iss`. You can call this method
    /// several times.
    pub fn members(mut self, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names.list(members.into_iter().map(Into::into));
        self
    }

    /// Sets a function that decides which members a [family](Self::family) has.
    ///
    /// The function gets the segment of `iss` at the position of the placeholder. This segment contains only letters,
    /// digits and `-._~`. The function is called for each token that is not cached, and must not block.
    pub fn members_if(mut self, is_member: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.names.decide(is_member);
        self
    }

    /// Requires that a token has the claim `name`, and that this claim equals the part of `iss` that names the member
    /// of the [family](Self::family).
    pub fn member_claim(mut self, name: impl Into<String>) -> Self {
        self.names.hold_against(name.into());
        self
    }

    /// Also accepts this `iss` for the same authorization server. For a [family](Self::family), pass another pattern.
    /// The family's first pattern stays in use.
    ///
    /// If two tokens name the issuer differently, their principals differ, even if their subjects are equal. Only your
    /// program can know whether equal subjects stand for the same person.
    pub fn also_named(mut self, issuer: impl Into<String>) -> Self {
        self.names.add(issuer.into());
        self
    }

    /// Accepts tokens for `audience` in addition to tokens for the resource's identifier. Use this method if the
    /// authorization server maps the resource's URL to another name ([RFC 8707, section 2]).
    ///
    /// The audience can be a client's id, which is also the audience of the client's ID tokens. So a token with this
    /// audience must be marked as an access token, or have a claim for scopes. A token is marked as an access token if
    /// its header has `typ: at+jwt`, if its claim `typ` is `Bearer` or `DPoP`, or if its claim `token_use` is `access`.
    /// To require another claim in place of a claim for scopes, call [`access_claims`](Self::access_claims). If only
    /// [`roles_at`](Self::roles_at) reads a claim, this claim does not count as a claim for scopes. So call
    /// `access_claims` if the tokens have roles, have no claim for scopes, and are not marked as access tokens.
    ///
    /// [RFC 8707, section 2]: https://www.rfc-editor.org/rfc/rfc8707#section-2
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.audiences.push(audience.into());
        self
    }

    /// Rejects tokens that are also for other audiences: each value of `aud` must name the resource or an
    /// [`audience`](Self::audience).
    ///
    /// If a token is for this resource and for another service, clients send the token to both. Without this check, the
    /// other service could use the token here.
    pub fn exclusive_audience(mut self) -> Self {
        self.rules.refuses_others = true;
        self
    }

    /// Accepts a token without `aud` if its client is one of `ids`. Use this method for an authorization server that
    /// writes no `aud`. The id of the client is in the claim `client_id`, or else in `azp`, `cid` or `appid`.
    ///
    /// A token without `aud` names no resource, so it is valid at every resource that accepts its client. Like a token
    /// for an [`audience`](Self::audience), this token must be marked as an access token, or have a claim for scopes.
    pub fn client_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rules.client_ids.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Requires that the claim `name` has the value `value`. If the claim is a number or a boolean, its JSON text is
    /// compared with `value`.
    pub fn require(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.rules.required.push((name.into(), value.into()));
        self
    }

    /// Sets the claims that distinguish access tokens from ID tokens: an access token has at least one of them, and an
    /// ID token has none.
    ///
    /// An audience that you set with [`audience`](Self::audience) can also be the audience of ID tokens. So a token
    /// with this audience must have one of these claims, unless the token is marked as an access token. The same rule
    /// applies to a token that the gate accepts because of its [client](Self::client_ids). If you do not call this
    /// method, these tokens must have a claim for scopes instead.
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

    /// Reads the scopes from all of these claims, in place of `scope` and `scp`.
    ///
    /// Each claim is a space-delimited list or an array. To let only [roles](Self::roles_at) grant scopes, call
    /// [`roles_only`](Self::roles_only) in place of this method.
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

    /// Also reads scopes from a nested claim. `path` lists the names that lead to the claim, from the outermost to the
    /// innermost.
    ///
    /// The path is a list, because names can contain dots and slashes.
    pub fn scopes_at(mut self, path: impl ClaimPath) -> Self {
        self.grants.add_path(path.into_iter().map(Into::into).collect());
        self
    }

    /// Grants scopes for roles. `path` says where the roles are in the token's claims. It lists the names that lead to
    /// the roles, from the outermost to the innermost. `scopes` maps roles to space-delimited scopes. A role that is
    /// not in `scopes` grants nothing. If `scopes` lists a role several times, the role grants the scopes of all its
    /// entries. You can call this method several times. Each call adds a path and the scopes of its roles.
    ///
    /// The value at the path is an array of roles, a space-delimited list of roles, or an object. The roles in an
    /// object are the names of its members. If an array has a value that is not a string, the array grants nothing.
    ///
    /// The scopes in `scope` and `scp` still count, even if the token has no role. To let only roles grant scopes, also
    /// call [`roles_only`](Self::roles_only).
    ///
    /// A claim for roles does not show that a token is an access token, because ID tokens can also have roles. If the
    /// gate accepts a token only because of an [`audience`](Self::audience) or a [client id](Self::client_ids) that you
    /// set, the token must be marked as an access token, or have a claim for scopes. If the tokens are not
    /// [marked](Self::audience) as access tokens and have no claim for scopes, use `access_claims` to name a claim that
    /// only access tokens have. For example, if ID tokens lack the claim `roles`, write `.access_claims(["roles"])`.
    ///
    /// If the gate has a vocabulary, it checks the scopes of the roles at startup. The gate logs a warning for each
    /// scope that covers no scope of the vocabulary and fits no template of a handler.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://sso.example.com/realms/main")
    ///     .roles_at(["resource_access", "files", "roles"], [("viewer", "files:read"), ("editor", "files:read files:write")]);
    /// ```
    ///
    /// To let the compiler check the names of the scopes, write variants of a vocabulary in place of strings. If a role
    /// has several scopes, write an entry for each scope:
    ///
    /// ```
    /// use scopegate::{Issuer, Vocabulary};
    ///
    /// #[derive(Clone, Copy, Vocabulary)]
    /// enum Files {
    ///     #[scope("files:read")]
    ///     Read,
    ///     #[scope("files:write")]
    ///     Write,
    /// }
    ///
    /// let roles = [("viewer", Files::Read), ("editor", Files::Read), ("editor", Files::Write)];
    /// let issuer = Issuer::new("https://auth.example.com").roles_at(["roles"], roles);
    /// ```
    pub fn roles_at<P: ClaimPath>(
        mut self,
        path: P,
        scopes: impl IntoIterator<Item = (impl Into<String>, impl AsRef<str>)>,
    ) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        let list = |scopes: &str| scopes.split_ascii_whitespace().map(str::to_owned).collect();
        let scopes = scopes.into_iter().map(|(role, scopes)| (role.into(), list(scopes.as_ref()))).collect();
        self.grants.add_roles(path, scopes);
        self
    }

    /// Lets only [roles](Self::roles_at) grant scopes. The gate then ignores the scopes in `scope` and `scp`, and in
    /// every claim that you named before with [`scopes`](Self::scopes) or [`scopes_at`](Self::scopes_at).
    ///
    /// Call this method if the authorization server writes a scope into a token even when the user lacks the role that
    /// should grant this scope. For example, many servers grant a registered scope to every client that requests it.
    ///
    /// After this call, `scope` and `scp` no longer show that a token is an access token. If you also set an
    /// [`audience`](Self::audience) or [client ids](Self::client_ids), and the tokens are not [marked](Self::audience)
    /// as access tokens, then also call [`access_claims`](Self::access_claims). Without `access_claims`, the gate
    /// accepts an unmarked token only if its `aud` names the resource. This also applies to a token with the claim
    /// `scope`.
    ///
    /// # Examples
    ///
    /// If some scopes in `scope` must still count, pass these scopes to [`roles_at`](Self::roles_at):
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::new("https://auth.example.com")
    ///     .roles_only()
    ///     .roles_at(["roles"], [("viewer", "files:read"), ("editor", "files:read files:write")])
    ///     .roles_at(["scope"], [("files:read", "files:read")]);
    /// ```
    pub fn roles_only(mut self) -> Self {
        self.grants.set_claims(std::iter::empty());
        self
    }

    /// Sets the prefix that the scopes of this resource have at this issuer. The issuer writes the prefix in tokens,
    /// and clients write it in their requests.
    ///
    /// Handlers declare the scopes without the prefix. If a scope in a token lacks the prefix, the gate ignores this
    /// scope, because the scope belongs to another resource.
    pub fn scope_prefix(mut self, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        self.grants.set_prefix(prefix.clone());
        self.asked_prefix = Some(prefix);
        self
    }

    /// Sets the `prefix` that clients put before scopes in their requests to this issuer. Tokens contain the scopes
    /// without the prefix.
    ///
    /// The scopes of `OpenID` Connect, such as `openid` and `offline_access`, are requested without the prefix.
    pub fn asked_with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.asked_prefix = Some(prefix.into());
        self
    }

    /// Accepts only these algorithms (`alg`, [RFC 7518, section 3.1]). By default, all algorithms that fit the issuer's
    /// keys are accepted.
    ///
    /// [RFC 7518, section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
    pub fn algorithms(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.algorithms = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Sets how far the clocks of the issuer and of this program may differ. The checks of `exp`, `nbf` and `auth_time`
    /// allow for this difference. The default is 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Makes the gate ask this authorization server about opaque tokens, with the settings of `introspection`.
    ///
    /// The claims in an answer must satisfy the same rules as the claims in this issuer's JWTs, with these exceptions:
    /// `exp` and `iss` may be missing, `aud` may be missing after
    /// [`Introspection::without_audience`](crate::Introspection::without_audience), and no claim for scopes is needed.
    /// JWTs of this issuer are still verified by their signature, without a request to the server. If a gate has
    /// several issuers with introspection, each of them needs a [prefix](Introspection::token_prefix) for its tokens.
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

    /// Returns the settings for asking about opaque tokens of this issuer.
    #[cfg(feature = "introspection")]
    pub(crate) fn introspects(&self) -> Option<&Introspection> {
        self.introspection.as_ref()
    }

    /// Sets the identifier by which the resource's metadata names this authorization server. Use this method if clients
    /// know the server by an identifier that differs from the `iss` of its tokens.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.authorization_server = Some(issuer.into());
        self
    }

    /// Returns the identifier by which clients find the authorization server. For a family, the default is `None`. The
    /// program can set the identifier with [`Issuer::authorization_server`].
    pub(crate) fn advertised(&self) -> Option<&str> {
        let own = (!self.names.is_family()).then(|| self.places.id());
        self.authorization_server.as_deref().or(own)
    }

    pub(crate) fn asked_prefix(&self) -> Option<&str> {
        self.asked_prefix.as_deref()
    }

    /// Iterates over the pairs of [`Issuer::roles_at`]: a role and a scope that this role grants.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.grants.roles()
    }

    /// Returns what the program sets with [`Issuer::roles_at`]: the places of the roles, and the scopes that each role
    /// grants.
    #[cfg(feature = "export")]
    pub(crate) fn role_maps(&self) -> &[RolesAt] {
        self.grants.role_maps()
    }

    /// Tells whether only roles grant scopes. The result is `true` after [`Issuer::roles_only`].
    #[cfg(feature = "export")]
    pub(crate) fn has_roles_only(&self) -> bool {
        self.grants.come_from_roles_only()
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

    /// Lists the problems of the configuration. Each problem says what is wrong, and most say what to write instead.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = self.names.problems();
        problems.extend(self.grants.problems());
        problems.extend(self.places.problems(self.names.is_family()));
        let known = |name: &&String| Algorithm::parse(name).is_some();
        match self.algorithms.as_deref() {
            Some([]) => problems.push("no algorithm is accepted; name one in `.algorithms([..])`".to_owned()),
            Some(names) => problems.extend(names.iter().filter(|name| !known(name)).map(|name| {
                format!("`{}` is not a supported algorithm; write one such as `RS256`", shown::text(name))
            })),
            None => {}
        }
        let empty = |texts: &[String]| texts.iter().any(String::is_empty);
        if empty(&self.rules.audiences) || empty(&self.rules.client_ids) {
            problems.push("an audience or a client id is empty; remove it".to_owned());
        }
        if empty(&self.rules.of_access) {
            problems.push("a claim of `access_claims` has no name; remove it".to_owned());
        }
        #[cfg(feature = "introspection")]
        if let Some(introspection) = &self.introspection {
            problems.extend(introspection.problems(self.places.transport()));
            if self.names.is_family() {
                problems.push("it is a family, and an opaque token does not name its member; write a separate `Issuer` for the member with introspection".to_owned());
            }
        }
        if self.asked_prefix.as_deref() == Some("") {
            problems.push("the prefix of `asked_with_prefix` is empty; remove it".to_owned());
        }
        let id = shown::url(self.places.id());
        problems.into_iter().map(|problem| format!("issuer `{id}`: {problem}")).collect()
    }

    /// Returns an `iss` that both issuers accept, or a pattern that both issuers have. Returns `None` if this method
    /// finds neither.
    pub(crate) fn clash(&self, other: &Self) -> Option<String> {
        self.names.clash(&other.names)
    }
}

/// Hides secrets in URLs.
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
