//! Each line of the input is the value of an `Authorization` header. A regular expression gives the expected result.
#![no_main]

use std::sync::LazyLock;

use axum::{Router, body::Body};
use fuzzing::{Tally, run, send};
use http::{HeaderValue, Request, header::AUTHORIZATION};
use libfuzzer_sys::{Corpus, fuzz_target};
use regex::bytes::Regex;
use scopegate::{
    Access, Gate, GrantedScopes, Presented, Resource, Token, TokenVerifier, VerifyError, authenticated,
    routing::get,
};

fuzz_target!(|data: &[u8]| -> Corpus {
    let lines = data.split(|byte| *byte == b'\n').filter(|_| !data.is_empty());
    let Ok(values) = lines.map(HeaderValue::from_bytes).collect::<Result<Vec<_>, _>>() else {
        return Corpus::Reject;
    };
    let mut request = Request::get("/").body(Body::empty()).expect("a request");
    for value in &values {
        request.headers_mut().append(AUTHORIZATION, value.clone());
    }
    let answer = run(send(&APP, request)).expect("the answer ends");
    let has_error = answer.challenge().contains("error=\"invalid_token\"");
    let status = answer.status.as_u16();
    let expected = Expected::of(&values);
    TOKENS.note(matches!(expected, Expected::Token(_)));
    match expected {
        Expected::Token(token) => assert_eq!((status, answer.body), (200, token)),
        Expected::NotAToken => assert_eq!((status, has_error), (401, true)),
        Expected::Absent => assert_eq!((status, has_error), (401, false)),
        Expected::Several => assert_eq!(status, 400),
    }
    Corpus::Keep
});

static TOKENS: Tally = Tally::new("had one token");

/// Accepts every token, and keeps its text.
struct Everybody;

impl TokenVerifier for Everybody {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        Ok(Token::granting(GrantedScopes::default()).with_subject(presented.token()))
    }
}

#[authenticated]
async fn token(access: Access) -> String {
    access.subject().unwrap_or_default().to_owned()
}

static APP: LazyLock<Router> = LazyLock::new(|| {
    let resource = Resource::new("https://files.example.com").expect("a resource");
    let resource = resource.authorization_server("https://auth.example.com").expect("an issuer");
    scopegate::Router::new().route("/", get(token)).protect(Gate::new(resource, Everybody)).expect("a router")
});

enum Expected {
    Absent,
    NotAToken,
    Several,
    Token(String),
}

impl Expected {
    fn of(values: &[HeaderValue]) -> Self {
        static SCHEME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i-u)^[ \t]*bearer([ \t].*)?$"));
        static TOKEN: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"(?i-u)^[ \t]*bearer +([a-z0-9._~+/-]+=*)[ \t]*$"));
        let value = match values {
            [] => return Self::Absent,
            [value] => value.as_bytes(),
            _ => return Self::Several,
        };
        match TOKEN.captures(value) {
            Some(captures) => Self::Token(String::from_utf8_lossy(&captures[1]).into_owned()),
            None if SCHEME.is_match(value) => Self::NotAToken,
            None => Self::Absent,
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a regular expression")
}
