//! Writes `WWW-Authenticate` headers. No other code writes them.

use std::{fmt, time::Duration};

use http::HeaderValue;

use crate::{
    resource::{Realm, Resource},
    scope::{ScopeToken, join},
};

/// A Bearer or [DPoP](Challenge::with_dpop) challenge. The challenge says which token a client needs, and where to get
/// the token.
///
/// The header follows [RFC 6750, section 3], [RFC 9470, section 3], [RFC 9728, section 5.1] and [RFC 9110, section
/// 11.6.1]. Every value is quoted. The parameters that clients use come before any free text, because many clients
/// search the whole header for a substring such as `scope=`.
///
/// # Examples
///
/// ```
/// use scopegate::{Challenge, Resource, Scope};
///
/// let resource = Resource::new("https://files.example.com")?;
/// let challenge = Challenge::new(&resource).with_scopes([Scope::from_static("files:read")]);
/// assert_eq!(
///     challenge.to_header_value(),
///     concat!(
///         r#"Bearer scope="files:read", "#,
///         r#"resource_metadata="https://files.example.com/.well-known/oauth-protected-resource""#,
///     ),
/// );
/// # Ok::<(), scopegate::InvalidResource>(())
/// ```
///
/// [RFC 6750, section 3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
/// [RFC 9470, section 3]: https://www.rfc-editor.org/rfc/rfc9470#section-3
/// [RFC 9728, section 5.1]: https://www.rfc-editor.org/rfc/rfc9728#section-5.1
/// [RFC 9110, section 11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
#[derive(Clone, Debug)]
pub struct Challenge {
    /// A space-delimited list of the algorithms with which clients may sign proofs. `None` if the scheme is Bearer.
    algs: Option<String>,
    error: Option<ErrorCode>,
    scopes: Vec<ScopeToken>,
    /// The accepted values of `acr`, separated by spaces. The text is empty if the challenge has no `acr_values`.
    acr_values: String,
    /// The maximum age of the login, in seconds.
    max_age: Option<u64>,
    resource_metadata: Option<String>,
    realm: Option<Realm>,
    error_description: Option<String>,
}

impl Challenge {
    /// Makes a challenge that points to the metadata of `resource`. If `resource` has a realm, the challenge names the
    /// realm.
    ///
    /// The challenge of a whole [family](Resource::family) points to no metadata, because each resource of the family
    /// has its own metadata.
    #[must_use]
    pub fn new(resource: &Resource) -> Self {
        let metadata = (!resource.is_family()).then(|| resource.metadata_url());
        Self::pointing_to(metadata, resource.realm.clone())
    }

    /// Makes the challenge of a server without OAuth.
    #[cfg(feature = "axum")]
    pub(crate) fn in_realm(realm: Realm) -> Self {
        Self::pointing_to(None, Some(realm))
    }

    fn pointing_to(resource_metadata: Option<String>, realm: Option<Realm>) -> Self {
        Self {
            algs: None,
            error: None,
            scopes: Vec::new(),
            acr_values: String::new(),
            max_age: None,
            resource_metadata,
            realm,
            error_description: None,
        }
    }

    /// Changes the scheme to DPoP, and sets the algorithms with which clients may sign proofs ([RFC 9449, section
    /// 7.1]). Only names that consist of ASCII letters, digits and `-` are written to the challenge; other names are
    /// left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Challenge, Resource, Scope};
    ///
    /// let resource = Resource::new("https://files.example.com")?;
    /// let challenge = Challenge::new(&resource).with_dpop(["ES256", "EdDSA"]).with_scopes([Scope::from_static("files:read")]);
    /// assert!(challenge.to_string().starts_with(r#"DPoP scope="files:read", algs="ES256 EdDSA", "#));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    ///
    /// [RFC 9449, section 7.1]: https://www.rfc-editor.org/rfc/rfc9449#section-7.1
    #[must_use]
    pub fn with_dpop(mut self, algorithms: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let names: Vec<_> = algorithms.into_iter().collect();
        let is_name = |name: &&str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        self.algs = Some(join(names.iter().map(AsRef::as_ref).filter(is_name)));
        self
    }

    /// Sets all scopes that the request needs. Without scopes, the challenge has no `scope`.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item: Into<ScopeToken>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the accepted values of `acr`, in order of preference. Without values, the challenge has no `acr_values`.
    ///
    /// A value that a challenge cannot carry, such as a value with a space, is left out. Of the remaining values, the
    /// challenge contains only the first sixteen.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use scopegate::{Challenge, ErrorCode, Resource, Scope};
    ///
    /// let resource = Resource::new("https://files.example.com")?;
    /// let challenge = Challenge::new(&resource)
    ///     .with_error(ErrorCode::InsufficientUserAuthentication, "")
    ///     .with_scopes([Scope::from_static("files:write")])
    ///     .with_acr_values(["urn:example:mfa"])
    ///     .with_max_age(Duration::from_secs(300));
    /// assert!(challenge.to_string().starts_with(concat!(
    ///     r#"Bearer error="insufficient_user_authentication", scope="files:write", "#,
    ///     r#"acr_values="urn:example:mfa", max_age="300", "#,
    /// )));
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[must_use]
    pub fn with_acr_values(mut self, values: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let values: Vec<_> = values.into_iter().collect();
        let legal =
            values.iter().map(AsRef::as_ref).filter(|value| scopegate_grammar::check_acr(value).is_ok());
        self.acr_values = join(legal.take(scopegate_grammar::MAX_ACR_VALUES));
        self
    }

    /// Sets how old the login may be. Fractions of a second are dropped.
    #[must_use]
    pub fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age.as_secs());
        self
    }

    /// Sets the error, and a description for developers.
    ///
    /// The error says what is wrong with the request's credential, so do not set an error for a request without a
    /// credential. If the description contains a character that a challenge cannot carry, the character is replaced.
    /// `=` is replaced, too, because many clients search the whole challenge for `scope=`. A description of more than
    /// 256 characters is cut after the 256th.
    #[must_use]
    pub fn with_error(mut self, error: ErrorCode, description: &str) -> Self {
        self.error = Some(error);
        let description: String = description.chars().take(MAX_DESCRIPTION).map(harmless).collect();
        self.error_description = Some(description).filter(|description| !description.is_empty());
        self
    }

    /// Writes the challenge as the value of a header.
    ///
    /// A challenge of more than 8 KiB is written without its scopes, because servers and proxies reject longer headers.
    /// If a challenge names no scopes, clients request the scopes that the metadata lists. A gate does not start if one
    /// of its own challenges is longer than 8 KiB.
    #[must_use]
    pub fn to_header_value(&self) -> HeaderValue {
        let text = if self.fits() {
            self.to_string()
        } else {
            Self { scopes: Vec::new(), ..self.clone() }.to_string()
        };
        // This fallback is never used, because each part was checked when it was set. Nevertheless, the fallback is a
        // legal challenge.
        let fallback = if self.algs.is_some() { r#"DPoP algs="ES256""# } else { r#"Bearer realm="""# };
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(fallback))
    }

    /// Tells whether the challenge is short enough for servers and proxies to accept it as a header.
    pub(crate) fn fits(&self) -> bool {
        self.to_string().len() <= MAX_HEADER
    }
}

/// Writes the challenge as it appears in the header.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = Some(join(self.scopes.iter().map(ScopeToken::as_str))).filter(|scope| !scope.is_empty());
        let acr_values = Some(self.acr_values.as_str()).filter(|values| !values.is_empty());
        let max_age = self.max_age.map(|seconds| seconds.to_string());
        let params = [
            ("error", self.error.map(ErrorCode::as_str)),
            ("scope", scope.as_deref()),
            ("acr_values", acr_values),
            ("max_age", max_age.as_deref()),
            ("algs", self.algs.as_deref()),
            ("resource_metadata", self.resource_metadata.as_deref()),
            ("realm", self.realm.as_ref().map(Realm::as_str)),
            ("error_description", self.error_description.as_deref()),
        ];
        let params = params.into_iter().filter_map(|(name, value)| Some((name, value?)));
        f.write_str(if self.algs.is_some() { "DPoP" } else { "Bearer" })?;
        params.enumerate().try_for_each(|(at, (name, value))| {
            let separator = if at == 0 { " " } else { ", " };
            write!(f, r#"{separator}{name}="{value}""#)
        })
    }
}

/// The maximum length of a challenge, in bytes. Servers and proxies may reject a longer header.
const MAX_HEADER: usize = 8 * 1024;

/// The maximum length of a challenge's description, in characters.
const MAX_DESCRIPTION: usize = 256;

/// Replaces `=` and any character that `error_description` must not contain: `"` with `'`, and the others with a space.
/// The description may contain `%x20-21 / %x23-5B / %x5D-7E` ([RFC 6750, section 3]).
///
/// [RFC 6750, section 3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
fn harmless(character: char) -> char {
    match character {
        '"' => '\'',
        '\\' | '=' => ' ',
        ' '..='~' => character,
        _ => ' ',
    }
}

/// The error code in a challenge, as defined by [RFC 6750, section 3.1], [RFC 9449, section 12.2] and [RFC 9470,
/// section 3].
///
/// # Examples
///
/// ```
/// use scopegate::ErrorCode;
///
/// assert_eq!(ErrorCode::InsufficientScope.as_str(), "insufficient_scope");
/// ```
///
/// [RFC 9449, section 12.2]: https://www.rfc-editor.org/rfc/rfc9449#section-12.2
/// [RFC 9470, section 3]: https://www.rfc-editor.org/rfc/rfc9470#section-3
/// [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `invalid_request`: the request is malformed, for example because it has two credentials.
    InvalidRequest,
    /// `invalid_token`: the token is expired, revoked, malformed, or not for this resource.
    InvalidToken,
    /// `insufficient_scope`: the token is valid but lacks a scope.
    InsufficientScope,
    /// `insufficient_user_authentication`: the token is valid, but the request needs another kind of login, or a more
    /// recent login.
    InsufficientUserAuthentication,
    /// `invalid_dpop_proof`: the token is valid, but its DPoP proof is missing or not valid.
    InvalidDpopProof,
    /// `use_dpop_nonce`: the client's next proof must contain the nonce from the answer's `DPoP-Nonce` header.
    UseDpopNonce,
}

impl ErrorCode {
    /// Returns the code as it appears in a challenge.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }
}
