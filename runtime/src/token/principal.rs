//! The principal of a request: the caller.

use std::{
    fmt::{self, Write},
    sync::Arc,
};

/// The principal of a request: the caller. Use the principal, and not the subject alone, as the key for a user's data.
///
/// A subject is unique only within its issuer ([RFC 9068, section 2.2], [RFC 7519, section 4.1.2]), so two issuers can
/// give two people the same subject. A principal therefore consists of an issuer and a subject. A static key with a
/// name also has a principal, which never equals the principal of a user.
///
/// If a user's subject equals a client's id at the same authorization server, the user and the client have the same
/// principal ([RFC 9068, section 5]). If your authorization server allows such subjects, distinguish users from clients
/// as in the second example.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
///
/// use scopegate::{Access, Principal, Rejection, requires_scope};
///
/// #[requires_scope("files:read")]
/// async fn list(access: Access) -> Result<(), Rejection> {
///     let files: HashMap<Principal, Vec<String>> = HashMap::new();
///     let principal = access.principal().ok_or_else(|| access.deny("The token names nobody"))?;
///     println!("{:?}", files.get(principal));
///     Ok(())
/// }
/// ```
///
/// The following function tells whether a client acts on its own behalf (client credentials), and not for a user:
///
/// ```
/// use scopegate::Access;
///
/// fn is_client(access: &Access) -> bool {
///     access.subject().is_some() && access.subject() == access.client()
/// }
/// ```
///
/// This function gives a wrong answer if a client acts for a user whose subject equals the client's id. It also gives a
/// wrong answer if the `sub` of a client's own token is not the client's id. Auth0 issues such tokens.
///
/// [RFC 9068, section 5]: https://www.rfc-editor.org/rfc/rfc9068#section-5
/// [RFC 9068, section 2.2]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2
/// [RFC 7519, section 4.1.2]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal(Kind);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Subject {
        issuer: Arc<str>,
        subject: Arc<str>,
    },
    Key {
        name: Arc<str>,
    },
    /// A static key without a name. The hash of the key never leaves this crate.
    UnnamedKey {
        digest: Arc<str>,
    },
}

impl Principal {
    /// Makes a principal from `issuer` and `subject`, for example from values that your program has stored.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Principal;
    ///
    /// let owner = Principal::new("https://auth.example.com", "alice");
    /// assert_ne!(owner, Principal::new("https://other.example.com", "alice"));
    /// assert_ne!(owner, Principal::of_key("alice"));
    /// ```
    #[must_use]
    pub fn new(issuer: impl Into<Arc<str>>, subject: impl Into<Arc<str>>) -> Self {
        Self(Kind::Subject { issuer: issuer.into(), subject: subject.into() })
    }

    /// Makes the principal of the static key `name`.
    #[must_use]
    pub fn of_key(name: impl Into<Arc<str>>) -> Self {
        Self(Kind::Key { name: name.into() })
    }

    /// Makes the principal of a static key without a name. This principal owns the data that the holder of the key
    /// creates.
    pub(crate) fn of_unnamed_key(digest: &[u8]) -> Self {
        let mut text = String::new();
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        Self(Kind::UnnamedKey { digest: text.into() })
    }

    /// Returns the hash of a static key without a name. Returns `None` for other principals.
    pub(crate) fn unnamed_key(&self) -> Option<&str> {
        match &self.0 {
            Kind::UnnamedKey { digest } => Some(digest),
            Kind::Subject { .. } | Kind::Key { .. } => None,
        }
    }

    /// Returns the issuer of the token. Returns `None` for a static key.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        match &self.0 {
            Kind::Subject { issuer, .. } => Some(issuer),
            Kind::Key { .. } | Kind::UnnamedKey { .. } => None,
        }
    }

    /// Returns the subject. Returns `None` for a static key.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match &self.0 {
            Kind::Subject { subject, .. } => Some(subject),
            Kind::Key { .. } | Kind::UnnamedKey { .. } => None,
        }
    }

    /// Returns the name of the static key, if the principal is a static key with a name.
    #[must_use]
    pub fn key_name(&self) -> Option<&str> {
        match &self.0 {
            Kind::Key { name } => Some(name),
            Kind::Subject { .. } | Kind::UnnamedKey { .. } => None,
        }
    }
}

/// Writes the principal as readable text, for people and logs. Different principals can have the same text, so compare
/// the principals and not their texts.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Subject { issuer, subject } => {
                write!(f, "{} of {}", subject.escape_debug(), issuer.escape_debug())
            }
            Kind::Key { name } => write!(f, "key {}", name.escape_debug()),
            Kind::UnnamedKey { .. } => f.write_str("a key without a name"),
        }
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({self})")
    }
}
