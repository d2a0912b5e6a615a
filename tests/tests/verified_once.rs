//! A token is verified once per request for any nesting of gates, and again by an inner gate with another verifier.

use std::sync::Arc;

use axum::{
    Extension,
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn},
    response::Response,
    routing::post as plain_post,
};
use rmcp::{ServerHandler, tool, tool_handler};
use scopegate::{
    Access, BodyFormat, CredentialSource, Gate, GrantedScopes, Presented, Requirement, Resource, Router,
    ScopeTable, Token, TokenVerifier, VerifyError,
    mcp::Operation,
    mcp_table, public, requirement, requires_scope,
    routing::{Declared, GuardedOnce, HandlerFn, post},
    scope_table, scoped_tools,
};
use scopegate_tests::{
    counter::Counter,
    mcp::{self, request},
};
use serde_json::json;
use tower::ServiceExt;

/// Counts how often it is called.
struct Counting(Counter);

impl TokenVerifier for Counting {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        self.0.count();
        match presented.token() {
            "good" => Ok(Token::granting(GrantedScopes::parse("files:read"))),
            "weak" => Ok(Token::granting(GrantedScopes::parse("other"))),
            _ => Err(VerifyError::invalid("no such token")),
        }
    }
}

fn gate_for(resource: &str, verifier: impl TokenVerifier) -> Gate {
    let resource = Resource::new(resource).unwrap().authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, verifier)
}

fn gate(verified: &Counter) -> Gate {
    gate_for("https://example.com/mcp", Counting(verified.clone()))
}

/// A copy of the gate with other bodies and the same verifier.
fn changed(gate: &Gate) -> Gate {
    gate.clone().body(BodyFormat::Text).missing_is_invalid().accept_bound_tokens()
}

const READ: Requirement = requirement!("files:read");

#[requires_scope("files:read")]
async fn read(_access: Access) {}

#[public]
async fn open(_: Option<Access>, _: Option<Access>) {}

/// A middleware that reads the caller's access.
async fn note(_: Option<Access>, request: Request, next: Next) -> Response {
    next.run(request).await
}

struct Server;

#[scoped_tools]
impl Server {
    /// Reads.
    #[requires_scope("files:read")]
    #[tool]
    async fn read(&self, _access: Access) -> String {
        String::new()
    }
}

#[tool_handler]
impl ServerHandler for Server {}

fn protected(gate: &Gate) -> axum::Router {
    Router::new().route("/mcp", post(read)).protect(gate.clone()).unwrap()
}

fn plain() -> axum::Router {
    axum::Router::new().route("/mcp", plain_post(read))
}

/// A plain router behind the gate's layer.
fn layered(gate: &Gate, inside: axum::Router) -> axum::Router {
    inside.layer(gate.layer(scope_table![read]).unwrap())
}

fn before_mcp(gate: &Gate, inside: axum::Router) -> axum::Router {
    inside.layer(gate.mcp_layer(mcp_table![Operation::tool("read", READ)]).unwrap())
}

fn before_service(gate: &Gate, inside: axum::Router) -> axum::Router {
    Router::new().route_service("/mcp", scopegate::guarded(READ, inside)).protect(gate.clone()).unwrap()
}

fn of_handler<D, M>(
    handler: impl Declared<D> + HandlerFn<D, M, ()> + GuardedOnce<D, M>,
    gate: &Gate,
) -> axum::Router {
    Router::new().route("/mcp", post(handler)).protect(gate.clone()).unwrap()
}

type Nesting = (&'static str, fn(&Gate) -> axum::Router);

const PROTECTED: [Nesting; 26] = [
    ("a router", protected),
    ("a layer", |gate| layered(gate, plain())),
    ("a layer, a router", |gate| layered(gate, protected(gate))),
    ("a layer, another router", |gate| layered(gate, protected(&changed(gate)))),
    ("a layer, a layer", |gate| layered(gate, layered(gate, plain()))),
    ("a layer, authenticate", |gate| layered(gate, plain().layer(gate.authenticate()))),
    ("a router, a layer before its handler", |gate| {
        of_handler(read.layer(gate.layer(ScopeTable::default()).unwrap()), gate)
    }),
    ("a router, middleware before its handler", |gate| of_handler(read.layer(from_fn(note)), gate)),
    ("authenticate, a router", |gate| protected(gate).layer(gate.authenticate())),
    ("authenticate, another router", |gate| protected(&changed(gate)).layer(gate.authenticate())),
    ("authenticate, middleware, a router", |gate| {
        protected(gate).layer(from_fn(note)).layer(gate.authenticate())
    }),
    ("authenticate, a layer", |gate| layered(gate, plain()).layer(gate.authenticate())),
    ("authenticate, another layer", |gate| layered(&changed(gate), plain()).layer(gate.authenticate())),
    ("authenticate, authenticate, a router", |gate| {
        protected(gate).layer(gate.authenticate()).layer(changed(gate).authenticate())
    }),
    ("authenticate, a layer, a router", |gate| layered(gate, protected(gate)).layer(gate.authenticate())),
    ("an MCP layer", |gate| before_mcp(gate, plain())),
    ("an MCP layer, a router", |gate| before_mcp(gate, protected(gate))),
    ("an MCP layer, another layer", |gate| before_mcp(gate, layered(&changed(gate), plain()))),
    ("authenticate, an MCP layer", |gate| before_mcp(gate, plain()).layer(gate.authenticate())),
    ("a layer, an MCP layer", |gate| layered(gate, before_mcp(gate, plain()))),
    ("an MCP server", |gate| gate.mcp(|| Server).unwrap()),
    ("authenticate, an MCP server", |gate| gate.mcp(|| Server).unwrap().layer(gate.authenticate())),
    ("a service", |gate| before_service(gate, axum::Router::new().fallback(async || {}))),
    ("authenticate, a service", |gate| {
        before_service(gate, axum::Router::new().fallback(async || {})).layer(gate.authenticate())
    }),
    ("a service, a router", |gate| before_service(gate, protected(&changed(gate)))),
    ("a service, an MCP layer", |gate| before_service(gate, before_mcp(gate, plain()))),
];

const PUBLIC: [Nesting; 4] = [
    ("a router", |gate| of_handler(open, gate)),
    ("a router, middleware before its handler", |gate| of_handler(open.layer(from_fn(note)), gate)),
    ("authenticate, a router", |gate| of_handler(open, gate).layer(gate.authenticate())),
    ("authenticate, another router", |gate| of_handler(open, &changed(gate)).layer(gate.authenticate())),
];

async fn call(app: &axum::Router, token: &str, headers: &[&str]) -> u16 {
    let message = request("tools/call", &json!({ "name": "read", "arguments": {} }));
    mcp::post(app, token, headers, message).await.status.as_u16()
}

/// Calls with a sufficient token, an insufficient token, an invalid token, and without a token.
async fn check(nestings: &[Nesting], statuses: [u16; 4]) {
    for (name, nest) in nestings {
        for (token, expected) in ["good", "weak", "bad", ""].into_iter().zip(statuses) {
            let verified = Counter::default();
            let status = call(&nest(&gate(&verified)), token, &[]).await;
            assert_eq!(status, expected, "{name}: `{token}`");
            assert_eq!(verified.get(), usize::from(!token.is_empty()), "{name}: `{token}`");
        }
    }
}

#[tokio::test]
async fn what_is_protected_verifies_once() {
    check(&PROTECTED, [200, 403, 401, 401]).await;
}

#[tokio::test]
async fn what_is_public_verifies_once() {
    check(&PUBLIC, [200, 200, 401, 200]).await;
}

type Outer = (&'static str, fn(&Gate, axum::Router) -> axum::Router);

const OUTSIDE: [Outer; 4] = [
    ("authenticate", |gate, inside| inside.layer(gate.authenticate())),
    ("a layer", layered),
    ("an MCP layer", before_mcp),
    ("a service", before_service),
];

#[tokio::test]
async fn another_verifier_is_asked_too() {
    for (name, outside) in OUTSIDE {
        let counters = [Counter::default(), Counter::default()];
        let outer = gate(&counters[0]);
        let inner = outer.clone().verified_by(Counting(counters[1].clone()));
        assert_eq!(call(&outside(&outer, protected(&inner)), "good", &[]).await, 200, "{name}");
        assert_eq!(counters.each_ref().map(Counter::get), [1, 1], "{name}");

        let strict = outer.clone().verified_by(scopegate::testing::TestVerifier::new());
        assert_eq!(call(&outside(&outer, protected(&strict)), "good", &[]).await, 401, "{name}");
    }
}

#[tokio::test]
async fn for_another_resource_it_is_asked_again() {
    for (name, outside) in OUTSIDE {
        let verified = Counter::default();
        let counting = Arc::new(Counting(verified.clone()));
        let outer = gate_for("https://example.com/mcp", counting.clone());
        let inner = gate_for("https://example.com/other", counting);
        assert_eq!(call(&outside(&outer, protected(&inner)), "good", &[]).await, 200, "{name}");
        assert_eq!(verified.get(), 2, "{name}");
    }
}

#[tokio::test]
async fn other_credentials_are_verified_too() {
    let by_proxy = || CredentialSource::header("x-token");
    for (name, outside) in OUTSIDE {
        let verified = Counter::default();
        let outer = gate(&verified);
        let inner = outer.clone().credentials([by_proxy()]);
        let app = outside(&outer, protected(&inner));
        assert_eq!(call(&app, "good", &["x-token: good"]).await, 200, "{name}");
        assert_eq!(verified.get(), 2, "{name}");
        assert_eq!(call(&app, "good", &["x-token: weak"]).await, 403, "{name}");
        assert_eq!(call(&app, "good", &[]).await, 401, "{name}");

        // Both gates verify the token, because the inner gate also reads another source and could find another token.
        let verified = Counter::default();
        let outer = gate(&verified);
        let inner = outer.clone().credentials([CredentialSource::authorization(), by_proxy()]);
        let app = outside(&outer, protected(&inner));
        assert_eq!(call(&app, "good", &[]).await, 200, "{name}");
        assert_eq!(verified.get(), 2, "{name}");
        assert_eq!(call(&app, "good", &["x-token: good"]).await, 400, "{name}");
    }
}

/// A handler that passes the request on to another router.
#[requires_scope("files:read")]
async fn forward(Extension(inside): Extension<axum::Router>, request: Request) -> Response {
    inside.oneshot(request).await.unwrap()
}

fn before_forwarding(gate: &Gate, inside: axum::Router) -> axum::Router {
    of_handler(forward, gate).layer(Extension(inside))
}

/// The token of a WebSocket is removed from the request, and an inner gate still knows it.
#[tokio::test]
async fn a_token_that_no_handler_is_to_see_counts_inside() {
    for (name, outside) in OUTSIDE.into_iter().chain([("a handler", before_forwarding as fn(&_, _) -> _)]) {
        let verified = Counter::default();
        let gate = gate(&verified).credentials([CredentialSource::websocket_protocol("token.")]);
        let app = outside(&gate, protected(&changed(&gate)));
        assert_eq!(call(&app, "", &["sec-websocket-protocol: mcp, token.good"]).await, 200, "{name}");
        assert_eq!(verified.get(), 1, "{name}");
    }
}

#[public]
async fn forward_open(Extension(inside): Extension<axum::Router>, request: Request) -> Response {
    inside.oneshot(request).await.unwrap()
}

#[public]
async fn careless() {}

/// A token removed from a public request is verified once, when code asks for it.
#[tokio::test]
async fn what_is_kept_aside_is_verified_once() {
    type Nest = fn(&Gate) -> axum::Router;
    let nestings: [(_, Nest, _); 6] = [
        ("nobody asks", |gate| of_handler(careless, gate), (0, 200)),
        ("twice", |gate| of_handler(open, gate), (1, 200)),
        ("middleware, twice", |gate| of_handler(open.layer(from_fn(note)), gate), (1, 200)),
        (
            "a router",
            |gate| of_handler(forward_open, gate).layer(Extension(protected(&changed(gate)))),
            (1, 200),
        ),
        ("a layer", |gate| of_handler(forward_open, gate).layer(Extension(layered(gate, plain()))), (1, 200)),
        (
            "a public router",
            |gate| of_handler(forward_open, gate).layer(Extension(of_handler(open, gate))),
            (1, 200),
        ),
    ];
    for (name, nest, expected) in nestings {
        let verified = Counter::default();
        let gate = gate(&verified).credentials([CredentialSource::websocket_protocol("token.")]);
        let app = nest(&gate);
        let status = call(&app, "", &["sec-websocket-protocol: mcp, token.good"]).await;
        assert_eq!((verified.get(), status), expected, "{name}");
        let status = call(&app, "", &["sec-websocket-protocol: mcp, token.bad"]).await;
        let refused = if expected.0 == 0 { 200 } else { 401 };
        assert_eq!((verified.get(), status), (2 * expected.0, refused), "{name}");
    }
}

/// A gate finds its own verification again, even after other gates have verified in between.
#[tokio::test]
async fn gates_in_turns_verify_once_each() {
    for (outer, outside) in OUTSIDE {
        for (middle, between) in OUTSIDE {
            let counters = [Counter::default(), Counter::default()];
            let one = gate(&counters[0]);
            let other = one.clone().verified_by(Counting(counters[1].clone()));
            let inside = between(&other, outside(&one, between(&other, protected(&one))));
            let app = outside(&one, inside);
            assert_eq!(call(&app, "good", &[]).await, 200, "{outer}, {middle}");
            assert_eq!(counters.each_ref().map(Counter::get), [1, 1], "{outer}, {middle}");
            assert_eq!(call(&app, "bad", &[]).await, 401, "{outer}, {middle}");
        }
    }
}
