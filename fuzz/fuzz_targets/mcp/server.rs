//! Two servers: one whose tools have guards, and one that obeys every request, so that only the gate protects it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult,
        CustomRequest, CustomResult, GetPromptRequestParams, GetPromptResponse, GetPromptResult,
        GetSkillRequestParams, GetSkillResult, JsonObject, ReadResourceDirectoryRequestParams,
        ReadResourceDirectoryResult, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
        Reference, ServerCapabilities, ServerConfig, SubscribeRequestParams,
    },
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{Access, authenticated, mcp::Caller, public, requires_scope, scoped_tools};

use serde_json::json;

use crate::{
    plain::subjects,
    rules::{ANYONE, Subject},
};

/// A call that a server ran, with its caller.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) subject: Subject,
    pub(crate) caller: String,
}

/// The calls since the last [`Log::take`].
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Run>>>);

impl Log {
    pub(crate) fn take(&self) -> Vec<Run> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, subject: Subject, caller: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Run { subject, caller: caller.to_owned() });
    }
}

#[derive(Clone)]
pub(crate) struct Guarded(pub(crate) Log);

#[scoped_tools(vis = "pub(crate)")]
impl Guarded {
    /// Needs nothing.
    #[public]
    #[tool]
    async fn hello(&self, Caller(caller): Caller) {
        let caller = caller.as_ref().and_then(Access::subject);
        self.0.note(Subject::Tool("hello".to_owned()), caller.unwrap_or(ANYONE));
    }

    /// Needs only the floor.
    #[authenticated]
    #[tool]
    async fn list(&self, access: Access) {
        self.note("list", &access);
    }

    /// Needs one scope more.
    #[requires_scope("files:write")]
    #[tool]
    async fn write(&self, access: Access, _arguments: JsonObject) {
        self.note("write", &access);
    }

    /// Needs another scope.
    #[requires_scope("files:admin")]
    #[tool]
    fn purge(&self, access: Access) {
        self.note("purge", &access);
    }
}

impl Guarded {
    fn note(&self, tool: &str, access: &Access) {
        self.0.note(Subject::Tool(tool.to_owned()), access.subject().unwrap_or_default());
    }
}

#[tool_handler]
impl ServerHandler for Guarded {}

#[derive(Clone)]
pub(crate) struct Obedient(pub(crate) Log);

impl Obedient {
    fn note(&self, subject: Subject, context: &RequestContext<RoleServer>) {
        let header = context.extensions.get::<Parts>().and_then(|parts| parts.headers.get("authorization"));
        let caller = header.and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "));
        self.0.note(subject, caller.unwrap_or(ANYONE));
    }
}

impl ServerHandler for Obedient {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_skills_with_directory_read()
            .enable_completions();
        ServerConfig::new(capabilities.build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.note(Subject::Tool(request.name.into_owned()), &context);
        Ok(CallToolResult::success(Vec::new()).into())
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.note(Subject::Prompt(request.name), &context);
        Ok(GetPromptResult::new(Vec::new()).into())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.note(Subject::Resource(request.uri), &context);
        Ok(ReadResourceResult::new(Vec::new()).into())
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.note(Subject::Resource(request.uri), &context);
        Ok(())
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        self.note(Subject::Resource(request.uri), &context);
        Ok(ReadResourceDirectoryResult::default())
    }

    async fn get_skill(
        &self,
        request: GetSkillRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetSkillResult, ErrorData> {
        self.note(Subject::Resource(request.uri), &context);
        Err(ErrorData::invalid_params("no such skill", None))
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // rmcp calls this method for a request with wrong parameters.
        let found = subjects(&json!({ "method": request.method, "params": request.params }));
        let is_lost = found.is_empty();
        found.into_iter().for_each(|subject| self.note(subject, &context));
        if is_lost {
            self.note(Subject::Method(request.method), &context);
        }
        Err(ErrorData::invalid_params("no such method", None))
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let subject = match request.r#ref {
            Reference::Prompt(prompt) => Subject::Prompt(prompt.name),
            Reference::Resource(resource) => Subject::Resource(resource.uri),
            _ => return Ok(CompleteResult::default()),
        };
        self.note(subject, &context);
        Ok(CompleteResult::default())
    }
}
