//! Tokens with every combination of login and scopes, and the result expected from the documentation.

use std::time::{Duration, SystemTime};

use scopegate::{Gate, GrantedScopes, Resource, Scope, Token, testing::TestVerifier};
use scopegate_tests::exchange::Answer;

/// The properties of a token that matter to the decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) acr: &'static [&'static str],
    /// The age of the login in seconds. A negative number is in the future.
    pub(crate) age: Option<i64>,
    pub(crate) scopes: &'static str,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for acr in
        [&[][..], &["gold"], &["silver"], &["bronze"], &["bronze", "silver"], &["Gold"], &["gold silver"]]
    {
        for age in [None, Some(10), Some(1_000), Some(-1_000)] {
            for scopes in ["", "files", "files:write", "files files:write"] {
                cases.push(Case { acr, age, scopes });
            }
        }
    }
    cases
}

impl Case {
    pub(crate) fn token(&self) -> Token {
        let token = Token::granting(GrantedScopes::parse(self.scopes));
        let token = self.acr.iter().fold(token, |token, value| token.with_acr(*value));
        match self.auth_time() {
            Some(time) => token.with_auth_time(time),
            None => token,
        }
    }

    pub(crate) fn auth_time(&self) -> Option<SystemTime> {
        let (age, now) = (self.age?, SystemTime::now());
        let distance = Duration::from_secs(age.unsigned_abs());
        Some(if age < 0 { now + distance } else { now - distance })
    }

    /// Decides by the rules of the documentation: returns the status and the challenge up to the metadata URL.
    pub(crate) fn expected(&self, operation: &str) -> (u16, String) {
        let (asks_acr, asks_age) = match operation {
            "both" | "token" => (true, true),
            "acr" => (true, false),
            "age" => (false, true),
            _ => (false, false),
        };
        let granted: Vec<&str> = self.scopes.split_whitespace().collect();
        let has_scopes =
            granted.contains(&"files") && (operation == "token" || granted.contains(&"files:write"));
        let has_acr = self.acr.contains(&"gold") || self.acr.contains(&"silver");
        let has_login = (!asks_acr || has_acr) && (!asks_age || self.age == Some(10));
        let (status, error) = match (has_login, has_scopes) {
            (true, true) => return (200, String::new()),
            (true, false) => (403, "insufficient_scope"),
            (false, _) => (401, "insufficient_user_authentication"),
        };
        (status, format!("error=\"{error}\", {}", asked(operation)))
    }
}

/// The parameters of every challenge of an operation, whatever the reason.
pub(crate) fn asked(operation: &str) -> String {
    let scope = if operation == "token" { "files" } else { "files files:write" };
    let acr = match operation {
        "both" | "acr" | "token" => r#", acr_values="gold silver""#,
        _ => "",
    };
    let age = match operation {
        "both" | "age" | "token" => r#", max_age="300""#,
        _ => "",
    };
    format!(r#"scope="{scope}"{acr}{age}"#)
}

pub(crate) const FLOOR: Scope = Scope::from_static("files");
pub(crate) const METADATA: &str =
    r#", resource_metadata="https://example.com/.well-known/oauth-protected-resource/mcp""#;

pub(crate) fn gate() -> Gate {
    let verifier = (0..).zip(cases()).fold(TestVerifier::new(), |verifier, (at, case): (usize, Case)| {
        verifier.token_saying(&format!("t{at}"), case.token())
    });
    let resource = Resource::new("https://example.com/mcp").unwrap();
    let resource = resource.authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, verifier.expired("old")).floor([FLOOR])
}

/// Returns the status of an HTTP answer, and the challenge up to the metadata URL.
pub(crate) fn told(answer: &Answer) -> (u16, String) {
    let challenge = answer.challenge().strip_prefix("Bearer ").unwrap_or_default();
    let before = challenge.split_once(METADATA).map_or(challenge, |(before, _)| before);
    (answer.status.as_u16(), before.to_owned())
}
