//! The tools that the suite calls, without scopes.
#![expect(deprecated, reason = "the suite asks for sampling and logs, which the protocol deprecates")]

use std::collections::BTreeMap;

use rmcp::{
    ErrorData, RoleServer,
    handler::server::wrapper::Parameters,
    model::{
        ClientCapabilities, ElicitRequest, ElicitRequestParams, ElicitationSchema, InputRequest,
        InputRequiredResult, LoggingMessageNotificationParam,
    },
    schemars,
    service::RequestContext,
    tool, tool_router,
};
use serde::Deserialize;

use crate::server::{Change, Server};

/// The parameters of `test_custom_header`.
#[derive(Deserialize, schemars::JsonSchema)]
pub(crate) struct Custom {
    /// The value, which is also in the header `Mcp-Param-Value`.
    #[serde(default)]
    #[schemars(extend("x-mcp-header" = "Value"))]
    value: String,
}

#[tool_router(router = unscoped)]
impl Server {
    pub(crate) fn bare() -> Self {
        Self::new(Self::unscoped())
    }

    /// Says what it is given.
    #[tool(name = "test_custom_header")]
    pub(crate) async fn custom_header(&self, Parameters(Custom { value }): Parameters<Custom>) -> String {
        value
    }

    /// Needs a client with a model.
    #[tool(name = "test_missing_capability")]
    pub(crate) async fn missing_capability(
        &self,
        context: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        if context.client_capabilities().is_some_and(|capabilities| capabilities.sampling.is_some()) {
            return Ok("the client has a model".to_owned());
        }
        let required = ClientCapabilities::builder().enable_sampling().build();
        Err(ErrorData::missing_required_client_capability(required))
    }

    /// Asks the person for a name.
    #[tool(name = "test_streaming_elicitation")]
    pub(crate) async fn streaming_elicitation(&self) -> Result<InputRequiredResult, ErrorData> {
        let schema = ElicitationSchema::builder().required_string("name").build();
        let requested_schema = schema.map_err(|error| ErrorData::internal_error(error, None))?;
        let message = "What is your name?".to_owned();
        let ask = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
        let ask = InputRequest::Elicitation(ElicitRequest::new(ask));
        Ok(InputRequiredResult::from_input_requests(BTreeMap::from([("name".to_owned(), ask)])))
    }

    /// Logs a line, if the client wants lines.
    #[tool(name = "test_logging_tool")]
    pub(crate) async fn logging(&self, context: RequestContext<RoleServer>) -> String {
        if let Some(level) = context.meta.log_level() {
            let line = LoggingMessageNotificationParam::new(level, "called".into());
            // Sending fails only if the client has gone away.
            let _ = context.peer.notify_logging_message(line).await;
        }
        "done".to_owned()
    }

    /// Says that the list of tools has changed.
    #[tool(name = "test_trigger_tool_change")]
    pub(crate) async fn trigger_tool_change(&self) {
        self.tell(Change::Tools);
    }

    /// Says that the list of prompts has changed.
    #[tool(name = "test_trigger_prompt_change")]
    pub(crate) async fn trigger_prompt_change(&self) {
        self.tell(Change::Prompts);
    }

    fn tell(&self, change: Change) {
        // Sending fails only if nobody listens.
        let _ = self.changes.send(change);
    }
}
