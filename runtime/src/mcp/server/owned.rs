//! A server whose tasks belong to principals, and whose lists depend on the caller.
//!
//! The gate makes the task identifiers that clients see. `Owned` checks that the task belongs to the caller, and that
//! the token still grants the scopes of the tool that started the task. The result of this check does not depend on how
//! the gate in front of the server has parsed the request. If the check passes, `Owned` replaces the client's
//! identifier with the server's own identifier.

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

use super::{
    announced::Announced,
    lists::{Lists, Viewer},
    refusal,
    rowless::Rowless,
};
use crate::{
    enforce::{Judge, Noted, Passed},
    gate::log,
    mcp::{
        Dialect,
        endpoint::Endpoint,
        operation::Kind,
        subject::{LIST_TASKS, RESULT_OF_TASK},
        tasks::{self, Origin},
    },
    refuse::Rejection,
};

type Context = RequestContext<RoleServer>;

/// The program's server behind the gate.
pub(super) struct Owned<S> {
    server: S,
    endpoint: Arc<Endpoint>,
    lists: Lists,
    announced: Arc<Announced>,
    rowless: Arc<Rowless>,
}

impl<S> Owned<S> {
    pub(super) fn new(
        server: S,
        endpoint: Arc<Endpoint>,
        lists: Lists,
        announced: Arc<Announced>,
        rowless: Arc<Rowless>,
    ) -> Self {
        Self { server, endpoint, lists, announced, rowless }
    }

    fn viewer(&self, context: &Context, method: &'static str) -> Result<Viewer<'_>, ErrorData> {
        Viewer::of(context, &self.endpoint, method, self.lists)
    }

    /// With `Lists::All`, logs a warning if a list contains operations without a row. The other values of `Lists` hide
    /// these operations.
    fn check_rows<'a>(&self, kind: Kind, listed: impl Iterator<Item = &'a str>) {
        if self.lists == Lists::All {
            self.rowless.check::<S>(&self.endpoint.rules, kind, listed);
        }
    }

    /// Checks that a task belongs to the caller, and that the token grants the scopes of the tool that started the
    /// task. Returns the server's own identifier of the task.
    fn open(&self, id: &str, context: &Context) -> Result<String, ErrorData> {
        let passed = passed(context)?;
        let Passed { plan, token } = &passed;
        let token = token.as_ref().ok_or_else(unknown_task)?;
        let owner = self.endpoint.owner(plan, token).ok_or_else(unknown_task)?;
        let task = tasks::open(&self.endpoint.binding, owner, id).ok_or_else(unknown_task)?;
        let started = self.endpoint.rules.started(Origin::Tool(&task.tool));
        let mut row = started.map_err(|_| unknown_task())?;
        row.fill_for(plan);
        // The gate has already reported this decision to the observer.
        Judge::Gate(plan).recheck(token, &[row.demand()], &Noted::default())?;
        Ok(task.id.to_owned())
    }

    /// Binds a task to the caller who started it.
    fn bind(
        &self,
        mut started: CreateTaskResult,
        tool: &str,
        passed: &Passed,
    ) -> Result<CreateTaskResult, ErrorData> {
        let Passed { plan, token } = passed;
        let token = token.as_ref().ok_or_else(|| plan.demand_a_token(&Noted::default()))?;
        let owner = self.endpoint.owner(plan, token);
        let owner = owner.ok_or_else(|| plan.deny(WITHOUT_PRINCIPAL, token))?;
        started.task.task_id = tasks::seal(&self.endpoint.binding, owner, tool, &started.task.task_id);
        Ok(started)
    }
}

const WITHOUT_PRINCIPAL: &str = "The access token has no principal to whom a task could belong";

pub(super) fn passed(context: &Context) -> Result<Passed, ErrorData> {
    let parts = context.extensions.get::<http::request::Parts>();
    parts.and_then(|parts| Passed::of(&parts.extensions)).ok_or_else(|| {
        log::misconfigured("a request reached an MCP server without passing its gate");
        Rejection::misconfigured().into()
    })
}

fn unknown_task() -> ErrorData {
    ErrorData::invalid_params("Unknown task", None)
}

/// Implements each method by a call to the same method of the program's server.
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
    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: Context,
    ) -> Answer<InitializeResult> {
        let answer = self.server.initialize(request, context).await?;
        self.announced.check::<S>(&self.endpoint.table, &answer.capabilities);
        Ok(answer)
    }

    async fn discover(&self, context: Context) -> Answer<DiscoverResult> {
        let answer = self.server.discover(context).await?;
        self.announced.check::<S>(&self.endpoint.table, &answer.capabilities);
        Ok(answer)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Answer<CallToolResponse> {
        let (passed, tool) = (passed(&context)?, request.name.clone());
        let answer = match self.server.call_tool(request, context).await {
            Ok(CallToolResponse::Task(started)) => {
                self.bind(started, &tool, &passed).map(CallToolResponse::Task)
            }
            other => other,
        };
        match self.endpoint.dialect {
            Dialect::Http => answer,
            Dialect::ToolResult => answer.or_else(|error| Ok(refusal::in_result(error)?.into())),
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

    /// Handles `tasks/list` and `tasks/result` of protocol version 2025-11-25, because rmcp does not know these
    /// methods. For `tasks/list`, the answer is an error. For `tasks/result`, the function checks the owner of the
    /// task.
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
        let viewer = self.viewer(&context, "tools/list")?;
        let mut list = self.server.list_tools(page, context).await?;
        viewer.view_tools(&mut list.tools);
        self.check_rows(Kind::Tool, list.tools.iter().map(|tool| &*tool.name));
        viewer.finish(&mut list.cache_scope);
        Ok(list)
    }

    async fn list_prompts(&self, page: Page, context: Context) -> Answer<ListPromptsResult> {
        let viewer = self.viewer(&context, "prompts/list")?;
        let mut list = self.server.list_prompts(page, context).await?;
        list.prompts.retain(|prompt| viewer.shows_prompt(&prompt.name));
        self.check_rows(Kind::Prompt, list.prompts.iter().map(|prompt| &*prompt.name));
        viewer.finish(&mut list.cache_scope);
        Ok(list)
    }

    async fn list_resources(&self, page: Page, context: Context) -> Answer<ListResourcesResult> {
        let viewer = self.viewer(&context, "resources/list")?;
        let mut list = self.server.list_resources(page, context).await?;
        viewer.view_resources(&mut list);
        self.check_rows(Kind::Resource, list.resources.iter().map(|resource| &*resource.uri));
        Ok(list)
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        context: Context,
    ) -> Answer<ReadResourceDirectoryResult> {
        let viewer = self.viewer(&context, "resources/directory/read")?;
        let mut list = self.server.read_resource_directory(request, context).await?;
        viewer.view_resources(&mut list);
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        page: Page,
        context: Context,
    ) -> Answer<ListResourceTemplatesResult> {
        let viewer = self.viewer(&context, "resources/templates/list")?;
        let mut list = self.server.list_resource_templates(page, context).await?;
        let listed = list.resource_templates.iter().map(|template| &*template.uri_template);
        self.rowless.check_templates::<S>(&self.endpoint.rules, self.lists, listed);
        list.resource_templates.retain(|template| viewer.shows_template(&template.uri_template));
        viewer.finish(&mut list.cache_scope);
        Ok(list)
    }

    async fn list_skills(&self, page: Page, context: Context) -> Answer<ListSkillsResult> {
        let viewer = self.viewer(&context, "skills/list")?;
        let mut list = self.server.list_skills(page, context).await?;
        list.skills.retain(|skill| viewer.shows_skill(&skill.uri));
        viewer.finish(&mut list.cache_scope);
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
        complete(request: CompleteRequestParams, context: Context) -> Answer<CompleteResult>;
        set_level(request: SetLevelRequestParams, context: Context) -> Answer<()>;
        get_prompt(request: GetPromptRequestParams, context: Context) -> Answer<GetPromptResponse>;
        read_resource(request: ReadResourceRequestParams, context: Context) -> Answer<ReadResourceResponse>;
        listen(context: SubscriptionContext) -> Answer<()>;
        subscribe(request: SubscribeRequestParams, context: Context) -> Answer<()>;
        unsubscribe(request: UnsubscribeRequestParams, context: Context) -> Answer<()>;
        get_skill(request: GetSkillRequestParams, context: Context) -> Answer<GetSkillResult>;
        on_cancelled(notification: CancelledNotificationParam, context: Told) -> ();
        on_progress(notification: ProgressNotificationParam, context: Told) -> ();
        on_initialized(context: Told) -> ();
        on_roots_list_changed(context: Told) -> ();
        on_custom_notification(notification: CustomNotification, context: Told) -> ();
    }
}
