//! A server that parses JSON by itself and obeys every request. It ignores the case of names.

use axum::{Router, body::Bytes, routing::any};
use scopegate::Access;
use scopegate_tests::mcp::members;
use serde_json::Value;

use crate::{
    rules::{ANYONE, Subject},
    server::Log,
};

pub(crate) fn router(log: Log) -> Router {
    let rpc = async move |access: Option<Access>, body: Bytes| {
        // With its feature `raw_value`, `serde_json` turns an object with its private member into another value.
        let Ok(value) = serde_json::from_slice::<Value>(&body) else { return };
        let messages = if let Value::Array(messages) = value { messages } else { vec![value] };
        for subject in messages.iter().flat_map(subjects) {
            let caller = access.as_ref().and_then(Access::subject);
            log.note(subject, caller.unwrap_or(ANYONE));
        }
    };
    Router::new().route("/mcp", any(rpc))
}

/// Returns the targets of a message. If parsers could confuse several members, it returns the target of each.
pub(crate) fn subjects(message: &Value) -> Vec<Subject> {
    let texts = |values: Vec<&Value>| {
        values.into_iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let params = || members(message, "params");
    let named = |name: &str| texts(params().into_iter().flat_map(|params| members(params, name)).collect());
    let mut found = Vec::new();
    for method in texts(members(message, "method")) {
        match &*method {
            "tools/call" => found.extend(named("name").into_iter().map(Subject::Tool)),
            "prompts/get" => found.extend(named("name").into_iter().map(Subject::Prompt)),
            "resources/read"
            | "resources/subscribe"
            | "resources/unsubscribe"
            | "resources/directory/read"
            | "skills/get" => found.extend(named("uri").into_iter().map(Subject::Resource)),
            "subscriptions/listen" => {
                let wanted = params().into_iter().flat_map(|params| members(params, "notifications"));
                let lists = wanted.flat_map(|wanted| members(wanted, "resourceSubscriptions"));
                let uris = lists.filter_map(Value::as_array).flatten().collect();
                found.extend(texts(uris).into_iter().map(Subject::Resource));
            }
            "completion/complete" => {
                let references = || params().into_iter().flat_map(|params| members(params, "ref"));
                let of = |name: &str| texts(references().flat_map(|one| members(one, name)).collect());
                for kind in of("type") {
                    match &*kind {
                        "ref/prompt" => found.extend(of("name").into_iter().map(Subject::Prompt)),
                        "ref/resource" => found.extend(of("uri").into_iter().map(Subject::Resource)),
                        _ => {}
                    }
                }
            }
            _ => found.push(Subject::Method(method)),
        }
    }
    found
}
