//! Finds the routes of an axum router. A router does not list its routes, so the survey asks the router about one path
//! at a time. The survey does not run any code of the program.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    response::Response,
    routing::Route,
};
use http::header::ALLOW;
use tower_layer::layer_fn;
use tower_service::Service;

use super::routes::names;

/// A copy of a router in which `Stop` replaces all handlers, services and layers.
pub(super) struct Survey(axum::Router);

/// A route of the router.
pub(super) struct Found {
    path: MatchedPath,
    /// The methods that have their own handlers, or `None` if one handler or service takes all methods. If the route
    /// has only a fallback, the list is empty.
    pub(super) methods: Option<Vec<String>>,
}

impl Found {
    pub(super) fn path(&self) -> &str {
        self.path.as_str()
    }

    pub(super) fn serves(&self, method: &str) -> bool {
        self.methods.as_ref().is_none_or(|served| served.iter().any(|own| own == method))
    }
}

impl Survey {
    pub(super) fn of(router: &axum::Router) -> Self {
        Self(router.clone().layer(layer_fn(|_: Route| Stop)))
    }

    /// Finds the route that axum chooses for a request to `pattern`. The path of this request has `VALUE` in place of
    /// each parameter. `VALUE` is unlikely to be part of another route's path.
    ///
    /// The survey does not find routes inside a nested service. The survey does not find fallbacks either, because a
    /// fallback is not a route.
    pub(super) fn at(&self, pattern: &str) -> Option<Found> {
        // No route has a handler of its own for the method `SURVEY`. So axum's answer lists the methods that have a
        // handler.
        let request = Request::builder().method("SURVEY").uri(filled_in(pattern)).body(Body::empty()).ok()?;
        let mut router = self.0.clone();
        let answer = pin!(router.call(request)).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(answer)) = answer else { return None };
        let path = answer.extensions().get::<MatchedPath>()?.clone();
        let methods = answer.headers().get(ALLOW).and_then(|methods| methods.to_str().ok());
        let methods = methods.map(|methods| {
            // axum writes an empty list if the route has only a fallback.
            names(methods).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        });
        Some(Found { path, methods })
    }
}

const VALUE: &str = "~scopegate~";

/// Returns a path that the pattern matches.
fn filled_in(pattern: &str) -> String {
    let mut path = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once(['{', '}']) {
        path.push_str(before);
        // A doubled brace stands for a literal brace.
        let literal = ["{", "}"].into_iter().find(|brace| rest[before.len()..].starts_with(&brace.repeat(2)));
        if let Some(brace) = literal {
            path.push_str(brace);
            rest = after.get(1..).unwrap_or_default();
        } else {
            path.push_str(VALUE);
            rest = after.split_once('}').map_or("", |(_name, rest)| rest);
        }
    }
    path.push_str(rest);
    path
}

/// A service that answers with the path that axum has matched.
#[derive(Clone)]
struct Stop;

impl Service<Request> for Stop {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let mut answer = Response::default();
        if let Some(path) = request.extensions().get::<MatchedPath>() {
            answer.extensions_mut().insert(path.clone());
        }
        ready(Ok(answer))
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        routing::{MethodRouter, any, get, put},
    };

    use super::{Survey, filled_in};

    #[test]
    fn a_pattern_is_filled_in() {
        for (pattern, expected) in [
            ("/files", "/files"),
            ("/{a}/x/{*b}", "/~scopegate~/x/~scopegate~"),
            ("/v{a}", "/v~scopegate~"),
            ("/{{a}}/{b}", "/{a}/~scopegate~"),
            ("/{{", "/{"),
        ] {
            assert_eq!(filled_in(pattern), expected, "{pattern}");
        }
    }

    async fn run() {
        unreachable!("it ran");
    }

    #[test]
    fn axum_tells_path_and_methods_and_nothing_runs() {
        let inner = Router::new().route("/", get(run)).route("/{id}", get(run).put(run));
        let router = Router::new()
            .nest("/a/{tenant}", Router::new().nest("/b", inner.clone()))
            .nest_service("/service", inner)
            .route("/any", any(run))
            .route("/none", MethodRouter::new().fallback(run))
            .route("/{{literal}}", put(run))
            .route("/files/{*rest}", put(run).fallback(run))
            .fallback(run);
        let survey = Survey::of(&router);
        for (pattern, expected) in [
            ("/a/{tenant}/b", Some(("/a/{tenant}/b", Some("GET,HEAD")))),
            ("/a/{x}/b/{y}", Some(("/a/{tenant}/b/{id}", Some("GET,HEAD,PUT")))),
            ("/any", Some(("/any", None))),
            ("/none", Some(("/none", Some("")))),
            ("/{{literal}}", Some(("/{{literal}}", Some("PUT")))),
            ("/files/{*rest}", Some(("/files/{*rest}", Some("PUT")))),
            ("/service/{id}", None),
            ("/nowhere", None),
            ("/no uri", None),
            ("/any/", None),
        ] {
            let found = survey.at(pattern);
            let found =
                found.as_ref().map(|found| (found.path(), found.methods.as_ref().map(|all| all.join(","))));
            let expected = expected.map(|(path, methods)| (path, methods.map(str::to_owned)));
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
