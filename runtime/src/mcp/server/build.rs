//! Builds an rmcp server behind its gate.

use std::{fmt, sync::Arc, time::Duration};

use axum::{Router, extract::Request, response::IntoResponse};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};

use super::{
    announced::Announced,
    lift::{lift, may_list_tools},
    lists::Lists,
    owned::Owned,
    place::Place,
    rowless::Rowless,
    schemes::has_login,
    serve::Serve,
    unserved::{mistaken, unserved},
};
use crate::{
    enforce::{Passed, Step},
    gate::{Gate, log},
    mcp::{Dialect, McpLayer, McpTable, body::Bounds, memory::Memory},
    policy::StartupError,
    resource::Resource,
    scope::{Entry, Requirement, Row, ScopeTable},
    well_known,
};

/// Builds an rmcp server behind a gate.
///
/// # Examples
///
/// ```
/// # use rmcp::{ErrorData, RoleServer, ServerHandler, model::{ReadResourceRequestParams, ReadResourceResponse}};
/// # use rmcp::{service::RequestContext, tool, tool_handler};
/// # use scopegate::{Requirement, requirement, requires_scope, scoped_tools, mcp::Operation};
/// # struct Files;
/// # #[scoped_tools]
/// # impl Files {
/// #     /// Forgets every file.
/// #     #[requires_scope("files:admin")]
/// #     #[tool]
/// #     async fn purge_files(&self) {}
/// # }
/// # #[tool_handler]
/// # impl ServerHandler for Files {
/// #     async fn read_resource(
/// #         &self, _: ReadResourceRequestParams, _: RequestContext<RoleServer>,
/// #     ) -> Result<ReadResourceResponse, ErrorData> {
/// #         Err(ErrorData::resource_not_found("no file", None))
/// #     }
/// # }
/// use scopegate::{mcp_table, Gate, Resource, StaticKeys, mcp::{McpServer, McpTable}};
///
/// const READ: Requirement = requirement!("files:read");
/// const RESOURCES: McpTable = mcp_table![Operation::resource("file:///{name}", READ)];
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_all=files:read files:admin")?);
/// let app: axum::Router = McpServer::new(&gate, || Files)
///     .table(&Files::TOOLS)
///     .table(&RESOURCES)
///     .at(Resource::new("https://example.com/mcp")?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct McpServer<S> {
    gate: Gate,
    make: Box<dyn Fn() -> S + Send + Sync>,
    table: McpTable,
    at: Option<Resource>,
    origins: Vec<String>,
    hosts: Vec<String>,
    off: Vec<String>,
    key: Option<[u8; 32]>,
    bounds: Bounds,
    max_anonymous_body: Option<usize>,
    dialect: Dialect,
    lists: Lists,
    config: StreamableHttpServerConfig,
}

impl<S: ServerHandler> McpServer<S> {
    /// Puts a server behind `gate`. `make` returns a new server for each request, or for each session if sessions are
    /// enabled.
    pub fn new(gate: &Gate, make: impl Fn() -> S + Send + Sync + 'static) -> Self {
        let config =
            StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
        Self {
            gate: gate.clone(),
            make: Box::new(make),
            table: McpTable::default(),
            at: None,
            origins: Vec::new(),
            hosts: Vec::new(),
            off: Vec::new(),
            key: None,
            bounds: Bounds::default(),
            max_anonymous_body: None,
            dialect: Dialect::default(),
            lists: Lists::default(),
            config,
        }
    }

    /// Adds a table with the requirements of tools, prompts and resources. The table can come from a `#[scoped_tools]`
    /// block, or be written by hand. If an operation has no row in any table, the gate answers that the operation is
    /// unknown. A row for an operation that the server does not have is harmless, except in the cases
    /// that [`McpServer::build`] lists.
    pub fn table(mut self, table: &McpTable) -> Self {
        self.table = self.table.and(table);
        self
    }

    /// Sets the location of a server whose gate has no resource, such as a gate that verifies only static keys. By
    /// default, this server is at `/mcp`, and answers only requests to loopback hosts.
    pub fn at(mut self, resource: Resource) -> Self {
        self.at = Some(resource);
        self
    }

    /// Allows requests from pages of another origin, such as `https://app.example.com`; see [`McpLayer::allow_origin`].
    pub fn allow_origin(mut self, origin: &str) -> Self {
        self.origins.push(origin.to_owned());
        self
    }

    /// Allows requests for one more host, such as the name of a service inside a cluster. Any port is allowed, unless
    /// `host` names a port. Requests for the resource's host stay allowed.
    ///
    /// The challenge and the metadata still name the URL of the resource, and clients log in for this URL. To give
    /// clients another URL, change the URL of the resource.
    ///
    /// # Examples
    ///
    /// ```
    /// # use rmcp::ServerHandler;
    /// # use scopegate::{Gate, mcp::McpServer};
    /// # fn inside<S: ServerHandler + Clone>(gate: &Gate, files: S) -> Result<axum::Router, scopegate::StartupError> {
    /// McpServer::new(gate, move || files.clone()).allow_host("files.tools.svc.cluster.local").build()
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if `host` is not a valid host. The error comes from [`McpServer::build`].
    pub fn allow_host(mut self, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// Switches off the tools with the given names. For example, the names can come from the program's configuration.
    ///
    /// Nobody can call a switched-off tool, and no list contains it. The gate treats tasks of a switched-off tool as
    /// unknown. At startup, the log has a warning for each switched-off tool.
    ///
    /// The lock and the doctor do not know which tools are switched off. If the row of a switched-off tool would
    /// prevent the gate from starting, leave this row out of the table that you give to the lock and to the exporter.
    ///
    /// # Examples
    ///
    /// ```
    /// # use rmcp::ServerHandler;
    /// # use scopegate::{Gate, mcp::{McpServer, McpTable}};
    /// # fn build<S: ServerHandler + Clone>(gate: &Gate, table: &McpTable, files: S) -> Result<axum::Router, scopegate::StartupError> {
    /// // The list could come from an environment variable such as `TOOLS_OFF=purge_files`.
    /// let off = ["purge_files"];
    /// McpServer::new(gate, move || files.clone()).table(table).switched_off(off).build()
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails for a tool that no row covers. The name of a tool without a row is probably misspelt. The error comes from
    /// [`McpServer::build`].
    pub fn switched_off<T: Into<String>>(mut self, tools: impl IntoIterator<Item = T>) -> Self {
        self.off.extend(tools.into_iter().map(Into::into));
        self
    }

    /// Sets which tools, prompts, resources, resource templates and skills a caller sees in lists. The default
    /// is [`Lists::All`].
    ///
    /// Only `Lists::All` shows operations without a row. Filtering can leave a page of a list empty, but the empty page
    /// still has the cursor for the next page. In protocol version 2026-07-28 and later versions, a list that depends
    /// on the caller has `cacheScope: "private"`.
    pub fn lists(mut self, lists: Lists) -> Self {
        self.lists = lists;
        self
    }

    /// Sets the key that binds sessions and tasks to their principals. The key must be 32 random bytes that nobody else
    /// knows.
    ///
    /// With a key, the identifier of a session or task stays valid after a restart and on another replica of the
    /// program. But the identifier works only if the server still knows the session or task. Without a key, the program
    /// uses a new random key each time it starts. The documentation of the [module](crate::mcp#sessions-and-tasks)
    /// explains the binding.
    pub fn key(mut self, key: &[u8; 32]) -> Self {
        self.key = Some(*key);
        self
    }

    /// Sets the maximum length of a body in bytes. The default is 4 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.bounds.length = bytes;
        self
    }

    /// Sets the maximum length, in bytes, of a body in a request without a token. The default is 64 KiB. See
    /// [`McpLayer::max_anonymous_body`].
    pub fn max_anonymous_body(mut self, bytes: usize) -> Self {
        self.max_anonymous_body = Some(bytes);
        self
    }

    /// Sets the form of the answer to a refused tool call. The default is [`Dialect::Http`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets how long a client may take to send a body. The default is 30 seconds. See [`McpLayer::body_timeout`].
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = timeout;
        self
    }

    /// Sets the memory limit, in bytes, that all bodies share while they are read. The default is 64 MiB. See
    /// [`McpLayer::max_body_memory`].
    pub fn max_body_memory(mut self, bytes: usize) -> Self {
        self.bounds.memory = Arc::new(Memory::new(bytes));
        self
    }

    /// Enables sessions for clients that use a protocol version before 2026-07-28. In a session, the server can send
    /// its own requests to the client.
    ///
    /// The gate checks the token of each request, even if the request belongs to a session. A session belongs to the
    /// principal that opened it. If another principal uses the session, the answer is 404, as for a session that does
    /// not exist. A token without a principal cannot open a session: the answer is 403.
    pub fn sessions(self) -> Self {
        self.configure(|config| config.with_legacy_session_mode(true).with_json_response(false))
    }

    /// Changes rmcp's configuration. The gate sets the allowed hosts, the allowed origins and the maximum length of a
    /// body. The gate ignores your values for these three settings.
    pub fn configure(
        mut self,
        change: impl FnOnce(StreamableHttpServerConfig) -> StreamableHttpServerConfig,
    ) -> Self {
        self.config = change(self.config);
        self
    }

    /// Builds the router. The function that makes the server is not called before the first request.
    ///
    /// If the table has tools, but the server does not announce the capability `tools`, the log has a warning when the
    /// first client connects. The same applies to prompts and resources. With `Lists::All`, the default, the log has a
    /// warning the first time that a list contains a tool, prompt, resource or template without a row.
    ///
    /// # Errors
    ///
    /// Fails in all cases in which [`Gate::mcp`] fails, and in these cases:
    ///
    /// - [`McpServer::at`] is set although the gate has a resource.
    /// - The table has a row for tools, prompts or resources, but the server does not implement the matching method:
    ///   `call_tool`, `get_prompt` or `read_resource`.
    /// - An argument of `allow_host`, `allow_origin` or `switched_off` is not valid.
    /// - The table has a row for the method `tasks/list`, whose answer can contain the tasks of other callers.
    pub fn build(self) -> Result<Router, StartupError> {
        let (mut place, mut problems) = Place::of(self.gate.resource(), self.at.as_ref());
        problems.extend(place.allow(&self.hosts));
        problems.extend(unserved::<S>(&self.table));
        problems.extend(mistaken(&self.table, &self.off));
        let table = self.table.without_tools(&self.off);
        let (mut layer, faults) = McpLayer::prepare(&self.gate, table, self.at.as_ref());
        problems.extend(faults);
        problems.extend(self.origins.iter().filter_map(|origin| layer.admit_origin(origin).err()));
        StartupError::unless(problems, || {
            for tool in &self.off {
                log::switched_off(tool);
            }
            layer = layer.dialect(self.dialect);
            if let Some(key) = &self.key {
                layer = layer.key(key);
            }
            if let Some(bytes) = self.max_anonymous_body {
                layer = layer.max_anonymous_body(bytes);
            }
            let max_body = self.bounds.length;
            layer.before_rmcp(self.bounds, self.config.legacy_session_mode, &self.off);
            let config = self.config.with_allowed_hosts(place.hosts).disable_allowed_origins();
            let (make, endpoint, lists) = (self.make, layer.endpoint(), self.lists);
            let has_login = has_login(&self.gate);
            let (announced, rowless) = (Arc::<Announced>::default(), Arc::<Rowless>::default());
            let service = StreamableHttpService::new(
                move || {
                    let server = make();
                    Ok(Owned::new(server, endpoint.clone(), lists, announced.clone(), rowless.clone()))
                },
                Arc::new(LocalSessionManager::default()),
                config.with_max_request_body_bytes(max_body),
            );
            // axum clones its services for each request. The `Arc` makes this cheap: a clone of rmcp's service itself
            // would copy lists.
            let service = Arc::new(service);
            let gate = layer.clone();
            let serve = Serve(move |request: Request| {
                let (gate, service) = (gate.clone(), service.clone());
                async move {
                    let (mut parts, mut body) = request.into_parts();
                    if let Err(answer) = gate.run(&mut parts, &mut body).await {
                        return Ok(answer);
                    }
                    let passed = Passed::of(&parts.extensions);
                    let request = Request::from_parts(parts, body);
                    let is_lifted = has_login && may_list_tools(&request);
                    let answer = service.handle(request).await;
                    let answer =
                        if is_lifted { Box::pin(lift(answer)).await } else { answer.into_response() };
                    Ok(match passed {
                        Some(passed) => gate.answer(&passed, answer),
                        None => answer,
                    })
                }
            });
            let endpoint = Router::new().route_service(&place.path, serve);
            let row = Row::new(Requirement::AUTHENTICATED, "mcp", file!(), line!());
            let endpoints = ScopeTable::from_iter([Entry::route("POST".to_owned(), place.path, row)]);
            endpoint.merge(layer.well_known()).merge(well_known::nothing_below_routes(&endpoints))
        })
    }
}

impl<S> fmt::Debug for McpServer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpServer")
            .field("gate", &self.gate)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
