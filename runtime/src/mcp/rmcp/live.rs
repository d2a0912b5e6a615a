//! The tools, prompts and resources that a server has, as a client finds them, beside those that its table has.

use std::{collections::BTreeSet, thread, time::Duration};

use rmcp::{
    RoleServer, ServerHandler, model::ClientJsonRpcMessage, service::serve_directly,
    transport::OneshotTransport,
};
use serde_json::{Value, json};

use crate::mcp::{McpTable, operation::Kind};

/// What clients list.
struct Listed {
    method: &'static str,
    /// Where in the answer they are.
    member: &'static str,
    /// What each is known by.
    key: &'static str,
}

const TOOLS: Listed = Listed { method: "tools/list", member: "tools", key: "name" };
const PROMPTS: Listed = Listed { method: "prompts/list", member: "prompts", key: "name" };
const RESOURCES: [Listed; 2] = [
    Listed { method: "resources/list", member: "resources", key: "uri" },
    Listed { method: "resources/templates/list", member: "resourceTemplates", key: "uriTemplate" },
];

/// Returns each tool and prompt without a row, and each row without one, and resources where the table has none.
pub(super) fn compare<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    table: &McpTable,
) -> Vec<String> {
    let tools = compare_one(make, table, Kind::Tool, "tool", &TOOLS);
    let prompts = compare_one(make, table, Kind::Prompt, "prompt", &PROMPTS);
    tools.into_iter().chain(prompts).chain(undeclared_resources(make, table)).collect()
}

/// Which resources there are may differ from day to day, so it is only seen whether the table has any where the server has.
fn undeclared_resources<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    table: &McpTable,
) -> Option<String> {
    if table.operations().iter().any(|operation| operation.kind() == Kind::Resource) {
        return None;
    }
    // A server that cannot list them has none to speak of.
    let listed = RESOURCES.iter().filter_map(|listed| names(make, listed).ok());
    let first = listed.flatten().next()?;
    Some(format!(
        "the server has resources such as `{first}`, and the table has none, so that everybody with the floor could read them; say what they need by `Operation::resource`"
    ))
}

fn compare_one<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    table: &McpTable,
    kind: Kind,
    noun: &str,
    listed: &Listed,
) -> Vec<String> {
    let live = match names(make, listed) {
        Ok(names) => names,
        Err(error) => {
            return vec![format!(
                "the server's {noun}s cannot be listed, so nobody can tell whether each declares its scopes: {error}"
            )];
        }
    };
    let rows = table.operations().iter().filter(|operation| operation.kind() == kind);
    let declared: BTreeSet<String> = rows.map(|operation| operation.name().to_owned()).collect();
    let undeclared = live.difference(&declared).map(|name| {
        format!(
            "the server has a {noun} `{name}` that declares no scopes; put it into a `#[scoped_tools]` block, and the block's table into this server's"
        )
    });
    let missing = declared.difference(&live).map(|name| {
        format!("the table has a {noun} `{name}` that the server has not; add its router to the server's, or leave out its table")
    });
    undeclared.chain(missing).collect()
}

/// As many pages as no honest server has.
const MAX_PAGES: usize = 1000;

const PATIENCE: Duration = Duration::from_secs(10);

/// Lists by the server's own method, in a thread of its own, since this may be called from a runtime or not.
fn names<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    listed: &Listed,
) -> Result<BTreeSet<String>, String> {
    let ask = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let listed = tokio::time::timeout(PATIENCE, pages(make, listed)).await;
            listed.map_err(|_| "it does not answer".to_owned())?
        })
    };
    thread::scope(|scope| scope.spawn(ask).join()).map_err(|_| "it panicked".to_owned())?
}

async fn pages<S: ServerHandler>(
    make: &(dyn Fn() -> S + Send + Sync),
    listed: &Listed,
) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    let mut cursor = Value::Null;
    for _ in 0..MAX_PAGES {
        let page = page(make(), listed.method, &cursor).await?;
        let names =
            page[listed.member].as_array().into_iter().flatten().filter_map(|one| one[listed.key].as_str());
        found.extend(names.map(str::to_owned));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            return Ok(found);
        }
    }
    Err(format!("it has more than {MAX_PAGES} pages of them"))
}

/// Returns the result of one request; a server that has not the method has an empty one.
async fn page<S: ServerHandler>(server: S, method: &str, cursor: &Value) -> Result<Value, String> {
    let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
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
