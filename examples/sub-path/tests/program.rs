//! A client that reads the header, a client that looks at the well-known URL for the path, and a client that tries only
//! the root.

use scopegate_tests::{challenge, program::Program};

const RESOURCE: &str = "https://api.example.com/mcp";
const AT_PATH: &str = "/.well-known/oauth-protected-resource/mcp";
const AT_ROOT: &str = "/.well-known/oauth-protected-resource";
const DOCUMENT: &str = r#"{"resource":"https://api.example.com/mcp","authorization_servers":["https://auth.example.com"],"scopes_supported":["files:read","files:write"],"bearer_methods_supported":["header"],"resource_name":"Files"}"#;

fn start(variables: &[(&str, &str)]) -> Program {
    Program::start(env!("CARGO_BIN_EXE_sub-path"), variables)
}

#[test]
fn the_header_alone_leads_to_the_document() {
    let program = start(&[("RESOURCE", RESOURCE)]);
    let answer = program.send("POST /mcp", &[]);
    let header = answer.headers.get("www-authenticate").unwrap();
    let params = challenge::parse(header);
    assert_eq!(answer.status, 401);
    assert_eq!(params["scope"], "files:read files:write");
    assert_eq!(params["realm"], "files");
    assert!(!params.contains_key("error"));
    let path = params["resource_metadata"].strip_prefix("https://api.example.com").unwrap();
    let document = program.send(&format!("GET {path}"), &[]);
    assert_eq!((document.status.as_u16(), document.body.as_str()), (200, DOCUMENT));

    let answer = program.send("POST /mcp", &["authorization: Bearer forged"]);
    let params = challenge::parse(answer.headers.get("www-authenticate").unwrap());
    assert_eq!(answer.status, 401);
    assert_eq!(params["error"], "invalid_token");
    assert_eq!(params["scope"], "files:read files:write");
    assert_eq!(params["error_description"], "The access token is not valid for this resource");
}

#[test]
fn a_client_that_tries_the_root_alone_finds_the_copy() {
    let program = start(&[("RESOURCE", RESOURCE)]);
    for path in [AT_PATH, AT_ROOT] {
        let answer = program.send(&format!("GET {path}"), &[]);
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, DOCUMENT), "{path}");
    }
}

#[test]
fn without_the_copy_the_root_says_so_in_json() {
    let program = start(&[("RESOURCE", RESOURCE), ("ROOT_METADATA", "off")]);
    assert_eq!(program.send(&format!("GET {AT_PATH}"), &[]).body, DOCUMENT);
    let answer = program.send(&format!("GET {AT_ROOT}"), &[]);
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "application/json"));
}
