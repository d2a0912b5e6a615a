//! An rmcp server behind its gate, whole.

use std::{fmt, sync::Arc, time::Duration};

use axum::{Router, extract::Request, response::IntoResponse};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};

use super::{
    lift::{lift, may_list_tools},
    lists::Lists,
    owned::Owned,
    place::Place,
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

/// An rmcp server behind a gate, to be built.
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
    /// Puts a server that `make` makes behind `gate`. It is made anew for each request, or for each session.
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

    /// Adds what tools, prompts and resources need: the tables of further blocks, and rows by hand. What has no row in any of
    /// them is answered as unknown, and a row of something that the server has not does no harm.
    pub fn table(mut self, table: &McpTable) -> Self {
        self.table = self.table.and(table);
        self
    }

    /// Says where the server is, for a gate of static keys, which has no resource; else it is at `/mcp` on this machine.
    pub fn at(mut self, resource: Resource) -> Self {
        self.at = Some(resource);
        self
    }

    /// Lets pages of an origin call, such as `https://app.example.com`; see [`McpLayer::allow_origin`].
    pub fn allow_origin(mut self, origin: &str) -> Self {
        self.origins.push(origin.to_owned());
        self
    }

    /// Answers for another host than the resource's, such as the name of a service inside a cluster, on any port unless the host
    /// names one.
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
    /// A text that is no host is an error at startup.
    pub fn allow_host(mut self, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// Makes tools unknown that the configuration of the program switches off, whatever the server has.
    ///
    /// Each is a warning in the log at startup. It is called by nobody, stands in no list, and its tasks are unknown, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use rmcp::ServerHandler;
    /// # use scopegate::{Gate, mcp::{McpServer, McpTable}};
    /// # fn build<S: ServerHandler + Clone>(gate: &Gate, table: &McpTable, files: S) -> Result<axum::Router, scopegate::StartupError> {
    /// // As from `TOOLS_OFF=purge_files`.
    /// let off = ["purge_files"];
    /// McpServer::new(gate, move || files.clone()).table(table).switched_off(off).build()
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A tool that no row is about is an error at startup, since nobody could call it before: the name is mistaken.
    pub fn switched_off<T: Into<String>>(mut self, tools: impl IntoIterator<Item = T>) -> Self {
        self.off.extend(tools.into_iter().map(Into::into));
        self
    }

    /// Sets what a caller finds in the lists of tools, prompts, resources, resource templates and skills; [`Lists::All`] unless set.
    ///
    /// What has no row is in no list but that of `All`. A page may come out empty, and the next one is where it was. From version
    /// 2026-07-28 on, a list that depends on the caller has `cacheScope: "private"`.
    pub fn lists(mut self, lists: Lists) -> Self {
        self.lists = lists;
        self
    }

    /// Sets the key that binds sessions and tasks to who started them: 32 bytes from a source of randomness that nobody else
    /// knows.
    ///
    /// With it an identifier holds at another replica of the program, and after a restart, where the server still knows the
    /// session or task. Without it each start has a random key of its own. The
    /// [module](crate::mcp#sessions-and-tasks) says what is bound.
    pub fn key(mut self, key: &[u8; 32]) -> Self {
        self.key = Some(*key);
        self
    }

    /// Sets how many bytes a body may have; 4 MiB unless set.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.bounds.length = bytes;
        self
    }

    /// Sets how many bytes a body without a token may have; 64 KiB unless set. See [`McpLayer::max_anonymous_body`].
    pub fn max_anonymous_body(mut self, bytes: usize) -> Self {
        self.max_anonymous_body = Some(bytes);
        self
    }

    /// Sets how the refusal of a tool is answered; [`Dialect::Http`] unless set.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets how long a client may take for a body; 30 seconds unless set. See [`McpLayer::body_timeout`].
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = timeout;
        self
    }

    /// Sets how many bytes all bodies may hold together while they are read; 64 MiB unless set. See
    /// [`McpLayer::max_body_memory`].
    pub fn max_body_memory(mut self, bytes: usize) -> Self {
        self.bounds.memory = Arc::new(Memory::new(bytes));
        self
    }

    /// Keeps sessions for clients of versions before 2026-07-28, over which the server can send requests of its own.
    ///
    /// Each request is judged by its own token, in a session as outside. A session belongs to the principal who opened it, and
    /// the request of another one is 404, as in a session that does not exist. A token that names nobody opens none: 403.
    pub fn sessions(self) -> Self {
        self.configure(|config| config.with_legacy_session_mode(true).with_json_response(false))
    }

    /// Changes rmcp's configuration. Hosts, origins and the limit of bodies are set from the gate, whatever stands there.
    pub fn configure(
        mut self,
        change: impl FnOnce(StreamableHttpServerConfig) -> StreamableHttpServerConfig,
    ) -> Self {
        self.config = change(self.config);
        self
    }

    /// Builds the router. Nothing of the server runs before the first request.
    ///
    /// # Errors
    ///
    /// As for [`Gate::mcp`]. Also when [`McpServer::at`] is called though the gate has a resource; when the table has a resource,
    /// and the server no `read_resource` of its own; and when it has a row for `tasks/list`, which cannot tell whose the tasks are.
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
            let service = StreamableHttpService::new(
                move || Ok(Owned::new(make(), endpoint.clone(), lists)),
                Arc::new(LocalSessionManager::default()),
                config.with_max_request_body_bytes(max_body),
            );
            // Behind a pointer: axum copies what it routes to for each request, and rmcp's service holds lists.
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
