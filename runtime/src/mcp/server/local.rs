//! Servers without HTTP, which trust their only caller.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use rmcp::{
    ErrorData, RoleServer, Service,
    model::{ClientNotification, ClientRequest, ProtocolVersion, ServerConfig, ServerResult},
    service::{NotificationContext, RequestContext},
};
use scopegate_grammar::is_meant_as_template;

use crate::{
    enforce::Local,
    gate::log,
    mcp::operation::Kind,
    observe::Observer,
    policy::Policy,
    scope::{GrantedScopes, Requirement, Row, RowId, RowRef, ScopeTable},
    token::Token,
};

/// A server over stdio or another local transport. Its only caller needs no token, and has a fixed list of scopes.
///
/// A local transport carries no token. Without `LocalTrust`, the guards of tools and prompts therefore refuse every
/// call. `LocalTrust` grants some scopes to the user who started the server, and the guards check these scopes like the
/// scopes of a token. `LocalTrust` is for transports with a single caller; no HTTP service accepts it. Unlike a gate,
/// `LocalTrust` has no table with the requirements of tools, so a tool without a guard always runs. `LocalTrust` does
/// not filter lists: the caller sees every tool, including tools that the guards then refuse to run.
///
/// The caller has no issuer and no subject, so [`Access::principal`](crate::Access::principal)
/// and [`Access::subject`](crate::Access::subject) return `None`.
///
/// # Examples
///
/// ```no_run
/// use rmcp::{ServerHandler, ServiceExt, tool, tool_handler};
/// use scopegate::{mcp::LocalTrust, requires_scope, scoped_tools};
///
/// #[derive(Clone)]
/// struct Files;
///
/// #[scoped_tools]
/// impl Files {
///     /// Forgets every file.
///     #[requires_scope("files:admin")]
///     #[tool]
///     async fn purge_files(&self) {}
/// }
///
/// #[tool_handler]
/// impl ServerHandler for Files {}
///
/// # async fn run(stdio: (tokio::io::DuplexStream, tokio::io::DuplexStream)) -> Result<(), Box<dyn std::error::Error>> {
/// LocalTrust::new(Files, "files:read files:admin").serve(stdio).await?.waiting().await?;
/// # Ok(())
/// # }
/// ```
pub struct LocalTrust<S> {
    server: S,
    trusted: Trusted,
}

/// Marks a request as sent by the trusted caller, and holds the granted scopes.
#[derive(Clone)]
pub(super) struct Trusted {
    pub(super) token: Token,
    pub(super) local: Arc<Local>,
    /// The row that the guard of the tool or prompt has checked.
    pub(super) row: RowRef,
    /// The identifier of the tool or prompt that is called, if there is an observer.
    pub(super) called: Option<Arc<RowId>>,
}

impl Trusted {
    /// Adds the identifier of the called operation to a copy of the row. Returns `None` if there is no observer, if the
    /// request calls no tool or prompt, or if the row already has an identifier.
    pub(super) fn identified(&self, row: &Row) -> Option<Row> {
        let called = self.called.as_ref().filter(|_| row.id().is_none())?;
        Some(row.clone().identified(&**called))
    }
}

impl<S> LocalTrust<S> {
    /// Grants a space-delimited list of scopes to the only caller of `server`.
    ///
    /// Without [`LocalTrust::under`], the policy is empty: there is no floor, and no scope implies another.
    #[must_use]
    pub fn new(server: S, scopes: &str) -> Self {
        const ROW: Row = Row::new(Requirement::AUTHENTICATED, "stdio", file!(), line!());
        let row = RowRef::Const(const { &ROW });
        let token = Token::granting(GrantedScopes::parse(scopes));
        let local = Arc::new(Local { is_user: true, ..Local::default() });
        Self { server, trusted: Trusted { token, local, row, called: None } }
    }

    /// Sets the policy. This can be the policy of the gate that protects the same server over HTTP.
    ///
    /// If the policy has a vocabulary, the log has a warning for each granted scope that is probably misspelt. The log
    /// also has a warning for each granted scope that is a template.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Self {
        misspelt(&policy, self.trusted.token.scopes()).iter().for_each(log::warning);
        Arc::make_mut(&mut self.trusted.local).policy = policy;
        self
    }

    /// Reports each decision to `observer`, as [`Gate::observe`](crate::Gate::observe) does over HTTP.
    #[must_use]
    pub fn observe(mut self, observer: impl Observer) -> Self {
        Arc::make_mut(&mut self.trusted.local).observer = Some(Arc::new(observer));
        self
    }

    /// Adds a value of `acr`, which says how the caller logged in. A tool that
    /// [requires a value of `acr`](crate::Requirement::acr) refuses a caller who has none of the accepted values. To
    /// add several values, call this method once for each value.
    #[must_use]
    pub fn with_acr(self, acr: &str) -> Self {
        self.saying(|token| token.with_acr(acr))
    }

    /// Sets the time at which the caller logged in, for tools with a [`max_age`](crate::Requirement::max_age). Without
    /// this time, these tools refuse the caller.
    ///
    /// The time does not change while the server runs. Once the login is older than a tool's `max_age`, the tool
    /// refuses every call. To allow calls again, restart the server, and pass the time of a newer login.
    #[must_use]
    pub fn with_auth_time(self, auth_time: SystemTime) -> Self {
        self.saying(|token| token.with_auth_time(auth_time))
    }

    fn saying(mut self, says: impl FnOnce(Token) -> Token) -> Self {
        self.trusted.token = says(self.trusted.token);
        self
    }
}

impl<S: Service<RoleServer>> Service<RoleServer> for LocalTrust<S> {
    async fn handle_request(
        &self,
        request: ClientRequest,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        let mut trusted = self.trusted.clone();
        trusted.called = trusted.local.is_told().then(|| called(&request)).flatten().map(Arc::new);
        context.extensions.insert(trusted);
        self.server.handle_request(request, context).await
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        context: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.server.handle_notification(notification, context).await
    }

    fn get_info(&self) -> ServerConfig {
        self.server.get_info()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.server.supported_protocol_versions()
    }
}

/// Describes the granted scopes that are probably misspelt. `LocalTrust` has no table, so this function cannot tell
/// whether a scope fits a template. It therefore describes only three kinds of scopes: unknown scopes that are spelt
/// almost like a scope of the vocabulary, wildcards that the policy does not enable, and templates.
fn misspelt(policy: &Policy, granted: &GrantedScopes) -> Vec<String> {
    let is_suspect = |scope: &&str| {
        policy.suggestion(scope).is_some() || policy.ignores_wildcard(scope) || is_meant_as_template(scope)
    };
    let describe = |scope| policy.useless(scope, "the local user has the scope", &ScopeTable::default());
    granted.iter().filter(is_suspect).filter_map(describe).collect()
}

/// Returns the identifier of the called tool or prompt. This function does not check that the tool or prompt exists. No
/// check is needed: only a guard uses the identifier, and an unknown tool or prompt has no guard.
fn called(request: &ClientRequest) -> Option<RowId> {
    match request {
        ClientRequest::CallToolRequest(call) => Some(Kind::Tool.row_id(&call.params.name)),
        ClientRequest::GetPromptRequest(get) => Some(Kind::Prompt.row_id(&get.params.name)),
        _ => None,
    }
}

impl<S> fmt::Debug for LocalTrust<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalTrust").field("scopes", self.trusted.token.scopes()).finish_non_exhaustive()
    }
}
