//! Apart from the guards, the router answers like axum's router. The same programs run over both.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::StatusCode,
    response::Response,
};
use scopegate::{ScopeTable, testing::TestVerifier};
use scopegate_tests::exchange::{Answer, send};
use tower::{Service, service_fn};

mod gating;

use gating::IntoGate;

/// Describes which handler answers, at which path, and how it sees the request.
fn say(name: &str, request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    format!("{name} {matched} {}", request.uri().path())
}

type Answering = std::future::Ready<Result<Response, Infallible>>;

fn echo(
    name: &'static str,
) -> impl Service<Request, Response = Response, Error = Infallible, Future = Answering> + Clone + Sync {
    service_fn(move |request: Request| std::future::ready(Ok(Response::new(Body::from(say(name, &request))))))
}

async fn failing(_: Request) -> Result<Response, std::io::Error> {
    Err(std::io::Error::other("full"))
}

async fn failed(error: std::io::Error) -> (StatusCode, String) {
    (StatusCode::INSUFFICIENT_STORAGE, error.to_string())
}

/// Handlers that answer with their name, and the router that takes them.
macro_rules! handlers {
    ($kind:ident, $crate_:ident, $(#[$attribute:meta],)? |$service:ident: $T:ident| -> $Declared:ty { $declared:expr }) => {
        mod $kind {
            pub(super) use $crate_::{
                Router,
                routing::{self, MethodFilter, MethodRouter, any, any_service, get, get_service, method_routing, on, post},
            };

            pub(super) fn service<$T>($service: $T) -> $Declared {
                $declared
            }

            handlers!(@functions $(#[$attribute],)? list create replace inner other any_method rest late);
        }
    };
    (@functions #[$attribute:meta], $($name:ident)*) => {
        $(#[$attribute] pub(super) async fn $name(request: axum::extract::Request) -> String {
            super::say(stringify!($name), &request)
        })*
    };
    (@functions $($name:ident)*) => {
        $(pub(super) async fn $name(request: axum::extract::Request) -> String {
            super::say(stringify!($name), &request)
        })*
    };
}

handlers!(plain, axum, |service: T| -> T { service });
handlers!(guarded, scopegate, #[scopegate::requires_scope("s")], |service: T| -> scopegate::routing::Guarded<T> {
    scopegate::guarded(scopegate::requirement!("s"), service)
});
handlers!(open, scopegate, #[scopegate::public], |service: T| -> scopegate::routing::Guarded<T> { scopegate::public(service) });

/// Everything that a router can mount.
macro_rules! whole {
    ($kind:ident) => {{
        use $kind::*;
        let nested = || {
            Router::new()
                .route("/", get(inner))
                .route("/x", get(inner).put(replace))
                .route("/deep/{id}", post(create))
                .fallback(other)
        };
        let services = routing::put_service(service(echo("put")))
            .post_service(service(echo("post")))
            .patch_service(service(echo("patch")))
            .head_service(service(echo("head")))
            .options_service(service(echo("options")))
            .trace_service(service(echo("trace")))
            .connect_service(service(echo("connect")));
        Router::new()
            .route("/r", get(list).post(create))
            .route("/r", method_routing::delete(other))
            .route("/any", any(any_method).get(list))
            .route("/replaced", any(any_method).fallback(rest))
            .route("/on", on(MethodFilter::PUT.or(MethodFilter::PATCH), replace))
            .route("/one", get_service(service(echo("get"))).delete_service(service(echo("delete"))))
            .route("/services", services)
            .route("/on-service", routing::on_service(MethodFilter::TRACE, service(echo("traced"))))
            .route("/all", any_service(service(echo("all"))))
            .route("/rest", get(list).fallback_service(service(echo("rest"))))
            .route("/empty", MethodRouter::new())
            .route("/merged", get(list).merge(post(create).fallback(rest)))
            .route("/fails", any_service(service(service_fn(failing))).handle_error(failed))
            .route("/layered", get(list).layer(tower::layer::util::Identity::new()).put(replace))
            .route("/route-layered", get(list).route_layer(tower::layer::util::Identity::new()))
            .route_service("/s", service(echo("s")))
            .nest_service("/n", service(echo("n")))
            .nest_service("/slash/", service(echo("slash")))
            .nest_service("/t/{tenant}/n", service(echo("tn")))
            .nest("/in", nested())
            .nest("/in/slash/", nested())
            .nest("/twice", Router::new().nest("/in", nested()).nest_service("/n", service(echo("inside"))))
            .merge(Router::new().route("/m", get(list)))
            .layer(tower::layer::util::Identity::new())
            .route_layer(tower::layer::util::Identity::new())
            .method_not_allowed_fallback(rest)
            .method_not_allowed_fallback(late)
            .route("/late", get(late))
            .fallback(list)
            .fallback(any_method)
    }};
}

/// Other ways to finish a router.
macro_rules! endings {
    ($kind:ident) => {{
        use $kind::*;
        let nested = || Router::new().route("/x", get(inner)).fallback(other);
        [
            Router::new().route("/r", get(list)),
            Router::new()
                .route("/r", get(list))
                .fallback_service(service(echo("f")))
                .fallback_service(service(echo("g"))),
            Router::new().nest("/in", nested()).fallback(list).reset_fallback(),
            Router::new().nest("/in", nested()).merge(nested()),
            Router::new().merge(nested().reset_fallback()).fallback(list),
            Router::new().without_v07_checks().route("/:c/*d", get(list)).fallback(rest),
            Router::new().nest("/in", nested()).method_not_allowed_fallback(late),
            Router::new()
                .nest("/in", nested().method_not_allowed_fallback(late))
                .route("/r", get(list))
                .method_not_allowed_fallback(rest),
            Router::new().nest("/t/{a}", nested()).nest_service("/t/{a}/n/", service(echo("n"))),
        ]
    }};
}

const METHODS: [&str; 10] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"];

const PATHS: [&str; 47] = [
    "/",
    "/r",
    "/r/",
    "/any",
    "/replaced",
    "/on",
    "/one",
    "/services",
    "/on-service",
    "/all",
    "/rest",
    "/empty",
    "/merged",
    "/fails",
    "/layered",
    "/route-layered",
    "/s",
    "/s/",
    "/n",
    "/n/",
    "/n/a",
    "/n/a/../b%2Fc/",
    "/n//",
    "/slash",
    "/slash/",
    "/slash/a",
    "/t/acme/n",
    "/t/acme/n/",
    "/t/acme/n/x",
    "/in",
    "/in/",
    "/in/x",
    "/in/y/z",
    "/in/deep/1",
    "/in/slash",
    "/in/slash/",
    "/in/slash/x",
    "/in/slash/y",
    "/twice",
    "/twice/in",
    "/twice/in/y",
    "/twice/n",
    "/twice/n/a",
    "/m",
    "/late",
    "/:c/*d",
    "/t/acme",
];

/// The parts of an answer that do not depend on the time.
fn said(answer: Answer) -> (StatusCode, String, String) {
    (answer.status, answer.header("allow").to_owned(), answer.body)
}

/// Sends every request to the program over axum's router, and returns the answers.
async fn answers(app: &axum::Router) -> Vec<(String, (StatusCode, String, String))> {
    let mut answers = Vec::new();
    for path in PATHS {
        for method in METHODS {
            let request = format!("{method} {path}");
            let answer = said(send(app, &request, &[]).await);
            answers.push((request, answer));
        }
    }
    answers
}

async fn check(plain: axum::Router, open: scopegate::Router, guarded: scopegate::Router) {
    let gate = || TestVerifier::new().token("s", "s").gate("https://h.example").unwrap();
    assert_eq!(open.table().entries().len(), guarded.table().entries().len());
    let table = guarded.table();
    let [open, guarded] = [open, guarded].map(|router| router.protect(gate()).unwrap());
    for (request, expected) in answers(&plain).await {
        assert_eq!(said(send(&open, &request, &[]).await), expected, "{request}");
        assert_eq!(said(send(&guarded, &request, &["authorization: Bearer s"]).await), expected, "{request}");
        let without = send(&guarded, &request, &[]).await;
        if is_of_axum(&expected) {
            // axum answers by itself and no handler runs, so no token is needed.
            assert_eq!((without.challenge(), said(without.clone())), ("", expected), "{request}");
        } else {
            assert_eq!(without.status, StatusCode::UNAUTHORIZED, "{request}: {expected:?}");
            assert!(without.challenge().starts_with(r#"Bearer scope="s", "#), "{request}: {without:?}");
            has_row(&table, &request, &expected.2);
        }
    }
}

/// Tells whether axum itself answered. Its 404 and 405 have no body, and each answer of a handler has one, except to `HEAD`.
fn is_of_axum((status, _, body): &(StatusCode, String, String)) -> bool {
    body.is_empty() && [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(status)
}

/// Every handler that answers is in the table, with the route where it answers.
#[track_caller]
fn has_row(table: &ScopeTable, request: &str, body: &str) {
    let (method, requested) = request.split_once(' ').unwrap();
    let Some((handler, rest)) = body.split_once(' ') else { return };
    let (matched, _) = rest.split_once(' ').unwrap();
    let found = table.entries().iter().any(|entry| {
        let (path, methods) = (entry.path().unwrap(), entry.methods().unwrap());
        let is_here = if matched.is_empty() {
            // axum has no name for the path of a fallback, or for a path below a nested service.
            is_below(path, requested)
        } else {
            path == matched
        };
        let is_service = entry.handler().contains("ServiceFn");
        is_here
            && (methods == "*"
                || methods.split(',').any(|own| own == method || (own, method) == ("GET", "HEAD")))
            && (is_service || entry.handler().ends_with(&format!("::{handler}")))
    });
    assert!(found, "{request} is answered by `{handler}` at `{matched}`, and not in\n{table}");
}

/// Tells whether a path of the table ends in a wildcard that covers the requested path.
fn is_below(path: &str, requested: &str) -> bool {
    let Some(before) = path.strip_suffix("/*").or_else(|| path.strip_suffix("/{*rest}")) else {
        return false;
    };
    let mut requested = segments(requested);
    segments(before).all(|own| requested.next().is_some_and(|segment| own.starts_with('{') || own == segment))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

#[tokio::test]
async fn every_request_is_answered_as_by_axum() {
    check(whole!(plain), whole!(open), whole!(guarded)).await;
    for ((plain, open), guarded) in endings!(plain).into_iter().zip(endings!(open)).zip(endings!(guarded)) {
        check(plain, open, guarded).await;
    }
}

#[tokio::test]
async fn the_programs_have_all_kinds_of_answers() {
    let mut kinds = [0; 3];
    let programs = endings!(plain).into_iter().chain([whole!(plain)]);
    for program in programs {
        for (_, (status, _, body)) in answers(&program).await {
            let kind = match status {
                StatusCode::NOT_FOUND => 0,
                StatusCode::METHOD_NOT_ALLOWED => 1,
                _ if body.is_empty() => continue,
                _ => 2,
            };
            kinds[kind] += 1;
        }
    }
    assert!(kinds.iter().all(|count| *count > 40), "{kinds:?}");
}

/// A router that waits for the program's state can be merged with an axum router that also waits, in either order.
#[tokio::test]
async fn a_protected_router_of_any_state_merges_into_the_programs_own() {
    use axum::extract::State;

    #[derive(Clone)]
    struct AppState(&'static str);

    #[scopegate::requires_scope("s")]
    async fn show(State(AppState(name)): State<AppState>) -> &'static str {
        name
    }

    async fn of_axum(State(AppState(name)): State<AppState>) -> String {
        format!("plain {name}")
    }

    let gate =
        |path: &str| TestVerifier::new().token("s", "s").gate(&format!("https://h.example{path}")).unwrap();
    let routes = |path: &str| scopegate::Router::new().route(path, scopegate::routing::get(show));
    let (api, discovery) = routes("/api/show").split(gate("/api")).unwrap();
    let app = axum::Router::new()
        .route("/plain", axum::routing::get(of_axum))
        .merge(routes("/show").protect(gate("")).unwrap())
        .merge(scopegate::well_known([discovery]).unwrap())
        .merge(api)
        .with_state(AppState("outer"));
    let before = routes("/show").with_state(AppState("inner")).protect(gate("")).unwrap();
    for (app, path, name) in
        [(&app, "/show", "outer"), (&app, "/api/show", "outer"), (&before, "/show", "inner")]
    {
        let request = format!("GET {path}");
        assert_eq!(send(app, &request, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(send(app, &request, &["authorization: Bearer s"]).await.body, name, "{path}");
    }
    assert_eq!(send(&app, "GET /plain", &[]).await.body, "plain outer");
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/api"] {
        assert_eq!(send(&app, &format!("GET {path}"), &[]).await.status, StatusCode::OK, "{path}");
    }
}

/// Merging the metadata document must not replace axum's own 404, which has the program's layers around it.
#[tokio::test]
async fn a_layer_also_sees_the_404_of_axum() {
    async fn mark(request: Request, next: axum::middleware::Next) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().insert("x-layer", axum::http::HeaderValue::from_static("seen"));
        response
    }
    let keys = scopegate::StaticKeys::parse("sk_read=files:read").unwrap();
    let gates = [
        scopegate::Gate::static_keys("files", keys),
        TestVerifier::new().gate("https://files.example.com").unwrap(),
    ];
    for gate in gates {
        let routes = scopegate::Router::new().route("/files", guarded::get(guarded::list));
        let app = routes.layer(axum::middleware::from_fn(mark)).protect(gate).unwrap();
        let answer = send(&app, "GET /nope", &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers["x-layer"], "seen");
    }
}

/// A program can turn off axum's checks for paths in the syntax of axum 0.7.
#[tokio::test]
async fn a_path_that_begins_with_a_colon_stays_behind_a_layer() {
    let gate = TestVerifier::new().token("s", "s").gate("https://h.example").unwrap();
    let router = axum::Router::new().without_v07_checks().route("/:name", plain::get(plain::list));
    let app = gate.layer(ScopeTable::default()).unwrap().protect(router).unwrap();
    assert_eq!(send(&app, "GET /:name", &["authorization: Bearer s"]).await.status, StatusCode::OK);
    assert_eq!(send(&app, "GET /:name", &[]).await.status, StatusCode::UNAUTHORIZED);
}
