//! Starts the program as a user would, and sends requests to it.

use std::{fs, path::PathBuf, process::Command};

use scopegate_tests::program::Program;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mcp-gateway");

/// Writes a file for the program.
fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[track_caller]
fn check_mistakes(name: &str, text: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let output = Command::new(PROGRAM)
        .arg(file(name, text))
        .env("PORT", "0")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    for line in expected {
        assert!(said.contains(line), "{line}\nis not in\n{said}");
    }
    assert_eq!(said.matches("\n- ").count(), expected.len(), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn without_a_file_it_is_ready_to_be_tried() {
    let program = Program::start(PROGRAM, &[]);
    let said = program.said();
    for line in [
        "FOR DEVELOPMENT ONLY: the authorization server at http://127.0.0.1:",
        "What each operation needs besides everything:\n",
        "tools/call      get-env                                    everything:admin\n",
        "resources/read  demo://resource/dynamic/text/{resourceId}  everything:read | everything:admin\n",
        "http://127.0.0.1:8080/mcp stands before http://127.0.0.1:3001/mcp; mcp-gateway is ready at ",
    ] {
        assert!(said.contains(line), "{line}\nis not in\n{said}");
    }
    let answer = program.send("POST /mcp", &[]);
    let metadata = "http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp";
    let expected = format!("Bearer scope=\"everything\", resource_metadata=\"{metadata}\"");
    assert_eq!((answer.status.as_u16(), answer.challenge()), (401, expected.as_str()));
    let document = program.send("GET /.well-known/oauth-protected-resource/mcp", &[]).json();
    assert_eq!(document["resource"], "http://127.0.0.1:8080/mcp");
    assert_eq!(document["scopes_supported"].as_array().unwrap().len(), 3, "{document}");
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let text = "resource = \"http://127.0.0.1/a/mcp\"\nupstream = \"http://127.0.0.1:9/mcp\"\nstatic_keys = \"KEYS\"\n";
    let file = file("variable.toml", text);
    let program = Program::start(PROGRAM, &[("CONFIG", &file), ("KEYS", "sk=a")]);
    assert!(program.said().contains("What each operation needs besides a token:\n"), "{}", program.said());
    assert_eq!(program.send("POST /a/mcp", &[]).challenge(), "Bearer realm=\"mcp-gateway\"");
    assert_eq!(program.send("POST /mcp", &[]).status.as_u16(), 404);
}

#[test]
fn every_mistake_of_a_file_is_said_with_its_line() {
    check_mistakes(
        "mistakes.toml",
        "resource = \"ftp://files.example.com\"\n\
         upstream = \"http://gate:secret@127.0.0.1:3000/mcp\"\n\
         isuer = \"https://auth.example.com\"\n\
         jwks_uri = \"https://auth.example.com/keys\"\n\
         floor = \"notes notes\\\"\"\n\
         [tools]\n\
         read = \"notes:read |\"\n\
         write = [\"notes:write\"]\n\
         [tool]\n\
         purge = \"notes:admin\"\n",
        &[],
        &[
            "- line 1: `resource`: ",
            "- line 2: `upstream`: a password does not belong in the file; set UPSTREAM_AUTHORIZATION\n",
            "- line 3: unknown key `isuer`\n",
            "- line 4: `jwks_uri`: it goes with an `issuer` that is a URL; leave it out\n",
            "- line 5: `floor`: ",
            "- line 7: `read`: a scope is missing; write `authenticated` if any valid token will do\n",
            "- line 8: `write` takes a text in quotes\n",
            "- line 9: unknown key `tool`\n",
            "- nobody has access; write `issuer = \"https://auth.example.com\"`",
        ],
    );
}

#[test]
fn what_is_missing_is_said() {
    check_mistakes(
        "empty.toml",
        "",
        &[],
        &["- `resource` is missing", "- `upstream` is missing", "- nobody has access"],
    );
    check_mistakes(
        "both.toml",
        "resource = \"https://mcp.example.com/mcp\"\nupstream = \"file:///mcp\"\nissuer = \"development\"\nstatic_keys = \"KEYS\"\ntools = \"all\"\n",
        &[("KEYS", "sk=a")],
        &[
            "- line 2: `upstream`: the URL of the MCP server begins with `http://` or `https://`\n",
            "- line 4: `static_keys`: there is an `issuer`; leave one of the two out\n",
            "- line 5: `tools` is a table; write `[tools]`\n",
        ],
    );
    check_mistakes(
        "development.toml",
        "resource = \"https://mcp.example.com/mcp\"\nupstream = \"http://127.0.0.1:9/\"\nissuer = \"development\"\n",
        &[],
        &[
            "- line 3: `issuer`: it serves this machine alone, and the resource is for others; write the URL of an issuer\n",
        ],
    );
}

#[test]
fn what_is_not_toml_is_said_with_its_line() {
    check_mistakes(
        "syntax.toml",
        "resource = http://127.0.0.1/mcp\n[tools]\nread = \"a\"\nread = \"b\"\n",
        &[],
        &["- line 1: ", "- line 4: "],
    );
}

#[test]
fn what_the_gate_refuses_is_said() {
    check_mistakes(
        "gate.toml",
        "resource = \"http://127.0.0.1/mcp\"\nupstream = \"http://127.0.0.1:9/\"\nstatic_keys = \"KEYS\"\n[resources]\n\
         \"*\" = \"a\"\n\"note:///{name}\" = \"note:{other}\"\n",
        &[("KEYS", "sk=a")],
        &["`resources/read *`", "{other}"],
    );
}

#[test]
fn mistakes_of_the_environment_are_said_in_a_line() {
    let keys =
        "resource = \"http://127.0.0.1/mcp\"\nupstream = \"http://127.0.0.1:9/\"\nstatic_keys = \"KEYS\"\n";
    for (text, variables, expected) in [
        (
            keys,
            [("PORT", "http"), ("KEYS", "sk=a")],
            "PORT is \"http\"; it takes a port number, such as 8080\n",
        ),
        (keys, [("PORT", "0"), ("KEYS", "")], "the file takes keys from KEYS, so set it\n"),
        (keys, [("UPSTREAM_AUTHORIZATION", "a\nb"), ("KEYS", "sk=a")], "write it as in \"Bearer secret\"\n"),
    ] {
        let output = Command::new(PROGRAM)
            .arg(file("environment.toml", text))
            .env("PORT", "0")
            .envs(variables)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("Error: ") && said.contains(expected), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
    let output = Command::new(PROGRAM).arg("/nowhere/gateway.toml").env("PORT", "0").output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("Error: cannot read /nowhere/gateway.toml\n")
    );
}
