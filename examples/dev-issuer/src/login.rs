//! How and when the user logged in, and the login that clients require ([RFC 9470, section 4]).
//!
//! There is no password. Anybody who opens the consent page can enter the name of any user, and then counts as this
//! user. To log in again, they tick a box. The tokens have the same claims as those of other servers, so that clients
//! can step up.
//!
//! [RFC 9470, section 4]: https://www.rfc-editor.org/rfc/rfc9470#section-4

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::access_token::now;
use crate::error::{Code, OAuthError};
use crate::params::Params;
use crate::user;

/// One login of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    /// How the user logged in, if a client asked for a certain way.
    pub(crate) acr: Option<String>,
    /// In seconds since 1970.
    pub(crate) time: u64,
}

/// The login that a client requires.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// In order of preference. Without any, every login suffices.
    pub(crate) acr_values: Vec<String>,
    /// In seconds.
    max_age: Option<u64>,
    /// `prompt=login`: no earlier login suffices
    /// ([OpenID Connect Core, section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
    anew: bool,
}

/// More values than any client sends.
const MAX_VALUES: usize = 16;

impl Asked {
    pub(crate) fn from_request(params: &Params) -> Result<Self, OAuthError> {
        let invalid = |description: &'static str| OAuthError::new(Code::InvalidRequest, description);
        let acr_values = params.optional("acr_values")?.unwrap_or_default().split(' ');
        let acr_values: Vec<String> =
            acr_values.filter(|value| !value.is_empty()).map(str::to_owned).collect();
        if acr_values.len() > MAX_VALUES || acr_values.iter().any(|value| !is_printable(value)) {
            return Err(invalid("`acr_values` must be at most 16 values with spaces between them"));
        }
        let max_age = params.optional("max_age")?.map(str::parse).transpose();
        let max_age = max_age.map_err(|_| invalid("`max_age` must be a number of seconds"))?;
        let anew =
            params.optional("prompt")?.is_some_and(|prompt| prompt.split(' ').any(|value| value == "login"));
        Ok(Self { acr_values, max_age, anew })
    }

    fn is_met_by(&self, login: &Login) -> bool {
        let has_acr =
            self.acr_values.is_empty() || login.acr.as_ref().is_some_and(|acr| self.acr_values.contains(acr));
        let age = now().saturating_sub(login.time);
        !self.anew && has_acr && self.max_age.is_none_or(|max_age| age <= max_age)
    }

    /// Reads from the page's form how the user logged in again. Returns an error if they did not, or not in a required way
    /// ([RFC 9470, section 5](https://www.rfc-editor.org/rfc/rfc9470#section-5)).
    pub(crate) fn answered(&self, form: &Params) -> Result<Option<String>, OAuthError> {
        let unmet = || {
            OAuthError::new(
                Code::UnmetAuthenticationRequirements,
                "the user did not log in again in the required way",
            )
        };
        let acr = form.optional("acr")?;
        let is_asked = match acr {
            Some(acr) => self.acr_values.iter().any(|asked| asked == acr),
            None => self.acr_values.is_empty(),
        };
        if !is_again(form)? || !is_asked {
            return Err(unmet());
        }
        Ok(acr.map(str::to_owned))
    }
}

/// Tells whether the user ticked the box to log in again.
pub(crate) fn is_again(form: &Params) -> Result<bool, OAuthError> {
    Ok(form.optional("login")? == Some("again"))
}

/// Returns the value of the field `acr` in a form.
pub(crate) fn acr_from_form(form: &Params) -> Result<Option<String>, OAuthError> {
    let acr = form.optional("acr")?;
    if acr.is_some_and(|acr| !is_printable(acr)) {
        let description = "`acr` must be one value of printable ASCII characters, without a space";
        return Err(OAuthError::new(Code::InvalidRequest, description));
    }
    Ok(acr.map(str::to_owned))
}

fn is_printable(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The current login. There is one at a time, and it counts in every browser.
#[derive(Default)]
pub(crate) struct Session(Mutex<Option<Login>>);

impl Session {
    pub(crate) fn current(&self) -> Option<Login> {
        self.lock().clone()
    }

    /// Tells whether the user has to log in again for a client's requirement. If there is no current login, the user's
    /// approval on the consent page counts as a new login. This login meets every `max_age` and `prompt=login`, but no
    /// `acr_values`.
    pub(crate) fn has_to_log_in(&self, asked: &Asked) -> bool {
        match &*self.lock() {
            Some(login) => !asked.is_met_by(login),
            None => !asked.acr_values.is_empty(),
        }
    }

    /// Starts a new login now. Without `user`, the user of the current login logs in, or `user::DEFAULT` if there is no
    /// current login.
    pub(crate) fn log_in(&self, user: Option<&str>, acr: Option<String>) -> Login {
        self.change(user, |_, user| Login { user, acr, time: now() })
    }

    /// Returns the current login, if it is a login of `user` and the user does not log in `again`. Otherwise, a new
    /// login starts now. If there was a current login, the new login keeps the `acr` of that login.
    pub(crate) fn go_on(&self, user: Option<&str>, again: bool) -> Login {
        self.change(user, |current, user| match current {
            Some(login) if !again && login.user == user => login,
            other => Login { user, acr: other.and_then(|login| login.acr), time: now() },
        })
    }

    fn change(&self, user: Option<&str>, next: impl FnOnce(Option<Login>, String) -> Login) -> Login {
        let mut current = self.lock();
        let user = user.or(current.as_ref().map(|login| &*login.user)).unwrap_or(user::DEFAULT).to_owned();
        let login = next(current.take(), user);
        current.insert(login).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Login>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
