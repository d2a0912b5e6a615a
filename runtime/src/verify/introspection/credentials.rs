//! The credentials with which this program authenticates to an authorization server.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use form_urlencoded::{Serializer, byte_serialize};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::assertion::AssertionKey;

/// The credentials of this program, and the method of sending them.
#[derive(Clone)]
pub(super) enum Credentials {
    /// The server needs no credentials.
    None,
    /// `client_secret_basic`: the id and the secret are in the header `Authorization`.
    Basic { client_id: String, secret: Arc<str> },
    /// `client_secret_post`: the id and the secret are in the body.
    Body { client_id: String, secret: Arc<str> },
    /// `private_key_jwt`: a signed assertion is in the body.
    Assertion(Arc<AssertionKey>),
}

impl Credentials {
    pub(super) fn client_id(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Basic { client_id, .. } | Self::Body { client_id, .. } => Some(client_id),
            Self::Assertion(key) => Some(key.client_id()),
        }
    }

    /// Returns a problem if a credential is empty, for example because an environment variable is not set.
    pub(super) fn problem(&self) -> Option<String> {
        let missing = match self {
            _ if self.client_id() == Some("") => "client id",
            Self::Basic { secret, .. } | Self::Body { secret, .. } if secret.is_empty() => "client secret",
            _ => return None,
        };
        Some(format!(
            "the {missing} of an `Introspection` is empty; write the one that the authorization server knows"
        ))
    }

    /// Adds the credentials to a request that goes to the authorization server `issuer`.
    pub(super) fn attach(
        &self,
        headers: &mut HeaderMap,
        form: &mut Serializer<'_, String>,
        issuer: &str,
        now: f64,
    ) -> Result<(), String> {
        match self {
            Self::None => {}
            Self::Basic { client_id, secret } => {
                headers.insert(AUTHORIZATION, basic(client_id, secret)?);
            }
            Self::Body { client_id, secret } => {
                form.append_pair("client_id", client_id).append_pair("client_secret", secret);
            }
            Self::Assertion(key) => {
                // RFC 7521, section 4.2, makes `client_id` optional here, but some servers need it.
                form.append_pair("client_id", key.client_id())
                    .append_pair(
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    )
                    .append_pair("client_assertion", &key.assertion(issuer, now)?);
            }
        }
        Ok(())
    }
}

/// Makes the `Authorization` header with a client's id and secret. A colon joins the id and the secret. Both are
/// form-encoded first, because the client id itself can contain a colon ([RFC 6749, section 2.3.1]).
///
/// [RFC 6749, section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
pub(super) fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, String> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).map_err(|error| error.to_string())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Shows the client id and the method of sending the credentials, but no secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match self {
            Self::None => return f.write_str("none"),
            Self::Basic { .. } => "client_secret_basic",
            Self::Body { .. } => "client_secret_post",
            Self::Assertion(_) => "private_key_jwt",
        };
        write!(f, "{method} of {:?}", self.client_id().unwrap_or_default())
    }
}
