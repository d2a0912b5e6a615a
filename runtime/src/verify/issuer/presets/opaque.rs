//! Presets for Google and GitHub, which issue opaque tokens and have their own protocols for checking them.

use crate::{Introspection, Issuer};

/// Presets for providers whose tokens the gate checks by asking the provider. [The guide](crate::guide::providers)
/// explains their settings.
impl Issuer {
    /// Makes the issuer for the tokens that Google issues to one client.
    ///
    /// The audience is the client's id, so tokens of other clients are rejected. Google defines the scopes, and you
    /// cannot add scopes. Map these scopes to the scopes of your program, as in the example.
    ///
    /// Google's ID tokens are rejected: they identify a person, but grant a client nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::google("407408718192.apps.googleusercontent.com")
    ///     .roles_at(["scope"], [("https://www.googleapis.com/auth/drive.readonly", "files:read")]);
    /// ```
    pub fn google(client_id: impl Into<String>) -> Self {
        // `www.googleapis.com` publishes the keys of Google's ID tokens. With these keys, the gate rejects an ID token
        // because of its kind, and not because its key is unknown.
        Self::new("https://accounts.google.com")
            .key_hosts(["www.googleapis.com"])
            .audience(client_id)
            .introspection(Introspection::google())
    }

    /// Makes the issuer for the tokens that GitHub issues to one OAuth app. The gate needs the app's client id and
    /// secret.
    ///
    /// The gate accepts all tokens of this app, and no others. The tokens have no audience, so **a token that a client
    /// sends to the gate is also valid at GitHub itself, and at every other resource that accepts the app's tokens**.
    ///
    /// GitHub defines the scopes, and you cannot add scopes. Map these scopes to the scopes of your program, as in the
    /// example. Tokens of a GitHub App have permissions in place of scopes. GitHub's answer does not contain the
    /// permissions, so these tokens grant no scopes.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use scopegate::Issuer;
    ///
    /// let secret = std::env::var("GITHUB_CLIENT_SECRET")?;
    /// let issuer = Issuer::github("Iv1.8a61f9b3a7aba766", secret).roles_at(["scope"], [("repo", "files:read files:write")]);
    /// # Ok::<(), std::env::VarError>(())
    /// ```
    pub fn github(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self::new("https://github.com/login/oauth")
            .client_ids([client_id.clone()])
            .introspection(Introspection::github(client_id, client_secret))
    }
}
