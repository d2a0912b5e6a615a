//! The caller's right to a resource, judged again inside the server.

use super::McpResource;
use crate::{enforce::Access, policy::Demand, refuse::Rejection};

impl Access {
    /// Demands what a resource of an MCP server needs, for a server's own `resources/read`.
    ///
    /// The gate has judged it by the same rules already; here it is judged again, whatever the gate took the request for.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{mcp_table, Access, Rejection, Requirement, requirement, mcp::{McpTable, Operation}};
    ///
    /// const READ: Requirement = requirement!("tenant:{tenant}:read");
    /// const RESOURCES: McpTable = mcp_table![Operation::resource("docs://{tenant}/{name}", READ)];
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
        self.meets(Demand::of(resource.row(), resource.filled()))
    }
}
