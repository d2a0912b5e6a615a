//! The program as a person starts it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

/// The running program; it ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(variables: &[(&str, &str)]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.env_remove("RESOURCE").env_remove("ISSUER").envs(variables.iter().copied());
    Program(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Reads what the program says until it is ready.
fn until_ready(program: &mut Program) -> String {
    let mut said = String::new();
    for line in BufReader::new(program.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        said += &line;
        said.push('\n');
        if line.starts_with("quickstart is ready at ") {
            return said;
        }
    }
    panic!("it ended before it was ready:\n{said}");
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

#[test]
fn it_prints_the_table_and_the_lines_to_try_and_serves() {
    let port = free_port();
    let mut program = start(&[("PORT", &port.to_string())]);
    let said = until_ready(&mut program);
    assert!(said.contains("DELETE  /files/{name}  files:read files:write | files:admin\n"), "{said}");
    assert!(
        said.contains(&format!("\ncurl -i http://127.0.0.1:{port}/files\n#> HTTP/1.1 401 Unauthorized\n")),
        "{said}"
    );
    assert!(said.ends_with(&format!("quickstart is ready at http://127.0.0.1:{port}\n")), "{said}");

    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn an_external_issuer_need_not_be_up() {
    let variables =
        [("PORT", "0"), ("RESOURCE", "https://files.example.com"), ("ISSUER", "https://auth.example.com")];
    let said = until_ready(&mut start(&variables));
    assert!(said.contains("Tokens come from https://auth.example.com."), "{said}");
    assert!(!said.contains("FOR DEVELOPMENT ONLY"), "{said}");
}

#[test]
fn mistakes_are_said_in_a_line() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken = taken.local_addr().unwrap().port().to_string();
    let cases = [
        (vec![("PORT", "http")], "quickstart: PORT is \"http\"; it takes a port number, such as 8080\n"),
        (vec![("PORT", taken.as_str())], "; choose another with PORT\n"),
        (
            vec![("PORT", "0"), ("RESOURCE", "http://files.example.com")],
            "quickstart: invalid resource \"http://files.example.com\": \
             use `https`; `http` is for loopback hosts such as `127.0.0.1`\n",
        ),
    ];
    for (variables, expected) in cases {
        let mut program = start(&variables);
        let mut said = String::new();
        program.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.ends_with(expected), "{said}");
        assert_eq!(program.0.wait().unwrap().code(), Some(1));
    }
}
