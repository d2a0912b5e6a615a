//! Templates of scopes.

use std::sync::LazyLock;

use axum::{Router, body::Body};
use fuzzing::{gate, run, send};
use http::{Request, Uri};
use percent_encoding::percent_decode_str;
use scopegate::{requires_scope, routing::get, testing::TestVerifier};
use scopegate_grammar::{Piece, check, check_template, pieces};
use scopegate_tests::challenge::parse;

/// Fills in a template with the first half of the values and with the second half. Different values must make different scopes.
pub(crate) fn check_any(template: &str, values: &[&str]) {
    let legal = check_template(template).is_ok();
    let read: Result<Vec<_>, _> = pieces(template).collect();
    assert!(read.is_ok() || !legal, "an invalid template was accepted");
    let Ok(read) = read else { return };
    let mut names: Vec<&str> = read.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    let Some((one, rest)) = values.split_at_checked(names.len()) else { return };
    let Some(other) = rest.get(..names.len()) else { return };
    if !legal || names.is_empty() || !one.iter().chain(other).all(|value| is_legal(value)) {
        return;
    }
    let fill = |values: &[&str]| -> String {
        let value = |name: &str| names.iter().position(|known| *known == name).map_or("", |at| values[at]);
        read.iter()
            .map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Parameter(name) => value(name),
            })
            .collect()
    };
    assert!(check(&fill(one)).is_ok() || fill(one).contains('='), "{:?} is not a scope", fill(one));
    assert_eq!(
        fill(one) == fill(other),
        one == other,
        "{template} makes the same scope for {one:?} and {other:?}"
    );
}

fn name<'a>(piece: &Piece<'a>) -> Option<&'a str> {
    match piece {
        Piece::Parameter(name) => Some(name),
        Piece::Text(_) => None,
    }
}

/// Sends the values in a path to handlers with templates, and reads the scopes of their challenges.
pub(crate) fn check_routes(values: &[&str]) {
    let [one, other, ..] = values else { return };
    for (route, template) in [("ab", "a:{one}:b:{other}"), ("ends", "{other}/of/{one}")] {
        let Ok(uri) = format!("/{route}/{one}/{other}").parse::<Uri>() else { return };
        // Each value must be one segment, and not begin a query.
        if uri.path().split('/').collect::<Vec<_>>() != ["", route, one, other]
            || one.is_empty()
            || other.is_empty()
        {
            return;
        }
        let request = Request::get(uri).header("authorization", "Bearer low").body(Body::empty());
        let answer = run(send(&APP, request.expect("a request"))).expect("the answer ends");
        let decoded = [one, other].map(|value| percent_decode_str(value).decode_utf8().ok());
        let expected = match &decoded {
            [Some(one), Some(other)] if is_legal(one) && is_legal(other) => {
                template.replace("{one}", one).replace("{other}", other)
            }
            _ => return assert_eq!(answer.status, 400, "{one} {other}"),
        };
        assert_eq!(answer.status, 403, "{one} {other}");
        assert_eq!(parse(&answer.headers["www-authenticate"])["scope"], expected);
    }
}

/// Tells whether a value is valid: no separator of scopes, no character that a URL can write in two ways, and a bounded length.
pub(crate) fn is_legal(value: &str) -> bool {
    let is_plain = value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(letter));
    is_plain && !["", ".", ".."].contains(&value) && value.len() <= 1024
}

#[requires_scope("a:{one}:b:{other}")]
async fn ab() {}

#[requires_scope("{other}/of/{one}")]
async fn ends() {}

static APP: LazyLock<Router> = LazyLock::new(|| {
    let routes =
        scopegate::Router::new().route("/ab/{one}/{other}", get(ab)).route("/ends/{one}/{other}", get(ends));
    let gate = gate("https://h.example", TestVerifier::new().token("low", ""));
    routes.protect(gate).expect("a router")
});
