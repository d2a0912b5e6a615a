//! The principal: issuer and subject together, or a static key, which has no subject.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Arc, Mutex},
};

use axum::extract::State;
use scopegate::{
    Access, Gate, Issuers, Principal, Resource, Router, StaticKeys, requires_scope, routing::get,
};
use scopegate_tests::{
    exchange::send,
    issuer::{Issuer, Key},
};
use serde_json::Value;

const API: &str = "https://files.example.com";

/// The callers, in order.
type Callers = Arc<Mutex<Vec<Option<Principal>>>>;

#[requires_scope("files:read")]
async fn list(access: Access, State(callers): State<Callers>) {
    callers.lock().unwrap().push(access.principal().cloned());
}

#[requires_scope("files:read")]
async fn client(access: Access) -> String {
    (access.subject().is_some() && access.subject() == access.client()).to_string()
}

/// Two issuers with a subject `alice` each, and a static key named `alice`.
struct World {
    key: Key,
    issuers: [Issuer; 2],
    callers: Callers,
    app: axum::Router,
}

impl World {
    async fn new() -> Self {
        let key = Key::ed25519("key");
        let issuers = [Issuer::publishing(&[&key]).await, Issuer::publishing(&[&key]).await];
        let ids = || issuers.iter().map(Issuer::id);
        let named = |resource: Resource, id: &str| resource.authorization_server(id).unwrap();
        let resource = ids().fold(Resource::new(API).unwrap(), named);
        let keys = StaticKeys::parse("sk_unnamed=files:read").unwrap();
        let keys = keys.key("alice", "sk_alice", "files:read").unwrap();
        let callers = Callers::default();
        let routes =
            Router::new().route("/", get(list)).route("/client", get(client)).with_state(callers.clone());
        let gate = Gate::new(
            resource,
            keys.or(Issuers::new(ids().map(|id| scopegate::Issuer::new(id).audience(API)))),
        );
        let app = routes.protect(gate).unwrap();
        Self { key, issuers, callers, app }
    }

    /// Makes a token of one of the issuers.
    fn token(&self, issuer: usize, subject: impl Into<Value>) -> String {
        let mut claims = self.issuers[issuer].claims(API, "files:read");
        claims["sub"] = subject.into();
        self.key.mint(&claims)
    }

    /// Tells whether a client calls for itself, as in `docs/policy.md`.
    async fn is_client(&self, credential: &str) -> bool {
        let answer = send(&self.app, "GET /client", &[&format!("authorization: Bearer {credential}")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body == "true"
    }

    /// Calls with a token or key, and returns the principal.
    async fn caller(&self, credential: &str) -> Option<Principal> {
        let answer = send(&self.app, "GET /", &[&format!("authorization: Bearer {credential}")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.callers.lock().unwrap().pop().expect("the handler ran")
    }
}

#[tokio::test]
async fn one_name_of_two_issuers_and_of_a_key_is_three_principals() {
    let world = World::new().await;
    let first = world.caller(&world.token(0, "alice")).await.unwrap();
    let second = world.caller(&world.token(1, "alice")).await.unwrap();
    let key = world.caller("sk_alice").await.unwrap();

    let ids = [0, 1].map(|at| Some(world.issuers[at].id()));
    assert_eq!((first.issuer(), first.subject(), first.key_name()), (ids[0], Some("alice"), None));
    assert_eq!((second.issuer(), second.subject(), second.key_name()), (ids[1], Some("alice"), None));
    assert_eq!((key.issuer(), key.subject(), key.key_name()), (None, None, Some("alice")));
    let all = || [first.clone(), second.clone(), key.clone()].into_iter();
    assert_eq!(all().collect::<HashSet<_>>().len(), 3);
    assert_eq!(all().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(all().map(|one| one.to_string()).collect::<HashSet<_>>().len(), 3);
}

#[tokio::test]
async fn a_principal_is_the_same_with_every_token() {
    let world = World::new().await;
    let mut claims = world.issuers[0].claims(API, "files:read files:write");
    claims["client_id"] = "another".into();
    let another = world.caller(&world.key.mint(&claims)).await;
    assert!(another.is_some());
    assert_eq!(world.caller(&world.token(0, "alice")).await, another);
    assert_ne!(world.caller(&world.token(0, "bob")).await, another);
    assert_eq!(world.caller("sk_alice").await, world.caller("sk_alice").await);
}

/// RFC 9068, section 5, requires servers to tell the two apart. They have the same principal, but different clients.
#[tokio::test]
async fn a_client_is_told_from_a_user_with_its_name() {
    let world = World::new().await;
    let token = |client: &str| {
        let mut claims = world.issuers[0].claims(API, "files:read");
        (claims["sub"], claims["client_id"]) = ("robot".into(), client.into());
        world.key.mint(&claims)
    };
    let (user, client) = (token("app"), token("robot"));
    assert_eq!(world.caller(&user).await, world.caller(&client).await);
    assert!(!world.is_client(&user).await);
    assert!(world.is_client(&client).await);
    assert!(!world.is_client("sk_alice").await);
}

#[tokio::test]
async fn who_is_not_named_is_no_principal() {
    let world = World::new().await;
    assert_eq!(world.caller(&world.token(0, Value::Null)).await, None);
    assert_eq!(world.caller(&world.token(0, 7)).await, None);
    assert_eq!(world.caller("sk_unnamed").await, None);
}

#[tokio::test]
async fn a_name_does_not_break_a_line() {
    let world = World::new().await;
    let caller = world.caller(&world.token(0, "alice\nmallory")).await.unwrap();
    assert_eq!(caller.subject(), Some("alice\nmallory"));
    assert_eq!(caller.to_string(), format!(r"alice\nmallory of {}", world.issuers[0].id()));
}
