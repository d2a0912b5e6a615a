//! `Gate::mcp`: the address of the server, the callers that it answers, and the errors at startup.
#![allow(clippy::unused_self, reason = "tools of a server that has nothing")]

mod gating;

use std::any::type_name;

use axum::Router;
use gating::IntoGate;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::router::tool::ToolRouter,
    model::{
        ListResourceTemplatesResult, ListResourcesResult, PaginatedRequestParams, PromptMessage,
        ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig,
    },
    prompt, prompt_handler,
    service::RequestContext,
    tool, tool_handler, tool_router,
};
use scopegate::{
    Gate, Requirement, Resource, Scope, StaticKeys, authenticated,
    mcp::{Lists, McpServer, McpTable, Operation},
    mcp_table, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    exchange::send,
    log::{hear_everything, log_while},
    mcp::{INITIALIZE, insufficient, post, post_to, request},
};
use serde_json::json;
use tracing::Level;

/// A server with a test's routers.
#[derive(Clone)]
struct Files {
    router: ToolRouter<Self>,
}

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    fn list_files(&self) -> String {
        "hello.txt".to_owned()
    }
}

#[scoped_tools(router = admin)]
impl Files {
    /// Forgets every file.
    #[requires_scope("files:admin")]
    #[tool]
    fn purge_files(&self) {}
}

#[tool_router(router = unscoped)]
impl Files {
    /// Was forgotten.
    #[tool]
    fn forgotten(&self) {}
}

#[tool_handler(router = self.router)]
impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

/// A server with announcements of its own.
#[derive(Clone)]
struct Announces(ServerCapabilities);

#[scoped_tools]
impl Announces {
    /// Lists the files.
    #[authenticated]
    #[tool]
    fn list_files(&self) {}

    /// Asks for a plan.
    #[authenticated]
    #[prompt]
    async fn plan(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for Announces {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(self.0.clone())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = ["file:///a.txt", "draft:///a.txt"].map(|uri| rmcp::model::Resource::new(uri, uri));
        Ok(ListResourcesResult::with_all_items(resources.into()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let templates = ["file:///{name}", "file:///{file}", "draft:///{name}", "all:///{+path}"];
        let templates = templates.map(|uri| rmcp::model::ResourceTemplate::new(uri, uri));
        Ok(ListResourceTemplatesResult::with_all_items(templates.into()))
    }

    async fn read_resource(
        &self,
        _: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Err(ErrorData::resource_not_found("no file", None))
    }
}

/// A server with `#[prompt_handler]` above `#[tool_handler]`. In this order, rmcp does not announce the prompts.
#[derive(Clone)]
struct PromptFirst;

#[scoped_tools]
impl PromptFirst {
    /// Lists the files.
    #[authenticated]
    #[tool]
    fn list_files(&self) {}

    /// Asks for a plan.
    #[authenticated]
    #[prompt]
    async fn plan(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

#[prompt_handler]
#[tool_handler]
impl ServerHandler for PromptFirst {}

const RESOURCES: McpTable = mcp_table![Operation::resource("file:///{name}", Requirement::AUTHENTICATED)];

fn files() -> Files {
    Files { router: Files::tool_router() }
}

fn gate(resource: &str) -> Gate {
    let tokens = TestVerifier::new().token("read", "files:read").token("other", "other");
    tokens.gate(resource).unwrap().floor([Scope::from_static("files:read")])
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool }))
}

#[track_caller]
fn problems<S: ServerHandler>(server: McpServer<S>) -> Vec<String> {
    server.build().map(|_| ()).unwrap_err().problems().to_vec()
}

#[tokio::test]
async fn the_server_is_at_the_path_of_its_resource() {
    let app = gate("https://example.com/api/v1/tenant-a/mcp").mcp(files).unwrap();
    let answer = post_to(&app, "/api/v1/tenant-a/mcp", "read", &[], call("list_files")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("hello.txt"), "{}", answer.body);
    for path in ["/mcp", "/", "/api/v1/tenant-a/mcp/", "/api/v1/tenant-a"] {
        assert_eq!(post_to(&app, path, "read", &[], call("list_files")).await.status, 404, "{path}");
    }
    let well_known = "/.well-known/oauth-protected-resource/api/v1/tenant-a/mcp";
    let document = send(&app, &format!("GET {well_known}"), &[]).await.json();
    assert_eq!(document["resource"], "https://example.com/api/v1/tenant-a/mcp");
    assert_eq!(document["scopes_supported"], json!(["files:read"]));
    for path in
        ["/.well-known/oauth-protected-resource", "/api/v1/tenant-a/mcp/.well-known/openid-configuration"]
    {
        let answer = send(&app, &format!("GET {path}"), &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, "application/json"),
            "{path}"
        );
    }
    let root = gate("https://example.com").mcp(files).unwrap();
    assert_eq!(post_to(&root, "/", "read", &[], call("list_files")).await.status, 200);
}

#[tokio::test]
async fn it_answers_for_the_hosts_of_its_resource() {
    let status = async |resource: &str, host: &str, origin: Option<&str>| {
        let (host, origin) = (format!("host: {host}"), origin.map(|origin| format!("origin: {origin}")));
        let mut headers = vec![&*host];
        headers.extend(origin.as_deref());
        let app = gate(resource).mcp(files).unwrap();
        post(&app, "read", &headers, call("list_files")).await.status.as_u16()
    };
    let public = "https://example.com:8443/mcp";
    for host in ["example.com:8443", "example.com", "EXAMPLE.com:80"] {
        assert_eq!(status(public, host, None).await, 200, "{host}");
    }
    for host in ["evil.com", "localhost", "127.0.0.1:8443", "example.com.evil.com"] {
        assert_eq!(status(public, host, None).await, 403, "{host}");
    }
    let local = "http://127.0.0.1:4100/mcp";
    for host in ["127.0.0.1:4100", "localhost:9", "[::1]:9"] {
        assert_eq!(status(local, host, None).await, 200, "{host}");
    }
    assert_eq!(status(local, "evil.com", None).await, 403);
    assert_eq!(status(local, "localhost", Some("http://localhost:6274")).await, 200);
    assert_eq!(status(local, "localhost", Some("http://evil.com")).await, 403);
    assert_eq!(status(public, "example.com", Some("https://example.com:8443")).await, 200);
    assert_eq!(status(public, "example.com", Some("https://app.example.com")).await, 403);
    let app =
        McpServer::new(&gate(public), files).table(&Files::TOOLS).allow_origin("https://app.example.com");
    let headers = ["origin: https://app.example.com"];
    assert_eq!(post(&app.build().unwrap(), "read", &headers, call("list_files")).await.status, 200);
}

#[tokio::test]
async fn static_keys_have_no_resource_and_may_have_a_place() {
    let gate = Gate::static_keys("files", StaticKeys::parse("sk_1=files:admin").unwrap());
    let build = |server: McpServer<Files>| server.table(&Files::TOOLS).build().unwrap();
    let here = build(McpServer::new(&gate, files));
    assert_eq!(post(&here, "sk_1", &["host: localhost:1"], call("list_files")).await.status, 200);
    assert_eq!(post(&here, "sk_1", &["host: example.com"], call("list_files")).await.status, 403);
    let place = Resource::new("https://example.com/a/mcp").unwrap();
    let there = build(McpServer::new(&gate, files).at(place));
    let headers = ["origin: https://example.com"];
    assert_eq!(post_to(&there, "/a/mcp", "sk_1", &headers, call("list_files")).await.status, 200);
    let unauthorized = post_to(&there, "/a/mcp", "", &[], call("list_files")).await;
    assert_eq!(unauthorized.challenge(), "Bearer realm=\"files\"");
    assert_eq!(unauthorized.body, r#"{"jsonrpc":"2.0","error":{"code":401,"message":"Missing API key"}}"#,);
    for path in [
        "/.well-known/oauth-protected-resource/a/mcp",
        "/.well-known/oauth-authorization-server",
        "/a/mcp/.well-known/oauth-authorization-server",
    ] {
        assert_eq!(
            send(&there, &format!("GET {path}"), &[]).await.header("content-type"),
            "application/json",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_tool_without_a_row_is_unknown() {
    let gate = gate("https://example.com/mcp");
    let server = || Files { router: Files::tool_router() + Files::admin() + Files::unscoped() };
    let app = McpServer::new(&gate, server).table(&Files::TOOLS).build().unwrap();
    for tool in ["forgotten", "purge_files", "nowhere"] {
        let answer = post(&app, "read", &[], call(tool)).await;
        let error = json!({ "code": -32602, "message": format!("Unknown tool: {tool}") });
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (200, &error), "{tool}");
        assert_eq!(post(&app, "other", &[], call(tool)).await.status, 403, "{tool}");
    }
    assert_eq!(post(&app, "read", &[], call("list_files")).await.status, 200);
    let app = McpServer::new(&gate, server).table(&Files::TOOLS).table(&Files::ADMIN_TOOLS);
    assert_eq!(post(&app.build().unwrap(), "read", &[], call("purge_files")).await.status, 403);
}

#[tokio::test]
async fn a_row_without_a_tool_does_no_harm() {
    let gate = gate("https://example.com/mcp");
    let app = McpServer::new(&gate, files).table(&Files::TOOLS).table(&Files::ADMIN_TOOLS).build().unwrap();
    assert_eq!(post(&app, "read", &[], call("purge_files")).await.status, 403);
    assert_eq!(post(&app, "read", &[], call("list_files")).await.status, 200);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let resource = Resource::new("https://example.com/.well-known/:a").unwrap();
    let gate = Gate::new(resource.clone(), TestVerifier::new());
    assert_eq!(
        problems(McpServer::new(&gate, files).at(resource)),
        [
            "resource `https://example.com/.well-known/:a` already sets the location of the server; remove `.at(..)`",
            "the server cannot be at `/.well-known/:a`; choose a path outside `/.well-known` and without `:` and `*` at the start of a segment",
            "resource `https://example.com/.well-known/:a` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`",
        ],
    );
}

#[tokio::test]
async fn sessions_are_judged_request_by_request() {
    let server = McpServer::new(&gate("https://example.com/mcp"), files).table(&Files::TOOLS).sessions();
    let app = server.build().unwrap();
    let opened = post(&app, "read", &[], INITIALIZE).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let session = format!("mcp-session-id: {}", opened.header("mcp-session-id"));
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(post(&app, "read", &[&session], initialized).await.status, 202);
    assert_eq!(post(&app, "", &[&session], call("list_files")).await.status, 401);
    // A token without the scopes gets the 403 first, whoever opened the session.
    assert_eq!(post(&app, "other", &[&session], call("list_files")).await.status, 403);
    let answer = post(&app, "read", &[&session], call("list_files")).await;
    assert!(answer.body.contains("hello.txt"), "{}", answer.body);
    let (read, host) = ("authorization: Bearer read", "host: example.com");
    assert_eq!(send(&app, "DELETE /mcp", &[host, &session]).await.status, 401);
    assert_eq!(send(&app, "DELETE /mcp", &[read, host, &session]).await.status, 202);
    assert_eq!(post(&app, "read", &[&session], call("list_files")).await.status, 404);
}

#[tokio::test]
async fn it_answers_for_other_hosts_that_it_is_told() {
    let gate = gate("https://example.com/mcp");
    let app = McpServer::new(&gate, files)
        .table(&Files::TOOLS)
        .allow_host("files.svc.local")
        .allow_host("10.0.0.1:8080");
    let app = app.build().unwrap();
    let status = async |host: &str| {
        post(&app, "read", &[&format!("host: {host}")], call("list_files")).await.status.as_u16()
    };
    for host in ["files.svc.local", "FILES.svc.local:81", "10.0.0.1:8080", "example.com"] {
        assert_eq!(status(host).await, 200, "{host}");
    }
    for host in ["svc.local", "files.svc.local.evil.com", "10.0.0.1", "10.0.0.1:80", "localhost"] {
        assert_eq!(status(host).await, 403, "{host}");
    }
    // Only `Host` may have the other host. Clients still learn the URL of the resource.
    let unauthorized = post(&app, "", &["host: files.svc.local"], call("list_files")).await;
    let metadata = "https://example.com/.well-known/oauth-protected-resource/mcp";
    assert!(unauthorized.challenge().contains(metadata), "{}", unauthorized.challenge());
    let request = "GET /.well-known/oauth-protected-resource/mcp";
    let document = send(&app, request, &["host: files.svc.local"]).await.json();
    assert_eq!(document["resource"], "https://example.com/mcp");
    // A page of the other host still has another origin.
    let headers = ["host: files.svc.local", "origin: http://files.svc.local"];
    assert_eq!(post(&app, "read", &headers, call("list_files")).await.status, 403);
    for host in [
        "",
        "*",
        "*.svc.local",
        "https://files",
        "a b",
        "user@files",
        "files/",
        "files:x",
        "files:",
        ":80",
        "ä",
    ] {
        let server = McpServer::new(&gate, files).allow_host(host);
        let problem =
            format!("`{host}` is not a host; write a name such as `files.internal`, with or without a port");
        assert_eq!(problems(server), [problem], "{host}");
    }
}

/// rmcp compares `Host` only after the gate has decided, so the gate reports that it has allowed the request.
#[tokio::test]
async fn another_host_is_refused_after_all_checks_of_the_gate() {
    hear_everything();
    let app = gate("https://example.com/mcp").mcp(files).unwrap();
    let host = ["host: evil.com"];
    let (refused, log) = log_while(Level::DEBUG, post(&app, "read", &host, call("list_files"))).await;
    assert_eq!((refused.status.as_u16(), &*refused.body), (403, "Forbidden: Host header is not allowed"));
    assert!(!refused.headers.contains_key("www-authenticate"));
    assert!(log.contains("outcome=\"allowed\""), "{log}");
    assert_eq!(post(&app, "other", &host, call("list_files")).await.challenge(), insufficient("files:read"));
    assert_eq!(post(&app, "", &host, call("list_files")).await.status, 401);
}

#[tokio::test]
async fn what_a_server_does_not_announce_is_a_warning() {
    hear_everything();
    let gate = gate("https://example.com/mcp");
    let announcing = |capabilities: ServerCapabilities| {
        let server = McpServer::new(&gate, move || Announces(capabilities.clone())).table(&Announces::TOOLS);
        server.table(&RESOURCES).build().unwrap()
    };
    let warnings = async |app: &Router, message: &str| {
        let headers = ["mcp-protocol-version: 2026-07-28", "mcp-method: server/discover"];
        let headers = if message == INITIALIZE { &[][..] } else { &headers };
        let (answer, log) = log_while(Level::WARN, post(app, "read", headers, message.to_owned())).await;
        assert!(answer.body.contains("capabilities"), "{}", answer.body);
        let warning = |line: &str| line.trim_start().strip_prefix("WARN scopegate: ").map(ToOwned::to_owned);
        log.lines().filter_map(warning).collect::<Vec<_>>()
    };
    let discover = request(
        "server/discover",
        &json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
        } }),
    );
    let tools = "the table has `tools/call list_files`, but `mcp_server::Announces` announces no tools, so clients do not look for them; call `enable_tools()` in its `get_info`";
    let prompts = |server| {
        format!(
            "the table has `prompts/get plan`, but `mcp_server::{server}` announces no prompts, so clients do not look for them; call `enable_prompts()` in its `get_info`; if you wrote no `get_info`, put `#[tool_handler]` above `#[prompt_handler]`"
        )
    };
    let resources = "the table has `resources/read file:///{name}`, but `mcp_server::Announces` announces no resources, so clients do not look for them; write a `get_info` that calls `enable_resources()`";

    for message in [INITIALIZE, &discover] {
        let none = announcing(ServerCapabilities::default());
        assert_eq!(warnings(&none, message).await, [tools, &prompts("Announces"), resources]);
        assert!(warnings(&none, message).await.is_empty(), "once is enough");
        let all = ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources().build();
        assert!(warnings(&announcing(all), message).await.is_empty());
    }
    let app = gate.mcp(|| PromptFirst).unwrap();
    assert_eq!(warnings(&app, INITIALIZE).await, [prompts("PromptFirst")]);
    let app = gate.mcp(files).unwrap();
    assert!(warnings(&app, INITIALIZE).await.is_empty(), "the table has only tools");
}

/// Clients see what a server lists, and get `Unknown tool` for a tool whose table was forgotten.
#[tokio::test]
async fn what_a_server_lists_without_a_row_is_a_warning() {
    hear_everything();
    let gate = gate("https://example.com/mcp");
    let warnings = async |app: &Router, method: &str| {
        let listing = post(app, "read", &[], request(method, &json!({})));
        let (answer, log) = log_while(Level::WARN, listing).await;
        assert!(answer.json()["result"].is_object(), "{}", answer.body);
        let warning = |line: &str| line.trim_start().strip_prefix("WARN scopegate: ").map(ToOwned::to_owned);
        log.lines().filter_map(warning).collect::<Vec<_>>()
    };
    let of_block = "pass the table of their block to `McpServer::table`; if the block has no `#[scoped_tools]`, put it on the block";
    let of_resource =
        "pass a table with `Operation::resource(\"..\", ..)` for each of them to `McpServer::table`";
    let expected = |server: &str, named: &str, mend: &str| {
        format!(
            "`mcp_server::{server}` lists operations that no table has, so the gate refuses them as unknown: {named}; {mend}"
        )
    };

    let joined = || Files { router: Files::tool_router() + Files::admin() + Files::unscoped() };
    let app = McpServer::new(&gate, joined).table(&Files::TOOLS).build().unwrap();
    let named = "`tools/call forgotten`, `tools/call purge_files`";
    assert_eq!(warnings(&app, "tools/list").await, [expected("Files", named, of_block)]);
    assert!(warnings(&app, "tools/list").await.is_empty(), "once is enough");
    let app = McpServer::new(&gate, joined).table(&Files::TOOLS).lists(Lists::Reachable).build().unwrap();
    assert!(warnings(&app, "tools/list").await.is_empty(), "the list hides them");
    let app = gate.mcp(files).unwrap();
    assert!(warnings(&app, "tools/list").await.is_empty(), "each tool has a row");

    let announces = || Announces(ServerCapabilities::default());
    let app = McpServer::new(&gate, announces).table(&RESOURCES).build().unwrap();
    let named = "`resources/read draft:///a.txt`";
    assert_eq!(warnings(&app, "resources/list").await, [expected("Announces", named, of_resource)]);
    let named = "`prompts/get plan`";
    assert_eq!(warnings(&app, "prompts/list").await, [expected("Announces", named, of_block)]);

    let renamed = "`mcp_server::Announces` lists the URI template `file:///{file}`, but the table has `file:///{name}`; write the same names of variables in both, since `Lists::Reachable` and `Lists::Callable` hide a template with other names, and `McpResource::part` knows only the names in the table";
    let without_row = expected("Announces", "`resources/read draft:///{name}`", of_resource);
    assert_eq!(warnings(&app, "resources/templates/list").await, [renamed, &without_row]);
    assert!(warnings(&app, "resources/templates/list").await.is_empty(), "once is enough");
    let app = McpServer::new(&gate, announces).table(&RESOURCES).lists(Lists::Callable).build().unwrap();
    assert_eq!(warnings(&app, "resources/templates/list").await, [renamed]);
    let app = McpServer::new(&gate, announces).table(&Announces::TOOLS).build().unwrap();
    let all = ["file:///{name}", "file:///{file}", "draft:///{name}", "all:///{+path}"];
    let named = all.map(|template| format!("`resources/read {template}`")).join(", ");
    assert_eq!(
        warnings(&app, "resources/templates/list").await,
        [expected("Announces", &named, of_resource)]
    );
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_unknown_and_a_warning() {
    const ALL: McpTable = mcp_table![Operation::any_tool(Requirement::AUTHENTICATED)];
    hear_everything();
    let gate = gate("https://example.com/mcp");
    let server = || Files { router: Files::tool_router() + Files::admin() };
    for table in [Files::TOOLS, ALL] {
        let server = McpServer::new(&gate, server).table(&table).switched_off(["list_files"]);
        let (app, log) = log_while(Level::WARN, async { server.build().unwrap() }).await;
        assert!(log.contains("WARN") && log.contains("\"list_files\""), "{log}");
        let (answer, log) = log_while(Level::INFO, post(&app, "read", &[], call("list_files"))).await;
        assert_eq!(answer.json()["error"]["message"], "Unknown tool: list_files");
        assert!(log.contains("refused as unknown, since the tool is switched off"), "{log}");
        let list = post(&app, "read", &[], request("tools/list", &json!({}))).await;
        assert!(list.body.contains("purge_files") && !list.body.contains("list_files"), "{}", list.body);
    }
    assert_eq!(
        problems(McpServer::new(&gate, files).table(&Files::TOOLS).switched_off(["list_flies"])),
        ["the tool `list_flies` is switched off, but has no row; write the name as the table has it"]
    );
}

/// Without `#[tool_handler]` and `#[prompt_handler]`, rmcp would answer each call as a call to an unknown method.
#[test]
fn a_tool_or_prompt_that_the_server_cannot_answer_is_an_error() {
    struct Silent;
    impl ServerHandler for Silent {}
    const TABLE: McpTable = mcp_table![
        Operation::tool("list", Requirement::AUTHENTICATED),
        Operation::prompt("plan", Requirement::AUTHENTICATED)
    ];
    let mend = |handler: &str| {
        format!(
            "put `#[{handler}]` on its `impl ServerHandler`, write one as an `async fn`, or remove the row"
        )
    };
    let server = type_name::<Silent>();
    assert_eq!(
        problems(McpServer::new(&gate("https://example.com/mcp"), || Silent).table(&TABLE)),
        [
            format!(
                "`tools/call list` is never answered, since `{server}` has no `call_tool`; {}",
                mend("tool_handler")
            ),
            format!(
                "`prompts/get plan` is never answered, since `{server}` has no `get_prompt`; {}",
                mend("prompt_handler")
            ),
        ]
    );
}

#[test]
fn a_resource_that_the_server_cannot_read_is_an_error() {
    let server = McpServer::new(&gate("https://example.com/mcp"), files).table(&RESOURCES);
    assert_eq!(
        problems(server),
        [
            "`resources/read file:///{name}` is never answered, since `mcp_server::Files` has no `read_resource`; write one as an `async fn`, or remove the row"
        ]
    );
}
