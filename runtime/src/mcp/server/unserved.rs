//! Finds rows for operations that a server does not support. The server is not called.

use std::any::type_name;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{CallToolResponse, GetPromptResponse, ReadResourceResponse},
    service::RequestContext,
};

use crate::mcp::{McpTable, operation::Kind, subject::LIST_TASKS};

/// Lists the problems of two kinds of rows: rows for operations that an rmcp server does not support, and
/// rows for `tasks/list`. No row may allow `tasks/list`, because this method lists the tasks of all callers.
pub(super) fn unserved<S: ServerHandler>(table: &McpTable) -> impl Iterator<Item = String> {
    let unanswered = [
        (Kind::Tool, calls_tools::<S>(), "call_tool", "put `#[tool_handler]` on its `impl ServerHandler`, "),
        (
            Kind::Prompt,
            gets_prompts::<S>(),
            "get_prompt",
            "put `#[prompt_handler]` on its `impl ServerHandler`, ",
        ),
        (Kind::Resource, reads_resources::<S>(), "read_resource", ""),
    ];
    let unanswered = unanswered.into_iter().filter(|(_, has_method, ..)| !has_method);
    let unanswered = unanswered.filter_map(|(kind, _, method, attribute)| {
        let operation = table.operations().iter().find(|operation| operation.kind() == kind)?;
        let server = type_name::<S>();
        Some(format!(
            "`{operation}` is never answered, since `{server}` has no `{method}`; {attribute}write one as an `async fn`, or remove the row"
        ))
    });
    let list = table
        .operations()
        .iter()
        .find(|operation| operation.kind() == Kind::Method && operation.name() == LIST_TASKS);
    let listed = list.map(|operation| {
        format!("`{operation}` would list the tasks of all callers, with identifiers that none of them can use; remove the row")
    });
    unanswered.chain(listed)
}

/// Lists the switched-off tools that no row covers. Nobody can call a tool that has no row, so nobody needs to switch
/// it off. If `off` contains a tool without a row, the tool's name is probably misspelt.
pub(super) fn mistaken(table: &McpTable, off: &[String]) -> impl Iterator<Item = String> {
    let unknown = off.iter().filter(|tool| !table.has_tool(tool));
    unknown.map(|tool| {
        format!("the tool `{tool}` is switched off, but has no row; write the name as the table has it")
    })
}

fn calls_tools<S: ServerHandler>() -> bool {
    is_own::<S, _, _, CallToolResponse>(S::call_tool)
}

fn gets_prompts<S: ServerHandler>() -> bool {
    is_own::<S, _, _, GetPromptResponse>(S::get_prompt)
}

fn reads_resources<S: ServerHandler>() -> bool {
    is_own::<S, _, _, ReadResourceResponse>(S::read_resource)
}

/// Tells whether the program implements a method itself. rmcp's default methods return a `std::future::Ready`, but an
/// `async fn` never returns a future of this type.
fn is_own<'a, S: 'a, P, F, R>(_method: impl Fn(&'a S, P, RequestContext<RoleServer>) -> F) -> bool {
    type_name::<F>() != type_name::<std::future::Ready<Result<R, ErrorData>>>()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rmcp::model::{
        CallToolRequestParams, CallToolResult, GetPromptRequestParams, GetPromptResult,
        ReadResourceRequestParams, ReadResourceResult,
    };

    use super::*;

    struct Silent;
    impl ServerHandler for Silent {}

    struct Answers;
    impl ServerHandler for Answers {
        async fn call_tool(
            &self,
            _: CallToolRequestParams,
            _: RequestContext<RoleServer>,
        ) -> Result<CallToolResponse, ErrorData> {
            Ok(CallToolResult::success(Vec::new()).into())
        }

        async fn get_prompt(
            &self,
            _: GetPromptRequestParams,
            _: RequestContext<RoleServer>,
        ) -> Result<GetPromptResponse, ErrorData> {
            Ok(GetPromptResult::new(Vec::new()).into())
        }

        async fn read_resource(
            &self,
            _: ReadResourceRequestParams,
            _: RequestContext<RoleServer>,
        ) -> Result<ReadResourceResponse, ErrorData> {
            Ok(ReadResourceResult::new(Vec::new()).into())
        }
    }

    #[test]
    fn a_method_of_its_own_is_told_from_that_of_rmcp() {
        assert!(!calls_tools::<Silent>() && !gets_prompts::<Silent>() && !reads_resources::<Silent>());
        assert!(!calls_tools::<Box<Silent>>() && !gets_prompts::<Box<Silent>>());
        assert!(!reads_resources::<Box<Silent>>());
        assert!(calls_tools::<Answers>() && gets_prompts::<Answers>() && reads_resources::<Answers>());
        assert!(calls_tools::<Arc<Answers>>() && gets_prompts::<Arc<Answers>>());
        assert!(reads_resources::<Arc<Answers>>());
    }
}
