use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::Cursor;

fn first(json: &str) -> Option<&str> {
    Cursor::new(json).value()
}

#[test]
fn a_value_ends_where_another_begins() {
    for value in [
        "{}",
        "[ ]",
        r#""""#,
        r#""\"""#,
        r#""\\""#,
        r#""\\\"[""#,
        r#""\u1234""#,
        r#""\\u""#,
        r#""u""#,
        r#"{ "a" : [ 1 , {} ] }"#,
        "null",
    ] {
        for after in ["", " 5", ",", "]", "}", "\u{feff}"] {
            assert_eq!(first(&format!("{value}{after}")), Some(value));
        }
    }
}

#[test]
fn what_is_no_value_has_no_end() {
    for text in [
        "",
        " 1",
        "{",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1;2]",
        "{]",
        "[}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        "{a:1}",
        "{1:1}",
        r#"""#,
        r#""\""#,
        r#""\\\""#,
        "'a'",
        "nul",
        "nulls",
        "True",
        "NaN",
        "-",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "--1",
        "1-1",
        "1.5.5",
        "1e5e5",
        "/**/1",
        r#""\u""#,
        r#""\u1""#,
        r#""a\\\u12""#,
        r#""\u123""#,
        r#""\u\"""#,
        "[1/**/]",
    ] {
        assert_eq!(first(text), None, "{text}");
    }
}

#[test]
fn numbers_are_all_that_json_has() {
    for number in ["0", "-0", "10", "1.05", "-1.5e3", "0e0", "1E+05", "1e-999"] {
        assert_eq!(first(number), Some(number));
    }
}

/// Random strings of only a few different characters, so that quotes often follow backslashes.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["\"", "\\", "a", "{", "]", ",", "\n", "é", "\u{1f600}"]),
        0..8,
    )
    .prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    plain.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(text(), inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_ends_at_its_end(value in value(), after in text(), pretty: bool) {
        let json = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let separated = format!("{json} {after}");
        prop_assert_eq!(first(&separated), Some(&*json));
    }

    #[test]
    fn what_another_parser_reads_has_an_end_here_and_little_else_has(value in value(), at: prop::sample::Index, with in "[\\[\\]{}\",:0-9a-z. \\\\-]?") {
        let mut json = value.to_string();
        let at = json.floor_char_boundary(at.index(json.len()));
        let end = json.ceil_char_boundary(at + 1);
        json.replace_range(at..end, &with);
        let json = json.trim_ascii();
        let is_all = first(json) == Some(json);
        if serde_json::from_str::<IgnoredAny>(json).is_ok() {
            prop_assert!(is_all, "{json}");
        } else if is_all {
            // Only the other parser rejects this text. The reason must be an escape in a string, since the cursor does
            // not decode strings.
            prop_assert!(json.contains('\\'), "{json}");
        }
    }
}
