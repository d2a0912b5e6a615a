//! Scopes for MCP servers: a refusal is an HTTP 403 with the complete challenge, on which clients ask for more.
//!
//! [`Gate::mcp_layer`](crate::Gate::mcp_layer) stands before any service that reads JSON-RPC from HTTP requests. It
//! checks a request in this order:
//!
//! 1. **A CORS preflight** is answered with 204 and nothing granted; a CORS layer belongs outside.
//! 2. **`Origin`.** One other than the resource's own, or one that cannot be read, is 403, without a challenge; see
//!    [`McpLayer::allow_origin`].
//! 3. **The connection.** An HTTP method other than `POST`, `GET`, `HEAD`, `DELETE` and `OPTIONS` is 405. A `Connection` header
//!    that names anything but the connection's own headers is 400, and an `Expect` other than `100-continue` is 417.
//! 4. **The token.** Without a valid one the answer is 401, with the scopes of the floor. The layer does not read the body of such
//!    a request, unless there is no token at all and [something is public](#what-is-public).
//! 5. **The headers that describe the body.** There is one `Content-Type` field, `application/json` with at most `charset=utf-8`; no
//!    `Content-Encoding` but `identity`, no `Transfer-Encoding` but `chunked`, and no other header that could change how some
//!    server reads a body. Anything else is 415, a missing `Content-Type` too: a server that decodes the body, or guesses its
//!    type, would read another body.
//! 6. **The body** is read once, up to a limit (413), a deadline (408), and a bound on what all bodies hold together (503); see
//!    [`McpLayer::max_body`], [`McpLayer::body_timeout`] and [`McpLayer::max_body_memory`]. The layer finds the rows of its messages.
//! 7. **The scopes.** A token that lacks some is 403, with everything that the request needs: the floor and every message of a
//!    batch together.
//! 8. **The headers that repeat the body.** If they are sent they must agree with it, in every version of the
//!    protocol; if the version has them they must be sent. Otherwise the answer is 400, -32020.
//! 9. **The session.** One that the caller has not opened is 404, as one that does not exist; see [below](#sessions-and-tasks).
//!
//! Then the service is called, with the same bytes. The gate writes `Content-Type` and `Content-Length` itself. It takes
//! `Upgrade`, `Connection`, `TE`, `Trailer`, `Expect` and the other headers of one connection off the request, along with trailers
//! and hyper's handle on the connection, so that the service can open no tunnel that the gate would not read. It ignores an upgrade
//! and does not refuse it, since some clients offer `h2c` with every request.
//!
//! A body that two parsers could read differently is 400: among the members that decide, a duplicate, a name in another case, a list in
//! place of an object; text after the message; text that is not UTF-8; a message that is neither a request nor an answer. A batch has
//! at most 256 messages, `subscriptions/listen` at most 256 URIs and 256 tasks, and nothing is nested deeper than 127; more is 400. A method that
//! acts on something and does not name it is 400, too (-32602).
//!
//! # What has no row
//!
//! The gate is closed by default: the server does not see a call of a tool, prompt, resource or method without a row in the
//! [`McpTable`]. The gate answers as servers answer an unknown name, whether or not the server has it:
//!
//! | operation without a row | answer |
//! |---|---|
//! | a tool, a prompt, a resource | HTTP 200, -32602: `Unknown tool: name`, `Unknown prompt: name`, `Unknown resource`. A URI of more than 8 KiB is unknown, too |
//! | a task that the caller has not started | HTTP 200, -32602: `Unknown task` |
//! | a method that MCP does not define, such as `admin/purge`, or one of tasks where nobody knows whose they are | -32601: HTTP 404 from version 2026-07-28 on, and 200 before, where 404 ends a session |
//! | `resources/subscribe` and `resources/unsubscribe` of an unknown resource, if the protocol's version no longer has them | HTTP 404, -32601 |
//!
//! Each is an `info` line in the log. [`Operation::any_tool`], [`Operation::any_prompt`], [`Operation::any_resource`] and
//! [`Operation::any_method`] open the rest, by rows that table and lock show as `*`. A row for something that the server does not
//! have is harmless.
//!
//! # What is public
//!
//! A tool, prompt, resource or method with the row [`Requirement::PUBLIC`](crate::Requirement::PUBLIC) needs no token; for tools and
//! prompts of rmcp's write `#[public]`. A client that connects without a token needs [`ANONYMOUS_DISCOVERY`], too. Without such rows
//! everything that has no token is 401, so that clients log in when they connect.
//!
//! | a request without a token | answer |
//! |---|---|
//! | everything in it is public | the service's |
//! | something in it needs a token | 401 with the scopes of just that, and of the floor |
//! | a `GET` or `HEAD`, which ask for a stream, where `initialize` is public | 405, on which clients go on without a stream and do not log in |
//! | nobody can tell for certain what it asks for: it has a credential of another scheme, another HTTP method than `POST`, a body of more than [64 KiB](McpLayer::max_anonymous_body), a body that could be read in two ways, an operation without a row, an answer to the server, a subscription, a task | 401 with the scopes of the floor |
//!
//! A token that is there and not valid is always 401. A valid one may do what is public, whatever it grants.
//!
//! Only what is named can be public: `any_tool` and its like cannot, and neither can methods that act on something, which the row of
//! that decides about, or methods of tasks. Sessions belong to a principal, so a server that opens one for a caller
//! without a token is answered for with 401.
//!
//! [`Dialect::ToolResult`] answers the call of a tool with the challenge in its result, for clients that look for it there.
//!
//! # What lists say
//!
//! In a server of `McpServer`, each tool in the answer to `tools/list` says what it needs. Its `securitySchemes` come from its row,
//! at the top level of the tool and in its `_meta`: `noauth` for a public tool, else one `oauth2` for each alternative, with the scopes
//! that a challenge names for it. One of them is enough. A tool without a row has none. A gate without an authorization server
//! writes none.
//!
//! `McpServer::lists` hides what the caller cannot use. `Lists::Reachable` shows what the caller may call and what more scopes would
//! open; `Lists::Callable` shows what the gate would let through now. Hiding protects nothing: each call is judged as before.
//!
//! # What each request needs
//!
//! Each request that is not public needs the floor, and beyond it
//!
//! | method | needs |
//! |---|---|
//! | `tools/call` | what the tool declares |
//! | `prompts/get` | what the prompt declares |
//! | `resources/read`, `resources/directory/read`, `resources/subscribe`, `resources/unsubscribe`, `skills/get` | what the resource declares, or the first template that fits its URI, which fills in the scopes |
//! | `subscriptions/listen` | what each resource in `resourceSubscriptions` declares, what each task in `taskIds` needs to be asked about, and what [`Operation::method`] says |
//! | `completion/complete` | what the prompt or resource declares whose arguments are completed. A template whose scopes depend on its values is refused, since it has no values yet |
//! | `tasks/get`, `tasks/result`, `tasks/update`, `tasks/cancel` | that the caller started the task, what the tool declares by which it was started, and what [`Operation::method`] says, if it says anything. Where nobody tells the gate whose tasks are: what [`Operation::method`] says, without which the method is unknown |
//! | `tasks/list` | what [`Operation::method`] says, without which it is unknown |
//! | `initialize`, `server/discover`, `ping`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `skills/list`, `logging/setLevel`; the notifications `initialized`, `cancelled`, `progress` and `roots/list_changed` | what [`Operation::method`] says, if it says anything |
//! | any other method or notification | what [`Operation::method`] says, without which it is unknown |
//! | answers to the server's own requests; `GET`, `HEAD`, `DELETE` and `OPTIONS`, of which the service gets no body | nothing more |
//!
//! Give the gate a floor. The 401 names nothing else, and a client without a scope to ask for asks for all scopes of the metadata.
//! See also the [guide](crate::guide::mcp).
//!
//! # Sessions and tasks
//!
//! A session belongs to the [principal](crate::Principal) who opened it. The identifier that clients see in `Mcp-Session-Id` is the
//! server's own with a MAC (HMAC-SHA-256) of it, of the principal and of the resource. The gate puts the server's own in its place, for
//! `POST`, `GET` and `DELETE`. An identifier of another principal's, a changed one, and the server's own by itself are 404,
//! -32001: `Session not found`; clients then open a session of their own. Versions from 2026-07-28 on have no sessions, so their
//! requests reach the server without the header. An identifier has at most 4,096 characters, of visible ASCII; a server that
//! gives another one is answered for with 500.
//!
//! In a server of `McpServer` a task belongs to the principal who started it, in the same way: its identifier has the tool's
//! name in it, and the MAC is of that, too. A request about a task needs the scopes that the tool needs now; without
//! them the answer is 403 with the challenge of the tool. Before another server its results are not the gate's to change. There, tasks are open if the program
//! says whose they are, by [`McpLayer::tasks`], or that the server knows it, by a row such as
//! `Operation::method("tasks/get", requirement)`.
//!
//! Nothing is stored, so any replica with the same key knows them; see [`McpLayer::key`]. Another token of the same principal keeps
//! them, as after a refresh. A token that names nobody, without an issuer or a subject or by a static key without a name, has
//! none. Where the server opens a session for it, the answer is 403 in place of the identifier; where it starts a task, a
//! JSON-RPC error with the code 403.

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

/// The version of rmcp that is in the signatures here.
///
/// A program can write its server with it and needs no dependency on rmcp: by
/// [`#[scoped_tools(rmcp = ::scopegate::mcp::rmcp)]`](crate::scoped_tools#rmcp-by-another-path), and with
/// `use scopegate::mcp::rmcp;` where rmcp's other attributes stand. It has the features that scopegate enables.
#[cfg(feature = "rmcp")]
pub use ::rmcp;
