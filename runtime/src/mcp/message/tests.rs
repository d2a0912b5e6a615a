#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the tables below read better so"
)]

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Id, Message, Messages, Subject, Unreadable};
use crate::mcp::subscriptions::Topics;

#[track_caller]
fn check(body: &str, expected: Result<Subject<'_>, Unreadable>) {
    let read = Messages::read(body.as_bytes()).map(|messages| match messages {
        Messages::One(message) => message.subject,
        Messages::Batch(_) => panic!("a batch"),
    });
    assert_eq!(read, expected, "{body}");
}

fn tool(name: &str) -> Result<Subject<'_>, Unreadable> {
    Ok(Subject::Tool(name.into()))
}

fn subscriptions(resources: &[&str], tasks: &[&str]) -> Subject<'static> {
    let [resources, tasks] =
        [resources, tasks].map(|names| names.iter().copied().map(str::to_owned).collect());
    Subject::Subscriptions(Topics { resources, tasks })
}

const NOT_JSON: Result<Subject<'static>, Unreadable> = Err(Unreadable::NotJson);
const NOT_A_MESSAGE: Result<Subject<'static>, Unreadable> = Err(Unreadable::NotAMessage);

#[test]
fn each_method_names_what_it_acts_on_in_its_own_way() {
    check(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}"#, tool("write"));
    check(r#"{"params":{"arguments":{"name":"read"},"name":"write"},"method":"tools/call"}"#, tool("write"));
    check(r#"{"method":"prompts/get","params":{"name":"hi"}}"#, Ok(Subject::Prompt("hi".into())));
    for method in [
        "resources/read",
        "resources/subscribe",
        "resources/unsubscribe",
        "resources/directory/read",
        "skills/get",
    ] {
        let body = json!({ "method": method, "params": { "uri": "a://b", "name": "c" } }).to_string();
        check(&body, Ok(Subject::Resource("a://b".into())));
    }
    for method in ["tasks/get", "tasks/result", "tasks/update", "tasks/cancel"] {
        let body = json!({ "method": method, "params": { "taskId": "7" } }).to_string();
        check(&body, Ok(Subject::Task("7".into())));
    }
    let complete =
        |reference: Value| json!({ "method": "completion/complete", "params": { "ref": reference } });
    let prompt = complete(json!({ "type": "ref/prompt", "name": "hi" })).to_string();
    check(&prompt, Ok(Subject::PromptCompletion("hi".into())));
    let resource = complete(json!({ "type": "ref/resource", "uri": "a://{b}" })).to_string();
    check(&resource, Ok(Subject::ResourceCompletion("a://{b}".into())));
    let listen =
        |wanted: Value| json!({ "method": "subscriptions/listen", "params": { "notifications": wanted } });
    let wanted =
        listen(json!({ "resourceSubscriptions": ["a://b", "c"], "toolsListChanged": true })).to_string();
    check(&wanted, Ok(subscriptions(&["a://b", "c"], &[])));
    for nothing in [json!({}), json!({ "resourceSubscriptions": null })] {
        check(&listen(nothing).to_string(), Ok(subscriptions(&[], &[])));
    }
    let tasks = listen(json!({ "taskIds": ["7"], "resourceSubscriptions": ["c"] })).to_string();
    check(&tasks, Ok(subscriptions(&["c"], &["7"])));
    for member in ["resourceSubscriptions", "taskIds"] {
        for list in [json!(vec!["a"; 257]), json!("a"), json!([1])] {
            check(&listen(json!({ member: list })).to_string(), NOT_A_MESSAGE);
        }
    }
    check(&listen(json!({ "taskIds": ["7"], "taskids": ["8"] })).to_string(), NOT_A_MESSAGE);
    check(r#"{"method":"tasks/list","params":{"taskId":"7"}}"#, Ok(Subject::AllTasks));
    // Some servers take the items of a list for the members of an object.
    for other in [json!([null, null, null, ["a://b"]]), json!([]), json!(null), json!("a")] {
        check(&listen(other).to_string(), Ok(Subject::Unnamed));
    }
    check(r#"{"method":"subscriptions/listen"}"#, Ok(Subject::Unnamed));
    check(r#"{"method":"subscriptions/listen","params":[]}"#, Ok(Subject::Unnamed));
    for method in ["initialize", "ping", "tools/list", "notifications/cancelled", "server/discover"] {
        check(&json!({ "method": method, "params": { "name": 5 } }).to_string(), Ok(Subject::None));
    }
    for method in
        ["", "x", "TOOLS/CALL", "tools/call ", "admin/purge", "notifications/purge", "sampling/createMessage"]
    {
        check(&json!({ "method": method, "params": { "name": "write" } }).to_string(), Ok(Subject::Foreign));
    }
    check(r#"{"method":"ping","params":[1,{"name":2}]}"#, Ok(Subject::None));
    check(r#"{"jsonrpc":"2.0","id":1,"result":{"name":"write"}}"#, Ok(Subject::None));
}

#[test]
fn what_a_parser_could_take_for_something_else_is_refused() {
    let call = |params: &str| format!(r#"{{"method":"tools/call","params":{params}}}"#);
    check(&call(r#"{"name":"a","name":"b"}"#), NOT_A_MESSAGE);
    check(&call(r#"{"name":"a","na\u006de":"b"}"#), NOT_A_MESSAGE);
    check(r#"{"method":"ping","method":"tools/call","params":{"name":"a"}}"#, NOT_A_MESSAGE);
    check(r#"{"method":"ping","params":{},"params":{"name":"a"}}"#, NOT_A_MESSAGE);
    check(r#"{"method":"ping","id":1,"id":2}"#, NOT_A_MESSAGE);
    check(r#"{"method":["tools/call"]}"#, NOT_A_MESSAGE);
    check(r#"{"method":null}"#, NOT_A_MESSAGE);
    check(r#"{"method":"ping","Method":"tools/call","params":{"name":"a"}}"#, NOT_A_MESSAGE);
    check(r#"{"METHOD":"ping"}"#, NOT_A_MESSAGE);
    check(r#"{"method":"ping","result":{},"Re\u017fult":{}}"#, NOT_A_MESSAGE);
    check(&call(r#"{"name":"a","Name":"b"}"#), NOT_A_MESSAGE);
    check(&call(r#"{"name":"a","na\u004de":"b"}"#), NOT_A_MESSAGE);
    check(r#"{"method":"tasks/get","params":{"taskId":"1","tas\u212aId":"2"}}"#, NOT_A_MESSAGE);
    check(r#"{"$serde_json::private::RawValue":"{\"method\":\"ping\"}"}"#, NOT_A_MESSAGE);
    check(r#"{"\u0024serde_json::private::RawValue":"{}","method":"ping"}"#, NOT_A_MESSAGE);
    check(&call(r#"{"$serde_json::private::RawValue":"{\"name\":\"b\"}"}"#), NOT_A_MESSAGE);
    check(r#"{"jsonrpc":"2.0","id":1,"params":{}}"#, NOT_A_MESSAGE);
    check("{}", NOT_A_MESSAGE);
    check(r#""tools/call""#, NOT_A_MESSAGE);
    check("5", NOT_A_MESSAGE);
    check(r#"{"method":"ping"} x"#, NOT_JSON);
    check(r#"{"method":"ping"}{"method":"tools/call"}"#, NOT_JSON);
    check("\u{feff}{\"method\":\"ping\"}", NOT_JSON);
    check(r#"{"id":1,"id":2"#, NOT_JSON);
    check("5 x", NOT_JSON);
    check("[] x", NOT_JSON);
    check("[{} {}]", NOT_JSON);
    check("{,}", NOT_JSON);
    check(r#"{"method":"ping" "id":1}"#, NOT_JSON);
    check(r#"{"method":"completion/complete","params":{"ref":{"type":"a",}}}"#, NOT_JSON);
    check(r#"{"method":"ping",}"#, NOT_JSON);
    check(r#"{"method":"ping""#, NOT_JSON);
    check("", NOT_JSON);
    check("{'method':'ping'}", NOT_JSON);
    check("{\"method\":\"ping\" /* no */}", NOT_JSON);
}

#[test]
fn what_is_named_by_no_text_has_no_name() {
    let call = |params: &str| format!(r#"{{"method":"tools/call","params":{params}}}"#);
    for params in [
        r#"{"name":5}"#,
        r#"{"name":null}"#,
        r#"{"uri":"a"}"#,
        r#"{"name":{"$serde_json::private::RawValue":"a"}}"#,
        r#"["a"]"#,
        r#"[null,"a",{}]"#,
    ] {
        check(&call(params), Ok(Subject::Unnamed));
    }
    check(r#"{"method":"tools/call"}"#, Ok(Subject::Unnamed));
    let tool = r#"{"method":"completion/complete","params":{"ref":{"type":"ref/tool","name":"a"}}}"#;
    check(tool, Ok(Subject::Unnamed));
}

#[test]
fn escapes_mean_what_they_stand_for() {
    check(r#"{"\u006dethod":"tools\/call","params":{"\u006eame":"wr\u0069te"}}"#, tool("write"));
    check(r#"{"method":"tools/call","params":{"name":" Write"}}"#, tool(" Write"));
    check(r#"{"method":"tools/call","params":{"name":"write\u0000"}}"#, tool("write\0"));
    check(r#"{"method":"tools/call","params":{"name":"\ud800"}}"#, NOT_JSON);
}

#[test]
fn other_members_do_not_matter_whatever_they_are() {
    check(
        r#"{"x":{"$serde_json::private::Number":"1"},"x":2,"method":"tools/call","params":{"name":"write",
            "_meta":{"name":"read","method":"ping"},"arguments":{"$serde_json::private::RawValue":"{}","a":"\u0041"}}}"#,
        tool("write"),
    );
}

#[test]
fn texts_are_utf8_wherever_they_stand() {
    assert_eq!(Messages::read(b"{\"method\":\"ping\",\"x\":\"\xff\"}"), Err(Unreadable::NotJson));
    assert_eq!(Messages::read(b"\xff\xfe{\0}\0"), Err(Unreadable::NotJson));
}

#[test]
fn deep_nesting_is_refused_and_many_brackets_are_not() {
    let nested =
        |depth: usize| format!(r#"{{"method":"ping","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    check(&nested(126), Ok(Subject::None));
    check(&nested(127), NOT_JSON);
    check(&nested(1 << 20), NOT_JSON);
    let wide = format!(r#"{{"method":"ping","x":[{}[]],"y":"{}\"["}}"#, "[],".repeat(1000), "[".repeat(1000));
    check(&wide, Ok(Subject::None));
}

#[test]
fn a_batch_is_all_its_messages() {
    let batch = r#" [{"id":1,"method":"ping"},{"id":"b","method":"tools/call","params":{"name":"write"}},{"result":1}]"#;
    let Ok(Messages::Batch(messages)) = Messages::read(batch.as_bytes()) else { panic!("no batch") };
    let expected = [
        Message { id: Id::Integer(1), method: Some("ping".into()), subject: Subject::None },
        Message {
            id: Id::Text("b".into()),
            method: Some("tools/call".into()),
            subject: Subject::Tool("write".into()),
        },
        Message { id: Id::None, method: None, subject: Subject::None },
    ];
    assert_eq!(messages, expected);
    let of = |count: usize| format!("[{}]", vec![r#"{"method":"a"}"#; count].join(","));
    assert!(Messages::read(of(256).as_bytes()).is_ok());
    for refused in ["[]", "[1]", "[[{}]]", r#"[["tools/call"]]"#, &of(257)] {
        assert_eq!(Messages::read(refused.as_bytes()), Err(Unreadable::NotAMessage), "{refused}");
    }
}

/// Pieces of JSON in random order, which sometimes form a message.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"method\"",
        "\"tools/call\"",
        "\"params\"",
        "\"name\"",
        "\"write\"",
        "\"na\\u006de\"",
        "\"uri\"",
        "null",
        "1",
        "1e999",
        "\"\\ud800\"",
        " ",
        "\u{feff}",
        "{\"name\":\"a\"}",
        "\"method\":\"tools/call\"",
        "\"params\":{\"name\":\"write\"}",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The method and the name in a body that was parsed into a `Value`.
fn found(value: &Value) -> (Option<&str>, Option<&str>) {
    (value["method"].as_str(), value["params"]["name"].as_str())
}

proptest! {
    #[test]
    fn it_never_panics(body: Vec<u8>) {
        let _ = Messages::read(&body);
    }

    #[test]
    fn what_it_reads_is_what_another_parser_reads(body in soup()) {
        if let Ok(Messages::One(message)) = Messages::read(body.as_bytes())
            && let Ok(value) = serde_json::from_str::<Value>(&body)
        {
            let (method, name) = found(&value);
            prop_assert_eq!(message.method.as_deref(), method);
            if let Subject::Tool(tool) = &message.subject {
                prop_assert_eq!(Some(&**tool), name);
            }
            if method == Some("tools/call") {
                prop_assert!(matches!(message.subject, Subject::Tool(_)));
            }
        }
    }

    #[test]
    fn what_is_json_to_it_is_json_to_another_parser(body in soup()) {
        let is_json = serde_json::from_str::<IgnoredAny>(&body).is_ok();
        match Messages::read(body.as_bytes()) {
            Ok(_) => prop_assert!(is_json || body.contains('\\'), "{body}"),
            // A number or a string that affects the decision could not be decoded.
            Err(Unreadable::NotJson) => prop_assert!(!is_json || body.contains("1e999") || body.contains("ud800"), "{body}"),
            Err(Unreadable::NotAMessage) => prop_assert!(is_json || body.contains('\\'), "{body}"),
        }
    }

    #[test]
    fn a_tool_is_found_wherever_the_members_stand(name: String, arguments: String, first: bool) {
        let method = r#""method":"tools/call""#.to_owned();
        let params = format!(r#""params":{}"#, json!({ "arguments": { "name": arguments }, "name": name }));
        let body = if first { format!("{{{method},{params}}}") } else { format!("{{{params},{method}}}") };
        let Ok(Messages::One(message)) = Messages::read(body.as_bytes()) else { panic!("{body}") };
        prop_assert_eq!(message.subject, Subject::Tool(name.into()));
    }
}
