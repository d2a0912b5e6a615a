//! Starts an example program as a user would, and sends requests to its socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::exchange::Answer;

/// A running program. Dropping this ends it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    address: String,
    said: String,
}

impl Program {
    /// Starts a program on a free port, and waits until it reports that it is ready.
    ///
    /// # Panics
    ///
    /// If the program ends before.
    #[must_use]
    pub fn start(path: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(path);
        command.env("PORT", "0").envs(variables.iter().copied()).stdout(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {path}: {error}"));
        let mut program = Self { child, address: String::new(), said: String::new() };
        let stdout = program.child.stdout.take().expect("it is piped");
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            program.said += &line;
            program.said.push('\n');
            if let Some((_, address)) = line.split_once(" is ready at http://") {
                address.clone_into(&mut program.address);
                return program;
            }
        }
        panic!("{path} ended before it was ready:\n{}", program.said);
    }

    /// Returns the address of the program, as `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the program's output, up to the line that says that the program is ready.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Sends `METHOD path` with header lines `name: value`, and reads the answer.
    #[must_use]
    pub fn send(&self, request: &str, headers: &[&str]) -> Answer {
        send(&self.address, request, headers)
    }

    /// Sends `METHOD path` with header lines `name: value` and a body, and reads the answer.
    #[must_use]
    pub fn send_body(&self, request: &str, headers: &[&str], body: &str) -> Answer {
        let length = format!("content-length: {}", body.len());
        write(&self.address, request, &[headers, &[&length]].concat(), body)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends `METHOD path` with header lines, byte for byte, over a new connection.
///
/// # Panics
///
/// If the answer is not HTTP.
#[must_use]
pub fn send(address: &str, request: &str, headers: &[impl AsRef<[u8]>]) -> Answer {
    write(address, request, headers, "")
}

fn write(address: &str, request: &str, headers: &[impl AsRef<[u8]>], body: &str) -> Answer {
    let mut head = format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n").into_bytes();
    for line in headers {
        head.extend(line.as_ref());
        head.extend(b"\r\n");
    }
    head.extend(b"\r\n");
    head.extend(body.as_bytes());
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(&head).expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the server answers");
    parse(&String::from_utf8_lossy(&answer))
}

fn parse(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP: {answer}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers: HeaderMap = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| -> (HeaderName, HeaderValue) {
            (name.parse().expect("a name"), value.parse().expect("a value"))
        })
        .collect();
    Answer { status: status.parse::<StatusCode>().expect("a status"), headers, body: body.to_owned() }
}

/// Finds a free port, for a program whose URL must be known before it starts.
///
/// # Panics
///
/// If no port is free.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
