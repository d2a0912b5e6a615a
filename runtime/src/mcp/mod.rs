//! Scopes for MCP servers: a refusal is an HTTP 403 with the complete challenge, so that clients can request the
//! missing scopes.
//!
//! The layer of [`Gate::mcp_layer`](crate::Gate::mcp_layer) goes in front of any service that reads JSON-RPC from HTTP
//! requests. It checks a request in this order:
//!
//! 1. **A CORS preflight** is answered with 204 and grants nothing. To allow CORS, put a CORS layer outside this one.
//!
//! 2. **`Origin`.** An origin other than the resource's own, or one that cannot be parsed, gets a 403 without a challenge;
//!    see [`McpLayer::allow_origin`].
//!
//! 3. **The connection.** An HTTP method other than `POST`, `GET`, `HEAD`, `DELETE` and `OPTIONS` gets a 405. A `Connection`
//!    header may name only the connection's own headers; otherwise the answer is 400. An `Expect` header other than
//!    `100-continue` gets a 417.
//!
//! 4. **The token.** Without a valid token, the answer is 401 with the scopes of the floor. The layer never reads the body of
//!    a request with an invalid token. Without any token, the layer reads the body only if [some operation is
//!    public](#public-operations) or the [dialect](McpLayer::dialect) needs the body.
//!
//! 5. **The headers that describe the body.** There must be exactly one `Content-Type`, and it must be `application/json` with at
//!    most `charset=utf-8`. `Content-Encoding` may only be `identity`, and `Transfer-Encoding` may only be `chunked`. There must
//!    be no other header that could change how some server reads a body. Anything else gets a 415, because a server that decodes
//!    the body or guesses its type would read a different body.
//!
//! 6. **The body** is read once. Its length (413), its time (408), and the memory of all bodies together (503) are limited;
//!    see [`McpLayer::max_body`], [`McpLayer::body_timeout`] and [`McpLayer::max_body_memory`]. The layer then finds the rows of
//!    the messages.
//!
//! 7. **The scopes.** A token that lacks a scope gets a 403. The challenge names everything that the request needs: the floor,
//!    and the scopes of every message in a batch.
//!
//! 8. **The headers that repeat the body.** A header that is present must match the body, in every version of the protocol. A
//!    header that the version requires must be present. Otherwise the answer is 400 with the code -32020.
//!
//! 9. **The session.** A session of another principal gets a 404, like a session that does not exist;
//!    see [below](#sessions-and-tasks).
//!
//! Then the layer calls the service with the same bytes. The gate writes `Content-Type` and `Content-Length` itself.
//! From the request, the gate removes trailers, hyper's handle on the connection, and the headers about the connection,
//! such as `Upgrade`, `Connection`, `TE`, `Trailer` and `Expect`. The service therefore cannot open a tunnel that
//! bypasses the gate. An upgrade is ignored and not rejected, since some clients offer `h2c` with every request.
//!
//! A body that two parsers could read differently gets a 400:
//!
//! - A member that affects the decision is repeated, has a name in another case, or is a list in place of an object.
//! - Text follows the message.
//! - The text is not UTF-8.
//! - A message is neither a request nor an answer.
//!
//! A batch may have at most 256 messages, and `subscriptions/listen` at most 256 URIs and 256 tasks. A body may have at
//! most 127 levels of nesting. A body above these limits gets a 400. A message that does not name the target of its
//! method gets a 400, too (-32602).
//!
//! # Operations without a row
//!
//! The gate is closed by default. A call of a tool, prompt, resource or method without a row in the [`McpTable`] does
//! not reach the server. The gate sends the answer for an unknown name, whether or not the server has the operation:
//!
//! | operation without a row | answer |
//! |---|---|
//! | a tool, a prompt, a resource | HTTP 200, -32602: `Unknown tool: name`, `Unknown prompt: name`, `Unknown resource`. A URI of more than 8 KiB is unknown, too |
//! | a task that the caller did not start | HTTP 200, -32602: `Unknown task` |
//! | a method that MCP does not define, such as `admin/purge`, or a method of tasks whose owners are unknown | -32601: HTTP 404 from version 2026-07-28 on, and 200 in earlier versions, in which 404 ends a session |
//! | `resources/subscribe` and `resources/unsubscribe` of an unknown resource, if the protocol's version no longer has them | HTTP 404, -32601 |
//!
//! The gate logs each of these answers at `info`. Operations without a row are allowed by
//! rows of [`Operation::any_tool`], [`Operation::any_prompt`], [`Operation::any_resource`] and [`Operation::any_method`].
//! Table and lock show these rows as `*`. A row for an operation that the server does not have is harmless.
//!
//! # Public operations
//!
//! A tool, prompt, resource or method needs no token if its row has the
//! requirement [`Requirement::PUBLIC`](crate::Requirement::PUBLIC). For tools and prompts of rmcp, write `#[public]`. A
//! client that connects without a token also needs the rows of [`ANONYMOUS_DISCOVERY`]. Without public rows, every
//! request without a token gets a 401, so that clients log in when they connect.
//!
//! | a request without a token | answer |
//! |---|---|
//! | everything in it is public | the service's |
//! | something in it needs a token | 401 with the scopes of that part, and of the floor |
//! | a `GET` or `HEAD` for a stream, if `initialize` is public | 405, so that clients continue without a stream and do not log in |
//! | its operation is uncertain, because the request has a credential of another scheme, another HTTP method than `POST`, a body of more than [64 KiB](McpLayer::max_anonymous_body), a body that could be read in two ways, an operation without a row, an answer to the server, a subscription, or a task | 401 with the scopes of the floor |
//!
//! An invalid token always gets a 401. With a valid token, a caller may call a public operation, whatever scopes the
//! token grants.
//!
//! Only an operation with a name can be public, so rows such as `any_tool` cannot. A method with a target, such as
//! `tools/call`, cannot be public, because the row of its target decides. Methods of tasks cannot be public either.
//! Sessions belong to a principal: if a server opens a session for a caller without a token, the answer is 401.
//!
//! With [`Dialect::ToolResult`], a call of a tool gets the challenge in its result, for clients that read challenges
//! there.
//!
//! # Lists
//!
//! A server made with `McpServer` shows the requirement of each tool in the answer to `tools/list`. The gate derives
//! the member `securitySchemes` from the tool's row. It writes the member at the top level of the tool and into its
//! `_meta`. A public tool has the scheme `noauth`. Any other tool has a scheme `oauth2` for each alternative, with the
//! scopes that a challenge would name. A client needs only one of these schemes. A tool without a row has no schemes. A
//! gate without an authorization server writes none.
//!
//! With `McpServer::lists`, the lists hide operations that the caller cannot use. `Lists::Reachable` shows what the
//! caller may call now or with more scopes. `Lists::Callable` shows only what the caller may call now. Hiding an
//! operation does not protect it: the gate checks each call anyway.
//!
//! # Needs of each request
//!
//! Each request that is not public needs the floor, and in addition:
//!
//! | method | needs |
//! |---|---|
//! | `tools/call` | the requirement of the tool |
//! | `prompts/get` | the requirement of the prompt |
//! | `resources/read`, `resources/directory/read`, `resources/subscribe`, `resources/unsubscribe`, `skills/get` | the requirement of the resource, or of the first template that fits its URI. The URI fills in the scopes |
//! | `subscriptions/listen` | the requirement of each resource in `resourceSubscriptions`, that of `tasks/get` for each task in `taskIds`, and that of [`Operation::method`], if there is a row |
//! | `completion/complete` | the requirement of the prompt or resource whose arguments are completed. A template whose scopes depend on its values is refused, since the values are not known yet |
//! | `tasks/get`, `tasks/result`, `tasks/update`, `tasks/cancel` | the requirement of the tool that started the task, and that of [`Operation::method`], if there is a row. The caller must have started the task. If the gate does not know the owners of tasks, the requirement of [`Operation::method`] alone; without a row the method is unknown |
//! | `tasks/list` | the requirement of [`Operation::method`]; without a row the method is unknown |
//! | `initialize`, `server/discover`, `ping`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `skills/list`, `logging/setLevel`; the notifications `initialized`, `cancelled`, `progress` and `roots/list_changed` | the requirement of [`Operation::method`], if there is a row |
//! | any other method or notification | the requirement of [`Operation::method`]; without a row the method is unknown |
//! | answers to the server's own requests; `GET`, `HEAD`, `DELETE` and `OPTIONS`, whose body the service does not get | nothing more |
//!
//! Give the gate a floor. Unless an operation is public, a 401 names only the scopes of the floor. A client that gets
//! no scope from the challenge requests all scopes of the metadata. See also the [guide](crate::guide::mcp).
//!
//! # Sessions and tasks
//!
//! A session belongs to the [principal](crate::Principal) that opened it. In `Mcp-Session-Id`, clients see the server's
//! own identifier, followed by a MAC (HMAC-SHA-256) of the identifier, the principal and the resource. In requests with
//! `POST`, `GET` and `DELETE`, the gate removes the MAC, so that the server gets its own identifier. An identifier of
//! another principal, a changed identifier, and the server's own identifier without a MAC are unknown. The answer is
//! then 404 with the code -32001: `Session not found`. Clients then open a new session. Protocol versions from
//! 2026-07-28 on have no sessions, so their requests reach the server without the header. A server's own identifier
//! must be visible ASCII of at most 4,096 characters. With any other identifier, the answer is 500.
//!
//! In a server made with `McpServer`, a task belongs in the same way to the principal that started it. The identifier
//! of a task also contains the tool's name, which the MAC covers, too. A request about a task needs the scopes that the
//! tool needs now. Without them, the answer is 403 with the challenge of the tool. In front of any other server, the
//! gate cannot change results. Tasks are then allowed in two cases. Either the program names their owners
//! with [`McpLayer::tasks`], or a row such as `Operation::method("tasks/get", requirement)` declares that the server
//! checks the owners.
//!
//! The gate stores nothing, so any replica with the same key accepts the identifiers; see [`McpLayer::key`]. An
//! identifier stays valid with another token of the same principal, such as a refreshed token. The sessions and tasks
//! of a static key without a name belong to every client with this key. A token without an issuer or a subject has no
//! principal, and can own no session and no task. If the server opens a session for such a token, the answer is 403
//! without the identifier. If the server starts a task, the answer is a JSON-RPC error with the code 403.

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
pub(crate) use self::{overlap::stands_in, subject::needs_no_row};

#[cfg(feature = "rmcp")]
pub use self::server::{Caller, Lists, LocalTrust, McpServer, ScopedTools};

/// The version of rmcp whose types this module uses.
///
/// With this re-export, a program can write its server without its own dependency on rmcp. Write [`#[scoped_tools(rmcp
/// = ::scopegate::mcp::rmcp)]`](macro@crate::scoped_tools#rmcp-by-another-path), and write `use scopegate::mcp::rmcp;`
/// where you use rmcp's other attributes. This rmcp has the features that scopegate enables.
#[cfg(feature = "rmcp")]
pub use ::rmcp;
