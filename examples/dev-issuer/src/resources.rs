//! The resources that a token is for ([RFC 8707]).
//!
//! [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707

use serde::{Serialize, Serializer};
use url::Url;

use crate::error::{Code, OAuthError};
use crate::params::Params;

/// Resource indicators, exactly as the client wrote them, because a resource server compares them as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resources(Vec<String>);

impl Resources {
    /// Reads the `resource` parameters. There must be at least one, because this server issues no token for all
    /// resources.
    pub(crate) fn from_request(params: &Params) -> Result<Self, OAuthError> {
        Self::optional(params)?
            .ok_or_else(|| invalid_target("`resource` is missing: name the server the token is for"))
    }

    /// Reads the `resource` parameters of a token request, which may only narrow the grant ([RFC 8707, section 2.2]). Without
    /// any, the token is for all granted resources.
    ///
    /// [RFC 8707, section 2.2]: https://www.rfc-editor.org/rfc/rfc8707#section-2.2
    pub(crate) fn narrowed(&self, params: &Params) -> Result<Self, OAuthError> {
        let Some(asked) = Self::optional(params)? else {
            return Ok(self.clone());
        };
        if !asked.0.iter().all(|resource| self.0.contains(resource)) {
            return Err(invalid_target("`resource` names a server that was not granted"));
        }
        Ok(asked)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    fn optional(params: &Params) -> Result<Option<Self>, OAuthError> {
        let mut resources = Vec::new();
        for resource in params.all("resource") {
            if !is_absolute_uri(resource) {
                return Err(invalid_target("`resource` must be an absolute URI without a fragment"));
            }
            if !resources.iter().any(|known| known == resource) {
                resources.push(resource.to_owned());
            }
        }
        Ok((!resources.is_empty()).then_some(Self(resources)))
    }
}

/// Writes the `aud` of a token ([RFC 7519, section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)): a string
/// for one resource, an array for several.
impl Serialize for Resources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            many => many.serialize(serializer),
        }
    }
}

/// `Url` drops spaces and control characters. Here they are errors.
fn is_absolute_uri(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('#') && Url::parse(text).is_ok()
}

fn invalid_target(description: &'static str) -> OAuthError {
    OAuthError::new(Code::InvalidTarget, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_resource() {
        for (text, expected) in [
            ("https://files.example.com", true),
            ("https://files.example.com/mcp?tenant=1", true),
            ("http://127.0.0.1:8080/", true),
            ("urn:example:files", true),
            ("https://files.example.com/#part", false),
            ("/mcp", false),
            ("files.example.com", false),
            ("https://files.example.com/a b", false),
            ("https://", false),
        ] {
            assert_eq!(is_absolute_uri(text), expected, "{text}");
        }
    }
}
