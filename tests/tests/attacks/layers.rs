//! Ways around the layer through wrong rows in its table.

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Method, Uri},
    middleware::{Next, from_fn},
    response::Response,
    routing::{any, get},
};
use scopegate::{
    Gate, GateLayer, Scope, ScopeTable, authenticated, public, requires_scope, scope_table,
    testing::TestVerifier,
};
use scopegate_tests::{counter::Counter, exchange::send};

use crate::gating::IntoGate;

#[requires_scope("files:admin")]
async fn purge() -> &'static str {
    "gone"
}

#[authenticated]
async fn whoami() {}

#[public]
async fn open() {}

fn gate() -> Gate {
    let verifier = TestVerifier::new()
        .token("none", "")
        .token("floor", "floor")
        .token("admin", "floor files:admin")
        .token("admin-alone", "files:admin");
    verifier.gate("https://h.example").unwrap().floor([Scope::from_static("floor")])
}

fn layer(table: ScopeTable) -> GateLayer {
    gate().layer(table).unwrap()
}

/// Sends a request without a token and with each token. Only one token may purge.
async fn assert_guarded(app: &Router, request: &str, what: &str) {
    for (token, status) in [
        (None, 401),
        (Some("wrong"), 401),
        (Some("none"), 403),
        (Some("floor"), 403),
        (Some("admin-alone"), 403),
    ] {
        let header = token.map(|token| format!("authorization: Bearer {token}"));
        let headers: Vec<&str> = header.iter().map(String::as_str).collect();
        let answer = send(app, request, &headers).await;
        assert_eq!(answer.status, status, "{what}: {request} by {token:?}: {}", answer.body);
        assert_ne!(answer.body, "gone");
    }
}

async fn assert_serves(app: &Router, request: &str) {
    assert_eq!(send(app, request, &["authorization: Bearer admin"]).await.status, 200, "{request}");
}

fn app() -> Router {
    Router::new().route("/files/{name}", get(purge).put(purge))
}

/// A row decides what the challenge says. A wrong row neither grants access nor removes it.
#[tokio::test]
async fn a_row_that_says_less_than_the_guard_opens_nothing() {
    for (what, table) in [
        ("another handler", scope_table![GET "/files/{name}" => whoami]),
        ("for any method", scope_table!["/files/{name}" => whoami]),
        ("another name", scope_table![GET "/files/{file}" => whoami]),
        ("another case", scope_table![GET "/Files/{name}" => whoami]),
        ("a slash", scope_table![GET "/files/{name}/" => whoami]),
        ("a wildcard", scope_table![GET "/files/{*name}" => whoami]),
        ("percent-encoding", scope_table![GET "/%66iles/{name}" => whoami]),
        ("a value", scope_table![GET "/files/a" => whoami]),
        ("another method", scope_table![HEAD | OPTIONS "/files/{name}" => whoami]),
    ] {
        let app = app().layer(layer(table));
        for request in ["GET /files/a", "HEAD /files/a", "PUT /files/a", "GET /files/%61?x=/files/b"] {
            assert_guarded(&app, request, what).await;
            assert_serves(&app, request).await;
        }
    }
}

/// A row does not guard a route, and does not lift the floor. A handler without an attribute still has the floor.
#[tokio::test]
async fn a_row_for_a_handler_without_an_attribute_leaves_it_the_floor() {
    for table in [
        scope_table!["/files/{name}" => whoami],
        scope_table![GET "/files/{name}" => purge],
        ScopeTable::default(),
    ] {
        let app = Router::new().route("/files/{name}", any(async || "gone")).layer(layer(table));
        for (headers, status) in [
            (&[][..], 401),
            (&["authorization: Bearer wrong"], 401),
            (&["authorization: Bearer none"], 403),
            (&["authorization: Bearer admin-alone"], 403),
            (&["authorization: Bearer floor"], 200),
        ] {
            for request in ["GET /files/a", "HEAD /files/a", "OPTIONS /files/a", "BREW /files/a"] {
                assert_eq!(send(&app, request, headers).await.status, status, "{request} {headers:?}");
            }
        }
    }
}

/// Other spellings of a path are other paths to axum, and so to the layer.
#[tokio::test]
async fn another_spelling_of_a_path_gets_nothing_but_the_floor_asked_for() {
    let app = app().fallback(purge).layer(layer(scope_table![GET | PUT "/files/{name}" => purge]));
    for request in [
        "GET /files/a/",
        "GET /%66iles/a",
        "GET //files/a",
        "GET /files/../files/a",
        "GET /files%2Fa",
        "GET /FILES/a",
    ] {
        let answer = send(&app, request, &[]).await;
        assert!(
            answer.challenge().starts_with(r#"Bearer scope="floor", "#),
            "{request}: {}",
            answer.challenge()
        );
        assert_guarded(&app, request, "the fallback").await;
    }
    let answer = send(&app, "GET /files/%61", &[]).await;
    assert!(
        answer.challenge().starts_with(r#"Bearer scope="floor files:admin", "#),
        "{}",
        answer.challenge()
    );
}

async fn method_of_header(mut request: Request, next: Next) -> Response {
    if let Some(method) = request.headers().get("x-http-method-override") {
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    }
    next.run(request).await
}

/// The layer sees one method and the handler another. The guard uses its own row.
#[tokio::test]
async fn a_method_in_a_header_chooses_no_row_that_counts() {
    let table = || scope_table![GET "/files/{name}" => whoami, PUT "/files/{name}" => purge];
    let inside = app().layer(from_fn(method_of_header)).layer(layer(table()));
    let outside = app().layer(layer(table())).layer(from_fn(method_of_header));
    let around = Router::new().fallback_service(app().layer(layer(table()))).layer(from_fn(method_of_header));
    for (what, app) in [("inside", inside), ("outside", outside), ("around", around)] {
        for method in ["GET", "PUT", "HEAD", "OPTIONS", "BREW"] {
            for own in ["GET", "PUT"] {
                let header = format!("x-http-method-override: {method}");
                for token in ["none", "floor", "admin-alone"] {
                    let bearer = format!("authorization: Bearer {token}");
                    let answer = send(&app, &format!("{own} /files/a"), &[&header, &bearer]).await;
                    let is_refused = [403, 405].contains(&answer.status.as_u16());
                    assert!(is_refused, "{what}: {own} as {method} by {token}: {}", answer.status);
                }
                assert_eq!(send(&app, &format!("{own} /files/a"), &[&header]).await.status, 401, "{what}");
            }
        }
    }
}

async fn to_health(mut request: Request, next: Next) -> Response {
    *request.uri_mut() = Uri::from_static("/whoami");
    let other = Router::new().route("/whoami", get(async |path: MatchedPath| path.as_str().to_owned()));
    let (mut parts, body) = request.into_parts();
    let mut asked = Request::new(axum::body::Body::empty());
    *asked.uri_mut() = parts.uri.clone();
    let found = tower::ServiceExt::oneshot(other.layer(from_fn(keep_path)), asked).await;
    let Ok(found) = found;
    parts.extensions.insert(found.extensions().get::<MatchedPath>().expect("a matched path").clone());
    next.run(Request::from_parts(parts, body)).await
}

async fn keep_path(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(path);
    response
}

/// A middleware may replace the path that axum matched, and so the row. That opens nothing.
#[tokio::test]
async fn a_matched_path_that_is_exchanged_opens_nothing() {
    let table = scope_table![GET "/files/{name}" => purge, GET "/whoami" => whoami];
    let app = app().layer(layer(table)).layer(from_fn(to_health));
    assert_guarded(&app, "GET /files/a", "exchanged").await;
    assert_serves(&app, "GET /files/a").await;
}

/// A public handler belongs outside the layer, which would demand a token.
#[test]
fn a_public_handler_with_a_route_is_no_way_around_the_layer() {
    for table in [scope_table![GET "/open" => open], scope_table!["/open" => open], scope_table![open]] {
        let error = gate().layer(table).unwrap_err();
        let expected = "`attacks::layers::open` is public, but the layer would demand a token; mount it outside the layer";
        assert_eq!(error.problems(), [expected]);
    }
}

/// With two rows for one route, a challenge would name the scopes of only one.
#[test]
fn a_route_with_two_rows_does_not_start() {
    let error = gate().layer(scope_table![GET "/x" => purge, GET | PUT "/x" => whoami]).unwrap_err();
    let expected =
        "`GET /x` has two rows, for `attacks::layers::purge` and for `attacks::layers::whoami`; remove one";
    assert_eq!(error.problems(), [expected]);
    let (one, other) = (scope_table![GET "/x" => purge], scope_table![GET "/x" => purge]);
    assert_eq!(gate().layer(one.and(&other)).unwrap_err().problems().len(), 1);
}

/// The check sends its own requests to a router. None of them may run code of the program.
#[tokio::test]
async fn a_check_runs_no_handler_no_service_and_no_middleware() {
    let ran = Counter::default();
    let count = || {
        let ran = ran.clone();
        move || async move { ran.count() }
    };
    let seen = ran.clone();
    let middleware = from_fn(move |request: Request, next: Next| {
        let seen = seen.clone();
        async move {
            seen.count();
            next.run(request).await
        }
    });
    let router = Router::new()
        .route("/any", any(count()))
        .route("/get", get(count()).fallback(count()))
        .nest("/nested", Router::new().route("/get", get(count())).fallback(count()))
        .nest_service("/service", any(count()))
        .route_service("/routed", any(count()))
        .fallback(count())
        .layer(middleware);
    let table = scope_table![
        "/any" => purge, GET "/get" => purge, GET "/nested/get" => purge, "/routed" => purge,
        GET "/service/x" => purge, GET "/nowhere" => purge
    ];
    let layer = layer(table);
    let with_document = router.clone().merge(layer.well_known());
    assert_eq!(layer.check(&with_document).unwrap_err().problems().len(), 2);
    assert_eq!(layer.protect(router.clone()).unwrap_err().problems().len(), 2);
    assert_eq!(ran.get(), 0);
    send(&router, "GET /get", &[]).await;
    assert_eq!(ran.get(), 2, "the counter counts");
}
