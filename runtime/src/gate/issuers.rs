//! A gate for issuers: what clients are told follows from them.

use super::Gate;
use crate::{Issuer, Issuers, Resource, shown};

/// Makes the gate of `resource` for the tokens of `issuers`.
pub(super) fn gate(mut resource: Resource, issuers: Issuers) -> Gate {
    let mut problems = Vec::new();
    if resource.authorization_servers().is_empty() {
        for issuer in issuers.iter() {
            match issuer.advertised().map(|id| resource.clone().authorization_server(id)) {
                Some(Ok(naming)) => resource = naming,
                Some(Err(invalid)) => problems.push(invalid.to_string()),
                None => problems.push(format!(
                    "clients find no authorization server for the family `{}`; name one with `.authorization_server(..)`",
                    shown::url(issuer.places.id())
                )),
            }
        }
    } else {
        problems.extend(unknown_servers(&resource, &issuers));
    }
    let asked = asked_prefix(&issuers);
    let gate = Gate::new(resource, issuers);
    let mut gate = match asked {
        Ok(Some(prefix)) => gate.asked_as(move |scope| with_prefix(&prefix, scope)),
        Ok(None) => gate,
        Err(problem) => {
            problems.push(problem);
            gate
        }
    };
    gate.change().problems.extend(problems);
    gate
}

/// Finds the authorization servers of the resource whose tokens nobody would accept.
fn unknown_servers(resource: &Resource, issuers: &Issuers) -> Vec<String> {
    let is_known = |server: &str| {
        issuers
            .iter()
            .any(|issuer| issuer.advertised() == Some(server) || issuer.names.find(server).is_some())
    };
    let servers = resource.authorization_servers().iter().filter(|server| !is_known(server));
    servers
        .map(|server| {
            format!(
                "the resource names the authorization server `{}`, and no issuer has that name, so that its tokens would be refused; write an `Issuer` for it",
                shown::url(server)
            )
        })
        .collect()
}

/// Finds the prefix by which clients ask. A challenge names each scope once, whoever issues the token.
fn asked_prefix(issuers: &Issuers) -> Result<Option<String>, String> {
    let mut prefixes = issuers.iter().map(Issuer::asked_prefix);
    let Some(first) = prefixes.next() else { return Ok(None) };
    match prefixes.find(|prefix| *prefix != first) {
        None => Ok(first.map(str::to_owned)),
        Some(other) => {
            let shown = |prefix: Option<&str>| {
                prefix.map_or_else(|| "no prefix".to_owned(), |prefix| format!("`{}`", shown::text(prefix)))
            };
            Err(format!(
                "clients ask one issuer for scopes with {} and another with {}, and a challenge can name only one; give each a gate of its own",
                shown(first),
                shown(other)
            ))
        }
    }
}

/// Tells whether a scope is one of `OpenID` Connect's own.
pub(crate) fn is_of_open_id(scope: &str) -> bool {
    /// [OpenID Connect Core, sections 3.1.2.1, 5.4 and 11](https://openid.net/specs/openid-connect-core-1_0.html).
    const OF_OPEN_ID: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];
    OF_OPEN_ID.contains(&scope)
}

/// Writes a scope as clients ask for it. Those of `OpenID` Connect are no resource's.
fn with_prefix(prefix: &str, scope: &str) -> String {
    if is_of_open_id(scope) { scope.to_owned() } else { format!("{prefix}{scope}") }
}
