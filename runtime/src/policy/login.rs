//! The facts about a caller that affect the decision: the scopes, and how and when the person logged in. This
//! module does no input or output.

use std::time::{Duration, SystemTime};

use crate::scope::{GrantedScopes, StepUp};

/// How and when a person logged in, according to the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Login {
    /// The values of `acr`. Most tokens have one value, but some authorization servers send several values.
    pub(crate) acr: Vec<Box<str>>,
    pub(crate) time: Option<SystemTime>,
}

/// The facts about a caller that affect the decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(super) scopes: &'a GrantedScopes,
    login: Option<&'a Login>,
    /// How much the clocks of the gate and the issuer may differ.
    leeway: Duration,
    /// Returns the current time. The function is called only if a requirement limits the time since the login.
    clock: fn() -> SystemTime,
}

impl<'a> Caller<'a> {
    /// Makes a caller with known scopes and an unknown login.
    pub(super) const fn granted(scopes: &'a GrantedScopes) -> Self {
        Self { scopes, login: None, leeway: Duration::ZERO, clock: SystemTime::now }
    }

    /// Makes a caller with the scopes and the login of a token.
    pub(crate) const fn with_login(scopes: &'a GrantedScopes, login: &'a Login, leeway: Duration) -> Self {
        Self { scopes, login: Some(login), leeway, clock: SystemTime::now }
    }

    /// Tells whether the login meets the demand. If the caller's login is unknown, the result is `true` only if `asked`
    /// demands nothing.
    #[inline]
    pub(super) fn has_login(&self, asked: &StepUp) -> bool {
        asked.is_none() || self.has_acr(asked) && self.is_recent_enough(asked)
    }

    /// Tells whether the person logged in by a method that the operation accepts.
    pub(crate) fn has_acr(&self, asked: &StepUp) -> bool {
        let own = || self.login.into_iter().flat_map(|login| &login.acr);
        !asked.asks_for_acr() || asked.acr().any(|value| own().any(|own| **own == *value))
    }

    /// Tells whether the login is as recent as the operation demands.
    pub(crate) fn is_recent_enough(&self, asked: &StepUp) -> bool {
        let time = self.login.and_then(|login| login.time);
        asked.max_age().is_none_or(|max_age| self.is_recent(time, max_age))
    }

    /// Tells whether the login's age is at most `max_age`. The clocks of the gate and the issuer can differ, so the
    /// leeway is added to `max_age`. For the same reason, the login's time may be ahead of the gate's clock by up to
    /// the leeway.
    fn is_recent(&self, time: Option<SystemTime>, max_age: Duration) -> bool {
        let Some(time) = time else { return false };
        match (self.clock)().duration_since(time) {
            Ok(age) => age <= max_age.saturating_add(self.leeway),
            Err(ahead) => ahead.duration() <= self.leeway,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::Requirement;

    const NOW: u64 = 1_000_000;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }

    #[track_caller]
    fn check(asked: &str, acr: &[&str], time: Option<u64>, expected: bool) {
        let asked: Requirement = format!("authenticated {asked}").parse().unwrap();
        let acr = acr.iter().map(|value| Box::from(*value)).collect();
        let login = Login { acr, time: time.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)) };
        let scopes = GrantedScopes::default();
        let caller = Caller { clock: now, ..Caller::with_login(&scopes, &login, Duration::from_secs(5)) };
        assert_eq!(caller.has_login(asked.step_up()), expected, "{asked} by {login:?}");
    }

    #[test]
    fn one_of_the_values_is_enough_and_whole() {
        let asked = r#"acr="gold" acr="silver""#;
        check(asked, &["silver"], None, true);
        check(asked, &["bronze", "gold"], None, true);
        for other in [&["bronze"][..], &["Gold"], &["gol"], &["gold silver"], &["golden"], &[""], &[]] {
            check(asked, other, None, false);
        }
        check("", &[], None, true);
    }

    #[test]
    fn a_login_is_recent_up_to_the_second() {
        let asked = r#"max_age="60""#;
        check(asked, &[], Some(NOW), true);
        check(asked, &[], Some(NOW - 60), true);
        check(asked, &[], Some(NOW - 65), true);
        check(asked, &[], Some(NOW - 66), false);
        check(asked, &[], Some(NOW + 5), true);
        check(asked, &[], Some(NOW + 6), false);
        check(asked, &[], Some(0), false);
        check(asked, &[], None, false);
        check(r#"max_age="4294967295""#, &[], Some(0), true);
    }

    #[test]
    fn both_are_needed_where_both_are_asked_for() {
        let asked = r#"acr="gold" max_age="60""#;
        check(asked, &["gold"], Some(NOW), true);
        check(asked, &["gold"], Some(NOW - 100), false);
        check(asked, &["gold"], None, false);
        check(asked, &["silver"], Some(NOW), false);
        check(asked, &[], Some(NOW), false);
    }

    #[test]
    fn whoever_has_scopes_alone_has_no_login() {
        let scopes = GrantedScopes::parse("a");
        let caller = Caller::granted(&scopes);
        assert!(caller.has_login(&StepUp::NONE));
        assert!(!caller.has_login(&StepUp::new(&["gold"], None)));
        assert!(!caller.has_login(&StepUp::new(&[], Some(u32::MAX))));
    }
}
