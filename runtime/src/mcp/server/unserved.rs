//! Finds rows for operations that a server does not support. The server is not called.

use std::any::type_name;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{ReadResourceRequestParams, ReadResourceResponse},
    service::RequestContext,
};

use crate::mcp::{McpTable, operation::Kind, subject::LIST_TASKS};

/// Lists the problems of two kinds of rows: rows for operations that an rmcp server does not support, and
/// rows for `tasks/list`. No row may allow `tasks/list`, because this method lists the tasks of all callers.
pub(super) fn unserved<S: ServerHandler>(table: &McpTable) -> impl Iterator<Item = String> {
    let resource = table.operations().iter().find(|operation| operation.kind() == Kind::Resource);
    let unread = resource.filter(|_| !reads_resources::<S>()).map(|operation| {
        let server = type_name::<S>();
        format!("`{operation}` is never read, since `{server}` has no `read_resource`; write one as an `async fn`, or remove the row")
    });
    let list = table
        .operations()
        .iter()
        .find(|operation| operation.kind() == Kind::Method && operation.name() == LIST_TASKS);
    let listed = list.map(|operation| {
        format!("`{operation}` would list the tasks of all callers, with identifiers that none of them can use; remove the row")
    });
    unread.into_iter().chain(listed)
}

/// Lists the switched-off tools that no row covers. Nobody can call a tool without a row, so there is no
/// reason to switch the tool off, and its name is probably misspelt.
pub(super) fn mistaken(table: &McpTable, off: &[String]) -> impl Iterator<Item = String> {
    let unknown = off.iter().filter(|tool| !table.has_tool(tool));
    unknown.map(|tool| {
        format!("the tool `{tool}` is switched off, but has no row; write the name as the table has it")
    })
}

/// Tells whether `S` has a `read_resource` of its own. rmcp's default method returns a `std::future::Ready`, which an
/// `async fn` never returns.
fn reads_resources<S: ServerHandler>() -> bool {
    type Refused = std::future::Ready<Result<ReadResourceResponse, ErrorData>>;
    answer_of(S::read_resource) != type_name::<Refused>()
}

/// Returns the type name of the future that a method returns.
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
