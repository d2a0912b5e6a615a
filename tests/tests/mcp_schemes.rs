//! The `securitySchemes` of tools, in `_meta` and beside it. They agree with the tool's row and with what a call needs.

mod listing;
mod random;

use std::{collections::BTreeSet, sync::Arc};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use listing::{Client, Server, VERSIONS, WIRES, Wire, gate, message, spell};
use proptest::prelude::*;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CustomRequest, CustomResult, ListToolsResult,
        PaginatedRequestParams,
    },
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{
    Gate, Requirement, Scope, StaticKeys, authenticated,
    mcp::{ANONYMOUS_DISCOVERY, Lists, McpServer, McpTable, Operation},
    mcp_table, public, requirement, requires_scope, scoped_tools,
};
use scopegate_tests::mcp::{post, post_to, request};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};
use tower::ServiceExt;

/// All scopes of the rows, the floor and the tokens.
const SCOPES: [&str; 4] = ["a", "b:c", "d", "e"];

/// Computes naively what each way to call a tool needs.
fn expected(floor: &[&str], rows: &[&Requirement]) -> Vec<Vec<String>> {
    let mut ways = vec![floor.iter().map(ToString::to_string).collect::<Vec<_>>()];
    for row in rows.iter().filter(|row| !row.alternatives().is_empty()) {
        let mut longer: Vec<Vec<String>> = Vec::new();
        for way in &ways {
            for alternative in row.alternatives() {
                let mut way = way.clone();
                for scope in alternative {
                    if !way.iter().any(|known| known == scope) {
                        way.push(scope.to_owned());
                    }
                }
                if !longer.contains(&way) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    ways
}

#[track_caller]
fn schemes_of(tool: &Value) -> Vec<Value> {
    let schemes = &tool["securitySchemes"];
    assert_eq!(schemes, &tool["_meta"]["securitySchemes"], "{tool}");
    schemes.as_array().unwrap_or_else(|| panic!("{tool}")).clone()
}

fn oauth2(scopes: &[impl AsRef<str>]) -> Value {
    json!({ "type": "oauth2", "scopes": scopes.iter().map(AsRef::as_ref).collect::<Vec<_>>() })
}

/// Every set of scopes that a token can grant.
fn tokens() -> impl Iterator<Item = BTreeSet<&'static str>> {
    (0..1 << SCOPES.len()).map(|set: usize| {
        SCOPES.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, scope)| *scope).collect()
    })
}

async fn every_scheme_is_one_way_to_call(
    floor: &[&'static str],
    of_call: Option<&Requirement>,
    rows: &[Requirement],
    version: &'static str,
    wire: Wire,
) {
    let name = |at: usize| format!("tool{at}");
    let server = Server { tools: (0..=rows.len()).map(name).collect(), ..Server::default() };
    let tools = rows.iter().enumerate().map(|(at, row)| Operation::tool_named(name(at), row.clone()));
    let of_call_row = of_call.map(|row| Operation::method_named("tools/call", row.clone()));
    let table: McpTable = tools.chain(of_call_row).collect();
    let gate = gate().floor(floor.iter().copied().map(Scope::from_static));
    let app = server.behind(&gate, &table, Lists::All, wire);
    let everything = spell(SCOPES);
    let client = Client::connect(&app, &everything, version, wire).await;
    let listed = client.tools().await;
    assert_eq!(listed.len(), rows.len() + 1);
    // The last tool has no row.
    assert!(listed[rows.len()].get("securitySchemes").is_none() && listed[rows.len()].get("_meta").is_none());
    for (tool, row) in listed.iter().zip(rows) {
        let schemes = schemes_of(tool);
        if row.is_public() && of_call.is_none() {
            assert_eq!(schemes, [json!({ "type": "noauth" })]);
        } else {
            let ways = expected(floor, &[of_call.unwrap_or(&Requirement::AUTHENTICATED), row]);
            assert_eq!(schemes, ways.iter().map(|way| oauth2(way)).collect::<Vec<_>>(), "{row}");
        }
        for granted in tokens() {
            let meets = |scheme: &Value| {
                let scopes = scheme["scopes"].as_array().map_or(&[][..], Vec::as_slice);
                scopes.iter().all(|scope| granted.contains(scope.as_str().unwrap()))
            };
            let ran = server.ran.get();
            let token = spell(&granted);
            // This version has no sessions, so a token below the floor can also send a call.
            let caller = Client::connect(&app, &token, "2026-07-28", wire).await;
            let answer = caller.send("tools/call", json!({ "name": tool["name"] })).await;
            let is_met = schemes.iter().any(meets);
            assert_eq!(answer.status == 200, is_met, "{row} by {token}: {}", answer.body);
            assert_eq!(server.ran.get() - ran, usize::from(is_met), "{row} by {token}");
            if !is_met {
                let scopes: Vec<&str> = schemes[0]["scopes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|scope| scope.as_str().unwrap())
                    .collect();
                let asked = format!("scope=\"{}\"", scopes.join(" "));
                assert!(answer.challenge().contains(&asked), "{} lacks {asked}", answer.challenge());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_tool_says_what_its_row_does(
        floor in prop::sample::subsequence(SCOPES.to_vec(), 0..=2),
        of_call in prop::option::weighted(0.3, random::requirement(&SCOPES).prop_filter("acts on something", |row| !row.is_public())),
        rows in prop::collection::vec(random::requirement(&SCOPES), 1..4),
        version in prop::sample::select(VERSIONS.to_vec()),
        wire in prop::sample::select(WIRES.to_vec()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(every_scheme_is_one_way_to_call(&floor, of_call.as_ref(), &rows, version, wire));
    }
}

struct Files;

#[scoped_tools]
impl Files {
    /// Says how many files there are.
    #[public]
    #[tool]
    async fn count(&self) {}

    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list(&self) {}

    /// Moves a file.
    #[requires_scope(any(all("files:read", "files:write"), "files:admin"), related("files:share"))]
    #[tool]
    async fn rename(&self) {}
}

#[tool_handler]
impl ServerHandler for Files {}

#[tokio::test]
async fn tools_of_rmcp_say_it_to_everybody_who_may_list_them() {
    let gate = gate().floor([Scope::from_static("files:read")]);
    let app =
        McpServer::new(&gate, || Files).table(&Files::TOOLS).table(&ANONYMOUS_DISCOVERY).build().unwrap();
    for token in ["", "files/read", "files/admin"] {
        let tools = Client::connect(&app, token, "2026-07-28", Wire::Json).await.tools().await;
        let schemes: Vec<_> =
            tools.iter().map(|tool| (tool["name"].as_str().unwrap(), schemes_of(tool))).collect();
        assert_eq!(
            schemes,
            [
                ("count", vec![json!({ "type": "noauth" })]),
                ("list", vec![oauth2(&["files:read"])]),
                (
                    "rename",
                    vec![oauth2(&["files:read", "files:write"]), oauth2(&["files:read", "files:admin"])]
                ),
            ]
        );
    }
}

#[tokio::test]
async fn scopes_have_the_names_that_clients_ask_for() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("read", "write"))];
    let server = Server { tools: vec!["purge".to_owned()], ..Server::default() };
    let floor = || gate().floor([Scope::from_static("read")]);
    let named = floor().asked_as(|scope| format!("api://files/{scope}"));
    // With Entra ID, one name requests everything that the client may have.
    let all = floor().asked_as(|_| "api://files/.default".to_owned());
    for (gate, expected) in
        [(named, &["api://files/read", "api://files/write"][..]), (all, &["api://files/.default"])]
    {
        let app = server.behind(&gate, &TABLE, Lists::All, Wire::Json);
        let client = Client::connect(&app, "read", "2025-11-25", Wire::Json).await;
        assert_eq!(schemes_of(&client.tools().await[0]), [oauth2(expected)]);
        let refused = client.send("tools/call", json!({ "name": "purge" })).await;
        let asked = format!("scope=\"{}\"", expected.join(" "));
        assert!(refused.challenge().contains(&asked), "{}", refused.challenge());
    }
}

/// Each resource of a family has its own scopes.
#[tokio::test]
async fn a_tool_of_a_family_needs_the_scopes_of_its_resource() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("org:{org}:admin"))];
    let resource = scopegate::Resource::family("https://example.com/{org}/mcp").unwrap();
    let gate =
        Gate::new(resource.authorization_server("https://auth.example.com").unwrap(), listing::AsSpelt);
    let server = Server { tools: vec!["purge".to_owned()], ..Server::default() };
    let Ok(app) = McpServer::new(&gate, move || server.clone()).table(&TABLE).build() else {
        panic!("a family has a server")
    };
    for org in ["acme", "other"] {
        let list = request("tools/list", &json!({}));
        let answer = post_to(&app, &format!("/{org}/mcp"), "none", &[], list).await;
        assert_eq!(
            schemes_of(&message(&answer)["result"]["tools"][0]),
            [oauth2(&[format!("org:{org}:admin")])],
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_gate_without_a_login_writes_nothing() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("files:admin"))];
    let keys = StaticKeys::parse("sk_1=files:read").unwrap();
    let gate = Gate::static_keys("files", keys);
    for meta in [None, Some(json!({ "securitySchemes": [{ "type": "apiKey" }] }))] {
        let server = Server { tools: vec!["purge".to_owned()], meta: meta.clone(), ..Server::default() };
        for wire in WIRES {
            let app = server.behind(&gate, &TABLE, Lists::All, wire);
            let client = Client::connect(&app, "sk_1", "2026-07-28", wire).await;
            let tool = &client.tools().await[0];
            assert_eq!((tool.get("securitySchemes"), tool.get("_meta")), (None, meta.as_ref()));
        }
    }
}

#[tokio::test]
async fn the_table_counts_and_not_what_a_tool_says_of_itself() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("files:admin"))];
    let meta = json!({ "securitySchemes": [{ "type": "noauth" }], "com.example/kept": [1] });
    let tools = ["purge", "undeclared"].map(str::to_owned).to_vec();
    let server = Server { tools, meta: Some(meta), ..Server::default() };
    let app = server.behind(&gate(), &TABLE, Lists::All, Wire::Json);
    let tools = Client::connect(&app, "none", "2025-11-25", Wire::Json).await.tools().await;
    assert_eq!(schemes_of(&tools[0]), [oauth2(&["files:admin"])]);
    assert_eq!(tools[0]["_meta"]["com.example/kept"], json!([1]));
    assert_eq!(tools[1].get("securitySchemes"), None);
    assert_eq!(tools[1]["_meta"], json!({ "com.example/kept": [1] }));
}

/// Other answers that contain a list of tools stay as the server wrote them.
#[tokio::test]
async fn no_other_answer_is_changed() {
    const TABLE: McpTable = mcp_table![Operation::method("admin/tools", Requirement::AUTHENTICATED)];
    #[derive(Clone)]
    struct Custom;
    impl ServerHandler for Custom {
        async fn on_custom_request(
            &self,
            _: CustomRequest,
            _: RequestContext<RoleServer>,
        ) -> Result<CustomResult, ErrorData> {
            Ok(CustomResult::new(tools()))
        }
    }
    fn tools() -> Value {
        json!({ "tools": [{ "name": "a", "inputSchema": {}, "_meta": { "securitySchemes": [] } }] })
    }
    let app = McpServer::new(&gate(), || Custom).table(&TABLE).build().unwrap();
    let answer = post(&app, "none", &[], request("admin/tools", &json!({}))).await;
    assert_eq!(message(&answer)["result"], tools(), "{}", answer.body);
}

/// A server that lists its tool after a signal.
#[derive(Clone)]
struct Slow(Server, Arc<Notify>);

impl ServerHandler for Slow {
    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.1.notified().await;
        self.0.list_tools(page, context).await
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.0.call_tool(request, context).await
    }
}

/// After its connection broke, a client resumes the stream with another request, which does not name the method.
#[tokio::test]
async fn an_answer_on_another_stream_is_the_same() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("files:admin"))];
    let server = Server { tools: vec!["purge".to_owned()], ..Server::default() };
    let listed = Arc::new(Notify::new());
    let slow = Slow(server, listed.clone());
    let app = McpServer::new(&gate(), move || slow.clone()).table(&TABLE).sessions().build().unwrap();
    let client = Client::connect(&app, "none", "2025-11-25", Wire::Sessions).await;
    let mut broken = events(&app, client.request("tools/list", json!({}))).await;
    let first = next(&mut broken).await;
    drop(broken);
    let mut again = Request::get("/mcp");
    for (name, value) in [
        ("authorization", "Bearer none"),
        ("host", "example.com"),
        ("accept", "text/event-stream"),
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-session-id", client.session()),
        ("last-event-id", first.lines().find_map(|line| line.strip_prefix("id: ")).unwrap()),
    ] {
        again = again.header(name, value);
    }
    let mut again = events(&app, again.body(Body::empty()).unwrap()).await;
    // This event arrives before the answer.
    assert!(next(&mut again).await.contains("retry"));
    listed.notify_one();
    let answer = next(&mut again).await;
    let message = answer.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let message: Value = serde_json::from_str(message).unwrap();
    assert_eq!(schemes_of(&message["result"]["tools"][0]), [oauth2(&["files:admin"])], "{message}");
}

/// Opens a stream of events.
async fn events(app: &Router, request: Request<Body>) -> Body {
    app.clone().oneshot(request).await.unwrap().into_body()
}

async fn next(events: &mut Body) -> String {
    let event = events.frame().await.unwrap().unwrap().into_data().unwrap();
    String::from_utf8(event.to_vec()).unwrap()
}

#[tokio::test]
async fn the_length_is_that_of_the_changed_answer() {
    const TABLE: McpTable = mcp_table![Operation::tool("purge", requirement!("files:admin"))];
    let server = Server { tools: vec!["purge".to_owned()], ..Server::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = server.behind(&gate(), &TABLE, Lists::All, Wire::Json);
    let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let answer = reqwest::Client::new()
        .post(format!("http://{address}/mcp"))
        .header("host", "example.com")
        .header("authorization", "Bearer none")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(request("tools/list", &json!({})))
        .send()
        .await
        .unwrap();
    let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let body = answer.text().await.unwrap();
    assert_eq!(length, body.len());
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(schemes_of(&answer["result"]["tools"][0]), [oauth2(&["files:admin"])]);
    serving.abort();
}
