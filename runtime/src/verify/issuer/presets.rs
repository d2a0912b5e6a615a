//! What providers do in ways of their own, written with the public methods alone.

use super::Issuer;

/// Providers.
impl Issuer {
    /// Makes the issuer of a realm of Keycloak, `https://HOST/realms/REALM`.
    ///
    /// Keycloak writes the resource's URL into `aud` where a client scope has an audience mapper for it.
    pub fn keycloak(realm: impl Into<String>) -> Self {
        Self::new(realm)
    }
}
