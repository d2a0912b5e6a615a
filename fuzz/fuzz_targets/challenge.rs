//! The lines of the input are the parts of a challenge. The target reads the gate's challenge with the grammar of HTTP, and with
//! the regular expression of common clients.
#![no_main]

use std::collections::{BTreeMap, HashMap};

use axum::body::Body;
use fuzzing::{Tally, run, send};
use http::Request;
use libfuzzer_sys::{Corpus, fuzz_target};
use scopegate::{
    Challenge, ErrorCode, Gate, Resource, Router, Scope, StaticKeys, requires_scope, routing::get,
    testing::TestVerifier,
};
use scopegate_tests::challenge::parse;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(parts) = std::str::from_utf8(data).ok().and_then(Parts::read) else { return Corpus::Reject };
    parts.of_a_resource();
    parts.of_static_keys();
    parts.by_itself();
    Corpus::Keep
});

static WITH_SCOPES: Tally = Tally::new("made challenges with scopes of their own");

/// The gate's own names for the scopes. Challenges have the names of the input instead.
const SLOTS: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];

struct Parts<'a> {
    path: &'a str,
    realm: &'a str,
    scopes: Vec<&'a str>,
    missing: &'a str,
    description: &'a str,
}

impl<'a> Parts<'a> {
    /// Reads the path, the realm, scopes separated by `|`, the text for a missing key, and another text to the end.
    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.splitn(5, '\n');
        let (path, realm, scopes) = (lines.next()?, lines.next()?, lines.next()?);
        let scopes = scopes.split('|').take(SLOTS.len()).filter(|scope| !scope.is_empty()).collect();
        Some(Self { path, realm, scopes, missing: lines.next()?, description: lines.next()? })
    }

    fn resource(&self) -> Resource {
        let resource = Resource::new(format!("https://h.example{}", self.path));
        let resource = resource.or_else(|_| Resource::new("https://h.example")).expect("a resource");
        let resource = resource.authorization_server("https://auth.example.com").expect("an issuer");
        resource.clone().realm(self.realm).unwrap_or(resource)
    }

    fn of_a_resource(&self) {
        let names: HashMap<&str, String> =
            SLOTS.into_iter().zip(self.scopes.iter().map(|scope| (*scope).to_owned())).collect();
        let floor: Vec<Scope> =
            SLOTS[..self.scopes.len()].iter().map(|slot| Scope::from_static(slot)).collect();
        let (resource, verifier) = (self.resource(), TestVerifier::new().token("low", ""));
        let gate = Gate::new(resource.clone(), verifier).floor(floor);
        let gate = gate.asked_as(move |slot| names.get(slot).cloned().unwrap_or_else(|| slot.to_owned()));
        let app = Router::new().route("/", get(handler)).protect(gate);
        let legal = self.scopes.iter().all(|scope| scopegate_grammar::check(scope).is_ok());
        assert_eq!(app.is_ok(), legal, "{:?}", self.scopes);
        WITH_SCOPES.note(legal && !self.scopes.is_empty());
        let Ok(app) = app else { return };
        // If several scopes have the same name, the challenge contains it once.
        let mut asked: Vec<&str> = Vec::new();
        for scope in self.scopes.iter().chain(&["own"]) {
            if !asked.contains(scope) {
                asked.push(scope);
            }
        }
        let scope = asked.join(" ");
        for (token, error) in
            [(None, None), (Some("bad"), Some("invalid_token")), (Some("low"), Some("insufficient_scope"))]
        {
            let read = challenge_of(&app, token);
            let realm = resource.clone().realm(self.realm).is_ok().then_some(self.realm);
            assert_eq!(read["scope"], scope);
            assert_eq!(read["resource_metadata"], resource.metadata_url());
            assert_eq!(read.get("realm").map(String::as_str), realm);
            assert_eq!(read.get("error").map(String::as_str), error);
        }
    }

    fn of_static_keys(&self) {
        let keys = StaticKeys::parse("sk=")
            .expect("a key")
            .texts(self.missing.to_owned(), self.description.to_owned());
        let app = Router::new().route("/", get(handler)).protect(Gate::static_keys(self.realm, keys));
        let is_realm = Resource::new("https://h.example").expect("a resource").realm(self.realm).is_ok();
        assert_eq!(app.is_ok(), is_realm);
        let Ok(app) = app else { return };
        let read = challenge_of(&app, None);
        assert_eq!((&*read["realm"], &*read["scope"], read.len()), (self.realm, "own", 2));
        let read = challenge_of(&app, Some("bad"));
        assert_eq!((&*read["realm"], &*read["error"]), (self.realm, "invalid_token"));
        self.check_description(read.get("error_description"));
    }

    fn by_itself(&self) {
        let challenge = Challenge::new(&self.resource())
            .with_error(ErrorCode::InvalidRequest, self.description)
            .with_acr_values(&self.scopes);
        let read = parse(&challenge.to_header_value());
        assert_eq!(read["error"], "invalid_request");
        let legal = self.scopes.iter().filter(|value| scopegate_grammar::check_acr(value).is_ok());
        let legal: Vec<&str> = legal.copied().collect();
        assert_eq!(read.get("acr_values").map_or("", String::as_str), legal.join(" "));
        self.check_description(read.get("error_description"));
    }

    /// Checks that the description is the beginning of the text. Only characters that a challenge cannot carry
    /// may differ.
    fn check_description(&self, read: Option<&String>) {
        let read: Vec<char> = read.map_or("", String::as_str).chars().collect();
        assert_eq!(read.len(), self.description.chars().count().min(256));
        for (is, was) in read.into_iter().zip(self.description.chars()) {
            let legal = matches!(was, ' '..='~') && !matches!(was, '"' | '\\' | '=');
            assert!(if legal { is == was } else { matches!(is, ' ' | '\'') }, "{was:?} became {is:?}");
        }
    }
}

#[requires_scope("own")]
async fn handler() {}

fn challenge_of(app: &axum::Router, token: Option<&str>) -> BTreeMap<String, String> {
    let mut request = Request::get("/");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = run(send(app, request.body(Body::empty()).expect("a request"))).expect("the answer ends");
    parse(&answer.headers["www-authenticate"])
}
