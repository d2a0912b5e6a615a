//! The quickstart over real sockets, with tokens from its authorization server.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use dev_issuer::DevIssuer;
use quickstart::{
    files::{self, FilesScope},
    settings::Settings,
};
use reqwest::{Client, Response};
use scopegate::{Gate, Issuers, Vocabulary};
use scopegate_tests::challenge;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The quickstart, assembled as in its `main`.
struct World {
    api: String,
    address: SocketAddr,
    issuer: String,
    issuing: JoinHandle<std::io::Result<()>>,
    http: Client,
}

impl World {
    async fn start() -> Self {
        Self::start_with(Duration::from_secs(60), Duration::from_secs(30)).await
    }

    /// Starts it with tokens of a given lifetime, and clocks that may differ by `leeway`.
    async fn start_with(lifetime: Duration, leeway: Duration) -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let described = FilesScope::ENTRIES.iter().map(|entry| (entry.scope().as_str(), entry.description()));
        let dev_issuer = DevIssuer::bind(any_port).await.unwrap();
        let dev_issuer = dev_issuer.with_access_token_lifetime(lifetime).with_descriptions(described);
        let issuer = dev_issuer.issuer().to_owned();
        let issuing = tokio::spawn(dev_issuer.serve());
        let listener = TcpListener::bind(any_port).await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = format!("http://{address}");
        let settings = Settings { port: address.port(), resource: api.clone(), issuer: None, dpop: None };
        let verifier = Issuers::new([scopegate::Issuer::new(&issuer).audience(&api).leeway(leeway)]);
        let gate = Gate::new(settings.resource(&issuer).unwrap(), verifier).vocabulary::<FilesScope>();
        let app = files::routes().protect(gate).unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { api, address, issuer, issuing, http }
    }

    /// Gets a token with client credentials.
    async fn token(&self, scope: &str, resource: &str) -> String {
        let form = [("grant_type", "client_credentials"), ("scope", scope), ("resource", resource)];
        let request =
            self.http.post(format!("{}/token", self.issuer)).basic_auth("dev", Some("dev")).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn send(&self, request: &str, credentials: &[&str]) -> Response {
        let (method, path) = request.split_once(' ').unwrap();
        let mut request =
            self.http.request(method.parse().unwrap(), format!("{}{path}", self.api)).body("content");
        for credential in credentials {
            request = request.header("authorization", *credential);
        }
        request.send().await.unwrap()
    }

    /// Sends a request and compares the status and the challenge, in which `..` stands for the metadata.
    async fn check(&self, request: &str, credentials: &[&str], status: u16, expected: &str) {
        let answer = self.send(request, credentials).await;
        let header = answer.headers().get("www-authenticate");
        let written = header.map_or("", |header| {
            let _ = challenge::parse(header);
            header.to_str().unwrap()
        });
        let metadata = format!(r#"resource_metadata="{}/.well-known/oauth-protected-resource""#, self.api);
        assert_eq!(written, expected.replace("..", &metadata), "{request}");
        assert_eq!(answer.status().as_u16(), status, "{request}");
    }
}

const READ: &str = r#"scope="files:read", .."#;
const WRITE: &str = r#"scope="files:read files:write", .."#;
const INVALID: &str = r#", error_description="The access token is not valid for this resource""#;
const EXPIRED: &str = r#", error_description="The access token expired""#;
const LACKS: &str = r#", error_description="The access token lacks a scope that this request needs""#;

#[tokio::test]
async fn the_answers_are_those_that_the_readme_promises() {
    let world = World::start().await;
    let read = format!("Bearer {}", world.token("files:read", &world.api).await);
    let both = format!("Bearer {}", world.token("files:write files:read", &world.api).await);
    let admin = format!("Bearer {}", world.token("files:admin", &world.api).await);
    let foreign = format!("Bearer {}", world.token("files:read", "http://127.0.0.1:1").await);
    let invalid = |scope: &str| format!(r#"Bearer error="invalid_token", {scope}{INVALID}"#);
    let insufficient = |scope: &str| format!(r#"Bearer error="insufficient_scope", {scope}{LACKS}"#);

    world.check("PUT /files/a", &[], 401, &format!("Bearer {WRITE}")).await;
    world.check("PUT /files/a", &["Basic ZGV2OmRldg=="], 401, &format!("Bearer {WRITE}")).await;
    world.check("GET /files", &[], 401, &format!("Bearer {READ}")).await;
    world
        .check(&format!("GET /files?access_token={}", &read[7..]), &[], 401, &format!("Bearer {READ}"))
        .await;
    for bad in ["Bearer nonsense", "Bearer a.b.c", &foreign, &read[..read.len() - 4]] {
        world.check("GET /files", &[bad], 401, &invalid(READ)).await;
        world.check("PUT /files/a", &[bad], 401, &invalid(WRITE)).await;
    }
    world.check("PUT /files/a", &[&read], 403, &insufficient(WRITE)).await;
    world.check("DELETE /files/a", &[&read], 403, &insufficient(WRITE)).await;
    world.check("GET /files", &[&admin], 403, &insufficient(READ)).await;
    world.check("GET /files", &[&read], 200, "").await;
    world.check("GET /files/hello.txt", &[&read], 200, "").await;
    world.check("GET /files/a", &[&read], 404, "").await;
    world.check("PUT /files/a", &[&both], 201, "").await;
    world.check("PUT /files/a", &[&both], 204, "").await;
    world.check("DELETE /files/a", &[&admin], 204, "").await;
    world.check("GET /health", &[], 200, "").await;
    world.check("GET /health", &["Bearer nonsense"], 200, "").await;

    let several = r#", error_description="The request carries more than one credential""#;
    let several = format!(r#"Bearer error="invalid_request", {READ}{several}"#);
    world.check("GET /files", &[&read, &read], 400, &several).await;
    world.check("GET /files", &[&read, "Basic ZGV2OmRldg=="], 400, &several).await;
}

#[tokio::test]
async fn an_expired_token_is_invalid() {
    let world = World::start_with(Duration::ZERO, Duration::ZERO).await;
    let token = format!("Bearer {}", world.token("files:read", &world.api).await);
    world
        .check("GET /files", &[&token], 401, &format!(r#"Bearer error="invalid_token", {READ}{EXPIRED}"#))
        .await;
    world
        .check("PUT /files/a", &[&token], 401, &format!(r#"Bearer error="invalid_token", {WRITE}{EXPIRED}"#))
        .await;
}

#[tokio::test]
async fn a_body_is_not_waited_for() {
    let world = World::start().await;
    let read = world.token("files:read", &world.api).await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "PUT /files/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {read}\r\ncontent-length: 1000000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let length =
        tokio::time::timeout(Duration::from_secs(10), stream.read(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
}

#[tokio::test]
async fn an_unreachable_key_server_is_503_and_known_keys_keep_working() {
    let world = World::start().await;
    let token = format!("Bearer {}", world.token("files:read", &world.api).await);
    world.issuing.abort();
    let _ = world.http.get(&world.issuer).timeout(Duration::from_secs(1)).send().await;
    let answer = world.send("GET /files", &[&token]).await;
    assert_eq!(answer.status(), 503);
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    assert!(!answer.headers().contains_key("www-authenticate"));

    let world = World::start().await;
    let token = format!("Bearer {}", world.token("files:read", &world.api).await);
    assert_eq!(world.send("GET /files", &[&token]).await.status(), 200);
    world.issuing.abort();
    assert_eq!(world.send("GET /files", &[&token]).await.status(), 200);
}

/// A client that knows only the API's address.
struct Person<'a> {
    world: &'a World,
    client_id: String,
    authorization_server: Value,
    resource: String,
}

const REDIRECT: &str = "http://127.0.0.1:9/callback";

impl<'a> Person<'a> {
    /// Discovers the authorization server from a challenge, and registers there.
    async fn discover(world: &'a World, challenge: &str) -> Self {
        let challenge = challenge::parse(&challenge.parse().unwrap());
        let get =
            async |url: &str| -> Value { world.http.get(url).send().await.unwrap().json().await.unwrap() };
        let resource = get(&challenge["resource_metadata"]).await;
        let issuer = resource["authorization_servers"][0].as_str().unwrap();
        let authorization_server = get(&format!("{issuer}/.well-known/oauth-authorization-server")).await;
        assert_eq!(authorization_server["issuer"], issuer);
        let registration = json!({
            "client_name": "a test",
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none",
            "scope": challenge["scope"],
        });
        let endpoint = authorization_server["registration_endpoint"].as_str().unwrap();
        let answer = world.http.post(endpoint).json(&registration).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let client: Value = answer.json().await.unwrap();
        let client_id = client["client_id"].as_str().unwrap().to_owned();
        let resource = resource["resource"].as_str().unwrap().to_owned();
        Self { world, client_id, authorization_server, resource }
    }

    /// Requests `scope`, consents to `granted` on the page, and exchanges the code for a token.
    async fn log_in(&self, scope: &str, granted: &[&str]) -> String {
        let verifier = "a-verifier-of-at-least-forty-three-characters-in-all";
        let url = |name: &str| self.authorization_server[name].as_str().unwrap();
        let query = [
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", REDIRECT),
            ("code_challenge", &s256(verifier)),
            ("code_challenge_method", "S256"),
            ("resource", &self.resource),
            ("scope", scope),
            ("state", "s t&a=te"),
        ];
        let page = self.world.http.get(url("authorization_endpoint")).query(&query).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        let shown: Vec<&str> = scope
            .split(' ')
            .filter(|scope| page.contains(&format!(r#"name="scope" value="{scope}""#)))
            .collect();
        assert_eq!(shown.join(" "), scope, "the page shows each scope");
        assert!(page.contains("See your files"), "and its description");
        let mut form =
            vec![("request", between(&page, r#"name="request" value=""#, "\"")), ("decision", "allow")];
        form.extend(granted.iter().map(|scope| ("scope", *scope)));
        let consent =
            self.world.http.post(format!("{}/consent", self.world.issuer)).form(&form).send().await.unwrap();
        let location = reqwest::Url::parse(consent.headers()["location"].to_str().unwrap()).unwrap();
        let returned =
            |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(returned("state"), "s t&a=te");
        assert_eq!(returned("iss"), self.world.issuer);
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client_id),
            ("code", &returned("code")),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
            ("resource", &self.resource),
        ];
        let answer = self.world.http.post(url("token_endpoint")).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["scope"], granted.join(" "));
        format!("Bearer {}", answer["access_token"].as_str().unwrap())
    }
}

fn s256(verifier: &str) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes()))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

#[tokio::test]
async fn a_client_that_knows_nothing_gets_in_and_steps_up() {
    let world = World::start().await;
    let challenge_of = |answer: Response| answer.headers()["www-authenticate"].to_str().unwrap().to_owned();

    let first = challenge_of(world.send("GET /files", &[]).await);
    let person = Person::discover(&world, &first).await;
    assert_eq!(person.resource, world.api);
    let token = person.log_in("files:read", &["files:read"]).await;
    assert_eq!(world.send("GET /files", &[&token]).await.status(), 200);

    let refused = world.send("PUT /files/a", &[&token]).await;
    assert_eq!(refused.status(), 403);
    let more = challenge::parse(&challenge_of(refused).parse().unwrap())["scope"].clone();
    let token = person.log_in(&more, &["files:read", "files:write"]).await;
    assert_eq!(world.send("PUT /files/a", &[&token]).await.status(), 201);

    let token = person.log_in(&more, &["files:read"]).await;
    assert_eq!(world.send("PUT /files/a", &[&token]).await.status(), 403, "an unticked scope is not granted");
}
