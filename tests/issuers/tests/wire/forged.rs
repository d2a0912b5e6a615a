//! Forged tokens that resemble a valid token.

use scopegate_tests::issuer::{Key, encode};

use crate::golden::part;

/// Makes forgeries of a valid token.
pub(crate) fn forgeries(good: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return vec![
            ("a token with another end", other_end(good)),
            ("other token: unknown to the server", "forged".into()),
        ];
    };
    let unsigned = encode(r#"{"alg":"none"}"#);
    let mut more = part(good, 1);
    more["scope"] = "files:read files:write files:admin".into();
    vec![
        ("a token signed with another key of that name", signed_by_another_key(good)),
        ("a token with more scopes", format!("{header}.{}.{signature}", encode(more.to_string()))),
        ("a token with another signature", format!("{header}.{claims}.{}", other_end(signature))),
        ("a token without a signature", format!("{header}.{claims}.")),
        ("a token of no algorithm", format!("{unsigned}.{claims}.")),
    ]
}

fn signed_by_another_key(good: &str) -> String {
    let (header, claims) = (part(good, 0), part(good, 1));
    let made;
    let key = match header["alg"].as_str() {
        Some("RS256") => Key::shared(),
        Some("EdDSA") => {
            made = Key::ed25519(None);
            &made
        }
        alg => panic!("no key for {alg:?}"),
    };
    key.mint_with(&header, &claims)
}

/// Changes a letter other than the last, because the last one's bits may be padding.
fn other_end(text: &str) -> String {
    let at = text.len() - 3;
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}
