//! What a client is told when its request is refused.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
};
#[cfg(feature = "mcp")]
use serde_json::Value;

use crate::{
    refuse::{Asked, Bodies, Content, KeptHeaders, Reason, Refused, refused::Custom},
    scope::ScopeToken,
};

/// What a page of another origin has to read of a refusal: a browser shows it no other headers than those named here.
pub(crate) const EXPOSED: &str = "WWW-Authenticate, Retry-After";

/// A refused request: the reason, and the answer that follows from it. Cheap to clone.
///
/// It stands in the extensions of the answer, for outer layers that count or log refusals.
///
/// # Examples
///
/// ```
/// use axum::{middleware::map_response, response::Response};
/// use scopegate::{Reason, Rejection, Router, requires_scope, routing::get};
///
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// async fn count(answer: Response) -> Response {
///     if let Some(refused) = answer.extensions().get::<Rejection>()
///         && refused.reason() == Reason::InsufficientScope
///     {
///         println!("somebody lacks one of {:?}", refused.scopes());
///     }
///     answer
/// }
///
/// let routes: Router = Router::new().route("/files", get(list)).layer(map_response(count));
/// ```
#[derive(Clone)]
pub struct Rejection {
    answer: Arc<Inner>,
    headers: KeptHeaders,
}

#[derive(Clone)]
struct Inner {
    reason: Reason,
    description: Cow<'static, str>,
    asked: Asked,
    challenge: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    content: Content,
    custom: Option<Custom>,
}

impl Rejection {
    pub(crate) fn new(
        reason: Reason,
        description: Cow<'static, str>,
        asked: Asked,
        challenge: Option<HeaderValue>,
        bodies: &Bodies,
    ) -> Self {
        let content = bodies.format().write(reason, &description, &asked, None);
        let custom = bodies.custom().cloned();
        let answer = Inner { reason, description, asked, challenge, retry_after: None, content, custom };
        Self { answer: Arc::new(answer), headers: KeptHeaders::default() }
    }

    /// Makes it the answer to a request with these headers.
    pub(crate) fn to(mut self, headers: KeptHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// Builds the answer for when no token can be verified.
    pub(crate) fn unavailable(
        description: Cow<'static, str>,
        retry_after: Duration,
        bodies: &Bodies,
    ) -> Self {
        let mut rejection = Self::new(Reason::Unavailable, description, Asked::NOTHING, None, bodies);
        // Whole seconds, rounded up: nobody should come back too early.
        let seconds = retry_after.as_secs().saturating_add(u64::from(retry_after.subsec_nanos() > 0));
        if let Some(answer) = Arc::get_mut(&mut rejection.answer) {
            answer.retry_after = Some(seconds.into());
        }
        rejection
    }

    /// Makes it the answer to a JSON-RPC request. A client that cannot tell which one was refused says no more to its user
    /// than that something failed.
    #[cfg(feature = "mcp")]
    pub(crate) fn for_request(mut self, id: &Value, bodies: &Bodies) -> Self {
        // A copy, where the answer was built at startup.
        let Inner { reason, description, asked, content, .. } = Arc::make_mut(&mut self.answer);
        *content = bodies.format().write(*reason, description, asked, Some(id));
        self
    }

    /// Builds the answer for when a guarded handler is reached without a gate. Why is for the log alone.
    pub(crate) fn misconfigured() -> Self {
        Self::without_gate(Reason::Misconfigured, Asked::NOTHING)
    }

    /// Builds an answer where no gate says how, and none to challenge with.
    pub(crate) fn without_gate(reason: Reason, asked: Asked) -> Self {
        Self::new(reason, reason.description().into(), asked, None, &Bodies::default())
    }

    /// Returns why the request was refused.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.answer.reason
    }

    /// Returns the text for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.answer.description
    }

    /// Returns the scopes that the client is told to ask for.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeToken] {
        &self.answer.asked.scopes
    }

    /// Returns the values of `acr` of which the client is told to ask for one, in order of preference.
    #[must_use]
    pub fn acr(&self) -> Vec<&str> {
        self.answer.asked.step_up.acr().collect()
    }

    /// Returns how long ago the person may have logged in, where that counts.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.answer.asked.step_up.max_age()
    }

    #[cfg(feature = "rmcp")]
    pub(crate) fn asked(&self) -> &Asked {
        &self.answer.asked
    }

    /// Returns the value of the `WWW-Authenticate` header, where the answer has one.
    #[must_use]
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.answer.challenge.as_ref()
    }

    fn body(&self) -> Response {
        let Inner { reason, description, asked, content, custom, .. } = &*self.answer;
        let Some(custom) = custom else { return content.to_response() };
        let none = HeaderMap::new();
        let headers = self.headers.as_map().unwrap_or(&none);
        let mut response = custom.write(&Refused { reason: *reason, description, asked, headers, content });
        for name in [WWW_AUTHENTICATE, RETRY_AFTER] {
            response.headers_mut().remove(name);
        }
        response
    }
}

/// Whatever writes the body, status and headers follow from the reason.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = self.body();
        *response.status_mut() = self.answer.reason.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        if let Some(challenge) = &self.answer.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(seconds) = &self.answer.retry_after {
            headers.insert(RETRY_AFTER, seconds.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("reason", &self.answer.reason)
            .field("scopes", &self.answer.asked.scopes)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl std::error::Error for Rejection {}
