//! "Did you mean": the known name that an unknown one is closest to.

use alloc::{vec, vec::Vec};
use core::mem;

/// Returns the candidate that `text` is closest to, if it is close: at most a third of the longer one's characters
/// are changed, left out, added or swapped with their neighbour. Case does not count; of equals the first is taken.
pub fn suggest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().filter_map(|candidate| {
        let limit = text.len().max(candidate.len()) / 3;
        // The text may come from outside and be of any length; nothing is computed for one that is too long.
        if text.len().abs_diff(candidate.len()) > limit {
            return None;
        }
        let distance = distance(text.as_bytes(), candidate.as_bytes());
        (distance <= limit).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance: edits and swaps of neighbours, each place edited once.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut before: Vec<usize> = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut row: Vec<usize> = before.clone();
    for (i, l) in left.iter().enumerate() {
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let changed = last[j] + usize::from(!l.eq_ignore_ascii_case(r));
            row[j + 1] = changed.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0
                && j > 0
                && l.eq_ignore_ascii_case(&right[j - 1])
                && left[i - 1].eq_ignore_ascii_case(r);
            if swapped {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        mem::swap(&mut before, &mut last);
        mem::swap(&mut last, &mut row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, suggest};

    #[test]
    fn counts_edits_and_swaps() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "ABC", 0),
            ("abc", "abd", 1),
            ("abc", "ac", 1),
            ("ac", "abc", 1),
            ("abc", "acb", 1),
            ("abcd", "badc", 2),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left.as_bytes(), right.as_bytes()), expected, "{left} to {right}");
        }
    }

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
