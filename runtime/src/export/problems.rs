//! Finds the problems that keep a gate from starting. The exporter, the check of a lock and the doctor report the same
//! problems.

use super::lock::is_route;
use crate::{
    enforce::mistaken_templates,
    gate::Gate,
    scope::{Entry, ScopeTable},
    well_known::{Discovery, clashes_with_routes},
};

/// Lists the problems that keep the gate from starting. If the path of a row is unknown, only the requirement of the
/// row is checked. The rows of an MCP server have names and URIs in place of paths. The function therefore does not
/// compare these rows with the paths of the gate's family and metadata.
pub(super) fn problems(gate: &Gate, table: &ScopeTable, discovery: &Discovery) -> Vec<String> {
    let rows = |is_checked: fn(&Entry) -> bool| -> ScopeTable {
        table.entries().iter().filter(|entry| is_checked(entry)).cloned().collect()
    };
    let (named, routes) = (rows(|entry| entry.path().is_some()), rows(is_of_http));
    let mut problems = gate.problems(table);
    problems.extend(gate.routes_outside(&routes));
    problems.extend(mistaken_templates(gate, &named));
    problems.extend(clashes_with_routes(discovery, &routes));
    problems
}

fn is_of_http(entry: &Entry) -> bool {
    entry
        .path()
        .zip(entry.methods())
        .is_some_and(|(path, methods)| methods.split(',').any(|method| is_route((path, method))))
}
