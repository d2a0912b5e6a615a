//! Rows for what a server cannot do, found without calling it.

use std::any::type_name;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{ReadResourceRequestParams, ReadResourceResponse},
    service::RequestContext,
};

use crate::mcp::{McpTable, operation::Kind, subject::LIST_TASKS};

/// Lists the rows for what a server of rmcp's cannot do, or not for its callers alone.
pub(super) fn unserved<S: ServerHandler>(table: &McpTable) -> impl Iterator<Item = String> {
    let resource = table.operations().iter().find(|operation| operation.kind() == Kind::Resource);
    let unread = resource.filter(|_| !reads_resources::<S>()).map(|operation| {
        let server = type_name::<S>();
        format!("`{operation}` is never read, since `{server}` has no `read_resource`; write one as an `async fn`, or leave the row out")
    });
    let list = table
        .operations()
        .iter()
        .find(|operation| operation.kind() == Kind::Method && operation.name() == LIST_TASKS);
    let listed = list.map(|operation| {
        format!("`{operation}` would list the tasks of all callers, by identifiers that none of them can use; leave the row out")
    });
    unread.into_iter().chain(listed)
}

/// Lists the tools that are switched off though nobody can call them.
pub(super) fn mistaken(table: &McpTable, off: &[String]) -> impl Iterator<Item = String> {
    let unknown = off.iter().filter(|tool| !table.has_tool(tool));
    unknown.map(|tool| {
        format!(
            "the tool `{tool}` is switched off, and no row is about it; write the name as the table has it"
        )
    })
}

/// Tells whether `S` has a `read_resource` of its own. rmcp's answers at once, by a future that an `async fn` never has.
fn reads_resources<S: ServerHandler>() -> bool {
    type Refused = std::future::Ready<Result<ReadResourceResponse, ErrorData>>;
    answer_of(S::read_resource) != type_name::<Refused>()
}

/// Names the type of the future that a method makes.
fn answer_of<'a, S: 'a, A>(
    _method: impl Fn(&'a S, ReadResourceRequestParams, RequestContext<RoleServer>) -> A,
) -> &'static str {
    type_name::<A>()
}

#[cfg(test)]
mod tests {
    use rmcp::model::ReadResourceResult;

    use super::*;

    struct Silent;
    impl ServerHandler for Silent {}

    struct Reads;
    impl ServerHandler for Reads {
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
        assert!(!reads_resources::<Silent>());
        assert!(reads_resources::<Reads>());
        assert!(reads_resources::<std::sync::Arc<Reads>>());
        assert!(!reads_resources::<Box<Silent>>());
    }
}
