//! One request, answered in the same process.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION},
};
use tower::Service;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Allowed,
    /// No credential.
    Unauthorized,
    /// A valid credential without the scope.
    Forbidden,
}

impl Case {
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Unauthorized, Self::Forbidden];

    pub fn status(self) -> StatusCode {
        match self {
            Self::Allowed => StatusCode::OK,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
        }
    }
}

pub type Credential = Option<(HeaderName, HeaderValue)>;

/// `Authorization: Bearer <token>`.
pub fn bearer(token: &str) -> Credential {
    by_scheme("Bearer", token)
}

/// `Authorization: DPoP <token>`.
pub fn dpop(token: &str) -> Credential {
    by_scheme("DPoP", token)
}

fn by_scheme(scheme: &str, token: &str) -> Credential {
    let value = HeaderValue::try_from(format!("{scheme} {token}")).expect("a token is a header value");
    Some((AUTHORIZATION, value))
}

pub fn get_files(credential: Credential) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = "/files".parse().expect("a path is a URI");
    request.headers_mut().extend(credential);
    request
}

/// Calls a router, and polls the answer once, because nothing here waits.
///
/// There is no runtime and no clone of the router, so that only the request is measured.
pub fn call(router: &mut Router, request: Request<Body>) -> Response<Body> {
    let answer = pin!(router.call(request));
    match answer.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap_or_else(|never| match never {}),
        Poll::Pending => panic!("the router waits"),
    }
}
