//! What a client is told when its request is refused.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
#[cfg(feature = "mcp")]
use serde_json::Value;

use crate::{
    refuse::{Bodies, BodyFormat, Content, Custom, Reason},
    scope::ScopeToken,
};

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
pub struct Rejection(Arc<Answer>);

struct Answer {
    reason: Reason,
    description: Cow<'static, str>,
    scopes: Vec<ScopeToken>,
    challenge: Option<HeaderValue>,
    retry_after: Option<HeaderValue>,
    body: AnswerBody,
}

enum AnswerBody {
    Written(Content),
    Custom(Custom),
}

impl Rejection {
    pub(crate) fn new(
        reason: Reason,
        description: Cow<'static, str>,
        scopes: Vec<ScopeToken>,
        challenge: Option<HeaderValue>,
        bodies: &Bodies,
    ) -> Self {
        let body = match bodies {
            Bodies::Default(format) | Bodies::Format(format) => {
                AnswerBody::Written(format.write(reason, &description, &scopes, None))
            }
            Bodies::Custom(custom) => AnswerBody::Custom(custom.clone()),
        };
        Self(Arc::new(Answer { reason, description, scopes, challenge, retry_after: None, body }))
    }

    /// Builds the answer for when no token can be verified.
    pub(crate) fn unavailable(
        description: Cow<'static, str>,
        retry_after: Duration,
        bodies: &Bodies,
    ) -> Self {
        let mut rejection = Self::new(Reason::Unavailable, description, Vec::new(), None, bodies);
        // Whole seconds, rounded up: nobody should come back too early.
        let seconds = retry_after.as_secs().saturating_add(u64::from(retry_after.subsec_nanos() > 0));
        if let Some(answer) = Arc::get_mut(&mut rejection.0) {
            answer.retry_after = Some(seconds.into());
        }
        rejection
    }

    /// Makes it the answer to a JSON-RPC request. A client that cannot tell which one was refused says no more to its user
    /// than that something failed.
    #[cfg(feature = "mcp")]
    pub(crate) fn for_request(mut self, id: &Value, bodies: &Bodies) -> Self {
        if let Bodies::Default(format) | Bodies::Format(format) = bodies
            && let Some(Answer { reason, description, scopes, body, .. }) = Arc::get_mut(&mut self.0)
        {
            *body = AnswerBody::Written(format.write(*reason, description, scopes, Some(id)));
        }
        self
    }

    /// Builds the answer for when a guarded handler is reached without a gate. Why is for the log alone.
    pub(crate) fn misconfigured() -> Self {
        Self::without_gate(Reason::Misconfigured)
    }

    /// Builds an answer where no gate says how, and none to challenge with.
    pub(crate) fn without_gate(reason: Reason) -> Self {
        Self::new(reason, reason.description().into(), Vec::new(), None, &Bodies::Format(BodyFormat::OAuth))
    }

    /// Returns why the request was refused.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Returns the text for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// Returns the scopes that the client is told to ask for.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeToken] {
        &self.0.scopes
    }

    /// Returns the value of the `WWW-Authenticate` header, where the answer has one.
    #[must_use]
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.0.challenge.as_ref()
    }

    fn body(&self) -> Response {
        match &self.0.body {
            AnswerBody::Custom(custom) => custom(self),
            AnswerBody::Written(content) => {
                let mut response = Response::new(Body::from(content.bytes.clone()));
                if let Some(content_type) = &content.content_type {
                    response.headers_mut().insert(CONTENT_TYPE, content_type.clone());
                }
                response
            }
        }
    }
}

/// Whatever writes the body, status and headers follow from the reason.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = self.body();
        *response.status_mut() = self.0.reason.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // A browser's client reads no other header of another origin than those named here.
        headers
            .append(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate, Retry-After"));
        if let Some(challenge) = &self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(seconds) = &self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("reason", &self.0.reason)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl std::error::Error for Rejection {}
