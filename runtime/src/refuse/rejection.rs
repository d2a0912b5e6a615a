//! The answer to a refused request.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
};
#[cfg(feature = "mcp")]
use serde_json::Value;

use crate::{
    refuse::{Asked, Bodies, Content, KeptHeaders, Reason, Refused, refused::Custom},
    scope::ScopeToken,
};

/// Pages from other origins must be able to read these headers of a refusal. Browsers hide a header from these pages if
/// `Access-Control-Expose-Headers` does not list it.
pub(crate) const EXPOSED: &str = "WWW-Authenticate, Retry-After";

/// The header with a nonce for DPoP proofs. Pages from other origins must be able to read this header ([RFC 9449,
/// section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)).
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The name of the nonce header, capitalized as in RFC 9449.
pub(crate) const EXPOSED_NONCE: &str = "DPoP-Nonce";

/// At most one challenge for each scheme, in the order of the header lines.
type Challenges = [Option<HeaderValue>; 2];

/// A refused request: the reason, and the answer that results from the reason. Clones are cheap.
///
/// The extensions of the answer contain the `Rejection`, so that outer layers can count or log refusals. If a handler
/// uses [`Access`](crate::Access) wrongly, the `Debug` output of the `Rejection` says what to change. The answer does
/// not contain this text.
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
    challenges: Challenges,
    nonce: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    content: Content,
    custom: Option<Custom>,
    fault: Option<Box<str>>,
}

impl Rejection {
    pub(crate) fn new(
        reason: Reason,
        description: Cow<'static, str>,
        asked: Asked,
        challenges: Challenges,
        bodies: &Bodies,
    ) -> Self {
        let content = bodies.format().write(reason, &description, &asked, None);
        let custom = bodies.custom().cloned();
        let (nonce, retry_after, fault) = (None, None, None);
        let answer =
            Inner { reason, description, asked, challenges, nonce, retry_after, content, custom, fault };
        Self { answer: Arc::new(answer), headers: KeptHeaders::default() }
    }

    /// Stores the headers of the refused request in the rejection. If the program has set a function with
    /// `Gate::body_with`, this function writes the body of the refusal, and can read the stored headers.
    pub(crate) fn to(mut self, headers: KeptHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// Adds a nonce for the client's next proof.
    #[cfg(feature = "dpop")]
    pub(crate) fn with_nonce(mut self, nonce: Option<HeaderValue>) -> Self {
        if nonce.is_some() {
            Arc::make_mut(&mut self.answer).nonce = nonce;
        }
        self
    }

    /// Builds the answer for a token that cannot be verified now.
    pub(crate) fn unavailable(
        description: Cow<'static, str>,
        retry_after: Duration,
        bodies: &Bodies,
    ) -> Self {
        let mut rejection = Self::new(Reason::Unavailable, description, Asked::NOTHING, NONE, bodies);
        // `Retry-After` has whole seconds. A fraction of a second is rounded up, so that no client returns too early.
        let seconds = retry_after.as_secs().saturating_add(u64::from(retry_after.subsec_nanos() > 0));
        if let Some(answer) = Arc::get_mut(&mut rejection.answer) {
            answer.retry_after = Some(seconds.into());
        }
        rejection
    }

    /// Turns the refusal into the answer to a JSON-RPC request. The answer has the `id` of the request. Without the
    /// `id`, the client could not tell which of its requests failed.
    #[cfg(feature = "mcp")]
    pub(crate) fn for_request(mut self, id: &Value, bodies: &Bodies) -> Self {
        // An answer that was built at startup is shared with other requests, so `make_mut` clones that answer first.
        let Inner { reason, description, asked, content, .. } = Arc::make_mut(&mut self.answer);
        *content = bodies.format().write(*reason, description, asked, Some(id));
        self
    }

    /// Builds the answer for a mistake in the program, such as a guarded handler without a gate. The answer does not
    /// name the mistake, but the log does.
    pub(crate) fn misconfigured() -> Self {
        Self::without_gate(Reason::Misconfigured, Reason::Misconfigured.description(), Asked::NOTHING)
    }

    /// Records what is wrong in the program. `Debug` shows this text, but no client sees it.
    pub(crate) fn because(mut self, fault: &str) -> Self {
        Arc::make_mut(&mut self.answer).fault = Some(fault.into());
        self
    }

    /// Builds an answer without using a gate. The answer has no challenge.
    pub(crate) fn without_gate(reason: Reason, description: &'static str, asked: Asked) -> Self {
        Self::new(reason, description.into(), asked, NONE, &Bodies::default())
    }

    /// Returns the reason for the refusal.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.answer.reason
    }

    /// Returns the text for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.answer.description
    }

    /// Returns the scopes that the client should request.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeToken] {
        &self.answer.asked.scopes
    }

    /// Returns the values of `acr` that the operation accepts, in order of preference.
    #[must_use]
    pub fn acr(&self) -> Vec<&str> {
        self.answer.asked.step_up.acr().collect()
    }

    /// Returns how old the login may be, if there is a limit.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.answer.asked.step_up.max_age()
    }

    #[cfg(feature = "rmcp")]
    pub(crate) fn asked(&self) -> &Asked {
        &self.answer.asked
    }

    /// Iterates over the values of the `WWW-Authenticate` headers. Each value is the challenge of one scheme. The
    /// challenge for Bearer comes first. The iterator is empty if another token would not help the client.
    pub fn challenges(&self) -> impl Iterator<Item = &HeaderValue> {
        self.answer.challenges.iter().flatten()
    }

    fn body(&self) -> Response {
        let Inner { reason, description, asked, content, custom, .. } = &*self.answer;
        let Some(custom) = custom else { return content.to_response() };
        let none = HeaderMap::new();
        let headers = self.headers.as_map().unwrap_or(&none);
        let mut response = custom.write(&Refused { reason: *reason, description, asked, headers, content });
        for name in [WWW_AUTHENTICATE, RETRY_AFTER, NONCE] {
            response.headers_mut().remove(name);
        }
        response
    }
}

/// The gate sets status, challenge and caching, even if the program writes the body.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = self.body();
        *response.status_mut() = self.answer.reason.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        let mut challenges = self.answer.challenges.iter().flatten();
        if let Some(challenge) = challenges.next() {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        for challenge in challenges {
            headers.append(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(nonce) = &self.answer.nonce {
            headers.append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_NONCE));
            headers.insert(NONCE, nonce.clone());
        }
        if let Some(seconds) = &self.answer.retry_after {
            headers.insert(RETRY_AFTER, seconds.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// No challenges, for example if another token would not help the client.
pub(crate) const NONE: Challenges = [None, None];

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Rejection");
        shown.field("reason", &self.answer.reason).field("scopes", &self.answer.asked.scopes);
        if let Some(fault) = &self.answer.fault {
            shown.field("fault", fault);
        }
        shown.finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl std::error::Error for Rejection {}
