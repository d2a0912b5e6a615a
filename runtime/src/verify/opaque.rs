//! Verifies opaque tokens by asking their issuer's authorization server.

use std::time::Duration;

use super::{
    introspection::{Answer, Introspection, Introspector},
    issuer::Issuer,
    jwt::{
        Fault,
        shared::{KnownIssuer, is_jwt, system_clock},
    },
};
use crate::{Presented, Token, VerifyError};

/// The issuers with introspection.
pub(super) struct Opaque(Vec<Server>);

/// An issuer with its introspector.
pub(super) struct Server {
    issuer: Issuer,
    introspector: Introspector,
    clock: fn() -> f64,
}

impl Opaque {
    pub(super) fn of<'a>(issuers: impl Iterator<Item = &'a KnownIssuer>) -> Self {
        let server = |known: &KnownIssuer| {
            let settings = known.issuer.introspects()?;
            let introspector = Introspector::new(settings, &known.issuer.places, known.keys.clone());
            Some(Server { issuer: known.issuer.clone(), introspector, clock: system_clock })
        };
        Self(issuers.filter_map(server).collect())
    }

    pub(super) fn set_cache_size(&mut self, bytes: usize) {
        for server in &mut self.0 {
            server.introspector = server.introspector.with_cache_size(bytes);
        }
    }

    /// Finds the one server that may be asked about a token. Returns `None` if the token is a JSON Web Token, or if no
    /// issuer has introspection. Rejects an opaque token if its prefix fits no server, or more than one server.
    pub(super) fn server_of(&self, token: &str) -> Result<Option<&Server>, Fault> {
        if self.0.is_empty() || is_jwt(token) {
            return Ok(None);
        }
        let mut candidates = self.0.iter().filter(|server| server.settings().takes(token));
        match (candidates.next(), candidates.next()) {
            (Some(server), None) => Ok(Some(server)),
            (None, _) => Err(Fault::Plain("it begins with no token prefix of an issuer with introspection")),
            // If the prefixes of two issuers fit the same token, the gate does not start. If this code runs all the
            // same, no server gets the token, because it is unknown which server issued the token.
            (Some(_), Some(_)) => Err(Fault::Plain("its prefix fits two issuers with introspection")),
        }
    }

    /// Describes each pair of issuers whose servers could both be asked about the same token.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (at, server) in self.0.iter().enumerate() {
            for other in &self.0[at + 1..] {
                if server.settings().overlaps(other.settings()) {
                    let [one, other] = [server, other]
                        .map(|server| crate::shown::url(server.issuer.places.id()).to_string());
                    problems.push(format!(
                        "the issuers `{one}` and `{other}` would both be asked about an opaque token; say what the tokens of each begin with, as in `Introspection::token_prefix(\"ory_at_\")`"
                    ));
                }
            }
        }
        problems
    }
}

impl Server {
    fn settings(&self) -> &Introspection {
        self.introspector.settings()
    }

    /// Asks the server about a token, unless an answer is cached. Checks the answer against the rules of the issuer.
    pub(super) async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        if let Some(verified) = self.verify_by_memory(presented) {
            return verified;
        }
        let answer = self.introspector.ask(presented.token()).await?;
        Ok(self.judge(answer, presented)?.with_cached(false))
    }

    /// Checks the cached answer about a token, without asking the server. Returns `None` if no answer is cached.
    pub(super) fn verify_by_memory(&self, presented: &Presented<'_>) -> Option<Result<Token, VerifyError>> {
        let answer = self.introspector.recall(presented.token())?;
        Some(answer.and_then(|answer| Ok(self.judge(answer, presented)?.with_cached(true))))
    }

    fn judge(&self, answer: Answer, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let Answer::Active(active) = answer else {
            return Err(Fault::Plain("its authorization server answered that it is not active").into());
        };
        let resource = presented.resource();
        let (token, validity) = active
            .judged_for(resource, |claims| self.issuer.check_answer(claims, self.settings(), resource))?;
        let leeway: Duration = self.issuer.clock_leeway();
        validity.check((self.clock)(), leeway)?;
        Ok(token)
    }
}
