//! The gate as a layer before an MCP server.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use tower_layer::Layer;

use super::{endpoint::Endpoint, memory::Memory, operation::McpTable, request::admit};
use crate::{
    enforce::{Protected, Step},
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
    /// An origin that no page can have, such as one with a path, is left out, and the log says so at `error`. For
    /// `McpServer::allow_origin` it is an error at startup.
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

    /// Makes it the layer of a server of rmcp's, with these bounds of bodies.
    #[cfg(feature = "rmcp")]
    pub(super) fn before_rmcp(mut self, bounds: super::body::Bounds) -> Self {
        let endpoint = self.change();
        endpoint.bounds = bounds;
        endpoint.is_innermost = true;
        self
    }

    fn change(&mut self) -> &mut Endpoint {
        Arc::make_mut(&mut self.0)
    }
}

impl Step for McpLayer {
    async fn run(&self, request: Request) -> Result<Request, Response> {
        let headers = self.0.plan.gate.keep(request.headers());
        admit(&self.0, request).await.map_err(|refusal| refusal.to(headers).into_response())
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
