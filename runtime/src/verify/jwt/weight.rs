//! Estimates the memory that a verified token takes.

use serde_json::{Map, Value};

use crate::Token;

/// The overhead of an allocation, in bytes: the allocator's own data, and rounding.
const ALLOCATION: usize = 16;

/// The size of a cache entry in bytes, without the text, the claims and the scopes of the token.
const TOKEN: usize = 512;

/// Estimates how many bytes of memory the nodes of a `BTreeMap` take. A node has room for 11 entries, and each node
/// except the root has at least 5 entries.
const fn nodes(entries: usize, entry: usize) -> usize {
    const ROOM: usize = 11;
    const LINKS: usize = (ROOM + 3) * size_of::<usize>();
    entries.div_ceil(5) * (ROOM * entry + LINKS + ALLOCATION)
}

/// Estimates how many bytes of memory a token and its claims take. Where the exact size is unknown, the estimate is an
/// upper bound.
pub(super) fn of(token: &Token) -> usize {
    let scopes = token.scopes();
    let texts: usize = scopes.iter().map(|scope| ALLOCATION + scope.len()).sum();
    let names = [token.subject(), token.client()].into_iter().flatten().map(str::len).sum::<usize>();
    TOKEN + of_object(token.all_claims()) + texts + names + nodes(scopes.len(), size_of::<Box<str>>())
}

/// Estimates how many bytes of memory a set of claims takes. Where the exact size is unknown, the estimate is too high.
pub(crate) fn of_object(members: &Map<String, Value>) -> usize {
    let entries = members.iter().map(|(name, value)| ALLOCATION + name.capacity() + of_value(value));
    nodes(members.len(), size_of::<(String, Value)>()) + entries.sum::<usize>()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => ALLOCATION + text.capacity(),
        Value::Array(values) => {
            let elements = values.iter().map(of_value).sum::<usize>();
            ALLOCATION + values.capacity() * size_of::<Value>() + elements
        }
        Value::Object(members) => of_object(members),
    }
}
