//! A Redis server on a free port, which a test can stop and start again.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use scopegate_tests::program::free_port;

pub(crate) struct Server {
    port: u16,
    tls_port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server with more settings, written as on its command line. It keeps its data in its own folder.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let mut server = Self::stopped();
        server.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        server.start_again();
        server
    }

    /// Chooses a free port without starting the server.
    pub(crate) fn stopped() -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("scopegate-redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { port, tls_port: 0, folder, arguments: Vec::new(), child: None }
    }

    pub(crate) fn start_again(&mut self) {
        assert!(self.child.is_none(), "it runs");
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--port"]).arg(self.port.to_string());
        command.arg("--dir").arg(&self.folder).args(&self.arguments);
        self.child = Some(command.stdout(Stdio::null()).spawn().expect("redis-server is installed"));
        for _ in 0..200 {
            if self.is_ready() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("redis-server is not ready after 10 s");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the server also listen with TLS from the next start on, with files of its folder.
    pub(crate) fn listen_with_tls(&mut self, certificate: &str, key: &str) {
        self.tls_port = free_port();
        let port = self.tls_port.to_string();
        let arguments = [
            "--tls-port",
            &port,
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-auth-clients",
            "no",
        ];
        self.arguments.extend(arguments.map(str::to_owned));
    }

    pub(crate) fn tls_address(&self) -> String {
        format!("127.0.0.1:{}", self.tls_port)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Kills the server at once. It cannot write data or close connections.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends a signal to the server. `STOP` makes it hang with its connections open, and `CONT` continues it.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Sends a command and returns the first line of the answer.
    #[track_caller]
    pub(crate) fn send(&self, command: &str) -> String {
        self.try_send(command).expect("it answers")
    }

    fn try_send(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "{command}\r\n").ok()?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    }

    /// Tells whether the server is ready. While it loads its data it answers `-LOADING`. With a password it answers `-NOAUTH`.
    fn is_ready(&self) -> bool {
        self.try_send("PING").is_some_and(|answer| answer == "+PONG" || answer.starts_with("-NOAUTH"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
