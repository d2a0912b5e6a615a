//! Handlers and routers that could leave a route open, and refusals that could recurse without end.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use axum::{
    body::Body,
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn, map_request},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use scopegate::{
    Gate, Refused, Rejection, Router, StaticKeys, authenticated, guarded, public, requirement,
    requires_scope,
    routing::{any, get, get_service},
    testing::TestVerifier,
    well_known,
};
use scopegate_tests::exchange::send;
use tower::{ServiceExt, service_fn};

use crate::gating::IntoGate;

#[authenticated]
async fn any_token() {}

/// If a layer of the program inside the gate removes what the guard needs, the handler does not run.
#[tokio::test]
async fn a_layer_that_takes_the_gate_away_opens_nothing() {
    let forget = map_request(async |mut request: Request| {
        request.extensions_mut().clear();
        request
    });
    let gate = || TestVerifier::new().token("any", "").gate("https://h.example").unwrap();
    let app = Router::new().route("/any", get(any_token.layer(forget.clone()))).protect(gate()).unwrap();
    for headers in [&[][..], &["authorization: Bearer any"]] {
        assert_eq!(send(&app, "GET /any", headers).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    // Layers of a method router and of a router run before the gate, and cannot remove it.
    let routes = Router::new().route("/any", get(any_token).layer(forget.clone())).layer(forget);
    let app = routes.protect(gate()).unwrap();
    assert_eq!(send(&app, "GET /any", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "GET /any", &["authorization: Bearer any"]).await.status, StatusCode::OK);
}

/// A fallback of a nested router is guarded, also if the program merges the result of `split`.
#[tokio::test]
async fn a_nested_fallback_is_guarded_wherever_it_is_mounted() {
    let nested = Router::new().route("/a", get(any_token)).fallback(any_token);
    let keys = StaticKeys::parse("sk_any=").unwrap();
    let (api, nothing) = Router::new().nest("/in", nested).split(Gate::static_keys("files", keys)).unwrap();
    let app: axum::Router = well_known([nothing]).unwrap().merge(api);
    for path in ["/in/a", "/in/b", "/in/b/c"] {
        assert_eq!(send(&app, &format!("GET {path}"), &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let answer = send(&app, &format!("GET {path}"), &["authorization: Bearer sk_any"]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    // Metadata that clients look for below a route is still 404, and not the 401 of a guarded fallback.
    let below = send(&app, "GET /in/a/.well-known/oauth-protected-resource", &[]).await;
    assert_eq!((below.status, below.json()["error"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
}

/// In an earlier version, the function that writes bodies received the refusal itself. If it answered with this
/// refusal, it was called again until the stack overflowed, so one request without a token ended the process. Now the
/// function cannot make a refusal from its argument, and a refusal from elsewhere is answered without calling the
/// function again.
#[tokio::test]
async fn a_body_that_is_a_refusal_again_does_not_recurse() {
    let earlier: Arc<Mutex<Option<Rejection>>> = Arc::default();
    let kept = earlier.clone();
    let keep = move |request: Request, next: Next| {
        let kept = kept.clone();
        async move {
            let answer = next.run(request).await;
            *kept.lock().unwrap() = answer.extensions().get().cloned();
            answer
        }
    };
    let write = move |refused: &Refused<'_>| {
        let rejection = earlier.lock().unwrap().clone();
        rejection.map_or_else(|| refused.default_body(), IntoResponse::into_response)
    };
    let gate = TestVerifier::new().gate("https://h.example").unwrap().body_with(write);
    let app = Router::new().route("/any", get(any_token)).protect(gate).unwrap().layer(from_fn(keep));
    for _ in 0..3 {
        let answer = send(&app, "GET /any", &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["error_description"], "This request needs an access token");
    }
}

/// In an earlier version, a function that answered with two refusals was called again for each, without end.
#[tokio::test]
async fn a_body_that_is_made_of_several_refusals_does_not_recurse() {
    let earlier: Arc<Mutex<Option<Rejection>>> = Arc::default();
    let kept = earlier.clone();
    let keep = move |request: Request, next: Next| {
        let kept = kept.clone();
        async move {
            let answer = next.run(request).await;
            *kept.lock().unwrap() = answer.extensions().get().cloned();
            answer
        }
    };
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let write = move |refused: &Refused<'_>| {
        assert!(counted.fetch_add(1, Relaxed) < 10, "the function was called again");
        let rejection = earlier.lock().unwrap().clone();
        let Some(rejection) = rejection else { return refused.default_body() };
        let _first = rejection.clone().into_response();
        rejection.into_response()
    };
    let gate = TestVerifier::new().gate("https://h.example").unwrap().body_with(write);
    let app = Router::new().route("/any", get(any_token)).protect(gate).unwrap().layer(from_fn(keep));
    for called in 1..=3 {
        assert_eq!(send(&app, "GET /any", &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(calls.load(Relaxed), called);
    }
}

#[requires_scope("own")]
async fn own() {}

#[public]
async fn open() {}

/// A requirement covers everything that the router has so far, so nothing bypasses it.
#[tokio::test]
async fn nothing_that_a_group_has_is_reached_without_its_requirement() {
    let answer = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new(Body::empty())));
    let inner = Router::new().route("/own", get(own)).fallback(any_token).requiring(requirement!("inner"));
    let routes: Router = Router::new()
        .route("/any", get(any_token).fallback(any_token))
        .route("/closure", get(guarded(requirement!("own"), async || {})))
        .route("/service", get_service(authenticated(answer)).post(own))
        .nest_service("/below", authenticated(answer))
        .nest("/nested", inner)
        .merge(Router::new().route("/merged", any(any_token)).fallback(any_token))
        .route("/late", get(own))
        .method_not_allowed_fallback(any_token)
        .requiring(requirement!("group"));
    let tokens = TestVerifier::new().token("other", "own inner").token("all", "group own inner");
    let app = routes.protect(tokens.gate("https://h.example").unwrap()).unwrap();
    for request in [
        "GET /any",
        "HEAD /any",
        "POST /any",
        "GET /closure",
        "GET /service",
        "POST /service",
        "PUT /service",
        "GET /below",
        "GET /below/",
        "GET /below/a",
        "GET /nested/own",
        "GET /nested/nothing",
        "PUT /nested/own",
        "GET /merged",
        "BREW /merged",
        "POST /late",
        "GET /nothing",
    ] {
        let other = send(&app, request, &["authorization: Bearer other"]).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN, "{request}");
        assert!(other.challenge().contains(r#"scope="group"#), "{request}: {other:?}");
        assert_eq!(
            send(&app, request, &["authorization: Bearer all"]).await.status,
            StatusCode::OK,
            "{request}"
        );
    }
}

/// A route of a group can pass its request on to another handler, before or after its own guard runs. The request still
/// belongs to the group, so the guard of the other handler also demands the group's requirement, even if that handler
/// is public elsewhere.
#[tokio::test]
async fn a_handler_that_a_group_passes_a_request_to_is_in_the_group() {
    let inside =
        axum::Router::new().route("/own", axum::routing::get(own)).route("/open", axum::routing::get(open));
    let pass_on = {
        let inside = inside.clone();
        from_fn(move |request: Request, _: Next| inside.clone().oneshot(request))
    };
    let routes: Router = Router::new()
        .route("/own", get(any_token.layer(pass_on.clone())))
        .route("/open", get(any_token.layer(pass_on)))
        .nest_service("/in", authenticated(inside))
        .requiring(requirement!("group"));
    let tokens = TestVerifier::new().token("own", "own").token("group", "group").token("both", "group own");
    let app = routes.protect(tokens.gate("https://h.example").unwrap()).unwrap();
    let status = async |path: &str, token: &str| {
        send(&app, &format!("GET {path}"), &[&format!("authorization: Bearer {token}")]).await.status
    };
    for path in ["/own", "/in/own"] {
        assert_eq!(status(path, "own").await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(status(path, "group").await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(status(path, "both").await, StatusCode::OK, "{path}");
    }
    for path in ["/open", "/in/open"] {
        assert_eq!(send(&app, &format!("GET {path}"), &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(status(path, "own").await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(status(path, "group").await, StatusCode::OK, "{path}");
    }
}

/// Neither of these starts: a requirement written before the routes, which covers none of them, and a requirement over a route
/// that the table calls public.
#[test]
fn a_group_that_would_leave_a_route_open_does_not_start() {
    let gate = || TestVerifier::new().gate("https://h.example").unwrap();
    let before: Router = Router::new().requiring(requirement!("group")).route("/any", get(any_token));
    assert!(before.protect(gate()).is_err());
    let nested = Router::new().nest("/in", Router::new().route("/open", get(open))).fallback(open);
    let error =
        nested.requiring(requirement!("group")).protect(gate()).map(|_: axum::Router| ()).unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
}
