//! Where a server is: the path that it answers at, and the hosts that it answers for.

use crate::resource::{Authority, Origin, Resource};

/// The path and the hosts of a server.
pub(super) struct Place {
    pub(super) path: String,
    pub(super) hosts: Vec<String>,
}

/// The names of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Place {
    /// Answers for more hosts, and says which of them are none.
    pub(super) fn allow(&mut self, hosts: &[String]) -> Vec<String> {
        self.hosts.extend_from_slice(hosts);
        let faulty = hosts.iter().filter(|host| Authority::parse(host).is_err());
        let say = |host| {
            format!("`{host}` is no host; write a name as in `files.internal`, with a port or without")
        };
        faulty.map(say).collect()
    }

    /// Finds the place, and what is wrong with it.
    pub(super) fn of(own: Option<&Resource>, at: Option<&Resource>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        if let (Some(own), Some(_)) = (own, at) {
            let id = own.identifier();
            problems.push(format!("resource `{id}` says where the server is; leave out `.at(..)`"));
        }
        let resource = own.or(at);
        let path = resource.map_or("/mcp", Resource::path);
        let is_pattern = |segment: &str| segment.starts_with([':', '*']);
        if path.starts_with("/.well-known") || path.split('/').any(is_pattern) {
            problems.push(format!(
                "no server can be at `{path}`; choose a path outside `/.well-known` and without `:` and `*` at the start of a segment"
            ));
        }
        // Without the port, which proxies leave out or not. A name is what an attacker's page cannot have.
        let host = resource.and_then(|resource| Origin::parse(resource.origin())).map(|own| own.host());
        let mut hosts: Vec<String> = host.iter().map(ToString::to_string).collect();
        if host.is_none_or(|host| host.is_loopback()) {
            hosts.extend(LOOPBACK.map(str::to_owned));
        }
        (Self { path: path.to_owned(), hosts }, problems)
    }
}
