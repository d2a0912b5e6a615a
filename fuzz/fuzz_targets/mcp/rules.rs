//! A simple model of each operation's requirement, with which the servers' tables and attributes are compared.

use scopegate::{
    Gate, Requirement, Scope,
    mcp::{ANONYMOUS_DISCOVERY, McpTable, Operation},
    mcp_table, requirement,
    testing::TestVerifier,
};

/// The target of a call that a server ran.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Tool(String),
    Prompt(String),
    Resource(String),
    /// A method without such a target.
    Method(String),
}

/// The tokens that the gate knows, with their scopes. `bad` is unknown, and [`ANYONE`] stands for no token.
pub(crate) const TOKENS: [(&str, &str); 8] = [
    (ANYONE, ""),
    ("bad", ""),
    ("none", ""),
    ("low", "files:read"),
    ("near", "files:read files:writ files:write2 files:Admin files admin"),
    ("writer", "files:read files:write"),
    ("only-admin", "files:admin"),
    ("full", "files:read files:write files:admin"),
];

/// A caller without a token.
pub(crate) const ANYONE: &str = "-";

pub(crate) fn gate() -> Gate {
    let known = TOKENS.into_iter().filter(|(name, _)| !["bad", ANYONE].contains(name));
    let tokens = known.fold(TestVerifier::new(), |tokens, (name, scopes)| tokens.token(name, scopes));
    fuzzing::gate("http://localhost/mcp", tokens).floor([Scope::from_static("files:read")])
}

/// The table for the servers without their own checks.
pub(crate) fn table() -> McpTable {
    TABLE.and(&ANONYMOUS_DISCOVERY)
}

const TABLE: McpTable = mcp_table![
    Operation::tool("hello", Requirement::PUBLIC),
    Operation::prompt("hello", Requirement::PUBLIC),
    Operation::resource("help://hello", Requirement::PUBLIC),
    Operation::tool("list", Requirement::AUTHENTICATED),
    Operation::tool("write", requirement!("files:write")),
    Operation::tool("purge", requirement!("files:admin")),
    Operation::prompt("secret", requirement!("files:admin")),
    Operation::resource("file:///secret", requirement!("files:admin")),
    Operation::resource("file:///{name}", requirement!("files:write")),
];

/// The table for the server that relies on its guards.
pub(crate) const OPEN: McpTable = mcp_table![
    Operation::any_tool(Requirement::AUTHENTICATED),
    Operation::any_prompt(Requirement::AUTHENTICATED),
    Operation::any_resource(Requirement::AUTHENTICATED),
    Operation::any_method(Requirement::AUTHENTICATED),
];

/// The methods of MCP without a target, besides [`OF_ANYONE`]. Every other method has a row, or does not reach a server.
const WITH_THE_FLOOR: [&str; 4] = [
    "logging/setLevel",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
];

/// The methods whose requirement depends on the target that a request names. If the parameter with the target is
/// missing, rmcp passes the request to `on_custom_request`, which searches for a target.
const ACTING: [&str; 9] = [
    "tools/call",
    "prompts/get",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "resources/directory/read",
    "skills/get",
    "subscriptions/listen",
    "completion/complete",
];

/// The methods with which a client without a token may discover the server.
const OF_ANYONE: [&str; 9] = [
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "skills/list",
    "notifications/initialized",
];

pub(crate) fn covers(token: &str, subject: &Subject) -> bool {
    let is_public = match subject {
        Subject::Tool(name) | Subject::Prompt(name) => name == "hello",
        Subject::Resource(uri) => uri == "help://hello",
        // A request without a target does nothing, so it needs no scope. rmcp may have dropped what the gate checked.
        Subject::Method(name) => OF_ANYONE.contains(&&**name) || ACTING.contains(&&**name),
    };
    if is_public {
        return token != "bad";
    }
    let granted = TOKENS.iter().find(|(name, _)| *name == token).map_or("", |(_, scopes)| scopes);
    let has = |scope: &str| granted.split(' ').any(|own| own == scope);
    let own = match subject {
        Subject::Tool(name) => match &**name {
            "list" => true,
            "write" => has("files:write"),
            "purge" => has("files:admin"),
            _ => false,
        },
        Subject::Prompt(name) => name == "secret" && has("files:admin"),
        Subject::Resource(uri) if uri == "file:///secret" => has("files:admin"),
        // The table knows only URIs of files, so no token covers another URI.
        Subject::Resource(uri) => uri.starts_with("file:///") && has("files:write"),
        Subject::Method(name) => WITH_THE_FLOOR.contains(&&**name),
    };
    !["bad", ANYONE].contains(&token) && has("files:read") && own
}
