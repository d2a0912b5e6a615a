//! Providers whose tokens are opaque, and which are asked about them at endpoints of their own.

use crate::{Introspection, Issuer};

/// Presets for providers of opaque tokens (feature `introspection`).
impl Issuer {
    /// Makes the issuer of the tokens that people give to an OAuth app of GitHub, or to a GitHub App.
    ///
    /// The gate asks GitHub about each token with the credentials of the app, and tokens of other apps are refused. **A token has no
    /// audience: it is good at every resource that takes the tokens of the app, and at GitHub itself.** The scopes are those of GitHub.
    /// Grant your own by them with [`roles_at`](Self::roles_at); a GitHub App's tokens have none.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::github("Iv1.8a61f9b3a7aba766", "the secret of the app")
    ///     .roles_at(["scope"], [("repo", "files:read files:write"), ("read:user", "files:read")]);
    /// ```
    pub fn github(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self::new("https://github.com/login/oauth")
            .client_ids([client_id.clone()])
            .introspection(Introspection::github(client_id, client_secret))
    }

    /// Makes the issuer of Google's access tokens for these clients.
    ///
    /// The gate asks Google about each token. **The audience is the client that got the token: it is good at every resource that takes the
    /// tokens of the client, and at Google itself.** The scopes are those of Google. Grant your own by them with
    /// [`roles_at`](Self::roles_at).
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Issuer;
    ///
    /// let issuer = Issuer::google(["123456789.apps.googleusercontent.com"])
    ///     .roles_at(["scope"], [("https://www.googleapis.com/auth/userinfo.email", "files:read")]);
    /// ```
    pub fn google(client_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let issuer = Self::new("https://accounts.google.com")
            // ID tokens are refused once their signature is known to be good.
            .key_hosts(["www.googleapis.com"])
            .introspection(Introspection::google());
        client_ids.into_iter().fold(issuer, Self::audience)
    }
}
