//! Every router that axum accepts either starts under every kind of gate, or returns a `StartupError`.

use std::{
    convert::Infallible,
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{extract::Request, response::Response};
use proptest::prelude::*;
use scopegate::{
    Access, Discovery, Gate, Requirement, Resource, Router, Scope, StartupError, StaticKeys, authenticated,
    public, requirement, requires_scope, routing, testing::TestVerifier, well_known,
};
use tower::service_fn;

#[requires_scope("files:read")]
async fn literal() {}

#[requires_scope("tenant:{x}:read")]
async fn template() {}

#[authenticated]
async fn any_token() {}

#[public]
async fn open(_: Option<Access>) {}

/// The calls that a program makes on its router, in order.
#[derive(Clone, Debug)]
enum Step {
    Route(String, u8),
    Service(String),
    NestService(String, bool),
    MethodNotAllowed,
    ResetFallback,
    Requiring,
    Nest(String, Vec<Step>),
    Merge(Vec<Step>),
    Fallback,
    Layer,
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(&["a", "b", "c", "d", "e", "f", "mcp", "{x}", "{{z}}", "q}}"][..]);
    let end = prop::sample::select(&["", "", "", "", "", "/", "/{y}", "/{*rest}", "/.well-known"][..]);
    let known = prop::sample::select(
        &[
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
        ][..],
    );
    let plain = prop::collection::vec(segment, 1..4);
    let plain = (plain, end).prop_map(|(segments, end)| format!("/{}{end}", segments.join("/")));
    let below = prop::sample::select(&["", "/", "/{x}", "/{*rest}", "/mcp", "/{x}/a"][..]);
    let before = prop::sample::select(&["", "", "/a", "/mcp", "/{x}"][..]);
    let known = (before, known, below).prop_map(|(before, known, below)| format!("{before}{known}{below}"));
    let refused = prop::sample::select(&["/:c", "/a/*d", "a", ""][..]).prop_map(str::to_owned);
    prop_oneof![40 => plain, 8 => known, 1 => refused]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        8 => (path(), 0..5_u8).prop_map(|(path, handler)| Step::Route(path, handler)),
        2 => path().prop_map(Step::Service),
        1 => Just(Step::Fallback),
        1 => Just(Step::Layer),
        2 => (path(), any::<bool>()).prop_map(|(path, is_public)| Step::NestService(path, is_public)),
        1 => Just(Step::MethodNotAllowed),
        1 => Just(Step::ResetFallback),
        1 => Just(Step::Requiring),
    ];
    let leaves = prop::collection::vec(leaf, 0..4);
    leaves.prop_recursive(3, 16, 3, |inner| {
        let prefix = prop::sample::select(&["/a", "/mcp", "/a/b", "/{t}", "/{x}/b", "/n/"][..]);
        let step = prop_oneof![
            3 => (path(), 0..5_u8).prop_map(|(path, handler)| Step::Route(path, handler)),
            1 => Just(Step::Fallback),
            1 => Just(Step::Requiring),
            2 => (prefix, inner.clone()).prop_map(|(prefix, steps)| Step::Nest(prefix.to_owned(), steps)),
            2 => inner.prop_map(Step::Merge),
        ];
        prop::collection::vec(step, 1..4)
    })
}

const EXPORT: Requirement = requirement!("files:export");

const REST: Requirement = requirement!("tenant:{x}:read");

fn guarded(steps: &[Step]) -> Router {
    steps.iter().fold(Router::new(), |router, step| match step {
        Step::Route(path, 0) => router.route(path, routing::get(literal)),
        Step::Route(path, 1) => router.route(path, routing::post(template)),
        Step::Route(path, 2) => router.route(path, routing::any(any_token)),
        Step::Route(path, 3) => router.route(path, routing::get(open).put(literal)),
        Step::Route(path, _) => router.route(path, routing::delete(any_token)),
        Step::Service(path) => router.route_service(path, scopegate::guarded(EXPORT, service_fn(answer))),
        Step::NestService(path, true) => router.nest_service(path, public(service_fn(answer))),
        Step::NestService(path, false) => {
            router.nest_service(path, scopegate::guarded(REST, service_fn(answer)))
        }
        Step::MethodNotAllowed => router.method_not_allowed_fallback(literal),
        Step::ResetFallback => router.reset_fallback(),
        Step::Requiring => router.requiring(EXPORT),
        Step::Nest(prefix, steps) => router.nest(prefix, guarded(steps)),
        Step::Merge(steps) => router.merge(guarded(steps)),
        Step::Fallback => router.fallback(any_token),
        Step::Layer => router.layer(tower::layer::util::Identity::new()),
    })
}

/// Makes the same router without guards.
fn plain(steps: &[Step]) -> axum::Router {
    use axum::routing;
    let none = async || {};
    steps.iter().fold(axum::Router::new(), |router, step| match step {
        Step::Route(path, 0) => router.route(path, routing::get(none)),
        Step::Route(path, 1) => router.route(path, routing::post(none)),
        Step::Route(path, 2) => router.route(path, routing::any(none)),
        Step::Route(path, 3) => router.route(path, routing::get(none).put(none)),
        Step::Route(path, _) => router.route(path, routing::delete(none)),
        Step::Service(path) => router.route_service(path, service_fn(answer)),
        Step::NestService(path, _) => router.nest_service(path, service_fn(answer)),
        Step::MethodNotAllowed => router.method_not_allowed_fallback(none),
        Step::ResetFallback => router.reset_fallback(),
        Step::Requiring => router,
        Step::Nest(prefix, steps) => router.nest(prefix, plain(steps)),
        Step::Merge(steps) => router.merge(plain(steps)),
        Step::Fallback => router.fallback(none),
        Step::Layer => router.layer(tower::layer::util::Identity::new()),
    })
}

async fn answer(_: Request) -> Result<Response, Infallible> {
    Ok(Response::default())
}

/// Makes a gate of each kind. The last kinds cannot start.
fn gate(kind: usize) -> Gate {
    let keys = || StaticKeys::parse("sk_read=files:read").unwrap();
    let resource =
        |url: &str| Resource::new(url).unwrap().authorization_server("https://auth.example").unwrap();
    let oauth = |url: &str| Gate::new(resource(url), TestVerifier::new());
    let family = |pattern: &str| {
        let family = Resource::family(pattern).unwrap().authorization_server("https://auth.example").unwrap();
        Gate::new(family, TestVerifier::new())
    };
    match kind {
        0 => oauth("https://h"),
        1 => oauth("https://h/"),
        2 => oauth("https://h/mcp"),
        3 => oauth("https://h/mcp").metadata_at_root(),
        4 => oauth("https://h/a/b/").metadata_at_root(),
        5 => oauth("https://h/:x"),
        6 => oauth("https://h/*y/z").metadata_at_root(),
        7 | 8 => Gate::static_keys("files", keys()),
        9 => Gate::static_keys("files", keys()).floor([Scope::from_static("files")]),
        10 => Gate::new(resource("https://h/a"), keys().or(TestVerifier::new())),
        11 => Gate::static_keys("not \n a realm", keys()),
        12 => family("https://h/{a}"),
        13 => family("https://h/a/{x}/"),
        14 => family("https://h/{x}/{y}").metadata_at_root(),
        _ => Gate::new(Resource::new("https://h/b").unwrap(), TestVerifier::new()),
    }
}

const KINDS: usize = 16;

/// Runs a part of a program, or returns the message of its panic.
fn panics<T>(program: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(program)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// The number of routers that axum accepted, and how many of them started.
static TAKEN: AtomicUsize = AtomicUsize::new(0);
static STARTED: AtomicUsize = AtomicUsize::new(0);

fn count<T>(outcome: &Result<T, StartupError>) {
    TAKEN.fetch_add(1, Ordering::Relaxed);
    match outcome {
        Ok(_) => drop(STARTED.fetch_add(1, Ordering::Relaxed)),
        Err(error) => assert!(!error.problems().is_empty()),
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 4096,
        max_global_rejects: 100_000,
        ..ProptestConfig::with_cases(cases)
    }
}

/// Runs a test without printing the panics that it catches, because axum panics often.
fn silently(test: impl FnOnce()) {
    panic::set_hook(Box::new(|_| {}));
    let outcome = panics(test);
    drop(panic::take_hook());
    if let Err(message) = outcome {
        panic!("{message}");
    }
}

#[test]
fn a_router_starts_or_says_why_not() {
    silently(|| {
        one_gate();
        several_gates();
    });
    let (taken, started) = (TAKEN.load(Ordering::Relaxed), STARTED.load(Ordering::Relaxed));
    assert!(taken == 10_000 && started > 4_000, "of {taken}, {started} start");
}

fn one_gate() {
    proptest!(config(7_000), |(steps in steps(), kind in 0..KINDS)| {
        let Ok(router) = panics(|| guarded(&steps)) else {
            prop_assert!(panics(|| plain(&steps)).is_err(), "axum takes it");
            return Err(TestCaseError::reject("axum refuses it"));
        };
        let outcome = panics(|| router.protect(gate(kind)));
        prop_assert!(outcome.is_ok(), "{outcome:?}");
        count(&outcome.unwrap());
    });
}

fn several_gates() {
    let parts = prop::collection::vec((steps(), 0..KINDS, prop::sample::select(&["", "/n", "/a"][..])), 1..3);
    proptest!(config(3_000), |(parts in parts)| {
        let Ok(routers) = panics(|| parts.iter().map(|(steps, ..)| guarded(steps)).collect::<Vec<_>>()) else {
            return Err(TestCaseError::reject("axum refuses it"));
        };
        let gates = parts.iter().map(|(_, kind, _)| gate(*kind));
        let split = panics(|| routers.into_iter().zip(gates).map(|(router, gate)| router.split(gate)).collect());
        prop_assert!(split.is_ok(), "{split:?}");
        let split: Result<Vec<(axum::Router, Discovery)>, _> = split.unwrap();
        count(&split);
        let Ok(split) = split else { return Ok(()) };
        let (apis, discoveries): (Vec<_>, Vec<_>) = split.into_iter().unzip();
        let documents = panics(|| well_known(discoveries));
        prop_assert!(documents.is_ok(), "{documents:?}");
        let Ok(documents) = documents.unwrap() else { return Ok(()) };
        // If axum refuses the plain routers, it also refuses the guarded ones.
        let prefixes = parts.iter().map(|(.., prefix)| *prefix);
        let plain = parts.iter().map(|(steps, ..)| plain(steps));
        if panics(|| join(axum::Router::new(), prefixes.clone().zip(plain))).is_ok() {
            // At the paths of the documents, axum refuses the program's own parameters and services.
            let is_beside = !parts.iter().any(|(steps, _, prefix)| prefix.is_empty() && stands_at_documents(steps));
            let root = if is_beside { documents } else { axum::Router::new() };
            let joined = panics(|| join(root, prefixes.zip(apis)));
            prop_assert!(joined.is_ok(), "{joined:?}");
        }
    });
}

fn join<'a>(router: axum::Router, apis: impl Iterator<Item = (&'a str, axum::Router)>) -> axum::Router {
    apis.fold(
        router,
        |router, (prefix, api)| {
            if prefix.is_empty() { router.merge(api) } else { router.nest(prefix, api) }
        },
    )
}

fn stands_at_documents(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Route(path, _) | Step::Service(path) | Step::NestService(path, _) => {
            path.starts_with("/.well-known/")
        }
        Step::Nest(..)
        | Step::Fallback
        | Step::Layer
        | Step::MethodNotAllowed
        | Step::ResetFallback
        | Step::Requiring => false,
        Step::Merge(steps) => stands_at_documents(steps),
    })
}
