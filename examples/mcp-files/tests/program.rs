//! The program as a person starts it.

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
        format!("curl -i -X POST {url}\n"),
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
fn mistakes_are_said_in_a_line() {
    let cases = [
        ([("PORT", "http"), ("AUTH_MODE", "")], "PORT is \"http\"; it takes a port number, such as 8080\n"),
        ([("PORT", "0"), ("AUTH_MODE", "none")], "AUTH_MODE is \"none\"; it is \"oauth\" or \"static\"\n"),
        ([("RESOURCE", "http://127.0.0.1/mcp"), ("AUTH_MODE", "static")], "set STATIC_KEYS\n"),
        ([("PORT", "0"), ("SESSIONS", "yes")], "SESSIONS is \"yes\"; it is \"1\" or \"0\"\n"),
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
