//! The location of a server: its path, and the hosts that it answers for.

use crate::resource::{Authority, Origin, Resource};

/// The path and the hosts of a server.
pub(super) struct Place {
    pub(super) path: String,
    pub(super) hosts: Vec<String>,
}

/// The names of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Place {
    /// Adds hosts, and returns a problem for each text that is not a host.
    pub(super) fn allow(&mut self, hosts: &[String]) -> Vec<String> {
        self.hosts.extend_from_slice(hosts);
        let faulty = hosts.iter().filter(|host| Authority::parse(host).is_err());
        let say = |host| {
            format!("`{host}` is not a host; write a name such as `files.internal`, with or without a port")
        };
        faulty.map(say).collect()
    }

    /// Finds the location of the server, and the problems of this location.
    pub(super) fn of(own: Option<&Resource>, at: Option<&Resource>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        if let (Some(own), Some(_)) = (own, at) {
            let id = own.identifier();
            problems
                .push(format!("resource `{id}` already sets the location of the server; remove `.at(..)`"));
        }
        let resource = own.or(at);
        let path = resource.map_or("/mcp", Resource::path);
        let is_pattern = |segment: &str| segment.starts_with([':', '*']);
        if path.starts_with("/.well-known") || path.split('/').any(is_pattern) {
            problems.push(format!(
                "the server cannot be at `{path}`; choose a path outside `/.well-known` and without `:` and `*` at the start of a segment"
            ));
        }
        // Hosts are compared without the port, because some proxies leave the port out. The host name is enough against
        // DNS rebinding: a request from an attacker's page has the attacker's host name.
        let host = resource.and_then(|resource| Origin::parse(resource.origin())).map(|own| own.host());
        let mut hosts: Vec<String> = host.iter().map(ToString::to_string).collect();
        if host.is_none_or(|host| host.is_loopback()) {
            hosts.extend(LOOPBACK.map(str::to_owned));
        }
        (Self { path: path.to_owned(), hosts }, problems)
    }
}
