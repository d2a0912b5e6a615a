//! Says why the login that a token describes is not enough for an operation.

use std::time::SystemTime;

use super::list;
use crate::{scope::StepUp, token::Token};

/// Lists the reasons why the login does not meet `asked`, each with advice. The list is empty if the login meets
/// `asked`.
pub(super) fn shortfalls(asked: &StepUp, token: &Token) -> impl Iterator<Item = String> {
    let caller = token.caller();
    let acr = (!caller.has_acr(asked)).then(|| of_acr(asked, token));
    let time = if caller.is_recent_enough(asked) { None } else { of_time(asked, token) };
    acr.into_iter().chain(time)
}

fn of_acr(asked: &StepUp, token: &Token) -> String {
    let (asked, found): (Vec<_>, Vec<_>) = (asked.acr().collect(), token.acr().collect());
    let asked = list(asked);
    if found.is_empty() {
        let advice = of_own(token).unwrap_or("have the authorization server write `acr` into access tokens");
        return format!("it has no usable `acr`, but needs {asked} ({advice})");
    }
    format!("its `acr` is {}, not {asked} (have the user log in by such a method)", list(found))
}

fn of_time(asked: &StepUp, token: &Token) -> Option<String> {
    let max_age = asked.max_age()?.as_secs();
    let Some(time) = token.auth_time() else {
        let advice = of_own(token).unwrap_or(
            "have the authorization server write `auth_time`, in seconds since 1970, into access tokens",
        );
        return Some(format!("it has no usable `auth_time`, but `max_age = {max_age}` needs one ({advice})"));
    };
    Some(match SystemTime::now().duration_since(time) {
        Ok(age) => format!(
            "its login is {} seconds old, but `max_age` is {max_age} (have the user log in again)",
            age.as_secs()
        ),
        Err(ahead) => format!(
            "its `auth_time` is {} seconds in the future (compare the clock of the authorization server with this one)",
            ahead.duration().as_secs()
        ),
    })
}

/// Returns advice if a client got the token for itself, without a user's login. The subject of such a token is the
/// client ([RFC 9068, section 2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)).
fn of_own(token: &Token) -> Option<&'static str> {
    let is_own = token.subject().is_some() && token.subject() == token.client();
    is_own.then_some("a client's own token has no login: have the client get a token for a user who logs in")
}
