//! The lines of the input are an identifier, an issuer, a language, and JSON that an issuer might publish. Each identifier that a
//! resource accepts must be a URL to other programs, and appear unchanged in the document.
#![no_main]

use axum::body::Body;
use fuzzing::{Tally, run, send};
use http::Request;
use libfuzzer_sys::{Corpus, fuzz_target};
use scopegate::{
    __fuzzing::{key_set_url, metadata_urls},
    Gate, Issuer, Issuers, Resource, ResourceMetadata, Router, TokenVerifier,
    testing::TestVerifier,
};
use serde_json::Value;
use url::{Host, Url};

fuzz_target!(|data: &[u8]| -> Corpus {
    let mut lines = data.splitn(4, |byte| *byte == b'\n').map(|line| std::str::from_utf8(line).ok());
    let (Some(Some(identifier)), Some(Some(issuer)), Some(Some(language)), Some(Some(json))) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Corpus::Reject;
    };
    check_identifier(identifier, language);
    check_issuer(issuer);
    if let Ok(json) = serde_json::from_str::<Value>(json) {
        check_documents(&json, issuer);
    }
    Corpus::Keep
});

static ACCEPTED: Tally = Tally::new("named a resource");

fn check_identifier(text: &str, language: &str) {
    let resource = Resource::new(text);
    ACCEPTED.note(resource.is_ok());
    let resource = match resource {
        Ok(resource) => resource,
        Err(invalid) => return assert!(!invalid.to_string().contains('\n')),
    };
    check_url(text);
    assert!(!text.contains('#'));
    let well_known = resource.metadata_url();
    check_url(&well_known);
    assert!(well_known.contains(&resource.metadata_path()));
    let resource =
        resource.clone().member(format!("resource_name#{language}"), "A").expect("a member without a method");
    let document = serde_json::to_value(ResourceMetadata::new(&resource, [])).expect("a document");
    assert_eq!(document["resource"], text);
    check_served(&resource);
}

/// Checks that the document is served at the URL in the challenge.
fn check_served(resource: &Resource) {
    let issuer = resource.clone().authorization_server("https://auth.example.com").expect("an issuer");
    let gate = Gate::new(issuer, TestVerifier::new());
    let app: axum::Router = Router::new().protect(gate).expect("a router");
    let url = resource.metadata_url();
    let path = &url[url.find("/.well-known").expect("the well-known path")..];
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = run(send(&app, request)).expect("the answer ends");
    assert_eq!(answer.status, 200, "{path}");
    let document: Value = serde_json::from_str(&answer.body).expect("a document");
    assert_eq!(document["resource"], resource.identifier());
}

fn check_issuer(text: &str) {
    let urls = metadata_urls(text);
    let resource = Resource::new("https://h.example").expect("a resource");
    let Ok(resource) = resource.authorization_server(text) else { return };
    assert_eq!(resource.authorization_servers(), [text]);
    if is_in_another_alphabet(text) {
        return;
    }
    check_url(text);
    // A URL that is accepted at startup can be parsed later.
    let origin = |url: &str| Url::parse(url).expect("a URL").origin();
    for url in urls.unwrap_or_else(|error| panic!("{error}")) {
        check_url(&url);
        assert_eq!(origin(&url), origin(text), "the keys of an issuer come from elsewhere");
    }
}

/// Checks that browsers and the HTTP client parse a URL as written.
fn check_url(text: &str) {
    if is_in_another_alphabet(text) {
        return;
    }
    let authority = authority(text);
    let url = Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(url.username().is_empty() && url.password().is_none());
    let host = url.host().expect("a host");
    let loopback = match &host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    assert!(url.scheme() == "https" || url.scheme() == "http" && loopback, "{text}");
    if !matches!(host, Host::Ipv6(_)) {
        let written = authority.split(':').next().unwrap_or_default();
        assert!(host.to_string().eq_ignore_ascii_case(written), "{text} is at {host}");
    }
    let path = text.split_once("://").map_or("", |(_, rest)| &rest[authority.len()..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    assert_eq!(url.path(), if path.is_empty() { "/" } else { path });
}

fn authority(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default()
}

/// Tells whether a host has a label in another alphabet. IDNA decides whether such a label is valid, not the grammar.
fn is_in_another_alphabet(url: &str) -> bool {
    authority(url).to_ascii_lowercase().split('.').any(|label| label.starts_with("xn--"))
}

fn check_documents(json: &Value, issuer: &str) {
    if let Ok(url) = key_set_url(json, issuer) {
        assert_eq!(json["issuer"], issuer);
        let url = Url::parse(&url).expect("a URL");
        let issuer = Url::parse(issuer).expect("a URL");
        assert_eq!(url.origin(), issuer.origin(), "{url} is not the issuer's");
    }
    let is_set = json["keys"].as_array().is_some_and(|keys| keys.len() <= 256);
    let problems = Issuers::from(Issuer::new(issuer).key_set(json.to_string())).problems();
    assert_eq!(!problems.iter().any(|problem| problem.contains("not a JWK set")), is_set, "{problems:?}");
}
