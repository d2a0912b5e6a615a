//! "Did you mean": the known name that an unknown one is closest to.

use strsim::osa_distance;

/// Returns the candidate that `text` is closest to, if it is close: at most a third of the longer one's characters
/// are changed, left out, added or swapped with their neighbour. Case does not count; of equals the first is taken.
pub fn suggest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().filter_map(|candidate| {
        let limit = text.len().max(candidate.len()) / 3;
        // The text may come from outside and be of any length; nothing is computed for one that is too long.
        if text.len().abs_diff(candidate.len()) > limit {
            return None;
        }
        let distance = osa_distance(&text.to_ascii_lowercase(), &candidate.to_ascii_lowercase());
        (distance <= limit).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn suggests_what_is_close() {
        let scopes = ["files:read", "files:write", "admin"];
        for (text, expected) in [
            ("files:raed", Some("files:read")),
            ("file:write", Some("files:write")),
            ("files.write", Some("files:write")),
            ("FILES:READ", Some("files:read")),
            ("amdin", Some("admin")),
            ("mail:send", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(suggest(text, scopes), expected, "{text}");
        }
        assert_eq!(suggest("abcd", ["abce", "abcf"]), Some("abce"), "the first of equals");
    }
}
