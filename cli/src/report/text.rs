//! Small pieces of text that several parts of the page share.

use chrono::DateTime;
use maud::{Markup, html};

use super::data::Client;

/// Writes scopes separated by spaces.
pub(super) fn scopes(scopes: &[String]) -> Markup {
    html! {
        @for (at, scope) in scopes.iter().enumerate() {
            @if at > 0 { " " }
            code { (scope) }
        }
    }
}

/// Writes the values with commas between them. The word in `last_by` replaces the comma before the last value.
pub(super) fn listed(values: &[impl AsRef<str>], last_by: &str) -> Markup {
    html! {
        @for (at, value) in values.iter().enumerate() {
            @if at > 0 {
                @if at + 1 == values.len() { " " (last_by) " " } @else { ", " }
            }
            code { (value.as_ref()) }
        }
    }
}

/// Writes a sentence. Each text between backticks becomes code.
pub(super) fn sentence(text: &str) -> Markup {
    html! {
        @for (at, piece) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// Writes a number and a noun. The parameter `one` is the singular of the noun, and `several` is its plural.
pub(super) fn count(count: impl TryInto<u64>, one: &str, several: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {}", number(count), if count == 1 { one } else { several })
}

/// Writes a number with a comma between groups of three digits.
pub(super) fn number(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(String::from_utf8_lossy);
    let groups: Vec<_> = Some(head.into()).filter(|_| first > 0).into_iter().chain(groups).collect();
    groups.join(",")
}

/// Writes milliseconds since 1970 as a date and a time.
pub(super) fn time(milliseconds: i64) -> String {
    let time = DateTime::from_timestamp_millis(milliseconds);
    time.map_or_else(
        || format!("{milliseconds} ms since 1970"),
        |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// Writes a path so that lines can break before each `/` and each `::`.
pub(super) fn path(path: &str) -> Markup {
    let breaks = path.match_indices(['/', ':']).map(|(at, _)| at).filter(|at| !path[..*at].ends_with(':'));
    let mut from = 0;
    let mut pieces = Vec::new();
    for at in breaks.filter(|at| *at > 0).chain([path.len()]) {
        pieces.push(&path[from..at]);
        from = at;
    }
    html! {
        @for (at, piece) in pieces.into_iter().enumerate() {
            @if at > 0 { wbr; }
            (piece)
        }
    }
}

/// Writes the name of a client.
pub(super) fn client(client: &Client) -> Markup {
    html! {
        @match client {
            Client::Named(name) => code { (name) },
            Client::Key(name) => { "key " code { (name) } },
            Client::Token => "a token that names no client",
            Client::Nobody => "a request without a valid token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{number, time};

    #[test]
    fn numbers_are_in_groups_of_three() {
        for (value, expected) in [
            (0_u64, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12_345, "12,345"),
            (123_456, "123,456"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn times_are_dates_where_there_is_one() {
        assert_eq!(time(1_764_221_400_123), "2025-11-27 05:30:00 UTC");
        assert_eq!(time(i64::MAX), "9223372036854775807 ms since 1970");
    }
}
