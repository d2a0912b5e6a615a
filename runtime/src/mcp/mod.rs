//! Scopes for MCP servers: a refusal is an HTTP 403 with the complete challenge, on which clients ask for more.
//!
//! [`Gate::mcp_layer`](crate::Gate::mcp_layer) stands before any service that reads JSON-RPC from HTTP requests. It
//! judges a request in this order:
//!
//! 1. A CORS preflight is answered with 204 and nothing granted; a CORS layer belongs outside.
//! 2. An `Origin` other than the resource's own is 403, without a challenge; see [`McpLayer::allow_origin`].
//! 3. The connection. An HTTP method other than `POST`, `GET`, `HEAD`, `DELETE` and `OPTIONS` is 405. A `Connection` header
//!    that names anything but the connection's own headers is 400, and an `Expect` other than `100-continue` is 417.
//! 4. The token: 401, with the scopes of the floor. The body of a request without a valid token is not read.
//! 5. What describes the body. It is one `Content-Type` field, `application/json` with at most `charset=utf-8`; no
//!    `Content-Encoding` but `identity`, no `Transfer-Encoding` but `chunked`, and no other header that could change how some
//!    server reads a body. Anything else is 415, a missing `Content-Type` too: a server that decodes the body, or guesses what it
//!    is, would read another.
//! 6. The body is read, once, up to a limit (413), a deadline (408), and a bound on what all bodies hold at once (503); see
//!    [`McpLayer::max_body`], [`McpLayer::body_timeout`] and [`McpLayer::max_body_memory`]. What it asks for is found in it.
//! 7. The scopes: 403, with all that the request needs, the floor and every message of a batch together.
//! 8. The headers that repeat the body: 400, -32020. Where they are sent they must agree with it, in every version of the
//!    protocol; where the version has them they must be sent.
//!
//! Only then the service is called, with the same bytes. `Content-Type` and `Content-Length` are the gate's own text.
//! `Upgrade`, `Connection`, `TE`, `Trailer`, `Expect` and the other headers of one connection are taken off, along with trailers
//! and with hyper's handle on the connection: the service can open no tunnel that the gate would not read. An upgrade is ignored
//! rather than refused, since some clients offer `h2c` with every request.
//!
//! What one parser could take for something else than another is
//! 400: among the members that decide, one that stands twice, one whose name differs from theirs by case alone, a list in the place
//! of an object; what follows the message; other text than UTF-8; what is neither a request nor an answer. A batch has at most
//! 256 messages, `subscriptions/listen` at most 256 URIs, and nothing is nested deeper than 127; more is 400.
//!
//! A method that acts on something and does not name it is 400, too (-32602).
//!
//! # What has no row
//!
//! The gate is closed: the server sees no call of a tool, prompt, resource or method that no row of the [`McpTable`] is about.
//! The gate answers as servers answer an unknown name, whether the server has it or not:
//!
//! | | answer |
//! |---|---|
//! | a tool, a prompt, a resource | HTTP 200, -32602: `Unknown tool: name`, `Unknown prompt: name`, `Unknown resource`. A URI of more than 8 KiB is unknown, too |
//! | a method that MCP does not define, such as `admin/purge`, or that acts on a task | -32601: HTTP 404 from version 2026-07-28 on, and 200 before, where 404 ends a session |
//! | `resources/subscribe` and `resources/unsubscribe` of an unknown resource, where the protocol's version no longer has them | HTTP 404, -32601 |
//!
//! Each is an `info` line in the log. [`Operation::any_tool`], [`Operation::any_prompt`], [`Operation::any_resource`] and
//! [`Operation::any_method`] open the rest, by rows that the table and its lock show as `*`. A row of something that the server has not
//! does no harm.
//!
//! # What each request needs
//!
//! The floor, and beyond it
//!
//! | | |
//! |---|---|
//! | `tools/call` | what the tool declares |
//! | `prompts/get` | what the prompt declares |
//! | `resources/read`, `resources/directory/read`, `resources/subscribe`, `resources/unsubscribe`, `skills/get` | what the resource declares, or the first template that fits its URI, which fills in the scopes |
//! | `subscriptions/listen` | what each resource declares whose changes it is about (`resourceSubscriptions`), and what [`Operation::method`] says |
//! | `completion/complete` | what the prompt or resource declares whose arguments are completed. A template whose scopes its values make is refused, since it has no values yet |
//! | `tasks/get`, `tasks/result`, `tasks/update`, `tasks/cancel` | what [`Operation::method`] says, without which the method is unknown. The gate does not know which tool a task is of; whoever holds tasks must know whose they are |
//! | `initialize`, `server/discover`, `ping`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `skills/list`, `logging/setLevel`; the notifications `initialized`, `cancelled`, `progress` and `roots/list_changed` | what [`Operation::method`] says, if it says anything |
//! | any other method or notification | what [`Operation::method`] says, without which it is unknown |
//! | answers to the server's own requests; `GET`, `HEAD`, `DELETE` and `OPTIONS`, of which the service gets no body | nothing more |
//!
//! Give the gate a floor: the 401 names nothing else, and a client without a scope to ask for asks for all there are. There is
//! a [guide](crate::guide::mcp).

mod access;
mod connection;
mod encoding;
mod endpoint;
mod headers;
mod json;
mod layer;
mod memory;
mod message;
mod operation;
mod origin;
mod overlap;
mod protocol_error;
mod read;
mod request;
mod resources;
mod rules;
#[cfg(feature = "rmcp")]
mod server;
mod subject;
mod subscriptions;
mod uri_template;

pub use self::{
    layer::McpLayer,
    operation::{McpTable, Operation},
    resources::McpResource,
};

#[cfg(feature = "rmcp")]
pub use self::server::{LocalTrust, McpServer, ScopedTools};

/// The version of rmcp that is in the signatures here.
#[cfg(feature = "rmcp")]
pub use ::rmcp;
