//! The gate as a layer in front of an MCP server.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::request::Parts;
use tower_layer::Layer;

use super::{
    binding::Binding,
    dialect::Dialect,
    endpoint::Endpoint,
    memory::Memory,
    request::admit,
    table::McpTable,
    tasks::{TaskOwner, Tasks},
};
use crate::{
    enforce::{Passed, Protected, Step},
    gate::{Gate, log},
    policy::StartupError,
    resource::Resource,
    scope::ScopeTable,
    well_known::{self, Discovery},
};

impl Gate {
    /// Makes a layer that checks the requests to an MCP server. A request needs the scopes of the tool, prompt or
    /// resource that the request names.
    ///
    /// Put the layer in front of any service that reads JSON-RPC from HTTP requests. For a server made with rmcp,
    /// `Gate::mcp` builds the whole router. The [module](crate::mcp) lists the checks. By default, refusals are
    /// JSON-RPC errors; see [`Gate::body`] and [`McpLayer::dialect`].
    ///
    /// # Errors
    ///
    /// Fails if the configuration of the gate has problems. Also fails if the table has a problem, such as two rows for
    /// one operation, a public row for an operation that cannot be public, or an invalid URI template.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Json, Router, routing::post};
    /// use scopegate::{mcp_table, Gate, Requirement, Resource, Scope, requirement, mcp::{McpTable, Operation}};
    /// use serde_json::{Value, json};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// const WRITE: Requirement = requirement!("files:write");
    /// const TABLE: McpTable = mcp_table![Operation::tool("write_file", WRITE)];
    ///
    /// async fn rpc(Json(request): Json<Value>) -> Json<Value> {
    ///     Json(json!({ "jsonrpc": "2.0", "id": request["id"], "result": {} }))
    /// }
    ///
    /// let resource = Resource::new("https://example.com/mcp")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).floor([Scope::from_static("files:read")]).mcp_layer(TABLE)?;
    /// let app: Router = layer.well_known().merge(Router::new().route("/mcp", post(rpc)).layer(layer.clone()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mcp_layer(&self, table: McpTable) -> Result<McpLayer, StartupError> {
        let (layer, problems) = McpLayer::prepare(self, table, None);
        StartupError::unless(problems, || layer)
    }
}

/// A layer that checks each request to an MCP server against the requirement of the operation that the request
/// names. [`Gate::mcp_layer`] makes this layer.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use scopegate::{Gate, StartupError, mcp::{McpLayer, McpTable}};
///
/// fn layer(gate: &Gate, table: McpTable) -> Result<McpLayer, StartupError> {
///     Ok(gate.mcp_layer(table)?.max_body(64 * 1024).body_timeout(Duration::from_secs(5)))
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct McpLayer(Arc<Endpoint>);

impl McpLayer {
    /// Makes a layer, and lists the problems of the gate and the table. If the gate has no resource, `at` is the
    /// server's location.
    pub(super) fn prepare(gate: &Gate, table: McpTable, at: Option<&Resource>) -> (Self, Vec<String>) {
        let (endpoint, problems) = Endpoint::of(gate, table, at);
        (Self(Arc::new(endpoint)), problems)
    }

    /// Allows requests from pages of another origin, such as `https://app.example.com`. Pages of the resource's own
    /// origin are always allowed.
    ///
    /// If the resource is on a loopback host, or if the gate has no resource, the layer also allows pages that a
    /// loopback host serves over `http` or `https`. For an app with its own URL scheme, give the origin of the app,
    /// such as `tauri://localhost`. You also need a CORS layer outside this layer; see
    /// [`cors::layer`](crate::cors::layer).
    ///
    /// An origin that no page can have, such as an origin with a path, is ignored and logged at `error`. If you pass an
    /// origin of this kind to `McpServer::allow_origin`, the server does not start.
    pub fn allow_origin(mut self, origin: &str) -> Self {
        if let Err(problem) = self.admit_origin(origin) {
            log::misconfigured(&problem);
        }
        self
    }

    pub(super) fn admit_origin(&mut self, origin: &str) -> Result<(), String> {
        self.change().origins.allow(origin)
    }

    /// Sets the maximum length of a body, in bytes. A longer body is answered with 413. The default is 4 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.change().bounds.length = bytes;
        self
    }

    /// Sets how long a client may take to send a body. If a client takes longer, the answer is 408. The default is 30
    /// seconds.
    ///
    /// The deadline uses tokio's clock. To read a body that arrives in several pieces, the layer therefore needs a
    /// tokio runtime with time enabled, such as the runtime of `#[tokio::main]`.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.change().bounds.timeout = timeout;
        self
    }

    /// Sets the memory limit, in bytes, that all bodies share while they are read. The default is 64 MiB.
    ///
    /// If the limit leaves too little memory for a body, the layer immediately answers 503 with `Retry-After`. The
    /// layer does not wait for free memory: if it did, requests could wait for each other's memory until all of them
    /// time out. A body that arrives in one piece, as in nearly every call, does not count against the limit. No body
    /// may be longer than this limit, even if [`McpLayer::max_body`] is greater.
    pub fn max_body_memory(mut self, bytes: usize) -> Self {
        self.change().bounds.memory = Arc::new(Memory::new(bytes));
        self
    }

    /// Sets the maximum length, in bytes, of a body in a request without a token. A request without a token gets 401 if
    /// its body exceeds this length. The default is 64 KiB.
    ///
    /// For a request without a token, the layer reads the body only if the table has a public operation or the
    /// [dialect](McpLayer::dialect) is `ToolResult`. The bodies of all requests without a token share a memory limit of
    /// 64 times this length. If a body needs more memory than is left, the answer is 503.
    pub fn max_anonymous_body(mut self, bytes: usize) -> Self {
        self.change().for_anyone = Endpoint::room_for_anyone(bytes);
        self
    }

    /// Sets the form of the answer to a refused tool call. The default is [`Dialect::Http`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.change().dialect = dialect;
        self
    }

    /// Sets the key that binds sessions to their principals. The key must be 32 random bytes that nobody else knows.
    ///
    /// With a key, a session stays valid after a restart and on another replica of the program. This works only if the
    /// server behind the layer also knows the session. Without a key, the program uses a new random key at each start,
    /// so clients must open new sessions after a restart.
    ///
    /// The documentation of the [module](crate::mcp#sessions-and-tasks) explains the binding.
    pub fn key(mut self, key: &[u8; 32]) -> Self {
        self.change().binding = Binding::with_key(key);
        self
    }

    /// Sets a function that tells who owns a task, and which tool started the task. With this function, the layer
    /// allows `tasks/get`, `tasks/result`, `tasks/update` and `tasks/cancel`, and subscriptions to tasks.
    ///
    /// The caller must own the task, and the token must grant the scopes of the tool's row. A request about another
    /// caller's task gets the same answer as a request about a task that does not exist. For each task that a request
    /// names, the layer calls the function once, with the server's identifier of the task. A request may name at most
    /// 256 tasks. The layer never calls the function for a caller whose token lacks a scope of the floor.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{collections::HashMap, sync::{Arc, Mutex}};
    ///
    /// use scopegate::mcp::{McpLayer, TaskOwner};
    ///
    /// type Started = Arc<Mutex<HashMap<String, TaskOwner>>>;
    ///
    /// fn with_tasks(layer: McpLayer, started: Started) -> McpLayer {
    ///     layer.tasks(move |task| {
    ///         let owner = started.lock().ok().and_then(|started| started.get(&task).cloned());
    ///         async { owner }
    ///     })
    /// }
    /// ```
    pub fn tasks<F, A>(mut self, owner: F) -> Self
    where
        F: Fn(String) -> A + Send + Sync + 'static,
        A: Future<Output = Option<TaskOwner>> + Send + 'static,
    {
        self.change().tasks = Tasks::Told(Arc::new(owner));
        self
    }

    /// Returns a router with the resource's metadata document. Merge the protected routes into this router. The
    /// document must stay outside the layer, because clients read it without a token.
    pub fn well_known<S>(&self) -> axum::Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        well_known::mount(&[self.discovery()], &ScopeTable::default())
    }

    /// Returns the metadata document, which [`well_known`](crate::well_known()) mounts at the root of the server.
    pub fn discovery(&self) -> Discovery {
        Discovery::new(&self.0.plan.gate, &self.0.table.to_scope_table())
    }

    /// Adapts the layer to an rmcp server. Sets the limits for bodies. Makes the gate reject the tools in `off` as
    /// unknown.
    #[cfg(feature = "rmcp")]
    pub(super) fn before_rmcp(&mut self, bounds: super::body::Bounds, has_sessions: bool, off: &[String]) {
        let endpoint = self.change();
        endpoint.bounds = bounds;
        endpoint.is_innermost = true;
        endpoint.rules.switch_off(off);
        endpoint.tasks = Tasks::Bound;
        endpoint.sessions =
            if has_sessions { super::sessions::Sessions::Bound } else { super::sessions::Sessions::None };
    }

    /// Returns the data that the server inside the layer shares with its gate.
    #[cfg(feature = "rmcp")]
    pub(super) fn endpoint(&self) -> Arc<Endpoint> {
        self.0.clone()
    }

    fn change(&mut self) -> &mut Endpoint {
        Arc::make_mut(&mut self.0)
    }
}

impl Step for McpLayer {
    async fn run(&self, parts: &mut Parts, body: &mut Body) -> Result<(), Response> {
        let headers = self.0.plan.gate.keep(&parts.headers);
        admit(&self.0, parts, body).await.map_err(|refusal| refusal.to(headers).into_response())
    }

    const CHANGES_ANSWERS: bool = true;

    fn answer(&self, passed: &Passed, answer: Response) -> Response {
        self.0.bind(passed, answer)
    }
}

impl<T> Layer<T> for McpLayer {
    type Service = Protected<T, Self>;

    fn layer(&self, inner: T) -> Self::Service {
        Protected::new(inner, self.clone())
    }
}

impl fmt::Debug for McpLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpLayer")
            .field("gate", &self.0.plan.gate)
            .field("table", &self.0.table)
            .finish_non_exhaustive()
    }
}
