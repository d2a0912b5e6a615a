//! The same tools with one scope each, and the requirements of the prompt and the resources.

use rmcp::{
    ErrorData, RoleServer, handler::server::wrapper::Parameters, model::InputRequiredResult,
    service::RequestContext, tool,
};
use scopegate::{
    Requirement,
    mcp::{McpTable, Operation},
    mcp_table, requirement, requires_scope, scoped_tools,
};

use crate::{
    server::{GREETING, HELLO, Server},
    tools::Custom,
};

const PROMPTS: Requirement = requirement!("prompts:read");
const RESOURCES: Requirement = requirement!("resources:read");

pub(crate) const OTHERS: McpTable =
    mcp_table![Operation::prompt(GREETING, PROMPTS), Operation::resource(HELLO, RESOURCES)];

#[scoped_tools(router = scoped_tools, vis = "pub(crate)")]
impl Server {
    pub(crate) fn scoped() -> Self {
        Self::new(Self::scoped_tools())
    }

    /// Says what it is given.
    #[requires_scope("values:read")]
    #[tool(name = "test_custom_header")]
    async fn scoped_custom_header(&self, custom: Parameters<Custom>) -> String {
        self.custom_header(custom).await
    }

    /// Needs a client with a model.
    #[requires_scope("sampling:use")]
    #[tool(name = "test_missing_capability")]
    async fn scoped_missing_capability(
        &self,
        context: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        self.missing_capability(context).await
    }

    /// Asks the person for a name.
    #[requires_scope("person:ask")]
    #[tool(name = "test_streaming_elicitation")]
    async fn scoped_streaming_elicitation(&self) -> Result<InputRequiredResult, ErrorData> {
        self.streaming_elicitation().await
    }

    /// Logs a line, if the client wants lines.
    #[requires_scope("logs:write")]
    #[tool(name = "test_logging_tool")]
    async fn scoped_logging(&self, context: RequestContext<RoleServer>) -> String {
        self.logging(context).await
    }

    /// Says that the list of tools has changed.
    #[requires_scope("lists:change")]
    #[tool(name = "test_trigger_tool_change")]
    async fn scoped_trigger_tool_change(&self) {
        self.trigger_tool_change().await;
    }

    /// Says that the list of prompts has changed.
    #[requires_scope("lists:change")]
    #[tool(name = "test_trigger_prompt_change")]
    async fn scoped_trigger_prompt_change(&self) {
        self.trigger_prompt_change().await;
    }
}
