//! Makes a gate for issuers. The issuers determine how challenges name the scopes, and which authorization servers the
//! metadata lists.

use super::Gate;
use crate::{Issuer, Issuers, Resource, shown};

/// Makes a gate for `resource` that accepts tokens from `issuers`.
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

/// Describes the resource's authorization servers that match no issuer. The gate accepts no token from such a server.
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
                "the resource names the authorization server `{}`, but no issuer has that name, so its tokens would be rejected; write an `Issuer` for it",
                shown::url(server)
            )
        })
        .collect()
}

/// Finds the prefix that clients put before scopes. All issuers must have the same prefix, because a challenge has only
/// one name for each scope.
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
                "clients request scopes from one issuer with {} and from another with {}, but a challenge can name only one; give each issuer a gate of its own",
                shown(first),
                shown(other)
            ))
        }
    }
}

/// Tells whether `OpenID` Connect defines the scope.
pub(crate) fn is_of_open_id(scope: &str) -> bool {
    /// [OpenID Connect Core, sections 3.1.2.1, 5.4 and 11](https://openid.net/specs/openid-connect-core-1_0.html).
    const OF_OPEN_ID: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];
    OF_OPEN_ID.contains(&scope)
}

/// Puts the prefix before a scope, because clients request the scope in this form. The scopes of `OpenID` Connect get
/// no prefix, because they belong to no resource.
fn with_prefix(prefix: &str, scope: &str) -> String {
    if is_of_open_id(scope) { scope.to_owned() } else { format!("{prefix}{scope}") }
}
