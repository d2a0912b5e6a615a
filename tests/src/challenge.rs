//! Reads a challenge in two ways, as clients do: with the grammar, and with the regular expression of the MCP SDKs.

use std::{collections::BTreeMap, sync::LazyLock};

use http::HeaderValue;
use regex::Regex;

/// Reads the only Bearer challenge of a header, after checking that both readers agree.
///
/// # Panics
///
/// If the header is not one well-formed Bearer challenge, or the two readers disagree.
#[must_use]
#[track_caller]
pub fn parse(header: &HeaderValue) -> BTreeMap<String, String> {
    parse_as("Bearer", header)
}

/// Reads the only challenge of a header line. Returns the scheme and the parameters.
///
/// # Panics
///
/// If the line is not one well-formed Bearer or DPoP challenge, or the two readers disagree.
#[must_use]
#[track_caller]
pub fn parse_any(header: &HeaderValue) -> (&'static str, BTreeMap<String, String>) {
    let is_dpop = header.as_bytes().starts_with(b"DPoP ");
    let scheme = if is_dpop { "DPoP" } else { "Bearer" };
    let params = parse_as(scheme, header);
    assert_eq!(params.contains_key("algs"), is_dpop, "{header:?}");
    (scheme, params)
}

#[track_caller]
fn parse_as(scheme: &str, header: &HeaderValue) -> BTreeMap<String, String> {
    let text = header.to_str().expect("a challenge is ASCII");
    let challenges = http_auth::parse_challenges(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let [challenge] = &challenges[..] else { panic!("more than one challenge in {text}") };
    assert_eq!(challenge.scheme, scheme, "{text}");
    assert!(!challenge.params.is_empty(), "the challenge has only a scheme: {text}");
    let params: BTreeMap<String, String> =
        challenge.params.iter().map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect();
    assert_eq!(params.len(), challenge.params.len(), "a parameter is repeated in {text}");
    for (field, regex) in SDK.iter() {
        let captures = regex.captures(text);
        let by_substring = captures.and_then(|captures| captures.get(1).or_else(|| captures.get(2)));
        let read = by_substring.map(|value| value.as_str());
        assert_eq!(read, params.get(*field).map(String::as_str), "{field} in {text}");
    }
    params
}

/// The regular expressions of the SDKs: `field=(?:"([^"]+)"|([^\s,]+))`, anywhere in the header.
static SDK: LazyLock<[(&str, Regex); 7]> = LazyLock::new(|| {
    ["error", "scope", "acr_values", "max_age", "resource_metadata", "realm", "error_description"].map(
        |field| {
            let expression = format!(r#"{field}=(?:"([^"]+)"|([^\s,]+))"#);
            (field, Regex::new(&expression).expect("a valid expression"))
        },
    )
});
