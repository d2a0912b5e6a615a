//! Prompts and resources of rmcp servers are guarded like tools. Also tests the answers to a program's own demands.

mod gating;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use axum::Router;
use gating::IntoGate;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    handler::server::{
        router::{prompt::PromptRouter, tool::ToolRouter},
        wrapper::Parameters,
    },
    model::{
        GetPromptRequestParams, GetPromptResult, PromptMessage, ReadResourceRequestParams,
        ReadResourceResponse, ReadResourceResult, ResourceContents, Role,
    },
    prompt, prompt_handler, prompt_router, schemars,
    service::{RequestContext, ServiceError},
    tool, tool_handler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use scopegate::{
    Access, Gate, GrantedScopes, Guard, Reason, Rejection, Requirement, Scope, Strategy, Token,
    authenticated,
    mcp::{Dialect, LocalTrust, McpServer, McpTable, Operation},
    mcp_table, requirement, requires_scope, scoped_tools,
    table::Entry,
    testing::TestVerifier,
};
use scopegate_tests::mcp::{insufficient, post, request};
use serde_json::{Value, json};

const READ: Requirement = requirement!("files:read", "file:{name}");
const RESOURCES: McpTable = mcp_table![Operation::resource("file:///{name}", READ)];

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Which {
    /// The file.
    name: String,
}

/// Counts the calls.
#[derive(Clone)]
struct Files {
    ran: Arc<AtomicUsize>,
    tools: ToolRouter<Self>,
    prompts: PromptRouter<Self>,
}

#[scoped_tools]
impl Files {
    /// Shares a file, with everybody if that is asked for.
    #[requires_scope("files:write", also("files:share"))]
    #[tool]
    async fn share(&self, access: Access, Parameters(which): Parameters<Which>) -> Result<String, Rejection> {
        if which.name == "everybody" {
            access.require("files:share")?;
        }
        self.ran.fetch_add(1, SeqCst);
        Ok("shared".to_owned())
    }

    /// Sums up a file.
    #[prompt(name = "sum-up", description = "Sums up a file")]
    #[requires_scope("files:write", related("files:share"))]
    async fn sum_up(&self, Parameters(which): Parameters<Which>) -> GetPromptResult {
        self.ran.fetch_add(1, SeqCst);
        GetPromptResult::new(vec![PromptMessage::new_text(Role::User, format!("Sum up {}", which.name))])
    }

    /// Greets whoever calls, and the owner by name.
    #[authenticated(also("files:admin"))]
    #[prompt]
    async fn greet(&self, access: Access) -> Result<Vec<PromptMessage>, ErrorData> {
        access.require("files:admin")?;
        self.ran.fetch_add(1, SeqCst);
        Ok(vec![PromptMessage::new_text(Role::User, "Hello!")])
    }
}

#[scoped_tools(router = more_prompts, vis = "pub(crate)")]
impl Files {
    /// Is in a block with only prompts.
    #[cfg(not(any()))]
    #[requires_scope("files:admin")]
    #[prompt]
    async fn forget(&self) -> Vec<PromptMessage> {
        self.ran.fetch_add(1, SeqCst);
        Vec::new()
    }
}

#[scoped_tools]
#[prompt_router(router = "below", vis = "pub(crate)")]
impl Files {
    /// Stands above rmcp's own attribute.
    #[authenticated]
    #[prompt]
    async fn below_us(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

#[prompt_router(router = "above", vis = "pub(crate)")]
#[scoped_tools]
impl Files {
    /// Stands below rmcp's own attribute.
    #[prompt]
    #[authenticated]
    async fn above_us(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

/// Two routers of one block, both with names.
struct Both;

#[scoped_tools(router = admin, prompt_router = admin_prompts)]
impl Both {
    /// Does nothing.
    #[requires_scope("files:admin")]
    #[tool]
    fn nothing() {}

    /// Asks for nothing.
    #[requires_scope("files:admin")]
    #[prompt]
    async fn ask(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

#[tool_handler(router = Self::admin())]
#[prompt_handler(router = Self::admin_prompts())]
impl ServerHandler for Both {}

#[tool_handler(router = self.tools)]
#[prompt_handler(router = self.prompts)]
impl ServerHandler for Files {
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let access = Access::try_from(&context)?;
        if request.uri.ends_with("by-hand") {
            access.require("file:{name}")?;
        } else {
            let found = RESOURCES.resource(&request.uri);
            access.require_resource(&found.ok_or_else(|| ErrorData::resource_not_found("none", None))?)?;
        }
        self.ran.fetch_add(1, SeqCst);
        Ok(ReadResourceResult::new(vec![ResourceContents::text("text", request.uri)]).into())
    }
}

fn files(ran: &Arc<AtomicUsize>) -> Files {
    let prompts = Files::prompt_router() + Files::more_prompts();
    Files { ran: ran.clone(), tools: Files::tool_router(), prompts }
}

fn gate() -> Gate {
    let tokens = TestVerifier::new()
        .token("read", "files:read")
        .token("write", "files:read files:write")
        .token("only-admin", "files:admin")
        .token("one", "files:read file:a.txt")
        .token("all", "files:read files:write files:share files:admin file:a.txt file:by-hand");
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

/// Allows everything to tokens with the floor, so that only the server decides.
const OPEN: McpTable = mcp_table![
    Operation::any_tool(Requirement::AUTHENTICATED),
    Operation::any_prompt(Requirement::AUTHENTICATED),
    Operation::any_resource(Requirement::AUTHENTICATED),
    Operation::any_method(Requirement::AUTHENTICATED),
];

fn behind_an_ignorant_gate(ran: &Arc<AtomicUsize>) -> Router {
    let (ran, config) = (ran.clone(), StreamableHttpServerConfig::default());
    let service = StreamableHttpService::new(
        move || Ok(files(&ran)),
        Arc::new(NeverSessionManager::default()),
        config.with_legacy_session_mode(false).with_json_response(true).disable_allowed_hosts(),
    );
    Router::new().route_service("/mcp", service).layer(gate().mcp_layer(OPEN).unwrap())
}

fn app(ran: &Arc<AtomicUsize>) -> Router {
    behind(&gate(), ran)
}

fn behind(gate: &Gate, ran: &Arc<AtomicUsize>) -> Router {
    let ran = ran.clone();
    let server = McpServer::new(gate, move || files(&ran));
    server.table(&Files::TOOLS).table(&Files::MORE_PROMPTS).table(&RESOURCES).build().unwrap()
}

async fn ask(app: &Router, token: &str, method: &str, params: Value) -> (u16, Value) {
    let answer = post(app, token, &[], request(method, &params)).await;
    (answer.status.as_u16(), answer.json())
}

/// Returns the refusal of a guard inside the server.
fn refusal(scope: &str) -> Value {
    json!({
        "code": 403,
        "message": "The access token lacks a scope that this request needs",
        "data": { "error": "insufficient_scope", "scope": scope, "www_authenticate": [insufficient(scope)] },
    })
}

fn prompt(name: &str) -> Value {
    json!({ "name": name, "arguments": { "name": "a.txt" } })
}

fn uri(uri: &str) -> Value {
    json!({ "uri": uri })
}

fn share(name: &str) -> Value {
    json!({ "name": "share", "arguments": { "name": name } })
}

#[tokio::test]
async fn a_tool_that_refuses_speaks_the_dialect_of_its_server() {
    let ran = Arc::<AtomicUsize>::default();
    let server = |dialect| {
        let ran = ran.clone();
        let server = McpServer::new(&gate(), move || files(&ran)).table(&Files::TOOLS).dialect(dialect);
        server.build().unwrap()
    };
    let (http, result) = (server(Dialect::Http), server(Dialect::ToolResult));
    let scope = "files:read files:write files:share";
    let (status, answer) = ask(&http, "write", "tools/call", share("everybody")).await;
    assert_eq!((status, &answer["error"]), (200, &refusal(scope)));
    let (status, answer) = ask(&result, "write", "tools/call", share("everybody")).await;
    assert_eq!((status, &answer["result"]["isError"]), (200, &json!(true)), "{answer}");
    assert_eq!(answer["result"]["content"][0]["text"], refusal(scope)["message"]);
    assert_eq!(answer["result"]["_meta"], json!({ "mcp/www_authenticate": [insufficient(scope)] }));
    assert_eq!(ran.load(SeqCst), 0);
    // The result of a prompt has no `isError`.
    let (_, answer) = ask(&result, "write", "prompts/get", prompt("greet")).await;
    assert_eq!(answer["error"], refusal("files:read files:admin"));
}

#[tokio::test]
async fn a_test_calls_a_tool_or_prompt_by_itself() {
    let ran = Arc::default();
    let files = files(&ran);
    let access = |name: &str, scopes: &str| {
        Access::for_test_of(Token::granting(GrantedScopes::parse(scopes)), &Files::TOOLS, name)
    };
    let everybody = || Parameters(Which { name: "everybody".to_owned() });
    let refused =
        files.share(Guard::for_test(), access("share", "files:write"), everybody()).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::InsufficientScope);
    assert!(
        files.share(Guard::for_test(), access("share", "files:share files:write"), everybody()).await.is_ok()
    );
    assert!(files.greet(Guard::for_test(), access("greet", "files:admin")).await.is_ok());
    let undeclared = access("share", "files:admin").require("files:admin").unwrap_err();
    assert_eq!(undeclared.reason(), Reason::Misconfigured);
}

#[test]
#[should_panic(expected = "the table has no row `sum_up`; it has these rows:\ntools/call   share")]
fn a_test_names_a_tool_as_clients_do() {
    let _ = Access::for_test_of(Token::granting(GrantedScopes::default()), &Files::TOOLS, "sum_up");
}

#[test]
fn the_tables_say_what_each_prompt_needs() {
    let lines = |table: &McpTable| {
        let rows = table.to_scope_table();
        let line =
            |(one, row): (&Operation, &Entry)| format!("{one} {} {}", one.requirement(), row.handler());
        table.operations().iter().zip(rows.entries()).map(line).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&Files::TOOLS),
        [
            "tools/call share files:write mcp_prompts::Files::share",
            "prompts/get sum-up files:write mcp_prompts::Files::sum_up",
            "prompts/get greet authenticated mcp_prompts::Files::greet",
        ],
    );
    assert_eq!(lines(&Files::MORE_PROMPTS), ["prompts/get forget files:admin mcp_prompts::Files::forget"]);
    assert_eq!(
        lines(&Files::BELOW_PROMPTS),
        ["prompts/get below_us authenticated mcp_prompts::Files::below_us"]
    );
    assert_eq!(
        lines(&Files::ABOVE_PROMPTS),
        ["prompts/get above_us authenticated mcp_prompts::Files::above_us"]
    );
    assert_eq!(Both::ADMIN_TOOLS.operations().len(), 2);
    assert!(McpServer::new(&gate(), || Both).table(&Both::ADMIN_TOOLS).build().is_ok());
    let names = |router: PromptRouter<Files>| {
        router.list_all().into_iter().map(|prompt| prompt.name).collect::<Vec<_>>()
    };
    assert_eq!(names(Files::prompt_router()), ["greet", "sum-up"]);
    assert_eq!(
        names(Files::more_prompts() + Files::below() + Files::above()),
        ["above_us", "below_us", "forget"]
    );
}

#[tokio::test]
async fn the_gate_refuses_prompts_by_what_they_declare() {
    let ran = Arc::default();
    let app = app(&ran);
    for (token, name) in [("read", "sum-up"), ("only-admin", "sum-up"), ("write", "forget")] {
        assert_eq!(ask(&app, token, "prompts/get", prompt(name)).await.0, 403, "{name}");
    }
    assert_eq!(ran.load(SeqCst), 0);
    let (status, answer) = ask(&app, "write", "prompts/get", prompt("sum-up")).await;
    let text = &answer["result"]["messages"][0]["content"]["text"];
    assert_eq!((status, text), (200, &json!("Sum up a.txt")), "{answer}");
    assert_eq!(ask(&app, "all", "prompts/get", prompt("forget")).await.0, 200);
    assert_eq!(ran.load(SeqCst), 2);
}

#[tokio::test]
async fn related_scopes_are_asked_for_along_with_the_rest() {
    let ran = Arc::default();
    for (strategy, expected) in [
        (Strategy::Minimum, "files:read files:write"),
        (Strategy::Recommended, "files:read files:write files:share"),
    ] {
        let app = behind(&gate().strategy(strategy), &ran);
        let (status, answer) = ask(&app, "read", "prompts/get", prompt("sum-up")).await;
        assert_eq!((status, &answer["error"]["data"]["scope"]), (403, &json!(expected)));
    }
}

#[tokio::test]
async fn the_guard_of_a_prompt_is_the_authority() {
    let ran = Arc::default();
    let app = behind_an_ignorant_gate(&ran);
    for (token, name, scope) in [
        ("read", "sum-up", "files:read files:write"),
        ("one", "forget", "files:read files:admin"),
        ("write", "forget", "files:read files:admin"),
    ] {
        let (status, answer) = ask(&app, token, "prompts/get", prompt(name)).await;
        assert_eq!((status, &answer["error"]), (200, &refusal(scope)), "{name}");
    }
    // The guard decides before the parameters are read.
    let (_, answer) = ask(&app, "read", "prompts/get", json!({ "name": "sum-up" })).await;
    assert_eq!(answer["error"], refusal("files:read files:write"));
    let (_, answer) = ask(&app, "write", "prompts/get", json!({ "name": "sum-up" })).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(ran.load(SeqCst), 0);
    ask(&app, "write", "prompts/get", prompt("sum-up")).await;
    assert_eq!(ran.load(SeqCst), 1);
}

#[tokio::test]
async fn a_demand_of_the_program_is_answered_with_the_challenge() {
    let ran = Arc::default();
    for app in [app(&ran), behind_an_ignorant_gate(&ran)] {
        let (status, answer) = ask(&app, "write", "tools/call", share("everybody")).await;
        assert_eq!((status, &answer["error"]), (200, &refusal("files:read files:write files:share")));
        let (status, answer) = ask(&app, "read", "prompts/get", prompt("greet")).await;
        assert_eq!((status, &answer["error"]), (200, &refusal("files:read files:admin")));
    }
    let app = behind_an_ignorant_gate(&ran);
    for (token, name) in [("read", "a.txt"), ("one", "b.txt"), ("one", "A.txt")] {
        let (status, answer) = ask(&app, token, "resources/read", uri(&format!("file:///{name}"))).await;
        let expected = refusal(&format!("files:read file:{name}"));
        assert_eq!((status, &answer["error"]), (200, &expected), "{name}");
    }
    let (_, answer) = ask(&app, "all", "resources/read", uri("file:///../a.txt")).await;
    assert_eq!(answer["error"]["message"], "none");
    assert_eq!(ran.load(SeqCst), 0);
}

#[tokio::test]
async fn what_is_covered_runs() {
    let ran = Arc::default();
    for app in [app(&ran), behind_an_ignorant_gate(&ran)] {
        let before = ran.load(SeqCst);
        for (method, params) in [
            ("tools/call", share("everybody")),
            ("prompts/get", prompt("greet")),
            ("resources/read", uri("file:///a.txt")),
        ] {
            let (status, answer) = ask(&app, "all", method, params).await;
            assert!(status == 200 && answer["result"].is_object(), "{method} {answer}");
        }
        assert_eq!(ran.load(SeqCst), before + 3);
    }
}

#[tokio::test]
async fn in_read_resource_the_scopes_of_the_row_can_be_demanded() {
    let ran = Arc::default();
    let (status, answer) = ask(&app(&ran), "all", "resources/read", uri("file:///by-hand")).await;
    assert!(status == 200 && answer["result"].is_object(), "{answer}");
    // Without a row in the gate's table, nothing is declared.
    let (_, answer) =
        ask(&behind_an_ignorant_gate(&ran), "all", "resources/read", uri("file:///by-hand")).await;
    assert_eq!(answer["error"]["code"], 500);
    assert_eq!(ran.load(SeqCst), 1);
}

#[tokio::test]
async fn a_prompt_without_a_row_is_unknown_and_a_row_without_a_prompt_does_no_harm() {
    let ran = Arc::<AtomicUsize>::default();
    let server = {
        let ran = ran.clone();
        McpServer::new(&gate(), move || files(&ran))
    };
    let app = server.table(&Files::TOOLS).table(&Files::BELOW_PROMPTS).build().unwrap();
    for (name, message) in [("forget", "Unknown prompt: forget"), ("nowhere", "Unknown prompt: nowhere")] {
        let (status, answer) = ask(&app, "all", "prompts/get", prompt(name)).await;
        assert_eq!((status, &answer["error"]), (200, &json!({ "code": -32602, "message": message })));
        let (status, _) = ask(&app, "only-admin", "prompts/get", prompt(name)).await;
        assert_eq!(status, 403, "below the floor");
    }
    // The server answers by itself, because it has no such prompt.
    let (status, answer) = ask(&app, "all", "prompts/get", prompt("below_us")).await;
    assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32602)));
    let (_, answer) = ask(&app, "all", "resources/read", uri("file:///a.txt")).await;
    assert_eq!(answer["error"]["message"], "Unknown resource");
    assert_eq!(ran.load(SeqCst), 0);
}

#[tokio::test]
async fn a_trusted_caller_is_judged_by_what_it_is_trusted_with() {
    let ran = Arc::new(AtomicUsize::new(0));
    let (here, there) = tokio::io::duplex(4096);
    let server = LocalTrust::new(files(&ran), "files:read files:write file:a.txt");
    let serving = tokio::spawn(async move { server.serve(there).await.unwrap().waiting().await.unwrap() });
    let client = ().serve(here).await.unwrap();
    let get = async |name: &'static str| {
        let arguments = json!({ "name": "a.txt" }).as_object().unwrap().clone();
        client.get_prompt(GetPromptRequestParams::new(name).with_arguments(arguments)).await
    };
    let read = async |uri: &'static str| client.read_resource(ReadResourceRequestParams::new(uri)).await;
    let code = |error: ServiceError| match error {
        ServiceError::McpError(error) => error.code.0,
        other => panic!("{other}"),
    };
    assert!(get("sum-up").await.is_ok());
    assert!(read("file:///a.txt").await.is_ok());
    assert_eq!(code(get("forget").await.unwrap_err()), 403);
    assert_eq!(code(get("greet").await.unwrap_err()), 403);
    assert_eq!(code(read("file:///b.txt").await.unwrap_err()), 403);
    assert_eq!(ran.load(SeqCst), 2);
    client.cancel().await.unwrap();
    serving.await.unwrap();
}
