//! Servers that one runs oneself: Keycloak, Zitadel, authentik, Hydra, Kanidm, better-auth.

use super::host;
use crate::Issuer;

/// Presets for servers that one runs oneself. [The guide](crate::guide::providers) says what to set there.
impl Issuer {
    /// Makes the issuer of a realm of Keycloak, `https://HOST/realms/REALM`.
    ///
    /// The audience is the resource's URL once a client scope has an audience mapper with it; without one, `aud` has ids of
    /// clients. Which kind a token is, its claim `typ` says, so that ID, refresh and logout tokens are refused whatever their
    /// audience is, and access tokens with a `nonce` are accepted. Scopes are in `scope`; add [`roles_at`](Self::roles_at) for
    /// roles.
    ///
    /// Roles of a client are at `["resource_access", CLIENT, "roles"]`: name your own client there, since those of others mean
    /// something else.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::keycloak("https://sso.example.com/realms/main")
    ///     .roles_at(["resource_access", "files", "roles"], [("editor", "files:read files:write")]);
    /// ```
    pub fn keycloak(realm: impl Into<String>) -> Self {
        Self::new(realm)
    }

    /// Makes the issuer of an instance of Zitadel, by its domain, for the project with this id.
    ///
    /// The gate takes JWTs that are for the project. They have no scopes: grant them by the roles at
    /// `["urn:zitadel:iam:org:project:PROJECT-ID:roles"]`, which are those of this project alone.
    ///
    /// Clients that register themselves get opaque tokens: add `.introspection(Introspection::new(..))`, so that the gate asks
    /// Zitadel about each of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::zitadel("example.zitadel.cloud", "238000000000000001").roles_at(
    ///     ["urn:zitadel:iam:org:project:238000000000000001:roles"],
    ///     [("editor", "files:read files:write")],
    /// );
    /// ```
    pub fn zitadel(domain: impl AsRef<str>, project_id: impl Into<String>) -> Self {
        // ID tokens are for the project, too, and have its roles; only access tokens have an id.
        Self::new(format!("https://{}", host(domain.as_ref()))).audience(project_id).access_claims(["jti"])
    }

    /// Makes the issuer of an OAuth provider of authentik, `https://HOST/application/o/SLUG/` with the slash, for its client
    /// id.
    ///
    /// Its access tokens are ID tokens with two claims more, and for the client itself. The gate takes those with a claim `uid`
    /// and without a `nonce`. They have no scopes unless a scope mapping of yours writes a claim `scope`; and clients that send
    /// a `nonce`, as those of `OpenID` Connect do, get tokens that nothing tells apart from ID tokens. These are refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::authentik("https://sso.example.com/application/o/files/", "files-client");
    /// ```
    pub fn authentik(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self::new(issuer).audience(client_id).access_claims(["uid"])
    }

    /// Makes the issuer of an Ory Hydra that issues JWTs (`strategies.access_token: jwt`), as its setting `urls.self.issuer`
    /// has it.
    ///
    /// The audience is what the client asked for with `audience`, and is allowed to: have it ask for the resource's URL. Scopes
    /// are in `scp`, in `scope`, or in both.
    ///
    /// By default Hydra's tokens are opaque: add `.introspection(Introspection::new(..).endpoint(..))` with the address of its
    /// administration, so that the gate asks Hydra about each of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::hydra("https://hydra.example.com/");
    /// ```
    pub fn hydra(issuer: impl Into<String>) -> Self {
        Self::new(issuer)
    }

    /// Makes the issuer of one OAuth client of Kanidm, by the server's domain and the client's name.
    ///
    /// Each client has an issuer of its own, and its name is the audience. Access tokens are `at+jwt`, so that ID tokens, which
    /// have the same audience, are refused.
    ///
    /// Tokens of two clients that use one resource come from two issuers: give the gate one of these for each.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::kanidm("idm.example.com", "files");
    /// ```
    pub fn kanidm(domain: impl AsRef<str>, client: impl Into<String>) -> Self {
        let client = client.into();
        Self::new(format!("https://{}/oauth2/openid/{client}", host(domain.as_ref()))).audience(client)
    }

    /// Makes the issuer of a program with better-auth and its OAuth provider, such as `https://example.com/api/auth`.
    ///
    /// The audience is the resource's URL, which must be among the provider's valid audiences. Tokens that were asked for
    /// without `resource` are opaque.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::better_auth("https://example.com/api/auth");
    /// ```
    pub fn better_auth(issuer: impl Into<String>) -> Self {
        Self::new(issuer)
    }
}
