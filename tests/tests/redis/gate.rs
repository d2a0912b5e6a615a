//! Gates of several replicas that share a Redis server, over HTTP.

use axum::Extension;
use futures_util::future::join_all;
use scopegate::{
    Gate, GrantedScopes, Resource, Router, Token,
    dpop::{Dpop, RedisStore},
    requires_scope,
    routing::post,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    dpop::Prover,
    exchange::{Answer, send},
};
use serde_json::json;

use crate::server::Server;

const METADATA: &str = "https://files.example.com/.well-known/oauth-protected-resource";

#[requires_scope("files:read")]
async fn read(counter: Extension<Counter>) {
    counter.0.count();
}

/// A client, and a counter of the calls to all replicas' handlers.
#[derive(Default)]
struct Client {
    key: Prover,
    calls: Counter,
}

impl Client {
    /// Starts a replica that stores its proofs in a Redis server.
    fn replica(&self, redis: &Server) -> axum::Router {
        let token = Token::granting(GrantedScopes::parse("files:read"))
            .with_claims(json!({ "cnf": { "jkt": self.key.thumbprint() } }))
            .unwrap();
        let verifier = TestVerifier::new().token_saying("bound", token).token("plain", "files:read");
        let resource = Resource::new("https://files.example.com").unwrap();
        let resource = resource.authorization_server("https://auth.example.com").unwrap();
        let store = RedisStore::new(&redis.url()).unwrap();
        let gate = Gate::new(resource, verifier).dpop(Dpop::accepted().replay_store(store));
        let routes = Router::new().route("/files", post(read));
        routes.protect(gate).unwrap().layer(Extension(self.calls.clone()))
    }

    fn proof(&self) -> String {
        self.key.sign(&self.key.proof("POST", "https://files.example.com/files", "bound"))
    }
}

async fn call(replica: &axum::Router, proof: &str) -> Answer {
    let headers = ["Authorization: DPoP bound", &format!("DPoP: {proof}")];
    send(replica, "POST /files", &headers).await
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 401);
    let [bearer, dpop] = answer.challenges()[..] else { panic!("{:?}", answer.challenges()) };
    assert_eq!(bearer, format!(r#"Bearer scope="files:read", resource_metadata="{METADATA}""#));
    assert!(dpop.starts_with(r#"DPoP error="invalid_dpop_proof", scope="files:read""#), "{dpop}");
    // The gate asks for no nonce, because all replicas, past and present, share the store.
    assert!(!answer.headers.contains_key("dpop-nonce"), "{:?}", answer.headers);
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.challenges().len()), (503, 0), "{}", answer.body);
    assert_eq!(answer.headers["retry-after"], "5");
    assert!(
        !answer.body.contains("127.0.0.1"),
        "the answer does not name the address of Redis: {}",
        answer.body
    );
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_proof_is_refused_at_the_second_replica() {
    let (redis, client) = (Server::start(), Client::default());
    let [first, second] = [client.replica(&redis), client.replica(&redis)];
    let proof = client.proof();

    assert_eq!(call(&first, &proof).await.status, 200);
    assert_refused(&call(&second, &proof).await);
    assert_refused(&call(&first, &proof).await);
    assert_eq!(client.calls.get(), 1);
    assert_eq!(call(&second, &client.proof()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "needs redis-server"]
async fn of_many_requests_with_a_proof_at_once_one_is_let_through() {
    let (redis, client) = (Server::start(), Client::default());
    let replicas = [client.replica(&redis), client.replica(&redis)];

    for round in 1..=20 {
        let proof = client.proof();
        let answers = join_all((0..16).map(|at| call(&replicas[at % 2], &proof))).await;
        let (passed, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((passed.len(), client.calls.get()), (1, round));
        refused.into_iter().for_each(assert_refused);
    }
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_proof_is_refused_after_a_restart_of_the_program() {
    let (redis, client) = (Server::start(), Client::default());
    let before = client.replica(&redis);
    let proof = client.proof();
    assert_eq!(call(&before, &proof).await.status, 200);
    drop(before);

    let after = client.replica(&redis);
    assert_refused(&call(&after, &proof).await);
    assert_eq!(call(&after, &client.proof()).await.status, 200);
    assert_eq!(client.calls.get(), 2);
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn nothing_is_let_through_while_redis_is_gone() {
    let (mut redis, client) = (Server::start(), Client::default());
    let replica = client.replica(&redis);
    assert_eq!(call(&replica, &client.proof()).await.status, 200);

    redis.kill();
    for _ in 0..10 {
        assert_unavailable(&call(&replica, &client.proof()).await);
    }
    assert_eq!(client.calls.get(), 1);
    // Bearer tokens and invalid proofs are answered as usual, because they do not need Redis.
    assert_eq!(send(&replica, "POST /files", &["Authorization: Bearer plain"]).await.status, 200);
    assert_refused(&call(&replica, "proof").await);

    redis.start_again();
    assert_eq!(call(&replica, &client.proof()).await.status, 200);
    assert_eq!(client.calls.get(), 3);
}

#[tokio::test]
#[ignore = "needs redis-server"]
async fn a_program_that_starts_before_redis_lets_nothing_through_until_then() {
    let (mut redis, client) = (Server::stopped(), Client::default());
    let replica = client.replica(&redis);
    let proof = client.proof();

    assert_unavailable(&call(&replica, &proof).await);
    assert_eq!(client.calls.get(), 0);

    redis.start_again();
    // The same proof is still unused.
    assert_eq!(call(&replica, &proof).await.status, 200);
    assert_refused(&call(&replica, &proof).await);
    assert_eq!(client.calls.get(), 1);
}
