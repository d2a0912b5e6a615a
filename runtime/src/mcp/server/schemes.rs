//! Writes the requirement of each listed tool into the member `securitySchemes` of the tool's `_meta`. This member
//! comes from a draft of MCP, and clients already read it.

use rmcp::model::Tool;
use serde_json::{Value, json};

use crate::{enforce::Plan, gate::Gate, mcp::rules::Found, scope::ScopeToken};

/// The name of the member that contains the tool's requirement.
pub(super) const MEMBER: &str = "securitySchemes";

/// Tells whether clients can log in. Clients can log in if the gate's resource has an authorization server. With only
/// static keys, clients cannot log in, so there is no scheme to write.
pub(super) fn has_login(gate: &Gate) -> bool {
    gate.resource().is_some_and(|resource| !resource.authorization_servers().is_empty())
}

/// Writes the requirement of a tool into its `_meta`. If the tool has no row, nobody can call it, and the function
/// removes any `securitySchemes` that the server has written.
pub(super) fn write(tool: &mut Tool, plan: &Plan, found: Option<&Found>) {
    match found {
        Some(found) => {
            tool.meta.get_or_insert_default().insert(MEMBER.to_owned(), schemes(plan, found));
        }
        None => {
            if let Some(meta) = &mut tool.meta {
                meta.remove(MEMBER);
            }
        }
    }
}

/// Lists the schemes of a tool. A client needs to satisfy only one of these schemes.
fn schemes(plan: &Plan, found: &Found) -> Value {
    let demands: Vec<_> = found.demands().collect();
    let ways = plan.gate.policy().ways_to_ask(&demands);
    if ways.is_empty() {
        return json!([{ "type": "noauth" }]);
    }
    let scheme = |scopes: &Vec<ScopeToken>| {
        let scopes: Vec<&str> = scopes.iter().map(ScopeToken::as_str).collect();
        json!({ "type": "oauth2", "scopes": scopes })
    };
    ways.iter().map(scheme).collect()
}
