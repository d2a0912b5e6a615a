//! Reads how and when a person logged in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

/// Iterates over the values of `acr`. The claim is a string ([RFC 9068, section 2.2.1]), but some servers send an array
/// of strings.
///
/// Values of other types are ignored, so they never meet the demand of an operation that requires an `acr`.
///
/// [RFC 9068, section 2.2.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.1
pub(super) fn values(claims: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let (one, several) = match claims.get("acr") {
        Some(Value::String(value)) => (Some(value.as_str()), &[][..]),
        Some(Value::Array(values)) => (None, &values[..]),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(several.iter().filter_map(Value::as_str))
}

/// Reads `auth_time`, in seconds since 1970. The claim should be a number, but some servers send a string of digits.
pub(super) fn time(claims: &Map<String, Value>) -> Option<SystemTime> {
    let since = match claims.get("auth_time")? {
        Value::Number(seconds) => Duration::try_from_secs_f64(seconds.as_f64()?).ok()?,
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Duration::from_secs(digits.parse().ok()?)
        }
        _ => return None,
    };
    UNIX_EPOCH.checked_add(since)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_texts() {
        let check = |claims: Value, expected: &[&str]| {
            let found: Vec<&str> = values(claims.as_object().unwrap()).collect();
            assert_eq!(found, expected, "{claims}");
        };
        check(json!({ "acr": "gold" }), &["gold"]);
        check(json!({ "acr": "gold silver" }), &["gold silver"]);
        check(json!({ "acr": ["gold", "silver"] }), &["gold", "silver"]);
        check(json!({ "acr": ["gold", 1, null, ["silver"]] }), &["gold"]);
        for none in
            [json!({}), json!({ "acr": null }), json!({ "acr": 1 }), json!({ "acr": { "gold": true } })]
        {
            check(none, &[]);
        }
    }

    #[test]
    fn a_time_is_a_number_of_seconds() {
        let check = |claims: Value, expected: Option<f64>| {
            let found = time(claims.as_object().unwrap());
            let found = found.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs_f64());
            assert_eq!(found, expected, "{claims}");
        };
        check(json!({ "auth_time": 1000 }), Some(1000.0));
        check(json!({ "auth_time": 1000.5 }), Some(1000.5));
        check(json!({ "auth_time": "1000" }), Some(1000.0));
        for none in [
            json!({}),
            json!({ "auth_time": null }),
            json!({ "auth_time": -1 }),
            json!({ "auth_time": 1e300 }),
            json!({ "auth_time": "" }),
            json!({ "auth_time": "1000.5" }),
            json!({ "auth_time": "+1000" }),
            json!({ "auth_time": "-1" }),
            json!({ "auth_time": "inf" }),
            json!({ "auth_time": "99999999999999999999" }),
            json!({ "auth_time": true }),
            json!({ "auth_time": [1000] }),
        ] {
            check(none, None);
        }
    }
}
