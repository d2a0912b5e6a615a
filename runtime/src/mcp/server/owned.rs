//! A server whose tasks belong to who started them, and in whose lists nothing is that is switched off.
//!
//! Clients see identifiers of the gate's making. The server sees its own, of tasks that are the caller's and whose tool the
//! caller's token still covers. This is the authority, whatever the gate outside took the request for.

use std::{borrow::Cow, sync::Arc};

#[expect(deprecated, reason = "a server may have the methods of older versions")]
use rmcp::model::{SetLevelRequestParams, SubscribeRequestParams, UnsubscribeRequestParams};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
        CompleteRequestParams, CompleteResult, CreateTaskResult, CustomNotification, CustomRequest,
        CustomResult, DiscoverResult, ErrorCode, GetPromptRequestParams, GetPromptResponse,
        GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams,
        InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListSkillsResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
        ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult,
        ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SubscriptionFilter, Tool,
        UpdateTaskParams,
    },
    service::{NotificationContext, RequestContext, SubscriptionContext},
};
use serde_json::Value;

use crate::{
    enforce::{Judge, Passed},
    gate::log,
    mcp::{
        endpoint::Endpoint,
        subject::{LIST_TASKS, RESULT_OF_TASK},
        tasks::{self, Origin},
    },
    refuse::Rejection,
};

type Context = RequestContext<RoleServer>;

/// A server of the program's, with the gate before it.
pub(super) struct Owned<S> {
    server: S,
    endpoint: Arc<Endpoint>,
}

impl<S> Owned<S> {
    pub(super) fn new(server: S, endpoint: Arc<Endpoint>) -> Self {
        Self { server, endpoint }
    }

    /// Finds the server's own identifier of a task that is the caller's, and whose tool the caller's token covers.
    fn open(&self, id: &str, context: &Context) -> Result<String, ErrorData> {
        let passed = passed(context)?;
        let Passed { plan, token } = &passed;
        let token = token.as_ref().ok_or_else(unknown_task)?;
        let owner = self.endpoint.owner(plan, token).ok_or_else(unknown_task)?;
        let task = tasks::open(&self.endpoint.binding, owner, id).ok_or_else(unknown_task)?;
        let started = self.endpoint.rules.started(Origin::Tool(&task.tool));
        let mut row = started.map_err(|_| unknown_task())?;
        row.fill_for(plan);
        Judge::Gate(plan).judge(token, &[row.demand()])?;
        Ok(task.id.to_owned())
    }

    /// Binds a task to who has started it.
    fn bind(
        &self,
        mut started: CreateTaskResult,
        tool: &str,
        passed: &Passed,
    ) -> Result<CreateTaskResult, ErrorData> {
        let Passed { plan, token } = passed;
        let token = token.as_ref().ok_or_else(|| plan.demand_a_token())?;
        let owner = self.endpoint.owner(plan, token);
        let owner = owner.ok_or_else(|| plan.gate.deny(WITHOUT_PRINCIPAL.into()))?;
        started.task.task_id = tasks::seal(&self.endpoint.binding, owner, tool, &started.task.task_id);
        Ok(started)
    }
}

const WITHOUT_PRINCIPAL: &str = "The access token names nobody to whom a task could belong";

fn passed(context: &Context) -> Result<Passed, ErrorData> {
    let parts = context.extensions.get::<http::request::Parts>();
    parts.and_then(|parts| Passed::of(&parts.extensions)).ok_or_else(|| {
        log::misconfigured("a request came to an MCP server past its gate");
        Rejection::misconfigured().into()
    })
}

fn unknown_task() -> ErrorData {
    ErrorData::invalid_params("Unknown task", None)
}

/// Passes methods on as they are.
macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*) => {
        $(fn $name(&self, $($argument: $type),*) $(-> $output)? {
            self.server.$name($($argument),*)
        })*
    };
}

macro_rules! forward_async {
    ($($name:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        $(fn $name(&self, $($argument: $type),*) -> impl Future<Output = $output> + Send + '_ {
            self.server.$name($($argument),*)
        })*
    };
}

type Page = Option<PaginatedRequestParams>;
type Answer<T> = Result<T, ErrorData>;
type Told = NotificationContext<RoleServer>;

#[expect(deprecated, reason = "a server may have the methods of older versions")]
impl<S: ServerHandler> ServerHandler for Owned<S> {
    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Answer<CallToolResponse> {
        let (passed, tool) = (passed(&context)?, request.name.clone());
        match self.server.call_tool(request, context).await? {
            CallToolResponse::Task(started) => {
                Ok(CallToolResponse::Task(self.bind(started, &tool, &passed)?))
            }
            other => Ok(other),
        }
    }

    async fn get_task(&self, mut request: GetTaskParams, context: Context) -> Answer<GetTaskResult> {
        let own = self.open(&request.task_id, &context)?;
        let bound = std::mem::replace(&mut request.task_id, own);
        let mut found = self.server.get_task(request, context).await?;
        found.task.task.task_id = bound;
        Ok(found)
    }

    async fn update_task(&self, mut request: UpdateTaskParams, context: Context) -> Answer<()> {
        request.task_id = self.open(&request.task_id, &context)?;
        self.server.update_task(request, context).await
    }

    async fn cancel_task(&self, mut request: CancelTaskParams, context: Context) -> Answer<()> {
        request.task_id = self.open(&request.task_id, &context)?;
        self.server.cancel_task(request, context).await
    }

    /// Binds the methods of version 2025-11-25, which rmcp does not know.
    async fn on_custom_request(&self, mut request: CustomRequest, context: Context) -> Answer<CustomResult> {
        if request.method == LIST_TASKS {
            return Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, LIST_TASKS, None));
        }
        if request.method == RESULT_OF_TASK {
            let params = request.params.as_mut().and_then(Value::as_object_mut);
            let id = params.and_then(|params| params.get_mut("taskId")).ok_or_else(unknown_task)?;
            *id = self.open(id.as_str().ok_or_else(unknown_task)?, &context)?.into();
        }
        self.server.on_custom_request(request, context).await
    }

    async fn list_tools(&self, page: Page, context: Context) -> Answer<ListToolsResult> {
        let mut list = self.server.list_tools(page, context).await?;
        list.tools.retain(|tool| !self.endpoint.rules.is_off(&tool.name));
        Ok(list)
    }

    forward! {
        negotiate_initialize(request: &InitializeRequestParams) -> Answer<InitializeResult>;
        supported_protocol_versions() -> Cow<'static, [ProtocolVersion]>;
        accepted_subscription_filter(requested: &SubscriptionFilter) -> Option<SubscriptionFilter>;
        get_tool(name: &str) -> Option<Tool>;
        get_info() -> ServerConfig;
    }

    forward_async! {
        ping(context: Context) -> Answer<()>;
        initialize(request: InitializeRequestParams, context: Context) -> Answer<InitializeResult>;
        discover(context: Context) -> Answer<DiscoverResult>;
        complete(request: CompleteRequestParams, context: Context) -> Answer<CompleteResult>;
        set_level(request: SetLevelRequestParams, context: Context) -> Answer<()>;
        get_prompt(request: GetPromptRequestParams, context: Context) -> Answer<GetPromptResponse>;
        list_prompts(page: Page, context: Context) -> Answer<ListPromptsResult>;
        list_resources(page: Page, context: Context) -> Answer<ListResourcesResult>;
        list_resource_templates(page: Page, context: Context) -> Answer<ListResourceTemplatesResult>;
        read_resource(request: ReadResourceRequestParams, context: Context) -> Answer<ReadResourceResponse>;
        listen(context: SubscriptionContext) -> Answer<()>;
        subscribe(request: SubscribeRequestParams, context: Context) -> Answer<()>;
        unsubscribe(request: UnsubscribeRequestParams, context: Context) -> Answer<()>;
        list_skills(page: Page, context: Context) -> Answer<ListSkillsResult>;
        get_skill(request: GetSkillRequestParams, context: Context) -> Answer<GetSkillResult>;
        read_resource_directory(request: ReadResourceDirectoryRequestParams, context: Context) -> Answer<ReadResourceDirectoryResult>;
        on_cancelled(notification: CancelledNotificationParam, context: Told) -> ();
        on_progress(notification: ProgressNotificationParam, context: Told) -> ();
        on_initialized(context: Told) -> ();
        on_roots_list_changed(context: Told) -> ();
        on_custom_notification(notification: CustomNotification, context: Told) -> ();
    }
}
