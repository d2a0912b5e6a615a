//! Presets for self-hosted servers: Keycloak, Zitadel, authentik, Hydra, Kanidm, better-auth.

use super::host;
use crate::Issuer;

/// Presets for self-hosted servers. [The guide](crate::guide::providers) explains their settings.
impl Issuer {
    /// Makes the issuer of a Keycloak realm, from the realm's URL `https://HOST/realms/REALM`.
    ///
    /// The audience is the resource's URL. Keycloak writes this URL into `aud` if the client asks for a client scope
    /// with an audience mapper for the URL. Without such a mapper, `aud` has only the ids of clients, and the gate
    /// rejects the token. The claim `typ` states the kind of a token. So the gate rejects ID, refresh and logout
    /// tokens, whatever their audience is. The gate accepts access tokens even if they have a `nonce`. The gate reads
    /// scopes from `scope`. To also grant scopes for roles, add [`roles_at`](Self::roles_at).
    ///
    /// Roles of a client are at `["resource_access", CLIENT, "roles"]`. Replace `CLIENT` with the id of the API's own
    /// client, because another client can give the same role name another meaning.
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

    /// Makes the issuer of a Zitadel instance, from the instance's domain and the id of one project.
    ///
    /// The gate accepts JWTs for this project. These JWTs have no scopes, so grant scopes for roles. The roles are at
    /// `["urn:zitadel:iam:org:project:PROJECT-ID:roles"]`. The claim at this path contains no roles of other projects.
    ///
    /// Clients that register themselves get opaque tokens. Add `.introspection(Introspection::new(..))`, so that the
    /// gate asks Zitadel about opaque tokens.
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
        // ID tokens also have the project as their audience, and they also contain its roles. Only access tokens have a
        // `jti`.
        Self::new(format!("https://{}", host(domain.as_ref()))).audience(project_id).access_claims(["jti"])
    }

    /// Makes the issuer of an authentik OAuth provider. The arguments are the provider's URL
    /// (`https://HOST/application/o/SLUG/`, with the slash at the end) and the provider's client id.
    ///
    /// The audience is the client's id. An access token from authentik has all claims of an ID token, and also a claim
    /// `uid`. The gate accepts tokens with a `uid` and without a `nonce`. Access tokens have no scopes unless you add a
    /// scope mapping that writes a claim `scope`. If a client sends a `nonce`, as `OpenID` Connect clients do, its
    /// access tokens contain this `nonce`. Access tokens with a `nonce` look like ID tokens, so the gate rejects them.
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

    /// Makes the issuer of an Ory Hydra server that issues JWTs (`strategies.access_token: jwt`). Use the value of
    /// Hydra's setting `urls.self.issuer`.
    ///
    /// The audience is the value that the client requests with the parameter `audience`. In Hydra, allow the client to
    /// request the resource's URL as the audience. The scopes are in `scp`, in `scope`, or in both.
    ///
    /// By default, Hydra's tokens are opaque. Add `.introspection(Introspection::new(..).endpoint(..))` with the
    /// introspection URL of Hydra's administration API, so that the gate asks Hydra about opaque tokens.
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

    /// Makes the issuer of one Kanidm OAuth client, from the server's domain and the client's name.
    ///
    /// Each client has its own issuer, and the client's name is the audience. ID tokens have the same audience. The
    /// gate rejects ID tokens, because they have neither the type `at+jwt` nor a claim `scope`.
    ///
    /// If two clients use one resource, their tokens come from two issuers. Give the gate one issuer for each client.
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

    /// Makes the issuer for an authorization server built with better-auth's OAuth provider. The issuer is a URL such
    /// as `https://example.com/api/auth`.
    ///
    /// The audience is the resource's URL, which must be among the provider's valid audiences. If the client's
    /// request for a token has no parameter `resource`, the token is opaque.
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
