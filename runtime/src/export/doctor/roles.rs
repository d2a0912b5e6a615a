//! Gives advice about a token without roles, or with roles that grant nothing.

use serde_json::{Map, Value};

use super::few;
use crate::{Issuer, verify::issuer::RolesAt};

/// Returns advice if the token has roles, but the program maps none of them to scopes.
pub(super) fn unknown(maps: &[RolesAt], claims: &Map<String, Value>) -> Option<String> {
    let held = texts(maps.iter().flat_map(|roles| roles.held(claims)));
    let known = texts(maps.iter().flat_map(RolesAt::known));
    if held.is_empty() || held.iter().any(|role| known.contains(role)) {
        return None;
    }
    let (role, grant) = if held.len() == 1 { ("role", "grants") } else { ("roles", "grant") };
    let (held, known) = (few(held.iter()), few(known.iter()));
    Some(format!(
        "its {role} {held} {grant} nothing: `.roles_at(..)` maps only {known}; add a role there, or have the authorization server assign one of these"
    ))
}

/// Returns advice if the program maps roles to scopes, and the token has no role.
pub(super) fn none(issuer: &Issuer, claims: &Map<String, Value>) -> Option<String> {
    let maps = issuer.role_maps();
    let has_none = maps.iter().all(|roles| roles.held(claims).is_empty());
    let path = maps.first().filter(|_| has_none)?.path();
    let ignored =
        ["scope", "scp"].into_iter().find(|name| issuer.has_roles_only() && claims.contains_key(*name));
    let ignored = ignored.map(|name| format!(", and `.roles_only()` ignores its claim `{name}`"));
    Some(format!(
        "`.roles_at({path:?}, ..)` finds no role in it{}: have the authorization server write roles there, or correct the path",
        ignored.unwrap_or_default()
    ))
}

fn texts<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut texts: Vec<String> = names.map(str::to_owned).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
