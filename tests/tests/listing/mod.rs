//! A server that lists a test's tools, prompts, resources and templates in pages, and a client for each version of the protocol.
#![allow(dead_code, reason = "each test uses some of it")]

use axum::{Router, body::Body, http::Request};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, GetPromptRequestParams, GetPromptResponse,
        GetPromptResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListToolsResult, MetaObject, PaginatedRequestParams, Prompt, ReadResourceRequestParams,
        ReadResourceResponse, ReadResourceResult, Resource, ResourceTemplate, ServerCapabilities,
        ServerConfig, Tool,
    },
    service::RequestContext,
};
use scopegate::{
    Gate, GrantedScopes, Presented, Token, TokenVerifier, VerifyError,
    mcp::{Lists, McpServer, McpTable},
};
use scopegate_tests::{
    counter::Counter,
    exchange::{self, Answer},
    mcp::{INITIALIZE, post},
};
use serde_json::{Value, json};

/// A verifier for tokens that spell their scopes, with `+` for a space and `/` for a colon. `none` grants nothing.
pub(crate) struct AsSpelt;

impl TokenVerifier for AsSpelt {
    async fn verify(&self, presented: &Presented<'_>) -> Result<Token, VerifyError> {
        let text = presented.token();
        let scopes = if text == "none" { String::new() } else { text.replace('+', " ").replace('/', ":") };
        let token = Token::granting(GrantedScopes::parse(&scopes));
        Ok(token.with_issuer("https://auth.example.com").with_subject("alice"))
    }
}

/// Spells a token that [`AsSpelt`] reads.
pub(crate) fn spell<S: AsRef<str>>(scopes: impl IntoIterator<Item = S>) -> String {
    let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().replace(':', "/")).collect();
    if scopes.is_empty() { "none".to_owned() } else { scopes.join("+") }
}

/// Returns the gate of `https://example.com/mcp`.
pub(crate) fn gate() -> Gate {
    Gate::new(resource().authorization_server("https://auth.example.com").unwrap(), AsSpelt)
}

fn resource() -> scopegate::Resource {
    scopegate::Resource::new("https://example.com/mcp").unwrap()
}

/// A server with the items that a test sets. It lists two per page, and counts the calls.
#[derive(Clone, Default)]
pub(crate) struct Server {
    pub(crate) tools: Vec<String>,
    pub(crate) prompts: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) templates: Vec<String>,
    /// The `_meta` of the tools.
    pub(crate) meta: Option<Value>,
    pub(crate) ran: Counter,
}

/// The number of items on a page.
const PAGE: usize = 2;

/// Returns the names on a page, and the start of the next page.
fn page(names: &[String], page: Option<&PaginatedRequestParams>) -> (Vec<String>, Option<String>) {
    let start = page.and_then(|page| page.cursor.as_deref()?.parse().ok()).unwrap_or(0);
    let on_page = names.iter().skip(start).take(PAGE).cloned().collect();
    (on_page, (start + PAGE < names.len()).then(|| (start + PAGE).to_string()))
}

type Page = Option<PaginatedRequestParams>;
type Context = RequestContext<RoleServer>;

impl Server {
    fn tool(&self, name: String) -> Tool {
        let schema = json!({ "type": "object", "properties": {} });
        let tool = Tool::new(name, "a tool", std::sync::Arc::new(schema.as_object().unwrap().clone()));
        match &self.meta {
            Some(meta) => tool.with_meta(MetaObject(meta.as_object().unwrap().clone())),
            None => tool,
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let all = ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources();
        ServerConfig::new(all.build())
    }

    async fn list_tools(&self, at: Page, _: Context) -> Result<ListToolsResult, ErrorData> {
        let (names, next_cursor) = page(&self.tools, at.as_ref());
        let tools = names.into_iter().map(|name| self.tool(name)).collect();
        Ok(ListToolsResult { next_cursor, ..ListToolsResult::with_all_items(tools) })
    }

    async fn list_prompts(&self, at: Page, _: Context) -> Result<ListPromptsResult, ErrorData> {
        let (names, next_cursor) = page(&self.prompts, at.as_ref());
        let prompts = names.into_iter().map(|name| Prompt::new(name, None::<String>, None)).collect();
        Ok(ListPromptsResult { next_cursor, ..ListPromptsResult::with_all_items(prompts) })
    }

    async fn list_resources(&self, at: Page, _: Context) -> Result<ListResourcesResult, ErrorData> {
        let (uris, next_cursor) = page(&self.resources, at.as_ref());
        let resources = uris.into_iter().map(|uri| Resource::new(uri, "a resource")).collect();
        Ok(ListResourcesResult { next_cursor, ..ListResourcesResult::with_all_items(resources) })
    }

    async fn list_resource_templates(
        &self,
        at: Page,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let (templates, next_cursor) = page(&self.templates, at.as_ref());
        let templates =
            templates.into_iter().map(|template| ResourceTemplate::new(template, "a template")).collect();
        Ok(ListResourceTemplatesResult {
            next_cursor,
            ..ListResourceTemplatesResult::with_all_items(templates)
        })
    }

    async fn call_tool(&self, _: CallToolRequestParams, _: Context) -> Result<CallToolResponse, ErrorData> {
        self.ran.count();
        Ok(CallToolResult::success(Vec::new()).into())
    }

    async fn get_prompt(
        &self,
        _: GetPromptRequestParams,
        _: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.ran.count();
        Ok(GetPromptResult::new(Vec::new()).into())
    }

    async fn read_resource(
        &self,
        _: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.ran.count();
        Ok(ReadResourceResult::new(Vec::new()).into())
    }
}

/// The transport of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Json,
    Events,
    Sessions,
}

pub(crate) const WIRES: [Wire; 3] = [Wire::Json, Wire::Events, Wire::Sessions];
pub(crate) const VERSIONS: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];

impl Server {
    /// Puts the server behind a gate.
    pub(crate) fn behind(&self, gate: &Gate, table: &McpTable, lists: Lists, wire: Wire) -> Router {
        let server = self.clone();
        let server = McpServer::new(gate, move || server.clone()).table(table).lists(lists);
        let server = match gate.resource() {
            Some(_) => server,
            None => server.at(resource()),
        };
        let server = match wire {
            Wire::Json => server,
            Wire::Events => server.configure(|config| config.with_json_response(false)),
            Wire::Sessions => server.sessions(),
        };
        server.build().unwrap()
    }
}

/// A client of one version. If `token` is empty, the client sends none.
pub(crate) struct Client<'a> {
    app: &'a Router,
    token: &'a str,
    version: &'static str,
    session: Option<String>,
}

impl<'a> Client<'a> {
    pub(crate) async fn connect(app: &'a Router, token: &'a str, version: &'static str, wire: Wire) -> Self {
        let mut client = Self { app, token, version, session: None };
        if wire == Wire::Sessions && version < "2026-07-28" {
            let opened = post(app, token, &[], INITIALIZE.replace("2025-11-25", version)).await;
            assert_eq!(opened.status, 200, "{}", opened.body);
            client.session = Some(opened.header("mcp-session-id").to_owned());
            let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
            assert_eq!(
                exchange::answer(app, client.post(Vec::new(), initialized.to_owned())).await.status,
                202
            );
        }
        client
    }

    pub(crate) fn session(&self) -> &str {
        self.session.as_deref().unwrap()
    }

    /// Sends a request in the form of the client's version, and returns the whole answer.
    pub(crate) async fn send(&self, method: &str, params: Value) -> Answer {
        exchange::answer(self.app, self.request(method, params)).await
    }

    /// Makes a request in the form of the client's version.
    pub(crate) fn request(&self, method: &str, mut params: Value) -> Request<Body> {
        let mut lines = Vec::new();
        if self.version >= "2026-07-28" {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.version,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" },
            });
            lines.push(format!("mcp-method: {method}"));
            let name = params["name"].as_str().or(params["uri"].as_str());
            lines.extend(name.map(|name| format!("mcp-name: {name}")));
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post(lines, body.to_string())
    }

    fn post(&self, mut lines: Vec<String>, body: String) -> Request<Body> {
        lines.push(format!("mcp-protocol-version: {}", self.version));
        lines.push("host: example.com".to_owned());
        lines.extend(
            ["content-type: application/json", "accept: application/json, text/event-stream"]
                .map(str::to_owned),
        );
        lines.extend(self.session.as_ref().map(|session| format!("mcp-session-id: {session}")));
        if !self.token.is_empty() {
            lines.push(format!("authorization: Bearer {}", self.token));
        }
        let lines = lines.iter().map(|line| line.split_once(": ").unwrap());
        let request = lines.fold(Request::post("/mcp"), |request, (name, value)| request.header(name, value));
        request.body(Body::from(body)).unwrap()
    }

    /// Tells whether the gate allows a call.
    pub(crate) async fn may(&self, method: &str, params: Value) -> bool {
        let answer = self.send(method, params).await;
        answer.status == 200 && message(&answer).get("result").is_some()
    }

    /// Lists everything, page by page, and returns the results.
    pub(crate) async fn pages(&self, method: &str) -> Vec<Value> {
        let mut pages: Vec<Value> = Vec::new();
        loop {
            let cursor = pages.last().map(|page| page["nextCursor"].clone());
            let params = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
            let answer = self.send(method, params).await;
            let result = message(&answer)["result"].clone();
            assert!(result.is_object(), "{method}: {} {}", answer.status, answer.body);
            let is_last = result["nextCursor"].is_null();
            pages.push(result);
            if is_last {
                return pages;
            }
        }
    }

    pub(crate) async fn tools(&self) -> Vec<Value> {
        let pages = self.pages("tools/list").await;
        pages.iter().flat_map(|page| page["tools"].as_array().unwrap().clone()).collect()
    }
}

/// Returns the answer to the request, which may be one of several events.
#[track_caller]
pub(crate) fn message(answer: &Answer) -> Value {
    if !answer.header("content-type").starts_with("text/event-stream") {
        return answer.json();
    }
    let messages = answer.body.lines().filter_map(|line| line.strip_prefix("data:"));
    let messages = messages.filter_map(|message| serde_json::from_str::<Value>(message).ok());
    messages.into_iter().find(|message| message["id"] == 1).unwrap_or_else(|| panic!("{}", answer.body))
}
