//! Reads a challenge as clients do: by the grammar, and by the regular expression of the MCP SDKs.

use std::collections::BTreeMap;

use http::HeaderValue;

/// Reads the one Bearer challenge of a header, after checking that both ways of reading agree.
///
/// # Panics
///
/// When the header is not one well-formed Bearer challenge, or the two readers disagree.
#[must_use]
#[track_caller]
pub fn parse(header: &HeaderValue) -> BTreeMap<String, String> {
    let text = header.to_str().expect("a challenge is ASCII");
    let challenges = http_auth::parse_challenges(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let [challenge] = &challenges[..] else { panic!("more than one challenge in {text}") };
    assert_eq!(challenge.scheme, "Bearer", "{text}");
    assert!(!challenge.params.is_empty(), "a scheme alone is no challenge: {text}");
    let params: BTreeMap<String, String> =
        challenge.params.iter().map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect();
    assert_eq!(params.len(), challenge.params.len(), "a parameter stands twice in {text}");
    for field in ["error", "scope", "resource_metadata", "realm", "error_description"] {
        assert_eq!(by_substring(text, field), params.get(field).map(String::as_str), "{field} in {text}");
    }
    params
}

/// What the SDKs do: `field=(?:"([^"]+)"|([^\s,]+))`, anywhere in the header.
fn by_substring<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let regex =
        regex::Regex::new(&format!(r#"{field}=(?:"([^"]+)"|([^\s,]+))"#)).expect("a valid expression");
    let captures = regex.captures(text)?;
    captures.get(1).or_else(|| captures.get(2)).map(|value| value.as_str())
}
