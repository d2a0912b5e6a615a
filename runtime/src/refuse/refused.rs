//! The program's function that writes the bodies of refusals, and the refusal that this function receives.

use std::{cell::Cell, fmt, sync::Arc, time::Duration};

use axum::response::Response;
use http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};

use crate::{
    refuse::{Asked, Content, Reason},
    scope::ScopeToken,
};

/// A refusal whose body your function writes; see [`Gate::body_with`](crate::Gate::body_with).
///
/// # Examples
///
/// ```
/// use axum::{Json, response::IntoResponse};
/// use scopegate::{Gate, Refused, StaticKeys};
/// use serde_json::json;
///
/// fn body(refused: &Refused<'_>) -> impl IntoResponse + use<> {
///     Json(json!({ "code": refused.reason().as_str(), "message": refused.description() }))
/// }
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?).body_with(body);
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
pub struct Refused<'a> {
    pub(super) reason: Reason,
    pub(super) description: &'a str,
    pub(super) asked: &'a Asked,
    pub(super) headers: &'a HeaderMap,
    pub(super) content: &'a Content,
}

impl Refused<'_> {
    /// Returns the reason for the refusal; [`Reason::status`] is the status of the answer.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the text for people. Your program can set the text with [`Access::deny`](crate::Access::deny), so escape
    /// the text if you write HTML.
    #[must_use]
    pub fn description(&self) -> &str {
        self.description
    }

    /// Returns the scopes that the client should request.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeToken] {
        &self.asked.scopes
    }

    /// Returns the values of `acr` that the operation accepts, in order of preference.
    #[must_use]
    pub fn acr(&self) -> Vec<&str> {
        self.asked.step_up.acr().collect()
    }

    /// Returns how old the login may be, if there is a limit.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.asked.step_up.max_age()
    }

    /// Returns the headers of the request, such as `Accept` and `Accept-Language`.
    ///
    /// Headers with credentials are left out: `Authorization`, `Proxy-Authorization`, `Cookie`, and every header from
    /// which the gate reads credentials. Every header value that a middleware marked
    /// as [sensitive](http::HeaderValue::is_sensitive) is left out, too. The result is empty if the refusal belongs to
    /// no HTTP request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// Returns a response that contains the gate's default body and its `Content-Type`. The body has the format that
    /// you set with [`Gate::body`](crate::Gate::body), or the gate's default format.
    #[must_use]
    pub fn default_body(&self) -> Response {
        self.content.to_response()
    }
}

impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("reason", &self.reason)
            .field("scopes", &self.scopes())
            .finish_non_exhaustive()
    }
}

/// The headers of a refused request. The headers are kept only if a function of the program writes the bodies of
/// refusals, because only this function reads the headers. Clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct KeptHeaders(Option<Arc<HeaderMap>>);

impl KeptHeaders {
    pub(super) fn of(headers: &HeaderMap, is_credential: impl Fn(&HeaderName) -> bool) -> Self {
        let is_secret =
            |name| matches!(name, &AUTHORIZATION | &PROXY_AUTHORIZATION | &COOKIE) || is_credential(name);
        let shown = headers.iter().filter(|(name, value)| !is_secret(name) && !value.is_sensitive());
        Self(Some(Arc::new(shown.map(|(name, value)| (name.clone(), value.clone())).collect())))
    }

    pub(super) fn as_map(&self) -> Option<&HeaderMap> {
        self.0.as_deref()
    }
}

/// The program's function that writes bodies. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Custom(Arc<Write>);

type Write = dyn Fn(&Refused<'_>) -> Response + Send + Sync;

impl Custom {
    pub(super) fn new(write: Arc<Write>) -> Self {
        Self(write)
    }

    /// Calls the program's function, which writes the body. If the function returns a `Rejection`, the `Rejection` gets
    /// the default body, because a second call to the function could start an endless recursion.
    pub(super) fn write(&self, refused: &Refused<'_>) -> Response {
        match Writing::begin() {
            Some(_writing) => (self.0)(refused),
            None => refused.default_body(),
        }
    }
}

/// Records that the program's function is running on this thread.
struct Writing;

thread_local! {
    static IS_WRITING: Cell<bool> = const { Cell::new(false) };
}

impl Writing {
    fn begin() -> Option<Self> {
        // Only the outer call makes this value. If an inner call made a second value, the drop of the second value
        // would clear the mark too early.
        (!IS_WRITING.replace(true)).then(|| Self)
    }
}

/// Clears the mark, even if the function panics.
impl Drop for Writing {
    fn drop(&mut self) {
        IS_WRITING.set(false);
    }
}
