//! The caller's right to a resource, judged again inside the server.

use super::McpResource;
use crate::{
    enforce::Access,
    gate::{Failure, log},
    policy::Demand,
    refuse::{Reason, Rejection},
};

impl Access {
    /// Demands what a resource of an MCP server needs, for a server's own `resources/read`.
    ///
    /// The gate has judged it by the same rules already; here it is judged again, whatever the gate took the request for.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Access, Rejection, Requirement, requirement, mcp::{McpTable, Operation}};
    ///
    /// const READ: Requirement = requirement!("tenant:{tenant}:read");
    /// const RESOURCES: McpTable = McpTable::of(&[Operation::resource("docs://{tenant}/{name}", READ)]);
    ///
    /// fn read(access: &Access, uri: &str) -> Result<Option<String>, Rejection> {
    ///     let Some(found) = RESOURCES.resource(uri) else { return Ok(None) };
    ///     access.require_resource(&found)?;
    ///     Ok(found.part("name").map(|name| format!("the contents of {name}")))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the token lacks a scope that the resource needs: the 403 that the gate would give.
    pub fn require_resource(&self, resource: &McpResource<'_>) -> Result<(), Rejection> {
        let (policy, filled) = (resource.policy(), resource.filled());
        let gate = self.gate();
        let demand =
            gate.map_or(Demand::new(&[], policy.requirement), |gate| gate.demand(policy.requirement));
        if demand.with_filled(filled).is_met_by(self.scopes()) {
            return Ok(());
        }
        let insufficient = Reason::InsufficientScope;
        let Some(gate) = gate else { return Err(Rejection::without_gate(insufficient)) };
        let rejection = self.answer(gate.reject(Failure::For(insufficient), policy, filled));
        log::insufficient(&rejection, self.token());
        Err(rejection)
    }
}
