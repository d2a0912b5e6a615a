//! Presets for login services: `WorkOS`, Clerk, Descope, Supabase, Logto.

use super::host;
use crate::Issuer;

/// Presets for login services. [The guide](crate::guide::providers) explains their settings.
impl Issuer {
    /// Makes the issuer of a `WorkOS` `AuthKit` domain.
    ///
    /// In `WorkOS`, add the resource's URL to the resource indicators, so that this URL becomes the audience of tokens.
    /// If you do not add this URL, the `aud` of a token is a client's id, and the gate rejects the token.
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

    /// Makes the issuer of a Clerk instance, from its Frontend API domain.
    ///
    /// JWTs of OAuth applications have no `aud`, so set [`client_ids`](Self::client_ids) to the ids of the applications
    /// whose tokens you accept. A token without `aud` is valid at every resource that accepts tokens of the same
    /// application. Clerk signs session tokens with the same keys as these JWTs. Session tokens have no `client_id`, so
    /// the gate rejects them.
    ///
    /// In older Clerk applications, OAuth tokens are opaque by default. Add `.introspection(Introspection::new(..))`,
    /// so that the gate asks Clerk about opaque tokens.
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

    /// Makes the issuer of a Descope MCP server or inbound app. Use the URL that the console shows as "Issuer".
    ///
    /// For an MCP server, the audience is the resource's URL. For an inbound app, the audience is the project's id, so
    /// add `.audience("PROJECT-ID")`. The gate then accepts the tokens of all apps of the project, even tokens that a
    /// client requested for another resource.
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

    /// Makes the issuer of a Supabase project, from the project's reference id.
    ///
    /// The gate accepts only tokens with a `client_id` and with the `role` `authenticated`. These are tokens that an
    /// OAuth client requested for a person who signed in. All tokens of the project have the audience `authenticated`.
    /// So **a token of any client of the project is valid at every resource that accepts the project's tokens**. To
    /// accept only some clients, check [`Access::client`](crate::Access::client). To accept only one client, add
    /// `.require("client_id", "..")`.
    ///
    /// The project's tokens have no scopes. Map a role in `app_metadata` to scopes, or add an access token hook that
    /// writes a claim `scope`. Do not take roles from `user_metadata`, because people can change their own
    /// `user_metadata`. Tokens from the project's own sign-in have no `client_id`, so the gate rejects them. To accept
    /// these tokens too, add `.access_claims(["session_id"])`. If the project's key is a shared secret (HS256), switch
    /// the project to asymmetric signing keys.
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

    /// Makes the issuer of a Logto tenant, from its endpoint.
    ///
    /// The audience is the identifier of an API resource in Logto. Set this identifier to the URL of the gate's
    /// resource. If a client names no API resource when it requests a token, the token is opaque, and only Logto
    /// accepts it.
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
