//! Tasks of an rmcp server. A task belongs to the principal that started it, and needs the scopes of its tool, at each replica with
//! the same key.

mod gating;

use std::collections::BTreeMap;

use axum::{Router, routing::any};
use gating::IntoGate;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, ClientCapabilities,
        ClientConfig, ContentBlock, CreateTaskResult, CustomRequest, CustomResult, GetTaskParams,
        GetTaskResult, ServerCapabilities, ServerConfig, TaskStatus, UpdateTaskParams,
    },
    service::RequestContext,
    task_manager::{TaskManager, TaskOptions},
    tool, tool_handler,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use scopegate::{
    Gate, GrantedScopes, Principal, Requirement, Scope, Token,
    mcp::{McpServer, McpTable, Operation, TaskOwner},
    mcp_table, requirement, requires_scope, scoped_tools,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    exchange::Answer,
    mcp::{insufficient, post},
};
use serde_json::{Value, json};

/// A server whose replicas share its tasks.
#[derive(Clone, Default)]
struct Exports {
    tasks: TaskManager,
    /// Counts the requests about a task.
    asked: Counter,
}

#[scoped_tools]
impl Exports {
    /// Exports the files, which takes its time.
    #[requires_scope("files:export")]
    #[tool]
    fn export(&self) -> CallToolResponse {
        self.start()
    }

    /// Erases the files, which takes its time.
    #[requires_scope("files:admin")]
    #[tool]
    fn erase(&self) -> CallToolResponse {
        self.start()
    }
}

impl Exports {
    fn start(&self) -> CallToolResponse {
        let task = self.tasks.spawn(TaskOptions::new(), |_| {
            Box::pin(async { Ok(CallToolResult::success(vec![ContentBlock::text("exported")])) })
        });
        CreateTaskResult::new(task).into()
    }
}

type Context = RequestContext<RoleServer>;

#[tool_handler]
impl ServerHandler for Exports {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tasks().build())
    }

    async fn get_task(&self, request: GetTaskParams, _: Context) -> Result<GetTaskResult, ErrorData> {
        self.asked.count();
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<(), ErrorData> {
        self.asked.count();
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<(), ErrorData> {
        self.asked.count();
        self.tasks.cancel_task(&request.task_id)
    }

    async fn on_custom_request(&self, request: CustomRequest, _: Context) -> Result<CustomResult, ErrorData> {
        self.asked.count();
        let id = request.params.as_ref().and_then(|params| params["taskId"].as_str()).unwrap_or_default();
        self.tasks.get_task(id).map(|_| CustomResult::new(json!({ "content": [] })))
    }
}

/// Makes a token of a principal with some scopes. Its text is new, as after a refresh.
fn token(subject: &str, scopes: &str) -> Token {
    Token::granting(GrantedScopes::parse(scopes))
        .with_issuer("https://auth.example.com")
        .with_subject(subject)
}

fn tokens() -> TestVerifier {
    TestVerifier::new()
        .token_saying("alice", token("alice", "files:read files:export"))
        .token_saying("alice-refreshed", token("alice", "files:export files:read files:other"))
        .token_saying("alice-admin", token("alice", "files:read files:admin"))
        .token_saying("alice-reads", token("alice", "files:read"))
        .token("below", "files:export")
        .token_saying("bob", token("bob", "files:read files:export files:admin"))
        .token_saying(
            "alice-elsewhere",
            token("alice", "files:read files:export").with_issuer("https://other.example.com"),
        )
        .token_saying("nobody", Token::granting(GrantedScopes::parse("files:read files:export files:admin")))
}

fn gate(resource: &str) -> Gate {
    tokens().gate(resource).unwrap().floor([Scope::from_static("files:read")])
}

const RESOURCE: &str = "https://example.com/mcp";

fn replica(exports: &Exports, resource: &str, key: Option<&[u8; 32]>) -> Router {
    let exports = exports.clone();
    let mut server = McpServer::new(&gate(resource), move || exports.clone()).table(&Exports::TOOLS);
    if let Some(key) = key {
        server = server.key(key);
    }
    server.build().unwrap()
}

/// Sends a message of version 2026-07-28 from a client that supports tasks.
async fn send(app: &Router, token: &str, method: &str, mut params: Value) -> Answer {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": { "extensions": { "io.modelcontextprotocol/tasks": {} } },
        "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
    });
    let name = params["taskId"].as_str().or(params["name"].as_str()).unwrap_or_default();
    let (method_line, name_line) = (format!("mcp-method: {method}"), format!("mcp-name: {name}"));
    let mut lines = vec!["mcp-protocol-version: 2026-07-28", &*method_line];
    if !name.is_empty() {
        lines.push(&name_line);
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    post(app, token, &lines, body).await
}

async fn start(app: &Router, token: &str, tool: &str) -> String {
    let answer = send(app, token, "tools/call", json!({ "name": tool })).await;
    let result = &answer.json()["result"];
    assert_eq!((answer.status.as_u16(), &result["resultType"]), (200, &json!("task")), "{}", answer.body);
    result["taskId"].as_str().unwrap().to_owned()
}

/// The outcome of a request about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Answered,
    Unknown,
    /// 403 with the challenge of the tool.
    Refused(&'static str),
}
use Outcome::{Answered, Refused, Unknown};

const METHODS: [&str; 4] = ["tasks/get", "tasks/update", "tasks/cancel", "tasks/result"];

async fn check(app: &Router, exports: &Exports, token: &str, id: &str, expected: Outcome, case: &str) {
    for method in METHODS {
        let before = exports.asked.get();
        let answer = send(app, token, method, json!({ "taskId": id, "inputResponses": {} })).await;
        let case = format!("{method} {token} {case}: {}", answer.body);
        let reached = usize::from(expected == Answered);
        assert_eq!(exports.asked.get() - before, reached, "{case}");
        match expected {
            Answered => {
                assert_eq!(answer.status, 200, "{case}");
                let result = &answer.json()["result"];
                assert!(result.is_object(), "{case}");
                if method == "tasks/get" {
                    assert_eq!(result["taskId"], id, "{case}");
                }
            }
            Unknown => {
                assert_eq!((answer.status.as_u16(), answer.challenge()), (200, ""), "{case}");
                assert_eq!(
                    answer.json()["error"],
                    json!({ "code": -32602, "message": "Unknown task" }),
                    "{case}"
                );
            }
            Refused(scopes) => {
                assert_eq!(
                    (answer.status.as_u16(), answer.challenge()),
                    (403, &*insufficient(scopes)),
                    "{case}"
                );
            }
        }
    }
}

/// Tests the principal, the scopes, a restart, and replicas with the same key and with another key.
#[tokio::test]
async fn a_task_is_known_to_who_started_it_wherever_the_key_is() {
    let exports = Exports::default();
    let (key, other) = ([7; 32], [8; 32]);
    let first = replica(&exports, RESOURCE, Some(&key));
    let (export, erase) = (start(&first, "alice", "export").await, start(&first, "bob", "erase").await);
    let places = [
        ("the same", first.clone(), true),
        ("a restart", replica(&exports, RESOURCE, Some(&key)), true),
        ("another key", replica(&exports, RESOURCE, Some(&other)), false),
        ("a random key", replica(&exports, RESOURCE, None), false),
    ];
    for (place, app, has_key) in &places {
        let known = |outcome| if *has_key { outcome } else { Unknown };
        for (token, of_export, of_erase) in [
            ("alice", Answered, Unknown),
            ("alice-refreshed", Answered, Unknown),
            ("alice-admin", Refused("files:read files:export"), Unknown),
            ("alice-reads", Refused("files:read files:export"), Unknown),
            ("alice-elsewhere", Unknown, Unknown),
            ("bob", Unknown, Answered),
            ("nobody", Unknown, Unknown),
        ] {
            check(app, &exports, token, &export, known(of_export), place).await;
            check(app, &exports, token, &erase, known(of_erase), place).await;
        }
    }
}

#[tokio::test]
async fn another_resource_with_the_same_key_knows_no_task() {
    let (exports, key) = (Exports::default(), [7; 32]);
    let id = start(&replica(&exports, RESOURCE, Some(&key)), "alice", "export").await;
    let elsewhere = replica(&exports, "https://other.example.com/mcp", Some(&key));
    let answer = send_to(&elsewhere, "other.example.com", &id).await;
    assert_eq!(answer.json()["error"]["message"], "Unknown task");
    assert_eq!(exports.asked.get(), 0);
}

async fn send_to(app: &Router, host: &str, id: &str) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tasks/get", "params": { "taskId": id } });
    post(app, "alice", &[&format!("host: {host}")], body.to_string()).await
}

#[tokio::test]
async fn a_task_that_could_belong_to_nobody_is_not_told() {
    let exports = Exports::default();
    let answer =
        send(&replica(&exports, RESOURCE, None), "nobody", "tools/call", json!({ "name": "export" })).await;
    assert_eq!(answer.json()["error"]["code"], 403, "{}", answer.body);
    assert!(!answer.body.contains("taskId"), "{}", answer.body);
}

#[tokio::test]
async fn a_row_of_the_method_is_needed_besides_and_lists_are_refused() {
    const ADMIN: Requirement = requirement!("files:admin");
    const CANCEL: McpTable = mcp_table![Operation::method("tasks/cancel", ADMIN)];
    const LIST: McpTable = mcp_table![Operation::method("tasks/list", ADMIN)];
    let exports = Exports::default();
    let make = |table: &McpTable| {
        let exports = exports.clone();
        McpServer::new(&gate(RESOURCE), move || exports.clone()).table(&Exports::TOOLS).table(table).build()
    };
    let app = make(&CANCEL).unwrap();
    let id = start(&app, "alice", "export").await;
    let cancel = send(&app, "alice", "tasks/cancel", json!({ "taskId": id })).await;
    assert_eq!(cancel.challenge(), insufficient("files:read files:admin files:export"));
    assert_eq!(send(&app, "alice", "tasks/get", json!({ "taskId": id })).await.status, 200);
    assert_eq!(
        make(&LIST).unwrap_err().problems(),
        [
            "`method tasks/list` would list the tasks of all callers, with identifiers that none of them can use; remove the row"
        ]
    );
    let open = make(&mcp_table![Operation::any_method(Requirement::AUTHENTICATED)]).unwrap();
    assert_eq!(send(&open, "alice", "tasks/list", json!({})).await.status, 404);
}

#[tokio::test]
async fn subscriptions_to_tasks_are_judged_as_what_is_asked_about_them() {
    let exports = Exports::default();
    let app = replica(&exports, RESOURCE, None);
    let id = start(&app, "alice", "export").await;
    let listen = async |token: &str, ids: &[&str]| {
        send(&app, token, "subscriptions/listen", json!({ "notifications": { "taskIds": ids } })).await
    };
    for (token, ids) in [("bob", [&*id].as_slice()), ("alice", &[&id, "7"]), ("nobody", &[&id])] {
        assert_eq!(listen(token, ids).await.json()["error"]["message"], "Unknown task", "{token}");
    }
    let refused = listen("alice-reads", &[&id]).await;
    assert_eq!(refused.challenge(), insufficient("files:read files:export"));
    // rmcp does not support subscriptions to tasks.
    assert_eq!(listen("alice", &[&id]).await.json()["error"]["code"], -32601);
}

/// If the server does not use rmcp, the program names the owner of a task.
#[tokio::test]
async fn before_another_server_the_program_says_whose_a_task_is() {
    const EXPORT: Requirement = requirement!("files:export");
    const TABLE: McpTable = mcp_table![Operation::tool("export", EXPORT)];
    let (reached, asked) = (Counter::default(), Counter::default());
    let (count, told) = (reached.clone(), asked.clone());
    let owner = move |id: String| {
        told.count();
        let started = [("7", "alice", "export"), ("8", "bob", "export"), ("9", "alice", "gone")];
        let found = started.into_iter().find(|(known, ..)| *known == id);
        async move {
            found.map(|(_, who, tool)| TaskOwner::new(Principal::new("https://auth.example.com", who), tool))
        }
    };
    let answer = any(async move || {
        count.count();
        "{}"
    });
    let layer = gate(RESOURCE).mcp_layer(TABLE).unwrap().tasks(owner);
    let app = Router::new().route("/mcp", answer).layer(layer);
    for (token, id, expected) in [
        ("alice", "7", Answered),
        ("alice-refreshed", "7", Answered),
        ("alice-reads", "7", Refused("files:read files:export")),
        ("alice-elsewhere", "7", Unknown),
        ("bob", "7", Unknown),
        ("bob", "8", Answered),
        ("alice", "9", Unknown),
        ("alice", "10", Unknown),
        ("nobody", "7", Unknown),
    ] {
        for method in METHODS {
            let before = reached.get();
            let answer = send(&app, token, method, json!({ "taskId": id })).await;
            let case = format!("{method} {token} {id}: {}", answer.body);
            assert_eq!(reached.get() - before, usize::from(expected == Answered), "{case}");
            if let Refused(scopes) = expected {
                assert_eq!(answer.challenge(), insufficient(scopes), "{case}");
            } else if expected == Unknown {
                assert_eq!(answer.json()["error"]["message"], "Unknown task", "{case}");
            }
        }
    }
    // The owner is not looked up for a caller without access.
    let before = asked.get();
    assert_eq!(
        send(&app, "below", "tasks/get", json!({ "taskId": "7" })).await.challenge(),
        insufficient("files:read")
    );
    assert_eq!(asked.get(), before);
    // A task that is named twice is looked up once.
    let ids = json!({ "notifications": { "taskIds": ["7", "7", "7"] } });
    assert_eq!(send(&app, "alice", "subscriptions/listen", ids).await.status, 200);
    assert_eq!(asked.get(), before + 1);
    assert_eq!(send(&app, "alice", "tasks/list", json!({})).await.status, 404);
}

/// Over a socket, the official client starts a task, waits for it and cancels it.
#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_waits_for_its_task() {
    let exports = Exports::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let gate = tokens().gate(&url).unwrap().floor([Scope::from_static("files:read")]);
    let server = exports.clone();
    let app =
        McpServer::new(&gate, move || server.clone()).table(&Exports::TOOLS).sessions().build().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    let connect = async |token: &str| {
        let config = StreamableHttpClientTransportConfig::with_uri(&*url).auth_header(token);
        let mut client = ClientConfig::default();
        client.capabilities = ClientCapabilities::builder().enable_tasks().build();
        client.serve(StreamableHttpClientTransport::from_config(config)).await.unwrap()
    };
    let (alice, bob) = (connect("alice").await, connect("bob").await);
    let started = alice.call_tool_once(CallToolRequestParams::new("export")).await.unwrap();
    let CallToolResponse::Task(started) = started else { panic!("{started:?}") };
    let id = started.task.task_id;
    let mut task = alice.get_task(GetTaskParams::new(&*id)).await.unwrap().task;
    while task.status() == TaskStatus::Working {
        tokio::task::yield_now().await;
        task = alice.get_task(GetTaskParams::new(&*id)).await.unwrap().task;
    }
    assert_eq!((task.status(), &*task.task.task_id), (TaskStatus::Completed, &*id));
    alice.update_task(UpdateTaskParams::new(&*id, BTreeMap::new())).await.unwrap();
    alice.cancel_task(CancelTaskParams::new(&*id)).await.unwrap();
    let before = exports.asked.get();
    let unknown = bob.get_task(GetTaskParams::new(&*id)).await.unwrap_err().to_string();
    assert!(unknown.contains("Unknown task"), "{unknown}");
    assert!(bob.cancel_task(CancelTaskParams::new(id)).await.is_err());
    assert_eq!(exports.asked.get(), before);
}
