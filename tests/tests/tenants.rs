//! Two kinds of clients reach every route of the tenants example in one step-up for each decision point.

use std::{collections::BTreeSet, net::SocketAddr};

use dev_issuer::DevIssuer;
use reqwest::{Client, Response};
use scopegate::Resource;
use scopegate_tests::challenge;
use serde_json::Value;
use tokio::net::TcpListener;

struct World {
    api: String,
    issuer: String,
    http: Client,
}

impl World {
    async fn start() -> Self {
        let dev_issuer = DevIssuer::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let issuer = dev_issuer.issuer().to_owned();
        let resource = Resource::new(&api).unwrap().authorization_server(&issuer).unwrap();
        let app = tenants::docs::routes().protect(tenants::docs::gate(resource)).unwrap();
        tokio::spawn(dev_issuer.serve());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { api, issuer, http: Client::new() }
    }

    async fn token(&self, scope: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", scope), ("resource", &self.api)];
        let request =
            self.http.post(format!("{}/token", self.issuer)).basic_auth("dev", Some("dev")).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn send(&self, request: &str, token: Option<&str>) -> Response {
        let (request, body) = request.split_once(" < ").unwrap_or((request, ""));
        let (method, path) = request.split_once(' ').unwrap();
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.api));
        let request = request.header("content-type", "application/json").body(body.to_owned());
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap()
    }
}

/// How a client that already has scopes follows a challenge.
#[derive(Clone, Copy, Debug)]
enum Habit {
    /// Requests only the scopes of the challenge, and loses the others.
    Replace,
    /// Requests the scopes of the challenge and all scopes that it had.
    Union,
}

/// Sends a request, and follows at most two challenges. Returns their number.
async fn reach(world: &World, habit: Habit, request: &str, had: &mut BTreeSet<String>) -> usize {
    for steps in 0..=2 {
        let scope = had.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let token = if had.is_empty() { None } else { Some(world.token(&scope).await) };
        let answer = world.send(request, token.as_deref()).await;
        if answer.status().is_success() {
            return steps;
        }
        let params = challenge::parse(answer.headers().get("www-authenticate").unwrap());
        let asked = params["scope"].split(' ').map(str::to_owned);
        *had = match habit {
            Habit::Replace => asked.collect(),
            Habit::Union => had.iter().cloned().chain(asked).collect(),
        };
    }
    panic!("{request} was not reached by {had:?}");
}

#[tokio::test]
async fn every_route_is_reached() {
    let world = World::start().await;
    // Each request with the number of its decision points: the route, and a handler's own `require`.
    let requests = [
        ("GET /tenants/acme/docs", 1),
        ("GET /tenants/acme/docs/a", 1),
        ("PUT /tenants/acme/docs/a < text", 1),
        (r#"POST /tenants/acme/docs/a/publish < "tenant""#, 1),
        (r#"POST /tenants/acme/docs/a/publish < "everybody""#, 2),
        ("GET /tenants/acme/export", 1),
        ("POST /tenants/acme/owner", 1),
        ("GET /tenants/other/docs", 1),
        ("GET /tenants/acme/docs", 1),
    ];
    for habit in [Habit::Replace, Habit::Union] {
        let mut had = BTreeSet::new();
        for (request, points) in requests {
            let steps = reach(&world, habit, request, &mut had).await;
            assert!(steps <= points, "{habit:?} took {steps} step-ups for {request}");
            assert_eq!(reach(&world, habit, request, &mut had).await, 0, "the granted scopes still suffice");
        }
    }
}

#[tokio::test]
async fn the_first_answer_says_all() {
    let world = World::start().await;
    let answer = world.send("GET /tenants/acme/docs", None).await;
    let params = challenge::parse(answer.headers().get("www-authenticate").unwrap());
    assert_eq!(params["scope"], "docs docs:read tenant:acme:member");
    let answer = world.send("GET /tenants/acme/export", None).await;
    let params = challenge::parse(answer.headers().get("www-authenticate").unwrap());
    assert_eq!(params["scope"], "docs docs:export tenant:acme:member", "the least powerful alternative");
}

#[tokio::test]
async fn implication_and_ownership() {
    let world = World::start().await;
    let admin = world.token("docs docs:admin tenant:acme:member").await;
    for request in [
        "GET /tenants/acme/docs",
        "PUT /tenants/acme/docs/a < text",
        r#"POST /tenants/acme/docs/a/publish < "everybody""#,
        "GET /tenants/acme/export",
        "POST /tenants/acme/owner",
    ] {
        assert!(world.send(request, Some(&admin)).await.status().is_success(), "{request}");
    }
    let answer = world.send("POST /tenants/other/owner", Some(&admin)).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.headers().get("www-authenticate").is_none(), "no scope would help");
    assert_eq!(world.send("GET /tenants/other/docs", Some(&admin)).await.status(), 403);
    assert_eq!(world.send("GET /tenants/a%3Ab/docs", Some(&admin)).await.status(), 400);
}
