//! The parameters of a request, from a query or a form.

use axum::extract::{FromRequest, RawForm, Request};

use crate::error::{Code, OAuthError};

/// Much more than a request needs. Together with the limits in [`crate::state`], this limit bounds the memory in use.
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Request parameters by the rules of [RFC 6749, section 3.1]: a parameter without a value counts as omitted, and repeating a
/// parameter is an error unless it may be repeated.
///
/// [RFC 6749, section 3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(
            url::form_urlencoded::parse(encoded)
                .into_owned()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// Every value of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn optional(&self, name: &'static str) -> Result<Option<&str>, OAuthError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(OAuthError::new(Code::InvalidRequest, format!("`{name}` is given more than once")));
        }
        Ok(first)
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.optional(name)?
            .ok_or_else(|| OAuthError::new(Code::InvalidRequest, format!("`{name}` is missing")))
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = OAuthError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthError> {
        let RawForm(form) = RawForm::from_request(request, state).await.map_err(|_| {
            OAuthError::new(
                Code::InvalidRequest,
                "the body is not a form in `application/x-www-form-urlencoded`, or too long",
            )
        })?;
        Ok(Self::parse(&form))
    }
}
