//! Login as a service for developers: `WorkOS`, Clerk, Descope, Supabase, Logto.

use super::host;
use crate::Issuer;

/// Presets for login services. [The guide](crate::guide::providers) says what to set there.
impl Issuer {
    /// Makes the issuer of an `AuthKit` domain of `WorkOS`.
    ///
    /// The audience is the resource's URL once it is listed as a resource indicator there; without that, `aud` is a client's id
    /// and the token is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::workos("example.authkit.app");
    /// ```
    pub fn workos(domain: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}", host(domain.as_ref())))
    }

    /// Makes the issuer of an instance of Clerk, by its Frontend API domain.
    ///
    /// JWTs of OAuth applications have no `aud`: name the applications whose tokens count with
    /// [`client_ids`](Self::client_ids). Such a token is good at every resource that takes the application's tokens. Session
    /// tokens, which the same keys sign, have no `client_id` and are refused.
    ///
    /// By default Clerk's OAuth tokens are opaque: add `.introspection(Introspection::new(..))`, so that the gate asks Clerk
    /// about each of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::clerk("clerk.example.com").client_ids(["d9g4CT4WYiCBm7EU"]);
    /// ```
    pub fn clerk(domain: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}", host(domain.as_ref())))
    }

    /// Makes the issuer of an MCP server or an inbound app of Descope, whose URL the console shows as "Issuer".
    ///
    /// The audience is the resource's URL for an MCP server. For an inbound app it is the project's id: add
    /// `.audience("PROJECT-ID")`, and know that tokens of all apps of the project then count, whatever they were asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::descope("https://api.descope.com/v1/apps/agentic/P2abc/MS2def");
    /// ```
    pub fn descope(issuer: impl Into<String>) -> Self {
        Self::new(issuer)
    }

    /// Makes the issuer of a project of Supabase, by its reference.
    ///
    /// The gate takes tokens that an OAuth client got (`client_id`), of people who signed in (`role`). Their audience is
    /// `authenticated` for everything in the project: **a token of any client of the project is good at every resource that
    /// takes the project's tokens**. To bind it to some clients, look at [`Access::client`](crate::Access::client), or add
    /// `.require("client_id", "..")`.
    ///
    /// Tokens have no scopes. Grant them by a role in `app_metadata` (not `user_metadata`, which people write themselves), or
    /// have an access token hook write a claim `scope`. Tokens of the project's own sign-in have no client and are refused; to
    /// take them too, add `.access_claims(["session_id"])`. Projects whose keys are shared secrets (HS256) must change to
    /// signing keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::supabase("abcdefghijklmnopqrst").roles_at(["app_metadata", "role"], [("editor", "files:read files:write")]);
    /// ```
    pub fn supabase(project: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}.supabase.co/auth/v1", project.as_ref()))
            .audience("authenticated")
            .require("role", "authenticated")
            .access_claims(["client_id"])
    }

    /// Makes the issuer of a Logto tenant, by its endpoint.
    ///
    /// The audience is the identifier of an API resource, which must be the resource's URL. Tokens that were asked for without
    /// it are opaque, and are for Logto itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::logto("example.logto.app");
    /// ```
    pub fn logto(endpoint: impl AsRef<str>) -> Self {
        Self::new(format!("https://{}/oidc", host(endpoint.as_ref())))
    }
}
