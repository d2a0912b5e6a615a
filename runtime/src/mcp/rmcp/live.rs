//! The tools that a server has, as a client finds them, beside those that its table has.

use std::{collections::BTreeSet, thread, time::Duration};

use rmcp::{
    RoleServer, ServerHandler, model::ClientJsonRpcMessage, service::serve_directly,
    transport::OneshotTransport,
};
use serde_json::{Value, json};

use crate::mcp::{McpTable, operation::Kind};

/// Returns each tool without a row, and each row without a tool.
pub(super) fn compare<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    table: &McpTable,
) -> Vec<String> {
    let live = match tools(make) {
        Ok(tools) => tools,
        Err(error) => {
            return vec![format!(
                "the server's tools cannot be listed, so nobody can tell whether each declares its scopes: {error}"
            )];
        }
    };
    let rows = table.operations().iter().filter(|operation| operation.kind() == Kind::Tool);
    let declared: BTreeSet<String> = rows.map(|operation| operation.name().to_owned()).collect();
    let undeclared = live.difference(&declared).map(|name| {
        format!(
            "the server has a tool `{name}` that declares no scopes; put it into a `#[scoped_tools]` block, and the block's table into this server's"
        )
    });
    let missing = declared.difference(&live).map(|name| {
        format!("the table has a tool `{name}` that the server has not; add its router to the server's, or leave out its table")
    });
    undeclared.chain(missing).collect()
}

/// As many pages as no honest server has.
const MAX_PAGES: usize = 1000;

const PATIENCE: Duration = Duration::from_secs(10);

/// Lists the tools by the server's own `tools/list`, in a thread of its own, since this may be called from a runtime or not.
fn tools<S: ServerHandler>(make: &(dyn Fn() -> S + Send + Sync)) -> Result<BTreeSet<String>, String> {
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let listed = tokio::time::timeout(PATIENCE, pages(make)).await;
            listed.map_err(|_| "it does not answer".to_owned())?
        })
    };
    thread::scope(|scope| scope.spawn(ask).join()).map_err(|_| "it panicked".to_owned())?
}

async fn pages<S: ServerHandler>(make: &(dyn Fn() -> S + Send + Sync)) -> Result<BTreeSet<String>, String> {
    let mut tools = BTreeSet::new();
    let mut cursor = Value::Null;
    for _ in 0..MAX_PAGES {
        let page = page(make(), &cursor).await?;
        let names = page["tools"].as_array().into_iter().flatten().filter_map(|tool| tool["name"].as_str());
        tools.extend(names.map(str::to_owned));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            return Ok(tools);
        }
    }
    Err(format!("it has more than {MAX_PAGES} pages of them"))
}

/// Returns the result of one request; a server without tools has an empty one.
async fn page<S: ServerHandler>(server: S, cursor: &Value) -> Result<Value, String> {
    let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params });
    let request: ClientJsonRpcMessage = serde_json::from_value(request).map_err(|error| error.to_string())?;
    let (transport, mut answers) = OneshotTransport::<RoleServer>::new(request);
    let service = serve_directly(server, transport, None);
    while let Some(answer) = answers.recv().await {
        let answer = serde_json::to_value(&answer).map_err(|error| error.to_string())?;
        if answer["result"].is_object() {
            _ = service.cancel().await;
            return Ok(answer["result"].clone());
        }
        if answer["error"]["code"] == METHOD_NOT_FOUND {
            return Ok(json!({}));
        }
        if let Some(message) = answer["error"]["message"].as_str() {
            return Err(message.to_owned());
        }
    }
    Err("it gives no answer".to_owned())
}

const METHOD_NOT_FOUND: i32 = -32601;
