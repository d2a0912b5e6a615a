//! Asks one authorization server about tokens. Simultaneous requests with the same token share one question to the
//! server. If the server gives no answer, scopegate does not ask it again for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::StatusCode;
use serde_json::{Map, Value};
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{self, Instant},
};

use super::{
    super::jwt::shared::{Kept, KeySource, Lookup, Reply, check_length, post, system_clock},
    Introspection,
    cache::{self, Cache},
    circuit::{Circuit, Pause, SHORTEST_PAUSE},
    dialect::Reading,
    kind, lock,
    outcome::{Active, Answer, Failure, Outcome},
    rfc7662,
    server::Server,
    signed,
};
use crate::{VerifyError, verify::issuer::Places};

/// The time limit for an answer, including the time for fetching metadata and keys.
const LIMIT: Duration = Duration::from_secs(5);

/// How many questions to a server may be open at the same time. When the limit is reached, the gate asks no more
/// questions. A request that needs one gets 503 immediately. Requests do not wait in a queue, because the queue would
/// grow without limit while the server is slow.
const MOST_FLIGHTS: usize = 64;

/// The maximum length, in bytes, of an answer. A longer answer is not parsed. There is a limit because parsed values
/// take much more memory than their text. Real answers are about as long as the claims of a JWT.
const MAX_ANSWER: usize = 64 * 1024;

/// Asks the authorization server of one issuer. Clones share the cache.
#[derive(Clone)]
pub(crate) struct Introspector(Arc<Shared>);

struct Shared {
    settings: Introspection,
    places: Places,
    server: Server,
    /// The issuer's keys, for signed answers.
    keys: KeySource,
    cache: Cache,
    circuit: Mutex<Circuit>,
    /// The questions that the authorization server has not answered yet, keyed by token. Each question has a channel,
    /// which delivers the outcome and then closes.
    flights: Mutex<HashMap<Kept, Flight>>,
    clock: fn() -> f64,
}

type Flight = watch::Receiver<Option<Outcome>>;

impl Introspector {
    /// Makes the introspector of an issuer. `places` contains the addresses of the issuer, and `keys` verifies signed
    /// answers. Nothing is fetched yet.
    pub(crate) fn new(settings: &Introspection, places: &Places, keys: KeySource) -> Self {
        Self::with(settings, places, keys, cache::SIZE, system_clock)
    }

    fn with(
        settings: &Introspection,
        places: &Places,
        keys: KeySource,
        bytes: usize,
        clock: fn() -> f64,
    ) -> Self {
        Self(Arc::new(Shared {
            server: Server::new(places, settings.endpoint_or_default()),
            cache: Cache::new(settings.lifetime, bytes),
            settings: settings.clone(),
            places: places.clone(),
            keys,
            circuit: Mutex::default(),
            flights: Mutex::default(),
            clock,
        }))
    }

    /// Makes a copy with an empty cache. In this cache, answers about active tokens take at most `bytes` bytes.
    pub(crate) fn with_cache_size(&self, bytes: usize) -> Self {
        let Shared { settings, places, keys, clock, .. } = &*self.0;
        Self::with(settings, places, keys.clone(), bytes, *clock)
    }

    /// Makes a copy with another clock, which returns the seconds since 1970.
    #[cfg(test)]
    pub(crate) fn with_clock(&self, clock: fn() -> f64) -> Self {
        let Shared { settings, places, keys, .. } = &*self.0;
        Self::with(settings, places, keys.clone(), cache::SIZE, clock)
    }

    pub(crate) fn settings(&self) -> &Introspection {
        &self.0.settings
    }

    /// Returns the cached answer about a token, if there is one.
    pub(crate) fn recall(&self, token: &str) -> Option<Result<Answer, VerifyError>> {
        check_length(token).ok()?;
        self.0.remembered(Lookup::of(token)).map(Outcome::into_answer)
    }

    /// Returns the answer about a token: the cached answer, or else a new one.
    pub(crate) async fn ask(&self, token: &str) -> Result<Answer, VerifyError> {
        check_length(token)?;
        let lookup = Lookup::of(token);
        if let Some(outcome) = self.0.remembered(lookup) {
            return outcome.into_answer();
        }
        match self.board(lookup.keep()) {
            // This `Future` is boxed. Without the box, the `Future` of every request would be larger, although few
            // requests wait here.
            Ok(flight) => Box::pin(Self::land(flight)).await,
            Err(outcome) => outcome.into_answer(),
        }
    }

    /// Waits for the answer to a question.
    async fn land(mut flight: Flight) -> Result<Answer, VerifyError> {
        let landed = flight.wait_for(Option::is_some).await;
        let outcome = landed.ok().and_then(|outcome| outcome.clone());
        outcome
            .unwrap_or_else(|| unavailable("the request to its authorization server ended without an answer"))
            .into_answer()
    }

    /// If a question about this token is already open, returns that question. Otherwise starts a new question, and
    /// returns it. A question runs as its own task, so it continues even if the request that started it ends. If an
    /// outcome is cached, returns an `Err` with this outcome. Also returns an `Err` if it cannot start a question now,
    /// for example because too many questions are open.
    pub(super) fn board(&self, token: Kept) -> Result<Flight, Outcome> {
        let mut flights = lock(&self.0.flights);
        if let Some(flight) = flights.get(&token) {
            return Ok(flight.clone());
        }
        // The answer may have arrived since the first lookup.
        if let Some(outcome) = self.0.remembered(token.lookup()) {
            return Err(outcome);
        }
        if flights.len() >= MOST_FLIGHTS {
            return Err(unavailable(
                "the introspection endpoint is being asked about too many tokens at once",
            ));
        }
        let runtime = Handle::try_current()
            .map_err(|_| unavailable("the verifier was called outside a tokio runtime"))?;
        lock(&self.0.circuit).admit(Instant::now()).map_err(Outcome::Failed)?;
        let (landed, flight) = watch::channel(None);
        flights.insert(token.clone(), flight.clone());
        let landing = Landing { shared: Arc::clone(&self.0), token };
        runtime.spawn(async move {
            let outcome = landing.shared.settle(&landing.token).await;
            drop(landing);
            landed.send_replace(Some(outcome));
        });
        Ok(flight)
    }

    /// Returns the number of cached answers about active tokens, and the number of other cached outcomes.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> (usize, usize) {
        self.0.cache.len()
    }
}

/// An open question. When this value is dropped, the question is removed from `flights`. The value belongs to the task
/// that asks the server. At the end of this task, the question is removed, even if there is no outcome.
struct Landing {
    shared: Arc<Shared>,
    token: Kept,
}

impl Drop for Landing {
    fn drop(&mut self) {
        lock(&self.shared.flights).remove(&self.token);
    }
}

impl Shared {
    fn remembered(&self, token: Lookup<'_>) -> Option<Outcome> {
        self.cache.get(token, (self.clock)())
    }

    /// Asks about a token. Caches the outcome, even after a [`Failure::Useless`], but not after a [`Failure::Silent`].
    async fn settle(&self, token: &Kept) -> Outcome {
        let asked_at = Instant::now();
        let answered = time::timeout(LIMIT, self.inquire(token.text())).await;
        let answered =
            answered.unwrap_or_else(|_| Err(Failure::silent(format!("no answer within {LIMIT:?}"))));
        match answered {
            Ok(outcome) => {
                lock(&self.circuit).succeed();
                self.cache.keep(token.clone(), &outcome, asked_at, (self.clock)());
                outcome
            }
            Err(failure) => {
                let outcome = self.fail(&failure);
                // A single useless answer does not make the circuit breaker pause all questions to the server.
                // Instead, this cache entry pauses the questions about this token.
                if matches!(failure, Failure::Useless(_)) {
                    self.cache.keep(token.clone(), &outcome, asked_at, (self.clock)());
                }
                outcome
            }
        }
    }

    fn fail(&self, failure: &Failure) -> Outcome {
        #[cfg(feature = "tracing")]
        tracing::warn!(
            target: "scopegate",
            reason = %crate::shown::line(failure.reason()),
            issuer = %crate::shown::url(self.places.id()),
            "cannot learn from an authorization server whether a token is active"
        );
        let reason = Arc::from(failure.reason());
        let mut circuit = lock(&self.circuit);
        Outcome::Failed(match failure {
            Failure::Silent(_, asked) => circuit.fail_silent(&reason, *asked, Instant::now()),
            Failure::Useless(_) => circuit.fail_useless(&reason, Instant::now()),
        })
    }

    async fn inquire(&self, token: &str) -> Result<Outcome, Failure> {
        let Introspection { dialect, credentials, .. } = &self.settings;
        let endpoint = self.server.endpoint().await?;
        let now = (self.clock)();
        let question =
            dialect.question(token, credentials, self.places.id(), now).map_err(Failure::silent)?;
        let client = self.server.client(&endpoint)?;
        let reply = post(&client, &endpoint, question.headers, question.body).await;
        let reply = reply.map_err(|error| {
            let reason = error.to_string();
            if error.is_too_long() { Failure::Useless(reason) } else { Failure::silent(reason) }
        })?;
        let at_endpoint = |reason: String| format!("{}: {reason}", crate::shown::url(endpoint.as_str()));
        if let Some(failure) = overload(&reply) {
            return Err(failure);
        }
        if reply.body.len() > MAX_ANSWER {
            return Err(Failure::Useless(at_endpoint(format!(
                "the answer is longer than {MAX_ANSWER} bytes"
            ))));
        }
        let reading = dialect.read(&reply, credentials).map_err(|reason| {
            self.server.forget();
            // Status 401 means that the server rejects the credentials of this program, so it answers no question at
            // all.
            let of_credentials = reply.status == StatusCode::UNAUTHORIZED;
            let reason = at_endpoint(reason);
            if of_credentials { Failure::silent(reason) } else { Failure::Useless(reason) }
        })?;
        let reading = match reading {
            Reading::Signed(text) => {
                let client_id = credentials.client_id().unwrap_or_default();
                let members = signed::verify(&text, self.places.id(), &self.keys, client_id, now).await?;
                rfc7662::of_members(members).map_err(Failure::Useless)?
            }
            reading => reading,
        };
        Ok(match reading {
            Reading::Active(claims) => self.active(claims),
            Reading::Inactive | Reading::Signed(_) => Outcome::Inactive,
        })
    }

    /// Checks the kind of the token. Adds the issuer of this introspector to claims without an `iss`.
    fn active(&self, mut claims: Map<String, Value>) -> Outcome {
        if let Err(fault) = kind::check(&claims) {
            return Outcome::Refused(fault);
        }
        claims.entry("iss").or_insert_with(|| self.places.id().into());
        Outcome::Active(Arc::new(Active::new(claims)))
    }
}

/// Returns a failure if the server, or a proxy in front of it, is overloaded or down. If the reply's `Retry-After`
/// gives a pause in seconds, the failure contains this pause.
fn overload(reply: &Reply) -> Option<Failure> {
    if !matches!(reply.status.as_u16(), 429 | 502 | 503 | 504) {
        return None;
    }
    let seconds = reply.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    Some(Failure::Silent(
        format!("the status is {}, not 200", reply.status),
        seconds.map(Duration::from_secs),
    ))
}

fn unavailable(reason: &str) -> Outcome {
    Outcome::Failed(Pause { length: SHORTEST_PAUSE, reason: reason.into() })
}
