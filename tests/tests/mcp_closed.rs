//! The gate before an MCP server refuses everything without a row. A row opens each operation.

mod gating;

use axum::{Router, routing::any};
use gating::IntoGate;
use scopegate::{
    Gate, Policy, Requirement, Scope,
    export::Lock,
    mcp::{McpTable, Operation},
    mcp_table, requirement,
    testing::TestVerifier,
};
use scopegate_tests::{
    counter::Counter,
    mcp::{insufficient, post, request},
};
use serde_json::{Value, json};

const NEEDS_WRITE: Requirement = requirement!("files:write");
const NEEDS_ADMIN: Requirement = requirement!("files:admin");
const TENANT: Requirement = requirement!("tenant:{tenant}:member");

const TABLE: McpTable = mcp_table![
    Operation::tool("list_files", Requirement::AUTHENTICATED),
    Operation::tool("write_file", NEEDS_WRITE),
    Operation::prompt("summarize", NEEDS_WRITE),
    Operation::resource("file:///{name}", NEEDS_WRITE),
    Operation::method("tasks/get", Requirement::AUTHENTICATED),
    Operation::method("admin/purge", NEEDS_ADMIN),
];

fn gate() -> Gate {
    let tokens = TestVerifier::new()
        .token("only-write", "files:write")
        .token("read", "files:read")
        .token("write", "files:read files:write")
        .token("all", "files:read files:write files:admin");
    tokens.gate("https://example.com/mcp").unwrap().floor([Scope::from_static("files:read")])
}

/// A service that counts its calls, behind a gate with a table.
fn service(calls: &Counter, table: McpTable) -> Router {
    let calls = calls.clone();
    let count = any(move || {
        calls.count();
        async {}
    });
    Router::new().route("/mcp", count).layer(gate().mcp_layer(table).unwrap())
}

fn call(tool: &str) -> String {
    request("tools/call", &json!({ "name": tool }))
}

/// Checks that a message is refused with every token, and checks the answer.
async fn is_unknown(message: &str, code: i32, text: &str) {
    let calls = Counter::default();
    let app = service(&calls, TABLE);
    for (version, status) in
        [("2025-03-26", 200), ("2025-11-25", 200), ("2026-07-28", if code == -32601 { 404 } else { 200 })]
    {
        let version = format!("mcp-protocol-version: {version}");
        let below = post(&app, "only-write", &[&version], message.to_owned()).await;
        assert_eq!(below.challenge(), insufficient("files:read"), "{message}");
        for token in ["read", "all"] {
            let answer = post(&app, token, &[&version], message.to_owned()).await;
            assert_eq!((answer.status.as_u16(), answer.challenge()), (status, ""), "{message} {version}");
            let error = json!({ "code": code, "message": text });
            assert_eq!(answer.json()["error"], error, "{message}");
        }
    }
    assert_eq!(calls.get(), 0, "{message}");
}

#[tokio::test]
async fn what_is_not_in_the_table_is_unknown() {
    for name in ["unknown", "WRITE_FILE", " write_file", "write_file\0", "*"] {
        is_unknown(&call(name), -32602, &format!("Unknown tool: {name}")).await;
        let get = request("prompts/get", &json!({ "name": name }));
        is_unknown(&get, -32602, &format!("Unknown prompt: {name}")).await;
        let complete = json!({ "ref": { "type": "ref/prompt", "name": name } });
        let complete = request("completion/complete", &complete);
        is_unknown(&complete, -32602, &format!("Unknown prompt: {name}")).await;
    }
    let long = "ä".repeat(10_000);
    is_unknown(&call(&long), -32602, &format!("Unknown tool: {}", "ä".repeat(128))).await;
    for method in
        ["admin/purged", "tasks/result", "tasks/update", "tasks/list", "TOOLS/CALL", "tools/call ", "", "*"]
    {
        is_unknown(&request(method, &json!({ "taskId": "7", "name": "x" })), -32601, "Method not found")
            .await;
    }
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/purge"}"#;
    is_unknown(notification, -32601, "Method not found").await;
    let batch = format!("[{},{}]", call("list_files"), call("unknown"));
    let calls = Counter::default();
    let answer = post(&service(&calls, TABLE), "all", &[], batch).await;
    assert_eq!(answer.json()["error"]["message"], "Unknown tool: unknown");
    assert_eq!(calls.get(), 0);
}

#[tokio::test]
async fn a_table_without_rows_opens_nothing() {
    let calls = Counter::default();
    let app = service(&calls, McpTable::default());
    for uri in ["file:///a", "*", "x"] {
        let answer = post(&app, "all", &[], request("resources/read", &json!({ "uri": uri }))).await;
        assert_eq!(answer.json()["error"]["message"], "Unknown resource");
    }
    for (method, params) in [
        ("tools/call", json!({ "name": "list_files" })),
        ("prompts/get", json!({ "name": "summarize" })),
        ("tasks/get", json!({ "taskId": "7" })),
        ("x", json!({})),
        ("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": ["a:b"] } })),
    ] {
        let answer = post(&app, "all", &[], request(method, &params)).await;
        assert!(answer.json()["error"]["code"].is_number(), "{method}");
    }
    assert_eq!(calls.get(), 0);
    assert_eq!(post(&app, "read", &[], request("tools/list", &json!({}))).await.status, 200);
    assert_eq!(calls.get(), 1);
}

const OPENED: McpTable = mcp_table![
    Operation::tool("purge_files", NEEDS_ADMIN),
    Operation::any_tool(Requirement::AUTHENTICATED),
    Operation::any_prompt(NEEDS_WRITE),
    Operation::any_resource(NEEDS_WRITE),
    Operation::method("tasks/cancel", NEEDS_ADMIN),
    Operation::any_method(NEEDS_WRITE),
];

#[tokio::test]
async fn what_a_table_opens_needs_what_it_says() {
    let app = service(&Counter::default(), OPENED);
    let check = async |method: &str, params: Value, scopes: &str, least: &str| {
        let message = request(method, &params);
        for token in ["read", "write", "all"].into_iter().take_while(|token| *token != least) {
            let answer = post(&app, token, &[], message.clone()).await;
            assert_eq!(answer.challenge(), insufficient(scopes), "{message} {token}");
        }
        assert_eq!(post(&app, least, &[], message.clone()).await.status, 200, "{message}");
    };
    let (write, admin) = ("files:read files:write", "files:read files:admin");
    check("tools/call", json!({ "name": "new" }), "", "read").await;
    check("tools/call", json!({ "name": "*" }), "", "read").await;
    check("tools/call", json!({ "name": "purge_files" }), admin, "all").await;
    check("prompts/get", json!({ "name": "new" }), write, "write").await;
    check("completion/complete", json!({ "ref": { "type": "ref/prompt", "name": "x" } }), write, "write")
        .await;
    check("completion/complete", json!({ "ref": { "type": "ref/resource", "uri": "x" } }), write, "write")
        .await;
    for method in ["resources/read", "resources/subscribe", "resources/directory/read", "skills/get"] {
        check(method, json!({ "uri": "file:///a/../b" }), write, "write").await;
    }
    check(
        "subscriptions/listen",
        json!({ "notifications": { "resourceSubscriptions": ["x"] } }),
        write,
        "write",
    )
    .await;
    for method in ["admin/purge", "notifications/purge"] {
        check(method, json!({ "taskId": "7" }), write, "write").await;
    }
    // A row for every method does not open tasks, because it does not bind them to owners.
    for method in ["tasks/get", "tasks/update", "tasks/result", "tasks/list"] {
        let answer = post(&app, "all", &[], request(method, &json!({ "taskId": "7" }))).await;
        assert_eq!(answer.json()["error"]["code"], -32601, "{method}");
    }
    let listen = request("subscriptions/listen", &json!({ "notifications": { "taskIds": ["7"] } }));
    assert_eq!(post(&app, "all", &[], listen).await.json()["error"]["message"], "Unknown task");
    check("tasks/cancel", json!({ "taskId": "7" }), admin, "all").await;
    check("ping", json!({}), "", "read").await;
}

#[test]
fn what_a_table_opens_stands_in_it_and_in_its_lock() {
    let lock = "\
method          *             files:write
method          tasks/cancel  files:admin
prompts/get     *             files:write
resources/read  *             files:write
tools/call      *             authenticated
tools/call      purge_files   files:admin
";
    let mut lines: Vec<String> = OPENED.to_string().lines().map(|line| format!("{line}\n")).collect();
    lines.sort();
    assert_eq!(lines.concat(), lock);
    let lock = Lock::of(&Policy::new(), &OPENED.to_scope_table()).to_string();
    for line in ["tools/call * authenticated", "prompts/get * files:write", "method * files:write"] {
        assert!(lock.lines().any(|own| own.starts_with(line)), "{lock}");
    }
}

#[test]
fn the_lock_says_whom_an_opened_table_lets_in() {
    let lock = |rows: &[&Operation]| {
        Lock::of(&Policy::new(), &rows.iter().copied().cloned().collect::<McpTable>().to_scope_table())
    };
    let check = |old: &[&Operation], new: &[&Operation], expected: &[&str]| {
        let changes = lock(new).changes_since(&lock(old));
        let words: Vec<_> = changes.iter().map(|one| format!("{}: {one}", one.direction())).collect();
        assert_eq!(words, expected);
    };
    let purge = Operation::tool("purge", NEEDS_ADMIN);
    let prompts = Operation::any_prompt(NEEDS_WRITE);
    let any = |requirement| Operation::any_tool(requirement);
    let [open, write, admin] = [Requirement::AUTHENTICATED, NEEDS_WRITE, NEEDS_ADMIN].map(any);
    check(&[&purge], &[&purge, &write], &["weaker: `tools/call *` is new: it needs `files:write`"]);
    check(
        &[&purge, &write],
        &[&purge],
        &["stricter: `tools/call *` is gone; before, it needed `files:write`"],
    );
    check(
        &[&purge, &open],
        &[&open],
        &[
            "weaker: `tools/call purge` is gone, so `tools/call *` applies to it, which needs a token with any scopes; before, it needed `files:admin`",
        ],
    );
    check(&[&open], &[&purge, &open], &["stricter: `tools/call purge` is new: it needs `files:admin`"]);
    check(&[&write], &[&purge, &write], &["changed: `tools/call purge` is new: it needs `files:admin`"]);
    check(&[&admin], &[&purge, &admin], &["otherwise: `tools/call purge` is new: it needs `files:admin`"]);
    // Another kind needs its own row.
    check(
        &[&purge, &prompts],
        &[&prompts],
        &["otherwise: `tools/call purge` is gone; before, it needed `files:admin`"],
    );
    check(&[&purge], &[], &["otherwise: `tools/call purge` is gone; before, it needed `files:admin`"]);
}

#[test]
fn nothing_is_declared_by_the_name_of_all() {
    const FAULTY: McpTable = mcp_table![
        Operation::tool("*", NEEDS_ADMIN),
        Operation::any_tool(NEEDS_WRITE),
        Operation::any_tool(NEEDS_ADMIN),
        Operation::any_prompt(Requirement::PUBLIC),
        Operation::any_method(TENANT),
    ];
    assert_eq!(
        gate().mcp_layer(FAULTY).unwrap_err().problems(),
        [
            "`*` is not a name, since it means all operations without a row; write `Operation::any_tool` for those",
            "`tools/call *` is in the table twice; write it once",
            "`prompts/get *` is public, but covers all operations without a row; name each public operation, or declare this row `Requirement::AUTHENTICATED`",
            "`method *` needs `tenant:{tenant}:member`, but only the URI template of a resource can fill that in",
        ],
    );
    let problem = |row: Operation, any: Requirement| {
        let table = McpTable::from_iter([Operation::any_resource(any), row]);
        gate().mcp_layer(table).unwrap_err().problems().to_vec()
    };
    let undermined = |uri: &str| {
        format!(
            "`resources/read *` allows every other spelling of `resources/read {uri}`; declare each resource by its URI or a template, or declare only `Operation::any_resource`"
        )
    };
    for uri in ["file:///secret", "file:///{name}"] {
        assert_eq!(problem(Operation::resource(uri, NEEDS_ADMIN), NEEDS_WRITE), [undermined(uri)]);
    }
    assert_eq!(
        problem(Operation::tool("a", NEEDS_ADMIN), TENANT),
        ["`resources/read *` needs `tenant:{tenant}:member`, but its URI has no `{tenant}`"],
    );
}
