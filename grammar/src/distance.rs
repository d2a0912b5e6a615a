//! Counts the edits that turn one text into another.

use alloc::vec::Vec;
use core::mem;

/// Returns the smallest number of edits that make `left` equal to `right` (optimal string alignment). An edit
/// changes, removes or adds a character, or swaps two neighboring characters. No character is edited twice.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    // A row of a table: the distances between the part of `left` that has been read and each prefix of `right`.
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut row_before: Vec<usize> = Vec::new();
    let mut previous = None;
    for (at, character) in left.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(at + 1);
        for (to, other) in right.iter().copied().enumerate() {
            let changed = row[to] + usize::from(character != other);
            let least = changed.min(row[to + 1] + 1).min(next[to] + 1);
            let is_swapped = to > 0 && previous == Some(other) && right[to - 1] == character;
            next.push(if is_swapped { least.min(row_before[to - 1] + 1) } else { least });
        }
        row_before = mem::replace(&mut row, next);
        previous = Some(character);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn counts_what_differs() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "ab", 1),
            ("abc", "abcd", 1),
            ("abc", "acb", 1),
            ("abcd", "badc", 2),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
            ("größe", "grösse", 2),
            ("files:read", "files:write", 4),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }
}
