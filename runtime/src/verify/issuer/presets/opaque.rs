//! Providers whose tokens are always opaque, and that are asked in ways of their own: Google, GitHub.

use crate::{Introspection, Issuer};

/// Presets for providers that are asked about each token. [The guide](crate::guide::providers) says what to set there.
impl Issuer {
    /// Makes Google the issuer, for tokens that one client got.
    ///
    /// The audience is the client's id, so that tokens of other clients are refused. Scopes are Google's own, since nobody can
    /// add one: map them to those of the program.
    ///
    /// Google's ID tokens are refused: they say who somebody is, and not what a client may do.
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
        // The keys are those of ID tokens, which are refused for what they are rather than for keys out of reach.
        Self::new("https://accounts.google.com")
            .key_hosts(["www.googleapis.com"])
            .audience(client_id)
            .introspection(Introspection::google())
    }

    /// Makes GitHub the issuer, for tokens that one OAuth app got. The gate needs the app's client id and secret.
    ///
    /// Tokens have no audience, and count only if they are of this app. **A token of the app is good at every resource that takes the
    /// app's tokens, and at GitHub itself.** Scopes are GitHub's own, since nobody can add one: map
    /// them to those of the program. Tokens of a GitHub App have permissions, which GitHub does not tell, and so no scopes.
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
