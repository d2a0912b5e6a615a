//! Starts the program as a user would, and sends requests to it.

use std::process::Command;

use scopegate_tests::program::{Program, free_port};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mcp-files");

#[test]
fn with_a_port_alone_it_brings_all_that_clients_need() {
    let port = free_port().to_string();
    let program = Program::start(PROGRAM, &[("PORT", &port)]);
    let (said, url) = (program.said(), format!("http://127.0.0.1:{port}/mcp"));
    assert!(said.contains("FOR DEVELOPMENT ONLY"), "{said}");
    for line in [
        format!("claude mcp add --transport http mcp-files {url}\n"),
        format!("npx mcp-remote {url}\n"),
        format!("curl -i -w '\\n' -X POST {url}\n"),
        "tools/call      write_file       files:write\n".to_owned(),
        "prompts/get     summarize_files  authenticated\n".to_owned(),
        "resources/read  file:///{name}   authenticated\n".to_owned(),
    ] {
        assert!(said.contains(&line), "{line}{said}");
    }
    let answer = program.send("POST /mcp", &[]);
    let metadata = format!("http://127.0.0.1:{port}/.well-known/oauth-protected-resource/mcp");
    let expected = format!("Bearer scope=\"files:read\", resource_metadata=\"{metadata}\"");
    assert_eq!((answer.status.as_u16(), answer.challenge()), (401, expected.as_str()));
}

#[test]
fn anonymous_callers_have_a_tool_if_the_program_says_so() {
    let port = free_port().to_string();
    let count = |program: &Program| {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count_files"}}"#;
        let headers = ["content-type: application/json", "accept: application/json, text/event-stream"];
        program.send_body("POST /mcp", &headers, body)
    };
    let program = Program::start(PROGRAM, &[("PORT", &port), ("ANONYMOUS", "1")]);
    let rows: Vec<Vec<&str>> = program.said().lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(rows.contains(&vec!["tools/call", "count_files", "public"]), "{rows:?}");
    assert!(rows.contains(&vec!["method", "tools/list", "public"]), "{rows:?}");
    assert!(count(&program).body.contains("0 files"));
    drop(program);
    let program = Program::start(PROGRAM, &[("PORT", &port)]);
    assert!(!program.said().contains("count_files"), "{}", program.said());
    assert_eq!(count(&program).status, 401);
}

#[test]
fn lists_are_for_the_caller_if_the_program_says_so() {
    let listed = |lists: &str, key: &str| {
        let port = free_port().to_string();
        let keys = "sk_read=files:read;sk_all=files:read files:write files:admin";
        let variables = [("PORT", &*port), ("AUTH_MODE", "static"), ("STATIC_KEYS", keys), ("LISTS", lists)];
        let program = Program::start(PROGRAM, &variables);
        let key = format!("authorization: Bearer {key}");
        let headers = ["content-type: application/json", "accept: application/json, text/event-stream", &key];
        let answer =
            program.send_body("POST /mcp", &headers, r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
        let tools = answer.json()["result"]["tools"].as_array().unwrap().clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["list_files", "purge_files", "write_file"];
    assert_eq!(listed("all", "sk_read"), all);
    assert_eq!(listed("callable", "sk_read"), ["list_files"]);
    assert_eq!(listed("callable", "sk_all"), all);
    assert_eq!(listed("reachable", "sk_read"), ["list_files"], "nobody steps up with a key");
}

#[test]
fn the_dialect_is_chosen_by_the_program() {
    let port = free_port().to_string();
    let program = Program::start(PROGRAM, &[("PORT", &port), ("DIALECT", "tool-result")]);
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"purge_files"}}"#;
    let answer = program.send_body("POST /mcp", &["content-type: application/json"], body);
    assert_eq!((answer.status.as_u16(), answer.challenge()), (200, ""));
    let challenge = &answer.json()["result"]["_meta"]["mcp/www_authenticate"][0];
    let challenge = challenge.as_str().unwrap();
    assert!(
        challenge.starts_with("Bearer scope=\"files:read files:admin\", resource_metadata="),
        "{challenge}"
    );
}

#[test]
fn mistakes_are_said_in_a_line() {
    let cases = [
        ([("PORT", "http"), ("AUTH_MODE", "")], "PORT is \"http\"; it takes a port number, such as 8080\n"),
        ([("PORT", "0"), ("AUTH_MODE", "none")], "AUTH_MODE is \"none\"; it is \"oauth\" or \"static\"\n"),
        ([("RESOURCE", "http://127.0.0.1/mcp"), ("AUTH_MODE", "static")], "set STATIC_KEYS\n"),
        ([("PORT", "0"), ("SESSIONS", "yes")], "SESSIONS is \"yes\"; it is \"1\" or \"0\"\n"),
        ([("PORT", "0"), ("ANONYMOUS", "yes")], "ANONYMOUS is \"yes\"; it is \"1\" or \"0\"\n"),
        (
            [("PORT", "0"), ("LISTS", "some")],
            "LISTS is \"some\"; it is \"all\", \"reachable\" or \"callable\"\n",
        ),
        ([("PORT", "0"), ("DPOP", "on")], "DPOP is \"on\"; it is \"accepted\" or \"required\"\n"),
        ([("PORT", "0"), ("DIALECT", "chat")], "DIALECT is \"chat\"; it is \"http\" or \"tool-result\"\n"),
        (
            [("RESOURCE", "http://files.example.com/mcp"), ("PORT", "0")],
            "use `https`; `http` is for loopback hosts such as `127.0.0.1`\n",
        ),
    ];
    for (variables, expected) in cases {
        let output = Command::new(PROGRAM).envs(variables).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("Error: ") && said.contains(expected), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}
