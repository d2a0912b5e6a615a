//! For every arrangement of gates before a handler, a proof is checked and stored once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

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
    Access, BodyFormat, Gate, Requirement, Resource, Router, ScopeTable,
    dpop::{Dpop, ProofId, ReplayStore, StoreError},
    mcp::Operation,
    mcp_table, public, requirement, requires_scope,
    routing::post,
    scope_table, scoped_tools,
};
use scopegate_tests::{
    counter::Counter,
    dpop::{Proof, Prover},
    exchange::Answer,
    mcp::{self, request},
};
use serde_json::json;
use tower::ServiceExt;

use super::server::{Lasting, verifier};

const URL: &str = "https://example.com/mcp";

/// Counts how often it is called.
#[derive(Default)]
struct Counting(Lasting, AtomicUsize);

impl ReplayStore for Counting {
    async fn insert(&self, proof: &ProofId, lifetime: Duration) -> Result<bool, StoreError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.insert(proof, lifetime).await
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

const READ: Requirement = requirement!("files:read");

#[requires_scope("files:read")]
async fn read(_access: Access, Extension(calls): Extension<Counter>) {
    calls.count();
}

#[public]
async fn open(access: Option<Access>, _: Option<Access>, Extension(calls): Extension<Counter>) {
    if access.is_some() {
        calls.count();
    }
}

/// A middleware that reads the caller's access.
async fn note(_: Option<Access>, request: Request, next: Next) -> Response {
    next.run(request).await
}

/// A handler that passes the request on to another router.
#[requires_scope("files:read")]
async fn forward(Extension(Inside(inside)): Extension<Inside>, request: Request) -> Response {
    inside.oneshot(request).await.unwrap()
}

#[derive(Clone)]
struct Inside(axum::Router);

struct Server(Counter);

#[scoped_tools]
impl Server {
    /// Reads.
    #[requires_scope("files:read")]
    #[tool]
    async fn read(&self, _access: Access) -> String {
        self.0.count();
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

fn layered(gate: &Gate, inside: axum::Router) -> axum::Router {
    inside.layer(gate.layer(scope_table![read]).unwrap())
}

fn before_mcp(gate: &Gate, inside: axum::Router) -> axum::Router {
    inside.layer(gate.mcp_layer(mcp_table![Operation::tool("read", READ)]).unwrap())
}

fn before_service(gate: &Gate, inside: axum::Router) -> axum::Router {
    Router::new().route_service("/mcp", scopegate::guarded(READ, inside)).protect(gate.clone()).unwrap()
}

fn forwarding(gate: &Gate, inside: axum::Router) -> axum::Router {
    let routes = Router::new().route("/mcp", post(forward)).protect(gate.clone()).unwrap();
    routes.layer(Extension(Inside(inside)))
}

/// A copy of the gate with other bodies and the same verifier.
fn changed(gate: &Gate) -> Gate {
    gate.clone().body(BodyFormat::Text).missing_is_invalid().accept_bound_tokens()
}

/// A copy of the gate with its own verifier and the same store of proofs.
fn other(gate: &Gate, client: &Prover) -> Gate {
    gate.clone().verified_by(verifier(client))
}

type Nesting = (&'static str, fn(&Gate, &Prover, &Counter) -> axum::Router);

const NESTINGS: [Nesting; 20] = [
    ("a router", |gate, _, _| protected(gate)),
    ("a layer", |gate, _, _| layered(gate, plain())),
    ("a layer, a router", |gate, _, _| layered(gate, protected(gate))),
    ("a layer, another router", |gate, _, _| layered(gate, protected(&changed(gate)))),
    ("a layer, a router with another verifier", |gate, client, _| {
        layered(gate, protected(&other(gate, client)))
    }),
    ("a layer, a layer", |gate, _, _| layered(gate, layered(gate, plain()))),
    ("a router, a layer before its handler", |gate, _, _| {
        let handler = read.layer(gate.layer(ScopeTable::default()).unwrap());
        Router::new().route("/mcp", post(handler)).protect(gate.clone()).unwrap()
    }),
    ("authenticate, middleware, a router", |gate, _, _| {
        protected(gate).layer(from_fn(note)).layer(gate.authenticate())
    }),
    ("authenticate, a router with another verifier", |gate, client, _| {
        protected(&other(gate, client)).layer(gate.authenticate())
    }),
    ("authenticate, a layer, a router", |gate, _, _| {
        layered(gate, protected(gate)).layer(gate.authenticate())
    }),
    ("an MCP layer", |gate, _, _| before_mcp(gate, plain())),
    ("an MCP layer, a router", |gate, _, _| before_mcp(gate, protected(gate))),
    ("a layer, an MCP layer", |gate, _, _| layered(gate, before_mcp(gate, plain()))),
    ("an MCP server", |gate, _, calls| {
        let calls = calls.clone();
        gate.mcp(move || Server(calls.clone())).unwrap()
    }),
    ("authenticate, an MCP server", |gate, _, calls| {
        let calls = calls.clone();
        gate.mcp(move || Server(calls.clone())).unwrap().layer(gate.authenticate())
    }),
    ("a service, a router", |gate, _, _| before_service(gate, protected(&changed(gate)))),
    ("a handler that forwards, a router", |gate, _, _| forwarding(gate, protected(gate))),
    ("a handler that forwards, a router with another verifier", |gate, client, _| {
        forwarding(gate, protected(&other(gate, client)))
    }),
    ("what is public", |gate, _, _| Router::new().route("/mcp", post(open)).protect(gate.clone()).unwrap()),
    ("authenticate, middleware, what is public", |gate, _, _| {
        let routes = Router::new().route("/mcp", post(open)).protect(gate.clone()).unwrap();
        routes.layer(from_fn(note)).layer(gate.authenticate())
    }),
];

async fn call(app: &axum::Router, scheme: &str, proof: &str) -> Answer {
    let message = request("tools/call", &json!({ "name": "read", "arguments": {} }));
    let headers = [&*format!("authorization: {scheme} bound"), &format!("dpop: {proof}")];
    mcp::post(app, "", &headers, message).await
}

fn gate(client: &Prover, dpop: Dpop) -> Gate {
    let resource = Resource::new(URL).unwrap().authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, verifier(client)).dpop(dpop)
}

#[tokio::test]
async fn a_proof_counts_once_and_is_checked_everywhere() {
    for (name, nest) in NESTINGS {
        let (client, calls, store) = (Prover::new(), Counter::default(), Arc::new(Counting::default()));
        let gate = gate(&client, Dpop::required().replay_store(store.clone()));
        let app = nest(&gate, &client, &calls).layer(Extension(calls.clone()));
        let proof = client.sign(&client.proof("POST", URL, "bound"));
        assert_eq!(call(&app, "DPoP", &proof).await.status, 200, "{name}");
        assert_eq!((calls.get(), store.1.load(Ordering::Relaxed)), (1, 1), "{name}");

        let again = call(&app, "DPoP", &proof).await;
        check(&again, "invalid_dpop_proof", &format!("{name}: again"));
        let forged: [(&str, Proof); 3] = [
            ("another method", client.proof("GET", URL, "bound")),
            ("another URL", client.proof("POST", "https://example.com/", "bound")),
            ("another token", client.proof("POST", URL, "other")),
        ];
        for (what, proof) in forged {
            check(
                &call(&app, "DPoP", &client.sign(&proof)).await,
                "invalid_dpop_proof",
                &format!("{name}: {what}"),
            );
        }
        let as_bearer = client.sign(&client.proof("POST", URL, "bound"));
        check(
            &call(&app, "Bearer", &as_bearer).await,
            "invalid_token",
            &format!("{name}: as a bearer token"),
        );
        assert_eq!(calls.get(), 1, "{name}");
    }
}

#[track_caller]
fn check(answer: &Answer, error: &str, what: &str) {
    let challenges = answer.challenges();
    assert_eq!((answer.status.as_u16(), challenges.len()), (401, 1), "{what}");
    assert!(challenges[0].starts_with(&format!(r#"DPoP error="{error}""#)), "{what}: {}", challenges[0]);
}

/// Each gate with its own store asks that store, as for a separate request.
#[tokio::test]
async fn a_gate_with_a_store_of_its_own_remembers_for_itself() {
    let (client, calls) = (Prover::new(), Counter::default());
    let stores = [(); 2].map(|()| Arc::new(Counting::default()));
    let [outer, inner] = [0, 1].map(|at| gate(&client, Dpop::required().replay_store(stores[at].clone())));
    let app = layered(&outer, protected(&inner)).layer(Extension(calls.clone()));
    let proof = client.sign(&client.proof("POST", URL, "bound"));
    assert_eq!(call(&app, "DPoP", &proof).await.status, 200);
    assert_eq!(stores.each_ref().map(|store| store.1.load(Ordering::Relaxed)), [1, 1]);
}

#[tokio::test]
async fn answers_of_an_mcp_endpoint_are_errors_of_json_rpc() {
    let client = Prover::new();
    let app = before_mcp(&gate(&client, Dpop::accepted()), plain()).layer(Extension(Counter::default()));
    let proof = client.sign(&client.proof("GET", URL, "bound"));
    assert_eq!(
        call(&app, "DPoP", &proof).await.json(),
        json!({ "jsonrpc": "2.0", "error": {
            "code": 401,
            "message": "The DPoP proof is missing, or not valid for this request",
            "data": { "error": "invalid_dpop_proof" },
        } })
    );
    let proof = client.sign(&client.proof("POST", URL, "bound"));
    let answer = call(&app, "DPoP", &proof).await;
    assert_eq!(answer.json()["error"]["data"], json!({ "error": "use_dpop_nonce" }));
    let proof = client.proof("POST", URL, "bound").with("nonce", answer.header("dpop-nonce"));
    assert_eq!(call(&app, "DPoP", &client.sign(&proof)).await.status, 200);
    // The challenge for a token that lacks the tool's scope uses the scheme of the request.
    let proof = client.proof("POST", URL, "weak").with("nonce", answer.header("dpop-nonce"));
    let headers = ["authorization: DPoP weak", &format!("dpop: {}", client.sign(&proof))];
    let message = request("tools/call", &json!({ "name": "read", "arguments": {} }));
    let answer = mcp::post(&app, "", &headers, message).await;
    assert_eq!((answer.status.as_u16(), answer.challenges().len()), (403, 1));
    assert!(
        answer.challenges()[0].starts_with(r#"DPoP error="insufficient_scope", scope="files:read", algs=""#)
    );
}
