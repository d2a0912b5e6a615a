//! Scopes for MCP servers. If a token lacks scopes, the answer is an HTTP 403 with a challenge. The challenge names all
//! scopes that the request needs, so that clients can request them.
//!
//! Put the layer of [`Gate::mcp_layer`](crate::Gate::mcp_layer) in front of any service that reads JSON-RPC from HTTP
//! requests. The layer checks each request in this order:
//!
//! 1. **A CORS preflight** is answered with 204, without any CORS headers. To allow CORS, put a CORS layer outside this
//!    layer.
//!
//! 2. **`Origin`.** Pages of the resource's own origin may send requests; [`McpLayer::allow_origin`] allows other
//!    origins. If the origin is not allowed or cannot be parsed, the answer is 403 without a challenge.
//!
//! 3. **The connection.** An HTTP method other than `POST`, `GET`, `HEAD`, `DELETE` and `OPTIONS` gets a 405. A
//!    `Connection` header may contain only `close`, `keep-alive`, and the names of certain headers, such as `Upgrade`.
//!    A `Connection` header with any other value gets a 400. An `Expect` header other than `100-continue` gets a 417.
//!
//! 4. **The token.** An invalid token gets a 401 with the scopes of the [floor](crate::Gate::floor), and the layer does
//!    not read the body. If [some operation is public](#public-operations) or the [dialect](McpLayer::dialect) is
//!    `ToolResult`, the layer normally reads the body before it answers a request without a token. Otherwise, a request
//!    without a token gets a 401 with the scopes of the floor.
//!
//! 5. **The headers that describe the body.** There must be exactly one `Content-Type`: `application/json`, with or
//!    without `charset=utf-8`. If `Content-Encoding` is present, it must be `identity`. If `Transfer-Encoding` is
//!    present, it must be `chunked`. Any other header that could change how a server reads the body, such as
//!    `Content-Range`, is not allowed. The answer is 415 if the headers break these rules. Without these rules, the
//!    server could decode the body or guess its type, and read a different text than the gate.
//!
//! 6. **The body** is read once. The answer is 413 if the body is too long, 408 if it arrives too slowly, and 503 if
//!    all bodies together need too much memory; see [`McpLayer::max_body`], [`McpLayer::body_timeout`]
//!    and [`McpLayer::max_body_memory`]. The layer then finds the rows of the [`McpTable`] that apply to the messages
//!    in the body.
//!
//! 7. **The scopes.** A token that lacks a scope gets a 403. The challenge names the scopes of the floor and of the
//!    message. For a batch, the challenge names the scopes of the floor and of all messages.
//!
//! 8. **The headers that repeat parts of the body.** These are `Mcp-Method` and `Mcp-Name`. If one of these headers is
//!    present, it must match the body, in every version of the protocol. A header that the protocol's version requires
//!    must be present. If the headers break these rules, the answer is 400 with the code -32020.
//!
//! 9. **The session.** If a session belongs to another principal or does not exist, a request with this session gets a
//!    404; see [below](#sessions-and-tasks).
//!
//! A server made with `McpServer` also checks `Host`. A `Host` that two parsers could read differently gets a 403 after
//! step 2, with the text `This server does not answer requests for this host`. After all steps, rmcp compares the host
//! of the request with [the hosts of the server](crate::guide::mcp#servers-made-with-rmcp), and answers 400 if the
//! request names no host. A request that the gate has allowed can therefore still get a 403, with the text
//! `Forbidden: Host header is not allowed`. If the gate allows a request and rmcp then rejects it, the
//! [`Decision`](crate::Decision) says `allowed`.
//!
//! If all checks pass, the layer calls the service with the same body, byte for byte. The gate sets `Content-Type` and
//! `Content-Length` for this body. The gate removes some parts of the request: trailers, hyper's `OnUpgrade` handle,
//! and the headers about the connection, such as `Upgrade`, `Connection`, `TE`, `Trailer` and `Expect`. The service
//! therefore cannot open a tunnel that bypasses the gate. A request that offers an upgrade is not rejected, since some
//! clients offer `h2c` with every request.
//!
//! The layer answers 400 to a body that is not a JSON-RPC message, or that two parsers could read differently. These
//! are the cases:
//!
//! - A member that affects the decision is repeated, has a name in another letter case (`Method` for `method`), or
//!   contains a list in place of an object.
//! - More text follows the message.
//! - The body is not UTF-8.
//! - A message has none of the members `method`, `result` and `error`.
//!
//! A batch may have at most 256 messages. A `subscriptions/listen` request may name at most 256 URIs and 256 tasks. A
//! body may have at most 127 levels of nesting. A body above these limits gets a 400. A message that does not name its
//! target (for example, a `tools/call` without the name of a tool) also gets a 400, with the code -32602.
//!
//! # Operations without a row
//!
//! A request for a tool, prompt, resource or method without a row in the [`McpTable`] never reaches the server. The
//! gate answers as if the name were unknown, even if the server has the operation:
//!
//! | operation without a row | answer |
//! |---|---|
//! | a tool, a prompt, a resource | HTTP 200, -32602: `Unknown tool: name`, `Unknown prompt: name`, `Unknown resource`. A resource with a URI of more than 8 KiB is always unknown |
//! | a task that the caller did not start | HTTP 200, -32602: `Unknown task` |
//! | a method that MCP does not define, such as `admin/purge`; also a method about tasks, if the gate does not know the owners of tasks | -32601. Since protocol version 2026-07-28, the status is HTTP 404. In earlier versions, the status is HTTP 200, because a 404 would end the client's session |
//! | `resources/subscribe` and `resources/unsubscribe` of an unknown resource, if the protocol's version no longer has these methods | HTTP 404, -32601 |
//!
//! The gate logs each of these answers at `info`. To allow operations without a row, add rows made
//! with [`Operation::any_tool`], [`Operation::any_prompt`], [`Operation::any_resource`] and [`Operation::any_method`].
//! The table and the lock file show these rows as `*`. A row for an operation that the server does not have is
//! harmless, except in the cases that `McpServer::build` lists.
//!
//! # Public operations
//!
//! A tool, prompt, resource or method needs no token if its row has the requirement
//! [`Requirement::PUBLIC`](crate::Requirement::PUBLIC). For tools and prompts of rmcp, write `#[public]`. Also add the
//! rows of [`ANONYMOUS_DISCOVERY`], so that clients can connect without a token. If no row is public, every request
//! without a token is refused, and clients log in when they connect. The refusal is a 401. With
//! [`Dialect::ToolResult`], the refusal of a tool call is a tool result instead.
//!
//! | a request without a token | answer |
//! |---|---|
//! | all of its messages are public | the answer of the service |
//! | one of its messages needs a token, as every subscription does | 401 with the scopes of this message and of the floor |
//! | a `GET` or `HEAD` for a stream, if `initialize` is public | 405, so that clients continue without a stream and do not log in |
//! | it has a credential of another scheme, another HTTP method than `POST`, headers for which a request with a token would get a 415, a body of more than [64 KiB](McpLayer::max_anonymous_body), a body that is not a JSON-RPC message, or a body that could be read in two ways | 401 with the scopes of the floor |
//! | one of its messages is about an operation without a row, is about a task, or answers a request of the server | 401 with the scopes of the floor |
//!
//! An invalid token always gets a 401. With a valid token, a caller may call a public operation, whatever scopes the
//! token grants.
//!
//! Only an operation with a name can be public, so a row such as `any_tool` cannot be public. A method with a target,
//! such as `tools/call`, cannot be public, because the row of the target decides who may call the method. Methods about
//! tasks cannot be public either. A session belongs to a principal, and a caller without a token has no principal. If
//! the server opens a session for a caller without a token, the answer is 401.
//!
//! [`Dialect::ToolResult`] makes the gate answer with a tool result if a tool call lacks a token, a scope or the
//! required login. This result contains the challenge, for clients that read challenges from tool results. If a tool of
//! an `McpServer` refuses a call with [`Access::require`](crate::Access::require), the refusal has the same form.
//!
//! # Lists
//!
//! A server made with `McpServer` shows the requirement of each tool in the answer to `tools/list`. The requirement is
//! in the member `securitySchemes`, which the gate derives from the tool's row. The gate writes this member twice: at
//! the top level of the tool and in the tool's `_meta`. A public tool has the scheme `noauth`. Any other tool has an
//! `oauth2` scheme for each alternative of its requirement. Each `oauth2` scheme lists the scopes of one alternative,
//! together with the scopes of the floor. The scopes have the same names as in a challenge. A client needs only one of
//! these schemes. A tool without a row has no schemes. A gate without an authorization server writes no schemes.
//!
//! `McpServer::lists` can hide operations from callers who cannot use them. `Lists::Reachable` shows what the caller
//! may call now, or could call with more scopes. `Lists::Callable` shows only what the caller may call now. Hiding does
//! not replace the check: the gate checks every call, even if the operation is hidden.
//!
//! # Needs of each request
//!
//! Each request that is not public needs the scopes of the floor. If the request's method has an [`Operation::method`]
//! row, the request must also meet the requirement of this row. In addition, the request needs the following:
//!
//! | method | needs |
//! |---|---|
//! | `tools/call` | the requirement of the tool |
//! | `prompts/get` | the requirement of the prompt |
//! | `resources/read`, `resources/directory/read`, `resources/subscribe`, `resources/unsubscribe`, `skills/get` | the requirement of the resource, or of the first template that fits its URI. Values from the URI fill in the template's scopes |
//! | `subscriptions/listen` | the requirement of each resource in `resourceSubscriptions`; for each task in `taskIds`, the requirement of the tool that started the task, or of the row for `tasks/get` if the gate does not know the owners of tasks |
//! | `completion/complete` | the requirement of the prompt or resource whose arguments the request completes. If the scopes of a template depend on its variables, the request is refused, since their values are not known yet |
//! | `tasks/get`, `tasks/result`, `tasks/update`, `tasks/cancel` | the requirement of the tool that started the task. The caller must have started the task. If the gate does not know the owners of tasks, a request needs only the requirement of the method's row; without this row, the method is unknown |
//! | `tasks/list` | nothing more; without an [`Operation::method`] row, the method is unknown |
//! | `initialize`, `server/discover`, `ping`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `skills/list`, `logging/setLevel`; the notifications `initialized`, `cancelled`, `progress` and `roots/list_changed` | nothing more |
//! | any other method or notification | the requirement of its [`Operation::method`] or [`Operation::any_method`] row; without such a row, the method is unknown |
//! | answers to the server's own requests; requests with `GET`, `HEAD`, `DELETE` or `OPTIONS`, whose body the service does not get | nothing more |
//!
//! Give the gate a floor. If no operation is public, a 401 names only the scopes of the floor. Without a floor, this
//! 401 names no scope, and clients request all scopes that the metadata lists. See also the [guide](crate::guide::mcp).
//!
//! # Sessions and tasks
//!
//! A session belongs to the [principal](crate::Principal) that opened it. In `Mcp-Session-Id`, clients see the server's
//! own identifier of the session, followed by a MAC. The MAC is an HMAC-SHA-256 of this identifier, the principal, the
//! resource, and a constant text that marks a session. In each request, the gate checks and removes the MAC, so that
//! the server gets its own identifier. An identifier is unknown if it belongs to another principal, has been changed,
//! or has no MAC. The answer is then 404 with the code -32001: `Session not found`. Clients then open a new session.
//! Protocol version 2026-07-28 and later versions have no sessions, so the gate removes `Mcp-Session-Id` from requests
//! of these versions. The server's own identifier must have 1 to 4,096 characters of visible ASCII. If the server sends
//! any other identifier, the answer is 500.
//!
//! In a server made with `McpServer`, a task belongs to the principal that started it. Like a session's identifier, a
//! task's identifier has a MAC. The identifier of a task also contains the name of the tool that started the task, and
//! the MAC covers this name. Each request about a task needs the scopes of this tool. If the token lacks these scopes,
//! the answer is 403 with the same challenge as for a call to the tool. If the server was not made with `McpServer`,
//! the gate cannot add a MAC to the identifiers of tasks. The gate then allows requests about tasks in only two cases.
//! In the first case, the program names the owners of tasks with [`McpLayer::tasks`]. In the second case, a row such as
//! `Operation::method("tasks/get", requirement)` declares that the server itself checks the owners.
//!
//! The gate stores nothing, so any replica with the same key accepts the identifiers; see [`McpLayer::key`]. An
//! identifier stays valid with another token of the same principal, such as a refreshed token. If a static key has no
//! name, its sessions and tasks belong to every client with this key. An access token without an issuer or without a
//! subject has no principal, so its caller cannot own sessions or tasks. If the server opens a session for a caller
//! whose token has no principal, the answer is 403, without the identifier of the session. If the server starts a task
//! for a caller whose token has no principal, the answer is a JSON-RPC error with the code 403.

mod access;
mod binding;
mod body;
mod connection;
mod dialect;
mod encoding;
mod endpoint;
mod headers;
#[cfg(feature = "rmcp")]
mod host;
mod json;
mod layer;
mod memory;
mod message;
mod operation;
mod origin;
mod overlap;
mod protocol_error;
mod request;
mod resources;
mod rules;
#[cfg(feature = "rmcp")]
mod server;
mod sessions;
mod subject;
mod subscriptions;
mod table;
mod tasks;
mod uri_template;

pub use self::{
    dialect::Dialect,
    layer::McpLayer,
    operation::Operation,
    resources::McpResource,
    table::{ANONYMOUS_DISCOVERY, McpTable},
    tasks::TaskOwner,
};
#[cfg(feature = "export")]
pub(crate) use self::{
    overlap::stands_in,
    subject::{is_opened_by_any_method, needs_no_row},
};

#[cfg(feature = "rmcp")]
pub use self::server::{Caller, Lists, LocalTrust, McpServer, ScopedTools};

/// The version of rmcp whose types this module uses.
///
/// With this re-export, your program does not need its own dependency on rmcp.
/// Write [`#[scoped_tools(rmcp = ::scopegate::mcp::rmcp)]`](macro@crate::scoped_tools#rmcp-by-another-path) above the
/// `impl` block. For rmcp's attributes outside this block, write `use scopegate::mcp::rmcp;` in the same module. The
/// re-export has the features of rmcp that scopegate enables.
#[cfg(feature = "rmcp")]
pub use ::rmcp;
