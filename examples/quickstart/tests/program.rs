//! Starts the program as a user would, and sends requests to it.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::Command,
};

use scopegate_tests::program::{Program, free_port};

const PROGRAM: &str = env!("CARGO_BIN_EXE_quickstart");

#[test]
fn it_prints_the_table_and_the_lines_to_try_and_serves() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port().to_string();
    let program = Program::start(PROGRAM, &[("PORT", &port)]);
    let said = program.said();
    assert!(said.contains("DELETE  /files/{name}  files:read files:write | files:admin\n"), "{said}");
    let try_it = format!("\ncurl -i -w '\\n' http://127.0.0.1:{port}/files\n#> HTTP/1.1 401 Unauthorized\n");
    assert!(said.contains(&try_it), "{said}");
    assert!(said.contains(&format!("\nhttp://127.0.0.1:{port}/\n")), "{said}");
    assert!(program.send("GET /", &[]).body.contains("from \"/login.js\""));
    assert!(said.ends_with(&format!("quickstart is ready at http://127.0.0.1:{port}\n")), "{said}");
    assert_eq!(program.send("GET /health", &[]).body, "ok\n");
    assert_eq!(
        program.send("GET /files", &[]).challenge(),
        format!(
            "Bearer scope=\"files:read\", \
             resource_metadata=\"http://127.0.0.1:{port}/.well-known/oauth-protected-resource\""
        ),
    );
}

#[test]
fn with_dpop_it_asks_for_tokens_that_are_bound_to_a_key() {
    for (setting, schemes) in [("accepted", &["Bearer", "DPoP"][..]), ("required", &["DPoP"])] {
        let port = free_port().to_string();
        let program = Program::start(PROGRAM, &[("PORT", &port), ("DPOP", setting)]);
        let answer = program.send("GET /files", &[]);
        let challenges = answer.challenges();
        let told: Vec<_> = challenges.iter().filter_map(|challenge| challenge.split(' ').next()).collect();
        assert_eq!((answer.status.as_u16(), told), (401, schemes.to_vec()), "{challenges:?}");

        let document = program.send("GET /.well-known/oauth-protected-resource", &[]).body;
        let required = document.contains("\"dpop_bound_access_tokens_required\":true");
        assert_eq!(required, setting == "required", "{document}");
        assert!(document.contains("\"dpop_signing_alg_values_supported\":[\"ES256\""), "{document}");
        let said = program.said();
        assert!(
            said.contains(&format!(
                "\ncurl -i -w '\\n' http://127.0.0.1:{port}/files\n#> HTTP/1.1 401 Unauthorized\n"
            )),
            "{said}"
        );
    }
}

#[test]
fn an_external_issuer_need_not_be_up() {
    let variables = [("RESOURCE", "https://files.example.com"), ("ISSUER", "https://auth.example.com")];
    let program = Program::start(PROGRAM, &variables);
    assert!(program.said().contains("Tokens come from https://auth.example.com."), "{}", program.said());
    assert!(!program.said().contains("FOR DEVELOPMENT ONLY"), "{}", program.said());
    // The page exists only with the embedded authorization server.
    assert_eq!(program.send("GET /", &[]).status, 404);
}

#[test]
fn mistakes_are_said_in_a_line() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken_port = taken.local_addr().unwrap().port().to_string();
    let said_of_port = format!("Error: cannot listen on port {taken_port}; choose another with PORT\n");
    let cases = [
        (vec![("PORT", "http")], "Error: PORT is \"http\"; it takes a port number, such as 8080\n"),
        (vec![("DPOP", "on")], "Error: DPOP is \"on\"; it takes `accepted` or `required`\n"),
        (vec![("PORT", taken_port.as_str())], said_of_port.as_str()),
        (
            vec![("PORT", "0"), ("RESOURCE", "http://files.example.com")],
            "Error: invalid resource \"http://files.example.com\": \
             use `https`; `http` is for loopback hosts such as `127.0.0.1`\n",
        ),
    ];
    for (variables, expected) in cases {
        let output = Command::new(PROGRAM).envs(variables).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(expected), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn its_exporter_names_what_is_wrong_with_the_authorization_server() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let issuer = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let ask = |arguments: &[&str]| {
        let mut exporter = Command::new(env!("CARGO_BIN_EXE_export-scopes"));
        let output = exporter.args(arguments).env("ISSUER", &issuer).env("PORT", "8080").output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = ask(&["doctor"]);
    assert_eq!(code, 6, "{said}");
    let line =
        format!("error: issuer `{issuer}`: {issuer}/.well-known/oauth-authorization-server: no answer");
    assert!(said.lines().any(|said| said.starts_with(&line)), "{said}");
    let (code, said) = ask(&["doctor", "--json"]);
    assert!(code == 6 && said.contains("\"code\": \"unreachable\""), "{said}");
    for arguments in [&["doctor", "--tokens"][..], &["doctor", "--token"], &["doctor", "eyJhbGciOiJub25lIn0"]]
    {
        assert_eq!(ask(arguments), (2, String::new()));
    }
    assert_eq!(ask(&["doctor", "--token", "no-such-file"]), (3, String::new()));
}
