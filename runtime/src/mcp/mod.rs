//! Scopes for MCP servers: a refusal is an HTTP 403 with the complete challenge, so that clients can request the
//! missing scopes.
//!
//! [`Gate::mcp_layer`](crate::Gate::mcp_layer) goes in front of any service that reads JSON-RPC from HTTP requests. It
//! checks a request in this order:
//!
//! 1. **A CORS preflight** is answered with 204 and grants nothing; put a CORS layer outside this one.
//! 2. **`Origin`.** An origin other than the resource's own, or one that cannot be parsed, is 403 without a challenge; see
//!    [`McpLayer::allow_origin`].
//! 3. **The connection.** An HTTP method other than `POST`, `GET`, `HEAD`, `DELETE` and `OPTIONS` is 405. A `Connection` header
//!    that names anything but the connection's own headers is 400, and an `Expect` other than `100-continue` is 417.
//! 4. **The token.** Without a valid token the answer is 401, with the scopes of the floor. The layer does not read the body of such
//!    a request, unless it has no token at all and [some operation is public](#public-operations).
//! 5. **The headers that describe the body.** There must be exactly one `Content-Type`, `application/json` with at most
//!    `charset=utf-8`; no `Content-Encoding` except `identity`, no `Transfer-Encoding` except `chunked`, and no other header that
//!    could change how some server reads a body. Anything else is 415, also a missing `Content-Type`: a server that decodes the
//!    body, or guesses its type, would read another body.
//! 6. **The body** is read once, with limits on its length (413), its time (408), and the memory of all bodies together (503); see
//!    [`McpLayer::max_body`], [`McpLayer::body_timeout`] and [`McpLayer::max_body_memory`]. The layer finds the rows of its
//!    messages.
//! 7. **The scopes.** A token that lacks some is 403. The challenge names everything that the request needs: the floor, and the
//!    scopes of every message in a batch.
//! 8. **The headers that repeat the body.** A header that is present must match the body, in every version of the protocol. A
//!    header that the version requires must be present. Otherwise the answer is 400, -32020.
//! 9. **The session.** A session of another principal is 404, like a session that does not exist; see
//!    [below](#sessions-and-tasks).
//!
//! Then the layer calls the service with the same bytes. The gate writes `Content-Type` and `Content-Length` itself. It
//! removes `Upgrade`, `Connection`, `TE`, `Trailer`, `Expect` and the other headers of one connection from the request,
//! together with trailers and hyper's handle on the connection. So the service cannot open a tunnel that bypasses the
//! gate. An upgrade is ignored and not rejected, since some clients offer `h2c` with every request.
//!
//! A body that two parsers could read differently is 400: if a member that affects the decision is repeated, has a name
//! in another case, or is a list in place of an object; if text follows the message; if the text is not UTF-8; or if a
//! message is neither a request nor an answer. A batch has at most 256 messages, `subscriptions/listen` at most 256
//! URIs and 256 tasks, and the nesting is at most 127 deep; more is 400. A method that acts on something without naming
//! it is 400, too (-32602).
//!
//! # Operations without a row
//!
//! The gate is closed by default: a call of a tool, prompt, resource or method without a row in the [`McpTable`] does
//! not reach the server. The gate answers as servers answer an unknown name, whether or not the server has that
//! operation:
//!
//! | operation without a row | answer |
//! |---|---|
//! | a tool, a prompt, a resource | HTTP 200, -32602: `Unknown tool: name`, `Unknown prompt: name`, `Unknown resource`. A URI of more than 8 KiB is unknown, too |
//! | a task that the caller did not start | HTTP 200, -32602: `Unknown task` |
//! | a method that MCP does not define, such as `admin/purge`, or a method of tasks whose owners are unknown | -32601: HTTP 404 from version 2026-07-28 on, and 200 in earlier versions, in which 404 ends a session |
//! | `resources/subscribe` and `resources/unsubscribe` of an unknown resource, if the protocol's version no longer has them | HTTP 404, -32601 |
//!
//! Each of these answers logs an `info` line. [`Operation::any_tool`], [`Operation::any_prompt`],
//! [`Operation::any_resource`] and [`Operation::any_method`] allow the rest, by rows that table and lock write as `*`.
//! A row for an operation that the server does not have is harmless.
//!
//! # Public operations
//!
//! A tool, prompt, resource or method with the row [`Requirement::PUBLIC`](crate::Requirement::PUBLIC) needs no token;
//! for tools and prompts of rmcp, write `#[public]`. A client that connects without a token also needs
//! [`ANONYMOUS_DISCOVERY`]. Without such rows every request without a token is 401, so that clients log in when they
//! connect.
//!
//! | a request without a token | answer |
//! |---|---|
//! | everything in it is public | the service's |
//! | something in it needs a token | 401 with the scopes of that part, and of the floor |
//! | a `GET` or `HEAD` for a stream, if `initialize` is public | 405, so that clients continue without a stream and do not log in |
//! | its operation is uncertain: it has a credential of another scheme, another HTTP method than `POST`, a body of more than [64 KiB](McpLayer::max_anonymous_body), a body that could be read in two ways, an operation without a row, an answer to the server, a subscription, a task | 401 with the scopes of the floor |
//!
//! An invalid token is always 401. A valid token may call a public operation, whatever scopes it grants.
//!
//! Only a named operation can be public. `any_tool` and the like cannot. Methods that act on something cannot either,
//! since the row of their target decides, and methods of tasks cannot. Sessions belong to a principal, so if a server
//! opens one for a caller without a token, the answer is 401.
//!
//! [`Dialect::ToolResult`] answers the call of a tool with the challenge in its result, for clients that read it there.
//!
//! # Lists
//!
//! In a server of `McpServer`, each tool in the answer to `tools/list` shows its requirement. The gate derives
//! `securitySchemes` from the tool's row, and writes it at the top level of the tool and into its `_meta`: `noauth` for
//! a public tool, else one `oauth2` for each alternative, with the scopes that a challenge would name. One of them is
//! enough. A tool without a row has none. A gate without an authorization server writes none.
//!
//! `McpServer::lists` hides what the caller cannot use. `Lists::Reachable` shows what the caller may call, and what
//! more scopes would allow; `Lists::Callable` shows only what the caller may call now. Hiding an operation does not
//! protect it: the gate checks each call in any case.
//!
//! # Needs of each request
//!
//! Each request that is not public needs the floor, and in addition:
//!
//! | method | needs |
//! |---|---|
//! | `tools/call` | the requirement of the tool |
//! | `prompts/get` | the requirement of the prompt |
//! | `resources/read`, `resources/directory/read`, `resources/subscribe`, `resources/unsubscribe`, `skills/get` | the requirement of the resource, or of the first template that fits its URI, which fills in the scopes |
//! | `subscriptions/listen` | the requirement of each resource in `resourceSubscriptions`, that of `tasks/get` for each task in `taskIds`, and that of [`Operation::method`], if there is a row |
//! | `completion/complete` | the requirement of the prompt or resource whose arguments are completed. A template whose scopes depend on its values is refused, since the values are not known yet |
//! | `tasks/get`, `tasks/result`, `tasks/update`, `tasks/cancel` | the caller must have started the task; the requirement of the tool that started it, and that of [`Operation::method`], if there is a row. If the gate does not know the owners of tasks: the requirement of [`Operation::method`]; without a row the method is unknown |
//! | `tasks/list` | the requirement of [`Operation::method`]; without a row it is unknown |
//! | `initialize`, `server/discover`, `ping`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `skills/list`, `logging/setLevel`; the notifications `initialized`, `cancelled`, `progress` and `roots/list_changed` | the requirement of [`Operation::method`], if there is a row |
//! | any other method or notification | the requirement of [`Operation::method`]; without a row it is unknown |
//! | answers to the server's own requests; `GET`, `HEAD`, `DELETE` and `OPTIONS`, whose body the service does not get | nothing more |
//!
//! Give the gate a floor. A 401 names nothing else, and a client that gets no scope to request asks for all scopes of
//! the metadata. See also the [guide](crate::guide::mcp).
//!
//! # Sessions and tasks
//!
//! A session belongs to the [principal](crate::Principal) that opened it. The identifier that clients see in
//! `Mcp-Session-Id` is the server's own with a MAC (HMAC-SHA-256) over it, the principal and the resource. On `POST`,
//! `GET` and `DELETE` the gate replaces it by the server's own. An identifier of another principal, a changed one, and
//! the server's own without a MAC are 404, -32001: `Session not found`; clients then open a new session. Versions from
//! 2026-07-28 on have no sessions, so their requests reach the server without the header. An identifier has at most
//! 4,096 characters of visible ASCII; if a server uses another one, the answer is 500.
//!
//! In a server of `McpServer` a task belongs to the principal that started it, in the same way: its identifier contains
//! the tool's name, which the MAC covers, too. A request about a task needs the scopes that the tool needs now; without
//! them the answer is 403 with the challenge of the tool. In front of any other server the gate cannot change results.
//! There, tasks are allowed if the program names their owners with [`McpLayer::tasks`], or declares that the server
//! checks them, with a row such as `Operation::method("tasks/get", requirement)`.
//!
//! Nothing is stored, so any replica with the same key accepts the identifiers; see [`McpLayer::key`]. They stay valid
//! with another token of the same principal, as after a refresh. A token that lacks an issuer or a subject has no
//! principal. A static key without a name has none either. Without a principal there are no sessions and no tasks. If
//! the server opens a session for such a token, the answer is 403 without the identifier; if it starts a task, the
//! answer is a JSON-RPC error with the code 403.

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
/// A program can use it to write its server without its own dependency on rmcp: with [`#[scoped_tools(rmcp =
/// ::scopegate::mcp::rmcp)]`](macro@crate::scoped_tools#rmcp-by-another-path), and with `use scopegate::mcp::rmcp;`
/// beside rmcp's other attributes. It has the features that scopegate enables.
#[cfg(feature = "rmcp")]
pub use ::rmcp;
