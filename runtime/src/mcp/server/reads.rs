//! Whether a server reads resources, found without calling it.

use std::any::type_name;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{ReadResourceRequestParams, ReadResourceResponse},
    service::RequestContext,
};

/// Tells whether `S` has a `read_resource` of its own. rmcp's answers at once, by a future that an `async fn` never has.
pub(super) fn reads_resources<S: ServerHandler>() -> bool {
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
