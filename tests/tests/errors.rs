//! The errors that a program returns from `main`. Rust prints these errors with `Debug`.

use std::error::Error;

use scopegate::{
    Gate, Requirement, Resource, Scope, StaticKeys, UnknownScope, Vocabulary,
    dpop::StoreError,
    export::{Lock, OpenApiReport, write_folder},
    mcp::{McpTable, Operation},
    mcp_table,
};

#[derive(Clone, Copy, Vocabulary)]
enum FilesScope {
    /// See your files.
    #[scope("files:read")]
    Read,
}

const TABLE: McpTable = mcp_table![Operation::tool("*", Requirement::AUTHENTICATED)];

#[test]
fn debug_writes_the_message() {
    let gate = Gate::static_keys("files", StaticKeys::default());
    let errors: [Box<dyn Error>; 10] = [
        Box::new(gate.mcp_layer(TABLE).unwrap_err()),
        Box::new(Resource::new("http://example.com").unwrap_err()),
        Box::new(Scope::new("").unwrap_err()),
        Box::new("files:read |".parse::<Requirement>().unwrap_err()),
        Box::new(UnknownScope::of::<FilesScope>("file:read")),
        Box::new(StaticKeys::parse("sk_read").unwrap_err()),
        Box::new(StoreError::new("no route to host")),
        Box::new(write_folder([], "public").unwrap_err()),
        Box::new("GET".parse::<Lock>().unwrap_err()),
        Box::new(OpenApiReport::default().allow_undocumented(["GET /files"]).into_result().unwrap_err()),
    ];
    for error in errors {
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(error.to_string().contains(' '), "{error}");
    }
    assert_eq!(format!("{:?}", OpenApiReport::default()), "the OpenAPI document and the routes agree");
}
