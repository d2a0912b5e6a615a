//! Checks the caller's access to a resource again, inside the server.

use super::McpResource;
use crate::{enforce::Access, policy::Demand, refuse::Rejection};

impl Access {
    /// Checks that the token meets the requirement of a resource. Use this method in the server's own handler of
    /// `resources/read`.
    ///
    /// The gate has already checked the request by the same rules. This method repeats the check with the URI from the
    /// handler, and does not depend on how the gate read the request.
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
    /// Fails if the token lacks a required scope or the required login. The error is the refusal that the gate sends in
    /// this case.
    pub fn require_resource(&self, resource: &McpResource<'_>) -> Result<(), Rejection> {
        self.meets(Demand::of(resource.row(), resource.filled()))
    }
}
