//! The rules of one issuer are never used for the tokens of another, for random pairs of issuers and random tokens.

use std::{cell::Cell, sync::LazyLock, time::Duration};

use axum::http::StatusCode;
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, TestRunner},
};
use scopegate::{Gate, Issuer, Issuers, Resource, Router, routing::get};
use scopegate_tests::issuer::{Key, now};
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

const RESOURCE: &str = "https://files.example.com";
const NAMES: [&str; 2] = ["https://a.example.com", "https://b.example.com"];
const AUDIENCES: [&str; 4] = [RESOURCE, "one", "two", "https://other.example.com"];
const CLIENTS: [&str; 2] = ["one", "two"];

/// The number of pairs of issuers, with several tokens for each, because making an issuer takes long.
const PAIRS: u32 = 100;
const TOKENS: usize = 40;

/// Each issuer has a key for each algorithm. The keys of both issuers have the same names.
static KEYS: LazyLock<[[Key; 2]; 2]> =
    LazyLock::new(|| [(); 2].map(|()| [Key::ed25519("k1"), Key::p256("k2")]));

#[derive(Clone, Debug)]
struct Rules {
    audiences: Vec<&'static str>,
    clients: Vec<&'static str>,
    is_exclusive: bool,
    required: Option<&'static str>,
    prefix: Option<&'static str>,
    claims: Option<&'static str>,
    roles: Option<&'static str>,
    of_access: Option<&'static str>,
    algorithm: Option<&'static str>,
    leeway: u64,
}

fn rules() -> impl Strategy<Value = Rules> {
    let whom =
        (subsequence(AUDIENCES[1..3].to_vec(), 0..=2), subsequence(CLIENTS.to_vec(), 0..=2), any::<bool>());
    let claims = (
        select(vec![None, None, Some("access"), Some("id")]),
        select(vec![None, None, Some("a/"), Some("b/")]),
        select(vec![None, Some("scope"), Some("permissions")]),
        select(vec![None, Some("files:read"), Some("files:write")]),
        select(vec![None, None, Some("jti")]),
    );
    let rest = (select(vec![None, None, Some("EdDSA"), Some("ES256")]), select(vec![0, 30, 90]));
    (whom, claims, rest).prop_map(|((audiences, clients, is_exclusive), claims, (algorithm, leeway))| {
        let (required, prefix, of_scopes, roles, of_access) = claims;
        Rules {
            audiences,
            clients,
            is_exclusive,
            required,
            prefix,
            claims: of_scopes,
            roles,
            of_access,
            algorithm,
            leeway,
        }
    })
}

impl Rules {
    fn issuer(&self, at: usize) -> Issuer {
        let keys = json!({ "keys": KEYS[at].iter().map(Key::jwk).collect::<Vec<_>>() });
        let mut issuer = Issuer::new(NAMES[at])
            .key_set(keys.to_string())
            .client_ids(self.clients.iter().copied())
            .leeway(Duration::from_secs(self.leeway));
        for audience in &self.audiences {
            issuer = issuer.audience(*audience);
        }
        if self.is_exclusive {
            issuer = issuer.exclusive_audience();
        }
        if let Some(use_) = self.required {
            issuer = issuer.require("token_use", use_);
        }
        if let Some(prefix) = self.prefix {
            issuer = issuer.scope_prefix(prefix);
        }
        if let Some(claim) = self.claims {
            issuer = issuer.scopes([claim]);
        }
        if let Some(scopes) = self.roles {
            issuer = issuer.roles_at(["roles"], [("editor", scopes)]);
        }
        if let Some(claim) = self.of_access {
            issuer = issuer.access_claims([claim]);
        }
        if let Some(algorithm) = self.algorithm {
            issuer = issuer.algorithms([algorithm]);
        }
        issuer
    }
}

#[derive(Clone, Debug)]
struct Forged {
    signer: usize,
    algorithm: usize,
    named: usize,
    is_at_jwt: bool,
    claims: Map<String, Value>,
}

fn token() -> impl Strategy<Value = Forged> {
    let scopes = vec!["a/files:read", "b/files:write", "files:read", "files:write"];
    // Most tokens are signed by the issuer that they name.
    let signer = prop_oneof![9 => Just(false), 1 => Just(true)];
    let header = (0..2_usize, 0..2_usize, signer, any::<bool>());
    let whom = (
        prop::option::weighted(0.8, subsequence(AUDIENCES.to_vec(), 0..=2)),
        select(vec![None, Some("one"), Some("two")]),
    );
    let what =
        (subsequence(scopes.clone(), 0..=4), prop::option::of(select(scopes)), any::<bool>(), any::<bool>());
    let marks = (
        select(vec![None, None, Some("access"), Some("id")]),
        any::<bool>(),
        select(vec![300_i64, 300, -10, -60, -200]),
    );
    (header, whom, what, marks).prop_map(|((named, algorithm, is_other, is_at_jwt), whom, what, marks)| {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        };
        set("iss", Some(NAMES[named].into()));
        set("sub", Some("alice".into()));
        set("aud", whom.0.map(|audiences| json!(audiences)));
        set("client_id", whom.1.map(Value::from));
        set("scope", (!what.0.is_empty()).then(|| what.0.join(" ").into()));
        set("permissions", what.1.map(|scope| json!([scope])));
        set("roles", what.2.then(|| json!(["editor"])));
        set("jti", what.3.then(|| "1".into()));
        set("token_use", marks.0.map(Value::from));
        set("nonce", (marks.1 && marks.2 < 0).then(|| "n".into()));
        set("exp", Some((now() + marks.2).into()));
        let signer = if is_other { 1 - named } else { named };
        Forged { signer, algorithm, named, is_at_jwt, claims }
    })
}

impl Forged {
    fn text(&self) -> String {
        let key = &KEYS[self.signer][self.algorithm];
        let typ = if self.is_at_jwt { "at+jwt" } else { "JWT" };
        let header = json!({ "alg": key.algorithm(), "kid": key.jwk()["kid"], "typ": typ });
        key.mint_with(&header, &Value::Object(self.claims.clone()))
    }
}

/// A handler behind a gate with these issuers.
fn app(issuers: Vec<Issuer>) -> axum::Router {
    let resource = Resource::new(RESOURCE).and_then(|resource| resource.authorization_server(NAMES[0]));
    // `Gate::issuers` refuses two scope prefixes, because a challenge can use only one.
    let gate = Gate::new(resource.expect("a resource"), Issuers::new(issuers));
    Router::new().route("/scopes", get(crate::scopes)).protect(gate).expect("a gate")
}

/// Returns the scopes of a token that the gate accepts.
fn admitted(runtime: &Runtime, app: &axum::Router, token: &str) -> Option<String> {
    let answer = runtime.block_on(crate::ask(app, "GET /scopes", token));
    match answer.status {
        StatusCode::OK => Some(answer.body),
        StatusCode::UNAUTHORIZED => None,
        status => panic!("{status}: {}", answer.body),
    }
}

/// Judges each token twice, to check that the cache uses the same rules.
fn twice(runtime: &Runtime, app: &axum::Router, token: &str) -> Option<String> {
    let first = admitted(runtime, app, token);
    assert_eq!(admitted(runtime, app, token), first);
    first
}

#[test]
fn a_token_is_judged_by_the_rules_of_its_issuer_and_of_no_other() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (good, of_one_alone) = (Cell::new(0_usize), Cell::new(0_usize));
    let mut runner = TestRunner::new(Config { cases: PAIRS, failure_persistence: None, ..Config::default() });
    let tokens = prop::collection::vec(token(), TOKENS);
    let outcome = runner.run(&(rules(), rules(), tokens), |(a, b, tokens)| {
        let alone = [app(vec![a.issuer(0)]), app(vec![b.issuer(1)])];
        let exchanged = [app(vec![b.issuer(0)]), app(vec![a.issuer(1)])];
        let both = [app(vec![a.issuer(0), b.issuer(1)]), app(vec![b.issuer(1), a.issuer(0)])];
        for token in &tokens {
            let text = token.text();
            let expected = twice(&runtime, &alone[token.named], &text);
            for both in &both {
                prop_assert_eq!(&twice(&runtime, both, &text), &expected, "{:?}", token);
            }
            let other = twice(&runtime, &alone[1 - token.named], &text);
            prop_assert_eq!(other, None, "the gate does not have the token's issuer: {:?}", token);
            if token.signer != token.named {
                prop_assert_eq!(&expected, &None, "signed by the key of another issuer: {:?}", token);
            }
            good.set(good.get() + usize::from(expected.is_some()));
            let by_others = admitted(&runtime, &exchanged[token.named], &text);
            of_one_alone.set(of_one_alone.get() + usize::from(by_others != expected));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // The test is useful only if enough tokens are valid, and the other issuer's rules would judge them differently.
    let few = usize::try_from(PAIRS).expect("a number") * TOKENS / 40;
    assert!(good.get() > few, "only {} tokens were good", good.get());
    assert!(of_one_alone.get() > few, "only {} tokens depended on the issuer's rules", of_one_alone.get());
}
