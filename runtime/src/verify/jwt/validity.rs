//! The time during which a token is valid, and the check of this time. A verifier also checks other claims of a token,
//! but only this check depends on the clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::fault::{Fault, Rule};
use crate::VerifyError;

/// The times of a token, in seconds since 1970. The times can have a fraction, because `NumericDate` allows fractions
/// ([RFC 7519, section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Validity {
    not_before: Option<f64>,
    expires: f64,
}

impl Validity {
    /// Reads `exp` and `nbf`. A token must have an `exp`.
    pub(crate) fn of(claims: &Map<String, Value>) -> Result<Self, Fault> {
        let not_before = Self::not_before(claims)?;
        let expires = claims.get("exp").ok_or(Fault::Plain("it has no `exp`"))?;
        let expires =
            expires.as_f64().ok_or_else(|| Fault::with("its `exp` is not a number, but", expires))?;
        Ok(Self { not_before, expires })
    }

    fn not_before(claims: &Map<String, Value>) -> Result<Option<f64>, Fault> {
        let number =
            |time: &Value| time.as_f64().ok_or_else(|| Fault::with("its `nbf` is not a number, but", time));
        claims.get("nbf").map(number).transpose()
    }

    /// Reads the times in an introspection answer. The answer may lack `exp` ([RFC 7662, section 2.2]).
    ///
    /// [RFC 7662, section 2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
    #[cfg(feature = "introspection")]
    pub(crate) fn of_answer(claims: &Map<String, Value>) -> Result<Self, Fault> {
        let expires = match claims.get("exp") {
            Some(_) => Self::of(claims)?.expires,
            None => f64::INFINITY,
        };
        Ok(Self { not_before: Self::not_before(claims)?, expires })
    }

    /// Checks the times. Cached tokens are checked again, because they can expire, and because the clock can be set
    /// back to a time before their `nbf`.
    pub(crate) fn check(&self, now: f64, leeway: Duration) -> Result<(), VerifyError> {
        if self.not_before.is_some_and(|not_before| now + leeway.as_secs_f64() < not_before) {
            return Err(Fault::Plain("it is not valid yet").of(Rule::Times).into());
        }
        if self.is_over(now, leeway) {
            return Err(VerifyError::expired());
        }
        Ok(())
    }

    /// Returns the time when the token expires; `None` if a `SystemTime` cannot represent that time.
    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        let since = Duration::try_from_secs_f64(self.expires.max(0.0)).ok()?;
        UNIX_EPOCH.checked_add(since)
    }

    /// Tells whether the token has expired.
    pub(crate) fn is_over(&self, now: f64, leeway: Duration) -> bool {
        now >= self.expires + leeway.as_secs_f64()
    }
}

/// Returns the current time in seconds since 1970. Returns infinity if the clock shows a time before 1970, so that
/// every token counts as expired.
pub(crate) fn system_clock() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(f64::INFINITY, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LEEWAY: Duration = Duration::from_secs(30);

    #[track_caller]
    fn check(claims: &Value, now: f64, expected: &str) {
        let validity = Validity::of(claims.as_object().expect("an object")).expect("the times are times");
        let found = match validity.check(now, LEEWAY) {
            Ok(()) => "valid",
            Err(error) if error.is_expired() => "expired",
            Err(_) => "not yet",
        };
        assert_eq!(found, expected, "{claims} at {now}");
    }

    #[test]
    fn leeway_is_given_at_both_ends() {
        let claims = json!({ "nbf": 1000, "exp": 2000 });
        check(&claims, 969.9, "not yet");
        check(&claims, 970.0, "valid");
        check(&claims, 2029.9, "valid");
        check(&claims, 2030.0, "expired");
        check(&json!({ "exp": 2000.5 }), 2030.4, "valid");
        check(&json!({ "exp": 2000.5 }), 2030.5, "expired");
        check(&json!({ "exp": 1e300 }), 1e18, "valid");
    }

    #[test]
    fn a_clock_that_shows_nothing_useful_makes_no_token_valid() {
        check(&json!({ "exp": 1e300 }), f64::INFINITY, "expired");
        check(&json!({ "exp": -1 }), 0.0, "valid");
        check(&json!({ "nbf": 1000, "exp": 2000 }), 0.0, "not yet");
    }

    #[test]
    fn times_are_numbers() {
        for claims in [
            json!({}),
            json!({ "exp": null }),
            json!({ "exp": "2000" }),
            json!({ "exp": 2000, "nbf": null }),
            json!({ "exp": 2000, "nbf": "1000" }),
        ] {
            assert!(Validity::of(claims.as_object().expect("an object")).is_err(), "{claims}");
        }
    }
}
