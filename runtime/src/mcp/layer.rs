//! The gate as a layer before an MCP server.

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
    /// Makes a layer that judges each request to an MCP server by the tool, prompt or resource that it names.
    ///
    /// It stands before any service that reads JSON-RPC from HTTP requests; for one made with rmcp, `Gate::mcp` builds it
    /// all. The [module](crate::mcp) says what it does with which request. Its answers are JSON-RPC errors, unless
    /// [`Gate::body`] says otherwise.
    ///
    /// # Errors
    ///
    /// When the gate cannot work, or the table declares something twice, or as public, or with a faulty URI template.
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

/// Judges each request to an MCP server by what it names; made by [`Gate::mcp_layer`].
#[derive(Clone)]
#[must_use]
pub struct McpLayer(Arc<Endpoint>);

impl McpLayer {
    /// Makes a layer, and lists what is wrong with it. A gate without a resource may be told where its server is.
    pub(super) fn prepare(gate: &Gate, table: McpTable, at: Option<&Resource>) -> (Self, Vec<String>) {
        let (endpoint, problems) = Endpoint::of(gate, table, at);
        (Self(Arc::new(endpoint)), problems)
    }

    /// Lets pages of an origin call, such as `https://app.example.com`, besides the resource's own.
    ///
    /// A resource on a loopback host takes the pages that this machine serves by `http` or `https` anyhow; name an app with a
    /// scheme of its own, as in `tauri://localhost`. A CORS layer is needed besides, outside of this one; see
    /// [`cors::layer`](crate::cors::layer).
    ///
    /// This method ignores an origin that no page can have, such as one with a path, and logs it at `error`.
    /// `McpServer::allow_origin` reports such an origin at startup.
    pub fn allow_origin(mut self, origin: &str) -> Self {
        if let Err(problem) = self.admit_origin(origin) {
            log::misconfigured(&problem);
        }
        self
    }

    pub(super) fn admit_origin(&mut self, origin: &str) -> Result<(), String> {
        self.change().origins.allow(origin)
    }

    /// Sets how many bytes a body may have; 4 MiB unless set. Over it the answer is 413.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.change().bounds.length = bytes;
        self
    }

    /// Sets how long a client may take for a body; 30 seconds unless set. After it the answer is 408.
    ///
    /// The time is that of tokio, so a body that is not there at once needs a tokio runtime with its clock enabled, as
    /// `#[tokio::main]` has it.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.change().bounds.timeout = timeout;
        self
    }

    /// Sets how many bytes all bodies may hold together while they are read; 64 MiB unless set.
    ///
    /// A body that does not fit is 503 with `Retry-After`, and does not wait: bodies that wait for each other's memory
    /// would end by their deadline alone. A body that comes in one piece with its `Content-Length`, as nearly every call
    /// does, is judged at once and not counted. No body may be longer than this, whatever [`McpLayer::max_body`] says.
    pub fn max_body_memory(mut self, bytes: usize) -> Self {
        self.change().bounds.memory = Arc::new(Memory::new(bytes));
        self
    }

    /// Sets how many bytes a body without a token may have; 64 KiB unless set. A request with a longer one is answered 401.
    ///
    /// The layer reads such a body only if the table has a public operation, or if the [dialect](McpLayer::dialect) needs it. All of
    /// them together hold at most 64 times as much at once; more is 503.
    pub fn max_anonymous_body(mut self, bytes: usize) -> Self {
        self.change().for_anyone = Endpoint::room_for_anyone(bytes);
        self
    }

    /// Sets how the refusal of a tool is answered; [`Dialect::Http`] unless set.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.change().dialect = dialect;
        self
    }

    /// Sets the key that binds sessions to who opened them: 32 bytes from a source of randomness that nobody else knows.
    ///
    /// With it a session holds behind another replica of the program, and after a restart, if the server inside still knows
    /// it. Without it each start has a random key of its own, and clients open their sessions anew.
    ///
    /// The [module](crate::mcp#sessions-and-tasks) says what is bound.
    pub fn key(mut self, key: &[u8; 32]) -> Self {
        self.change().binding = Binding::with_key(key);
        self
    }

    /// Says whose a task is: who started it, and by which tool. It opens `tasks/get`, `tasks/result`, `tasks/update` and
    /// `tasks/cancel`, and subscriptions to tasks.
    ///
    /// The caller must be who started the task, and its token must have what the tool's row needs. Somebody else's task is
    /// answered as one that does not exist. The function is asked once for each task that a request names, with the
    /// server's identifier; a request names at most 256. It never runs for a caller without the floor.
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

    /// Returns a router with the resource's metadata document, outside the layer; merge the routes inside into it.
    pub fn well_known<S>(&self) -> axum::Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        well_known::mount(&[self.discovery()], &ScopeTable::default())
    }

    /// Returns what clients look for at the root of the server, for [`well_known`](crate::well_known()) to mount.
    pub fn discovery(&self) -> Discovery {
        Discovery::new(&self.0.plan.gate, &self.0.table.to_scope_table())
    }

    /// Makes it the layer of a server of rmcp's, with these bounds of bodies, and without some tools.
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

    /// Returns what the server inside shares with its gate.
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
