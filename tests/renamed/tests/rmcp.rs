//! `#[scoped_tools]` where scopegate and rmcp have other names, or where rmcp is scopegate's re-export.
#![deny(unused, unnameable_types, unreachable_pub, clippy::pedantic)]
#![allow(clippy::unused_self, reason = "tools of servers that have nothing")]

use axum::Router;
use gate::{Gate, Resource, Scope, mcp::ScopedTools, testing::TestVerifier};
use scopegate_tests::mcp::{post, request};
use serde_json::{Value, json};

/// rmcp is a dependency under another name.
mod dependency {
    use gate::{authenticated, requires_scope, scoped_tools};
    use mcp::{
        self as rmcp, ServerHandler, handler::server::wrapper::Parameters, model::PromptMessage, model::Role,
        prompt, prompt_handler, schemars, tool, tool_handler,
    };

    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[schemars(crate = "mcp::schemars")]
    struct WriteFile {
        path: String,
    }

    #[derive(Clone, Default)]
    pub(crate) struct Files;

    #[scoped_tools(crate = ::gate, rmcp = ::mcp)]
    impl Files {
        /// Writes a file.
        #[requires_scope("files:write")]
        #[tool]
        async fn write_file(&self, Parameters(WriteFile { path }): Parameters<WriteFile>) -> String {
            format!("wrote {path}")
        }

        /// Asks for a summary.
        #[authenticated]
        #[prompt]
        async fn summarize(&self) -> Vec<PromptMessage> {
            vec![PromptMessage::new_text(Role::User, "Summarize")]
        }
    }

    // rmcp's attributes for the server itself stand outside of the block.
    #[tool_handler]
    #[prompt_handler]
    impl ServerHandler for Files {}
}

/// rmcp is scopegate's re-export, and nothing in the module is called `rmcp`.
mod reexport {
    use gate::{mcp::rmcp::tool, requires_scope, scoped_tools};

    #[derive(Clone, Default)]
    pub(crate) struct Files;

    #[scoped_tools(crate = ::gate, rmcp = ::gate::mcp::rmcp, server_handler)]
    impl Files {
        /// Writes a file.
        #[requires_scope("files:write")]
        #[tool]
        async fn write_file(&self) -> String {
            // Code in the block can use the name, too.
            let _: Option<rmcp::ErrorData> = None;
            "wrote it".to_owned()
        }
    }
}

/// The path of rmcp begins in this crate. Two blocks are in one module, and one of them has its own router attribute.
mod blocks {
    pub(crate) use gate::mcp::rmcp as sdk;
    use gate::{authenticated, requires_scope, scoped_tools};
    use sdk::{ServerHandler, tool, tool_router};

    pub(crate) struct Files<T>(T);

    #[scoped_tools(crate = ::gate, rmcp = crate::blocks::sdk, vis = "pub(crate)")]
    impl<T: Clone + Send + Sync + 'static> Files<T> {
        /// Copies the files.
        #[requires_scope("files:read")]
        #[tool]
        pub(crate) fn copy_files(&self) -> String {
            let _ = self.0.clone();
            String::new()
        }
    }

    #[scoped_tools(crate = ::gate, rmcp = crate::blocks::sdk)]
    #[tool_router(router = admin, vis = "pub(crate)")]
    impl<T: Clone + Send + Sync + 'static> Files<T> {
        /// Forgets every file.
        #[authenticated]
        #[tool]
        fn purge_files(&self) {}
    }

    impl<T: Clone + Send + Sync + 'static> ServerHandler for Files<T> {}
}

fn app<S>(make: fn() -> S) -> Router
where
    S: ScopedTools + gate::mcp::rmcp::ServerHandler,
{
    let tokens = TestVerifier::new().token("read", "files:read").token("write", "files:read files:write");
    let resource = Resource::new("https://example.com/mcp").unwrap();
    let resource = resource.authorization_server("https://auth.example.com").unwrap();
    Gate::new(resource, tokens).floor([Scope::from_static("files:read")]).mcp(make).unwrap()
}

async fn call(app: &Router, token: &str, arguments: &Value) -> (u16, String) {
    let body = request("tools/call", &json!({ "name": "write_file", "arguments": arguments }));
    let answer = post(app, token, &["mcp-protocol-version: 2025-11-25"], body).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn a_renamed_dependency_serves_and_refuses() {
    let app = app(dependency::Files::default);
    let (status, body) = call(&app, "write", &json!({ "path": "a.txt" })).await;
    assert!(status == 200 && body.contains("wrote a.txt"), "{status} {body}");
    assert_eq!(call(&app, "read", &json!({ "path": "a.txt" })).await.0, 403);
    assert_eq!(
        dependency::Files::TOOLS.to_string(),
        "tools/call   write_file  files:write\nprompts/get  summarize   authenticated\n"
    );
}

#[tokio::test]
async fn the_rmcp_of_scopegate_serves_and_refuses() {
    let app = app(reexport::Files::default);
    let (status, body) = call(&app, "write", &json!({})).await;
    assert!(status == 200 && body.contains("wrote it"), "{status} {body}");
    assert_eq!(call(&app, "read", &json!({})).await.0, 403);
    let listed =
        post(&app, "read", &["mcp-protocol-version: 2025-11-25"], request("tools/list", &json!({}))).await;
    assert!(listed.body.contains("write_file"), "{}", listed.body);
}

#[test]
fn several_blocks_stand_in_one_module() {
    type Files = blocks::Files<()>;
    assert_eq!(
        Files::TOOLS.and(&Files::ADMIN_TOOLS).to_string(),
        "\
tools/call  copy_files   files:read
tools/call  purge_files  authenticated
"
    );
    assert_eq!(Files::tool_router().list_all().len() + Files::admin().list_all().len(), 2);
}

#[test]
fn a_block_stands_in_a_function_and_comes_out_of_a_macro() {
    macro_rules! server {
        ($gate:path, $rmcp:path, $scope:literal) => {
            struct Local;

            #[gate::scoped_tools(crate = $gate, rmcp = $rmcp)]
            impl Local {
                /// Lists the files.
                #[gate::requires_scope($scope)]
                #[mcp::tool]
                fn list_files(&self) {}
            }
        };
    }
    server!(::gate, ::mcp, "files:list");
    assert_eq!(Local::TOOLS.to_string(), "tools/call  list_files  files:list\n");
    assert_eq!(Local::tool_router().list_all()[0].name, "list_files");
}
