//! Verifies opaque tokens, each by the issuer whose server is asked about it.

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

/// The issuers that introspect.
pub(super) struct Opaque(Vec<Server>);

/// An issuer, and what asks its server.
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

    /// Finds the one server that may be asked about a token. It is none for JSON Web Tokens, which go to the issuer that they name, and
    /// where no issuer introspects; another opaque token is refused.
    pub(super) fn server_of(&self, token: &str) -> Result<Option<&Server>, Fault> {
        if self.0.is_empty() || is_jwt(token) {
            return Ok(None);
        }
        let mut candidates = self.0.iter().filter(|server| server.settings().takes(token));
        match (candidates.next(), candidates.next()) {
            (Some(server), None) => Ok(Some(server)),
            (None, _) => {
                Err(Fault::Plain("it begins with none of the prefixes of the issuers that introspect"))
            }
            // The gate does not start with such issuers; and if it did, no server would get the token of another.
            (Some(_), Some(_)) => Err(Fault::Plain("two issuers that introspect take it for theirs")),
        }
    }

    /// Finds issuers that would both be asked about a token.
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

    /// Has the server asked, unless its answer is remembered, and judges the answer by the rules of its issuer.
    pub(super) async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        if let Some(verified) = self.verify_by_memory(presented) {
            return verified;
        }
        let answer = self.introspector.ask(presented.token()).await?;
        Ok(self.judge(answer, presented)?.with_cached(false))
    }

    /// Judges a token by an answer that is remembered, if there is one. Nothing is waited for.
    pub(super) fn verify_by_memory(&self, presented: &Presented<'_>) -> Option<Result<Token, VerifyError>> {
        let answer = self.introspector.recall(presented.token())?;
        Some(answer.and_then(|answer| Ok(self.judge(answer, presented)?.with_cached(true))))
    }

    fn judge(&self, answer: Answer, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let Answer::Active(active) = answer else {
            return Err(Fault::Plain("its authorization server says that it is not active").into());
        };
        let resource = presented.resource();
        let (token, validity) = active
            .judged_for(resource, |claims| self.issuer.check_answer(claims, self.settings(), resource))?;
        let leeway: Duration = self.issuer.clock_leeway();
        validity.check((self.clock)(), leeway)?;
        Ok(token)
    }
}
