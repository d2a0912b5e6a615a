//! The names of users. A name is the subject of the user's tokens.

use crate::clients::Clients;
use crate::error::{Code, OAuthError};
use crate::params::Params;

/// The name of the user if a form has no field `user`. On the consent page, the user of the current login takes
/// precedence.
pub(crate) const DEFAULT: &str = "developer";

/// What a name looks like, as a pattern for the browser.
pub(crate) const PATTERN: &str = r"[A-Za-z0-9._@\-]{1,64}";

/// Returns the name in the field `user` of a form.
///
/// The name of a user must not be the id of a client, because the subject of a client's own token is the id of the
/// client ([RFC 9068, section 5](https://www.rfc-editor.org/rfc/rfc9068#section-5)).
pub(crate) fn from_form<'a>(form: &'a Params, clients: &Clients) -> Result<Option<&'a str>, OAuthError> {
    let Some(name) = form.optional("user")? else { return Ok(None) };
    if !is_name(name) {
        let description = "the user's name must have 1 to 64 characters, and only `A-Za-z0-9._@-`";
        return Err(OAuthError::new(Code::InvalidRequest, description));
    }
    if clients.find(name).is_some() {
        let description = format!("`{name}` is a client; choose another name for the user");
        return Err(OAuthError::new(Code::InvalidRequest, description));
    }
    Ok(Some(name))
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte))
}
