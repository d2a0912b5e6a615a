//! An authorization server, started by the script in its folder.
//!
//! Each folder has the scripts `install` and `start`. `start` runs a server that listens on the loopback port `PORT`, keeps its files
//! in `STATE` and knows the `RESOURCES`. Its access tokens are valid for `LIFETIME` seconds. A server with both formats uses `FORMAT`,
//! `jwt` or `opaque`. The script prints `ready:` and an [`About`] when the server answers.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use scopegate_tests::program::free_port;
use serde::Deserialize;

/// The two resources that the servers know. The program is the first of them.
pub(crate) const RESOURCE: &str = "https://files.example.com/mcp";
pub(crate) const OTHER_RESOURCE: &str = "https://other.example.com/mcp";

/// A running server. Dropping this ends it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    state: PathBuf,
    port: u16,
}

/// The description that a server prints when it is ready.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct About {
    /// The name and version.
    pub(crate) server: String,
    pub(crate) issuer: String,
    /// A client with users.
    pub(crate) client: Credentials,
    /// A client with client credentials.
    pub(crate) machine: Credentials,
    /// The resource's credentials for introspection.
    pub(crate) introspector: Credentials,
    /// A client with tokens for [`OTHER_RESOURCE`], if the server ignores `resource`.
    pub(crate) other: Option<Credentials>,
    /// A user's session, if redirects do not suffice for a login.
    pub(crate) cookie: Option<String>,
    /// Parameters of authorization requests that the server requires, or that its own pages add.
    pub(crate) authorize: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Server {
    /// Runs the script of the folder `name`. [`Server::ready`] waits for it.
    pub(crate) fn spawn(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::spawn_on(free_port(), name, variables)
    }

    /// Runs the script on a given port, for a server that starts again.
    pub(crate) fn spawn_on(port: u16, name: &str, variables: &[(&str, &str)]) -> Self {
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{port}"));
        let _ = fs::remove_dir_all(&state);
        fs::create_dir_all(&state).expect("a folder for its state");
        let log = fs::File::create(state.join("log")).expect("a file for its log");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(name).join("start");
        let child = Command::new(&script)
            .env("PORT", port.to_string())
            .env("STATE", &state)
            .env("RESOURCES", format!("{RESOURCE} {OTHER_RESOURCE}"))
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {}: {error}", script.display()));
        Self { child, state, port }
    }

    /// Waits until the server reports that it is ready.
    pub(crate) fn ready(&mut self) -> About {
        let stdout = self.child.stdout.take().expect("`ready` is called once");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        while let Some(line) = lines.next() {
            if let Some(about) = line.strip_prefix("ready: ") {
                // A server may end if its output is no longer read.
                thread::spawn(move || lines.for_each(drop));
                return serde_json::from_str(about).unwrap_or_else(|error| panic!("{error} in {about}"));
            }
        }
        let log = fs::read_to_string(self.state.join("log")).unwrap_or_default();
        panic!("the server ended before it was ready:\n{log}");
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if env::var_os("KEEP_STATE").is_none() {
            let _ = fs::remove_dir_all(&self.state);
        }
    }
}
