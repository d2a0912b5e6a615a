//! Opaque tokens at a real gate: the server that is asked, the rules for its answer, and the answer to clients.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use allocation_counter::measure;
use scopegate::{
    Access, Gate, Introspection, Issuer, Issuers, Resource, Router, StaticKeys, authenticated,
    requires_scope, routing::get,
};
use scopegate_tests::{
    exchange::{Answer, send},
    introspecting::{Introspecting, Reply},
    issuer::{self, Key, now},
    passing::pass,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const API: &str = "https://files.example.com";

#[requires_scope("files:read")]
async fn list() -> &'static str {
    "files"
}

#[requires_scope("files:write")]
async fn write() {}

#[authenticated]
async fn whoami(access: Access) -> String {
    [access.issuer(), access.subject(), access.client()].map(Option::unwrap_or_default).join(" ")
}

/// Handlers behind a gate.
#[derive(Clone)]
struct Api(axum::Router);

impl Api {
    fn new(issuers: impl Into<Issuers>) -> Self {
        Self::of(Gate::issuers(Resource::new(API).expect("a resource"), issuers))
    }

    fn of(gate: Gate) -> Self {
        let routes = Router::new().route("/files", get(list).put(write)).route("/whoami", get(whoami));
        Self(routes.protect(gate).expect("a gate"))
    }

    async fn send(&self, request: &str, token: &str) -> Answer {
        send(&self.0, request, &[&format!("authorization: Bearer {token}")]).await
    }

    /// Lists files with a token, and returns the status.
    async fn status(&self, token: &str) -> u16 {
        self.send("GET /files", token).await.status.as_u16()
    }
}

fn introspection() -> Introspection {
    Introspection::new("files-api", "hidden")
}

fn issuer(server: &Introspecting) -> Issuer {
    Issuer::new(server.id()).introspection(introspection())
}

fn active() -> Value {
    json!({
        "active": true, "aud": API, "scope": "files:read", "sub": "alice", "client_id": "app", "exp": now() + 300,
        "token_type": "Bearer",
    })
}

#[tokio::test]
async fn clients_get_what_they_get_with_a_jwt() {
    let server = Introspecting::start().await;
    let api = Api::new([issuer(&server)]);
    server.reply_json(&active());
    assert_eq!(api.send("GET /files", "good").await.body, "files");
    assert_eq!(api.send("GET /whoami", "good").await.body, format!("{} alice app", server.id()));
    let lacking = api.send("PUT /files", "good").await;
    assert_eq!(lacking.status, 403);
    assert!(lacking.challenge().contains(r#"error="insufficient_scope", scope="files:write""#));
    assert_eq!(server.asked(), 1);

    server.reply_json(&json!({ "active": false }));
    let revoked = api.send("GET /files", "revoked").await;
    assert_eq!(revoked.status, 401);
    assert!(revoked.challenge().contains(r#"error="invalid_token""#));

    server.reply(Reply::Later(503, 7));
    let later = api.send("GET /files", "unknown").await;
    assert_eq!((later.status.as_u16(), later.challenge(), later.header("retry-after")), (503, "", "7"));
    assert_eq!(api.status("good").await, 200, "the cached answer still counts");

    let without = send(&api.0, "GET /files", &[]).await;
    assert_eq!((without.status.as_u16(), server.asked()), (401, 3));
}

#[tokio::test]
async fn wrong_credentials_of_the_program_are_no_fault_of_a_token() {
    for status in [400, 401, 403] {
        let server = Introspecting::start().await;
        server.reply(Reply::Content(status, "application/json", r#"{"error":"invalid_client"}"#.to_owned()));
        let answer = Api::new([issuer(&server)]).send("GET /files", "token").await;
        assert_eq!(
            (answer.status.as_u16(), answer.challenge(), answer.header("retry-after")),
            (503, "", "1")
        );
    }
}

#[tokio::test]
async fn a_revoked_token_is_refused_within_the_lifetime() {
    let server = Introspecting::start().await;
    let api = Api::new([issuer(&server)]);
    server.reply_json(&active());
    assert_eq!(api.status("token").await, 200);
    server.reply_json(&json!({ "active": false }));
    pass(Duration::from_secs(29)).await;
    assert_eq!(api.status("token").await, 200);
    pass(Duration::from_secs(1)).await;
    assert_eq!(api.status("token").await, 401);
}

#[tokio::test]
async fn a_thousand_requests_are_one_question() {
    let server = Introspecting::start().await;
    let api = Api::new([issuer(&server)]);
    server.reply_json(&active());
    let mut requests = JoinSet::new();
    for _ in 0..1000 {
        let api = api.clone();
        requests.spawn(async move { api.status("token").await });
    }
    assert!(requests.join_all().await.iter().all(|status| *status == 200));
    assert_eq!((server.asked(), server.metadata_requests()), (1, 1));
}

/// Checks how an issuer judges answers with changed members.
async fn judge(server: &Introspecting, issuer: Issuer, cases: &[(&str, Value, u16)]) {
    let api = Api::new([issuer]);
    for (at, (name, value, expected)) in cases.iter().enumerate() {
        let mut answer = active();
        answer[*name] = value.clone();
        server.reply_json(&answer);
        let token = format!("{name}-{at}");
        for _ in 0..2 {
            assert_eq!(api.status(&token).await, *expected, "{name}: {value}");
        }
    }
}

#[tokio::test]
async fn answers_are_judged_like_claims() {
    let server = Introspecting::start().await;
    let other = "https://other.example.com";
    let cases = [
        ("aud", json!(API), 200),
        ("aud", json!([other, API]), 200),
        ("aud", json!(format!("{API}/")), 200),
        ("aud", json!(other), 401),
        ("aud", json!([]), 401),
        ("aud", json!(7), 401),
        ("aud", json!(null), 401),
        ("iss", json!(server.id()), 200),
        ("iss", json!(other), 401),
        ("iss", json!(7), 401),
        ("exp", json!(null), 200),
        ("exp", json!(1.5e10), 200),
        ("exp", json!(now() - 20), 200),
        ("exp", json!(now() - 40), 401),
        ("exp", json!(0.5), 401),
        ("nbf", json!(now() + 20), 200),
        ("nbf", json!(now() + 40), 401),
        ("scope", json!("files:read other"), 200),
        ("scope", json!(["files:read"]), 200),
        ("scope", json!("other"), 403),
        ("scope", json!(null), 403),
        ("token_type", json!("refresh_token"), 401),
        ("cnf", json!({ "jkt": "key" }), 401),
    ];
    judge(&server, issuer(&server), &cases).await;

    let required = issuer(&server).require("tenant", "acme").audience("files");
    judge(
        &server,
        required,
        &[("tenant", json!("acme"), 200), ("tenant", json!("globex"), 401), ("aud", json!("files"), 401)],
    )
    .await;
    let looking = issuer(&server).audience("files").access_claims(["jti"]);
    judge(&server, looking, &[("aud", json!("files"), 401), ("aud", json!(API), 200)]).await;
    judge(&server, issuer(&server).exclusive_audience(), &[("aud", json!([API, other]), 401)]).await;
    judge(&server, issuer(&server).also_named(other), &[("iss", json!(other), 200)]).await;
}

#[tokio::test]
async fn an_answer_without_an_audience_needs_a_choice() {
    let server = Introspecting::start().await;
    let other = json!("https://other.example.com");
    let accepting = introspection().without_audience();
    judge(&server, issuer(&server), &[("aud", json!(null), 401)]).await;
    let issuer = || Issuer::new(server.id()).introspection(accepting.clone());
    judge(&server, issuer(), &[("aud", json!(null), 200), ("aud", other, 401)]).await;

    let mut answer = active();
    answer["aud"] = json!(null);
    for (client, expected) in [("app", 200), ("other", 401)] {
        answer["client_id"] = json!(client);
        server.reply_json(&answer);
        for settings in [introspection(), accepting.clone()] {
            let issuer = Issuer::new(server.id()).client_ids(["app"]).introspection(settings);
            assert_eq!(Api::new([issuer]).status("token").await, expected, "{client}");
        }
    }
}

/// Gates with different resources share the cache of one verifier.
#[tokio::test]
async fn a_remembered_answer_is_judged_for_each_resource() {
    let server = Introspecting::start().await;
    server.reply_json(&active());
    let verifier = Arc::new(Issuers::new([issuer(&server)]));
    let gate = |resource: &str| {
        let resource =
            Resource::new(resource).and_then(|resource| resource.authorization_server(server.id()));
        Api::of(Gate::new(resource.expect("a resource"), Arc::clone(&verifier)))
    };
    let (own, other) = (gate(API), gate("https://other.example.com"));
    for _ in 0..3 {
        assert_eq!(own.status("token").await, 200);
        assert_eq!(other.status("token").await, 401);
    }
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_jwt_and_a_static_key_are_asked_about_nowhere() {
    let (key, unknown) = (Key::ed25519("key"), Key::ed25519("unknown"));
    let jwts = issuer::Issuer::publishing(&[&key]).await;
    let server = Introspecting::publishing(&[&key]).await;
    server.reply_json(&active());
    let keys = StaticKeys::new().key("backup", "sk_backup", "files:read").expect("a key");
    let issuers = Issuers::new([Issuer::new(jwts.id()), issuer(&server)]).static_keys(keys);
    let api = Api::new(issuers);
    let claims = |iss: &str| {
        let mut claims = jwts.claims(API, "files:read");
        claims["iss"] = json!(iss);
        claims
    };
    assert_eq!(api.status(&key.mint(&claims(jwts.id()))).await, 200);
    assert_eq!(
        api.status(&key.mint(&claims(server.id()))).await,
        200,
        "a JWT of the server that introspects"
    );
    assert_eq!(api.status("sk_backup").await, 200);
    let mut no_issuer = claims("");
    no_issuer.as_object_mut().expect("an object").remove("iss");
    for refused in [
        key.mint(&claims("https://unknown.example.com")),
        key.mint(&no_issuer),
        unknown.mint(&claims(jwts.id())),
        key.mint_text(r#"{"alg":"EdDSA"}"#, "no claims"),
        key.mint_text(r#"{"alg":"none"}"#, "{}"),
        key.mint_text(r#"{"alg":"EdDSA","typ":"JWT","crit":[]}"#, &claims(server.id()).to_string()),
    ] {
        assert_ne!(api.status(&refused).await, 200);
    }
    assert_eq!(server.asked(), 0);
    for (at, opaque) in
        ["opaque", "ory_at_a.b", "ya29.a.b", "a.b.c", "e30", "..", "a.b.c.d.e"].into_iter().enumerate()
    {
        assert_eq!(api.status(opaque).await, 200, "{opaque}");
        assert_eq!(server.asked(), at + 1, "{opaque}");
    }
}

#[tokio::test]
async fn each_server_is_asked_about_its_own_tokens_alone() {
    let (one, two) = (Introspecting::start().await, Introspecting::start().await);
    one.reply_json(&active());
    two.reply_json(&active());
    let api = Api::new([
        Issuer::new(one.id()).introspection(introspection().token_prefix("one_").token_prefix("uno_")),
        Issuer::new(two.id()).introspection(introspection().token_prefix("two_")),
    ]);
    for (token, status, asked) in [
        ("one_1", 200, (1, 0)),
        ("uno_1", 200, (2, 0)),
        ("two_1", 200, (2, 1)),
        ("three_1", 401, (2, 1)),
        ("one", 401, (2, 1)),
        ("a.one_.b", 401, (2, 1)),
    ] {
        assert_eq!((api.status(token).await, (one.asked(), two.asked())), (status, asked), "{token}");
    }
    // An answer that names one issuer is not accepted for another.
    let mut answer = active();
    answer["iss"] = json!(one.id());
    two.reply_json(&answer);
    assert_eq!(api.status("two_2").await, 401);
}

#[tokio::test]
async fn contradictions_are_errors_at_startup() {
    let check = |issuers: Vec<Issuer>, expected: &str| {
        let gate = Gate::issuers(
            Resource::new(API)
                .and_then(|api| api.authorization_server("https://a.example"))
                .expect("a resource"),
            issuers,
        );
        let error = Router::<()>::new().route("/", get(list)).protect(gate).expect_err(expected);
        let problems = error.problems();
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
        assert!(!error.to_string().contains("hidden"));
    };
    let of = |id: &str, introspection| Issuer::new(id).introspection(introspection);
    let both = "would both be asked about an opaque token";
    let (a, b) = ("https://a.example", "https://b.example");
    check(vec![of(a, introspection()), of(b, introspection())], both);
    check(vec![of(a, introspection().token_prefix("a_")), of(b, introspection())], both);
    check(vec![of(a, introspection().token_prefix("a_")), of(b, introspection().token_prefix("a_b_"))], both);
    check(
        vec![
            of(a, introspection().token_prefix("a_")),
            of(b, introspection().token_prefix("b_").token_prefix("")),
        ],
        both,
    );
    check(
        vec![of(a, Introspection::new("files-api", ""))],
        "the client secret of an `Introspection` is empty",
    );
    check(
        vec![of(a, introspection().key_id("k"))],
        "`key_id` works only with `Introspection::private_key_jwt`",
    );
    check(
        vec![of(a, introspection().endpoint("http://h.example/"))],
        "an introspection endpoint cannot be used",
    );
    let family = Issuer::family("https://a.example/{t}").members(["t"]).jwks_uri("https://a.example/k");
    check(vec![family.introspection(introspection()).authorization_server(a)], "it is a family");

    let named = of(a, introspection().endpoint("http://keys.internal/")).http_hosts(["keys.internal"]);
    let gate = Gate::issuers(Resource::new(API).expect("a resource"), [named]);
    assert!(Router::<()>::new().protect(gate).is_ok(), "the program names the host");
}

#[tokio::test]
async fn nothing_is_remembered_with_a_cache_of_no_size() {
    let server = Introspecting::start().await;
    server.reply_json(&active());
    let api = Api::new(Issuers::new([issuer(&server)]).cache_size(0));
    for asked in 1..4 {
        assert_eq!((api.status("token").await, server.asked()), (200, asked));
    }
}

/// The presets, with servers that the test controls.
fn presets(github: &Introspecting, google: &Introspecting) -> Api {
    let roles = [("repo", "files:read"), ("https://www.googleapis.com/auth/drive", "files:read")];
    Api::new([
        Issuer::github("Iv1.abc", "hidden")
            .introspection(Introspection::github("Iv1.abc", "hidden").endpoint(github.endpoint()))
            .roles_at(["scope"], roles),
        Issuer::google("client")
            .audience("other")
            .introspection(Introspection::google().endpoint(google.endpoint()))
            .roles_at(["scope"], roles),
    ])
}

#[tokio::test]
async fn github_and_google_are_asked_about_their_own_tokens() {
    let (github, google) = (Introspecting::start().await, Introspecting::start().await);
    let api = presets(&github, &google);
    let of_github = |name: &str, value: Value| {
        let mut answer = json!({ "scopes": ["repo"], "app": { "client_id": "Iv1.abc" }, "user": { "id": 1, "login": "octocat" } });
        answer[name] = value;
        Reply::json(&answer)
    };
    let of_google = |name: &str, value: Value| {
        let scope = "openid https://www.googleapis.com/auth/drive";
        let mut answer = json!({ "aud": "client", "azp": "client", "sub": "1089", "scope": scope, "exp": (now() + 300).to_string() });
        answer[name] = value;
        Reply::json(&answer)
    };
    let error = |status, text: &str| Reply::Content(status, "application/json", text.to_owned());
    for (at, (reply, expected)) in [
        (of_github("note", json!("n")), 200),
        (of_github("scopes", json!([])), 403),
        (of_github("scopes", json!(["repo:status"])), 403),
        (of_github("app", json!({ "client_id": "Iv1.other" })), 503),
        (of_github("expires_at", json!("2020-01-01T00:00:00Z")), 401),
        (error(404, r#"{"message":"Not Found"}"#), 401),
        (error(422, r#"{"message":"Validation Failed"}"#), 401),
        (error(401, r#"{"message":"Bad credentials"}"#), 503),
    ]
    .into_iter()
    .enumerate()
    {
        github.reply(reply);
        assert_eq!(api.status(&format!("gho_{at}")).await, expected, "GitHub {at}");
    }
    for (at, (reply, expected)) in [
        (of_google("access_type", json!("online")), 200),
        (of_google("aud", json!("other")), 200),
        (of_google("aud", json!("foreign")), 401),
        (of_google("aud", json!(["client"])), 200),
        (of_google("scope", json!("openid")), 403),
        (of_google("scope", json!(null)), 403),
        (of_google("exp", json!((now() - 40).to_string())), 401),
        (error(400, r#"{"error":"invalid_token"}"#), 401),
        (error(400, r#"{"error":"invalid_request"}"#), 503),
    ]
    .into_iter()
    .enumerate()
    {
        google.reply(reply);
        assert_eq!(api.status(&format!("ya29.{at}")).await, expected, "Google {at}");
    }
    let asked = (github.asked(), google.asked());
    assert_eq!(asked, (8, 9));
    for token in ["ghp_personal", "github_pat_x", "other", "1//refresh", "ya2.x"] {
        assert_eq!(api.status(token).await, 401, "{token}");
    }
    assert_eq!((github.asked(), google.asked()), asked);
}

#[tokio::test]
async fn the_presets_name_issuer_subject_and_client() {
    let (github, google) = (Introspecting::start().await, Introspecting::start().await);
    let api = presets(&github, &google);
    github.reply_json(&json!({ "scopes": [], "app": { "client_id": "Iv1.abc" }, "user": { "id": 1 } }));
    google.reply_json(
        &json!({ "aud": "client", "azp": "client", "sub": "1089", "exp": (now() + 300).to_string() }),
    );
    assert_eq!(api.send("GET /whoami", "gho_token").await.body, "https://github.com/login/oauth 1 Iv1.abc");
    assert_eq!(api.send("GET /whoami", "ya29.token").await.body, "https://accounts.google.com 1089 client");
}

/// Counts the allocations of a request whose token was verified before.
fn allocations_again(api: &Api, token: &str) -> u64 {
    let mut status = None;
    let allocations = measure(|| {
        let answering = pin!(api.status(token));
        let Poll::Ready(answer) = answering.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the request waits")
        };
        status = Some(answer);
    });
    assert_eq!(status, Some(200));
    allocations.count_total
}

#[tokio::test]
async fn an_introspected_token_again_costs_no_more_than_a_jwt_again() {
    let key = Key::ed25519("key");
    let jwts = issuer::Issuer::publishing(&[&key]).await;
    let server = Introspecting::start().await;
    server.reply_json(&active());
    let jwt = key.mint(&jwts.claims(API, "files:read"));
    let (of_jwts, of_both) = (Issuer::new(jwts.id()), [Issuer::new(jwts.id()), issuer(&server)]);
    let (of_jwts, of_both) = (Api::new(of_jwts), Api::new(of_both));
    assert_eq!((of_jwts.status(&jwt).await, of_both.status("opaque").await), (200, 200));
    let (of_jwt, of_opaque) = (allocations_again(&of_jwts, &jwt), allocations_again(&of_both, "opaque"));
    assert!(of_opaque <= of_jwt, "{of_opaque} allocations, and {of_jwt} for a JWT");
}
