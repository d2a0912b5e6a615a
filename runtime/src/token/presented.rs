//! What a request presents to a verifier.

use std::{fmt, sync::LazyLock};

use http::{HeaderMap, Method, Uri, request::Parts};

use crate::resource::Resource;

/// The input of a [`TokenVerifier`](crate::TokenVerifier): the token, and the request that carries it.
///
/// To test a verifier, or to verify a token that did not come with an HTTP request, make a `Presented` from the token's
/// text alone.
///
/// # Examples
///
/// ```
/// use scopegate::Presented;
///
/// let presented = Presented::from("s3cret");
/// assert_eq!(presented.token(), "s3cret");
/// assert!(presented.headers().is_empty());
/// ```
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    token: &'a str,
    scheme: Scheme,
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    resource: Option<&'a Resource>,
}

/// How a request presents its token.
///
/// # Examples
///
/// ```
/// use scopegate::{Presented, Scheme, Token, TokenVerifier, VerifyError};
///
/// /// Accepts only tokens that are bound to a key.
/// struct BoundOnly<V>(V);
///
/// impl<V: TokenVerifier> TokenVerifier for BoundOnly<V> {
///     async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
///         match presented.scheme() {
///             Scheme::Dpop => self.0.verify(presented).await,
///             _ => Err(VerifyError::invalid("it is not bound to a key")),
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// The request presents a bearer token
    /// ([RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). The token can be in any
    /// [source](crate::CredentialSource).
    #[default]
    Bearer,
    /// The request presents a token with the scheme DPoP in `Authorization`
    /// ([RFC 9449, section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)). With this scheme, the token must
    /// be bound to a key of the client.
    ///
    /// `Gate::dpop` makes a gate accept this scheme. The gate checks the DPoP proof after the verifier has returned a
    /// token with `cnf.jkt`.
    Dpop,
}

impl<'a> Presented<'a> {
    pub(crate) fn of(
        token: &'a str,
        scheme: Scheme,
        parts: &'a Parts,
        resource: Option<&'a Resource>,
    ) -> Self {
        let Parts { method, uri, headers, .. } = parts;
        Self { token, scheme, method, uri, headers, resource }
    }

    /// Returns the token's text.
    #[must_use]
    pub const fn token(&self) -> &'a str {
        self.token
    }

    /// Returns how the request presents the token.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the method of the request.
    #[must_use]
    pub const fn method(&self) -> &'a Method {
        self.method
    }

    /// Returns the URI of the request as the gate sees it. Outer routers and proxies sometimes remove parts of the URI.
    #[must_use]
    pub const fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// Returns the headers of the request, including the header with the token.
    #[must_use]
    pub const fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// Returns the resource that the request is for. Returns `None` if the gate was made by `Gate::static_keys`, or if
    /// this value was made from the token's text alone.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a Resource> {
        self.resource
    }
}

impl<'a> From<&'a str> for Presented<'a> {
    fn from(token: &'a str) -> Self {
        static NOTHING: LazyLock<(Uri, HeaderMap)> = LazyLock::new(Default::default);
        let (uri, headers) = &*NOTHING;
        Self { token, scheme: Scheme::Bearer, method: &Method::GET, uri, headers, resource: None }
    }
}

/// Shows neither the token nor the headers, because a header can contain the token.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("scheme", &self.scheme)
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}
