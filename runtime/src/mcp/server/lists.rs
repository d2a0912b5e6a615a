//! The lists of a server, filtered for a caller.

use std::cell::RefCell;

use rmcp::{
    ErrorData, RoleServer,
    model::{CacheScope, ListResourcesResult, ProtocolVersion, Tool},
    service::RequestContext,
};

use super::{owned::passed, schemes};
use crate::{
    enforce::{Judge, Noted, Passed},
    mcp::{
        endpoint::Endpoint,
        message::{Id, Message},
        rules::{Found, Undecided},
        subject::Subject,
        tasks::Origins,
    },
    observe::{Outcome, Watch},
};

/// Which tools, prompts, resources, resource templates and skills a caller sees in lists;
/// see [`McpServer::lists`](crate::mcp::McpServer::lists).
///
/// This setting affects only the lists. The gate checks every call, even if the operation is hidden.
///
/// # Examples
///
/// ```
/// # use rmcp::ServerHandler;
/// # use scopegate::{Gate, mcp::{McpServer, McpTable}};
/// # fn build<S: ServerHandler + Clone>(gate: &Gate, table: &McpTable, files: S) -> Result<axum::Router, scopegate::StartupError> {
/// use scopegate::mcp::Lists;
///
/// McpServer::new(gate, move || files.clone()).table(table).lists(Lists::Callable).build()
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lists {
    /// Everything that the server lists. A call that needs more scopes than the token grants is refused with a
    /// challenge, so that clients can request these scopes.
    #[default]
    All,
    /// Every operation with a row: what the caller may call now, and what the caller could call with more scopes. If
    /// there is no authorization server, a caller cannot get more scopes, so `Reachable` lists the same operations as
    /// `Callable`. For example, a gate with only static keys has no authorization server.
    Reachable,
    /// What the caller may call now. The list does not tell a client which scopes a hidden tool needs, so the client
    /// cannot request them later. Use `Callable` only for servers whose callers get all of their scopes at login.
    ///
    /// A resource template is listed if the caller may read every URI that fits the template. A scope such as
    /// `tenant:{tenant}:read` depends on the URI, so a token can grant the scope for one URI and not for another. The
    /// list therefore ignores alternatives that contain a scope with a variable.
    Callable,
}

/// A caller who requests a list.
pub(super) struct Viewer<'a> {
    endpoint: &'a Endpoint,
    passed: Passed,
    /// The method of the request for the list.
    method: &'static str,
    lists: Lists,
    has_login: bool,
    has_cache_scopes: bool,
    told: Option<Told>,
}

/// What an observer is told about a filtered list.
struct Told {
    watch: Watch,
    hidden: RefCell<Vec<Found>>,
}

impl<'a> Viewer<'a> {
    pub(super) fn of(
        context: &RequestContext<RoleServer>,
        endpoint: &'a Endpoint,
        method: &'static str,
        lists: Lists,
    ) -> Result<Self, ErrorData> {
        let passed = passed(context)?;
        let has_login = schemes::has_login(&passed.plan.gate);
        // If clients cannot log in, they cannot get more scopes.
        let lists = if lists == Lists::Reachable && !has_login { Lists::Callable } else { lists };
        // Versions are dates, so they can be compared as strings.
        let has_cache_scopes = context
            .protocol_version()
            .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
        let is_told = lists == Lists::Callable && passed.plan.gate.is_told();
        let told = is_told.then(|| Told { watch: passed.plan.gate.watch(), hidden: RefCell::default() });
        Ok(Self { endpoint, passed, method, lists, has_login, has_cache_scopes, told })
    }

    /// Hides tools, and writes the requirement of each remaining tool into its `_meta`.
    pub(super) fn view_tools(&self, tools: &mut Vec<Tool>) {
        tools.retain(|tool| !self.endpoint.rules.is_off(&tool.name));
        if self.lists == Lists::All && !self.has_login {
            return;
        }
        tools.retain_mut(|tool| {
            let found = self.needs("tools/call", Subject::Tool(tool.name.as_ref().into())).ok();
            if self.has_login {
                schemes::write(tool, &self.passed.plan, found.as_ref());
            }
            self.shows(found)
        });
    }

    pub(super) fn shows_prompt(&self, name: &str) -> bool {
        self.lists == Lists::All || self.shows_what("prompts/get", Subject::Prompt(name.into()))
    }

    /// Hides resources in the list of all resources, or in the list of a directory.
    pub(super) fn view_resources(&self, list: &mut ListResourcesResult) {
        let is_shown = |uri: &str| self.shows_what("resources/read", Subject::Resource(uri.into()));
        list.resources.retain(|resource| self.lists == Lists::All || is_shown(&resource.uri));
        self.finish(&mut list.cache_scope);
    }

    pub(super) fn shows_skill(&self, uri: &str) -> bool {
        self.lists == Lists::All || self.shows_what("skills/get", Subject::Resource(uri.into()))
    }

    pub(super) fn shows_template(&self, template: &str) -> bool {
        let found = || {
            let mut found = self.needs("resources/read", Subject::None).ok()?;
            // The template's values are unknown, so an alternative that depends on these values is not met.
            found.push(self.endpoint.rules.template(template).ok()?);
            Some(found)
        };
        self.lists == Lists::All || self.shows(found())
    }

    /// Sets the cache scope of the list to private if the list depends on the caller. Reports all hidden operations to
    /// the observer in one record.
    pub(super) fn finish(&self, cache_scope: &mut Option<CacheScope>) {
        if let Some(Told { watch, hidden }) = &self.told {
            let (Passed { plan, token }, hidden) = (&self.passed, hidden.take());
            let demands: Vec<_> = hidden.iter().flat_map(Found::demands).collect();
            let noted = Noted::since(*watch).about(Some(self.method));
            Judge::Gate(plan).tell(Outcome::Filtered, token.as_ref(), &demands, &noted);
        }
        if self.lists == Lists::Callable && (self.has_cache_scopes || cache_scope.is_some()) {
            *cache_scope = Some(CacheScope::Private);
        }
    }

    fn shows_what(&self, method: &'static str, subject: Subject<'_>) -> bool {
        self.shows(self.needs(method, subject).ok())
    }

    /// Finds the requirement of a call as the gate does.
    fn needs(&self, method: &'static str, subject: Subject<'_>) -> Result<Found, Undecided> {
        let message = Message { id: Id::None, method: Some(method.into()), subject };
        let mut found = Found::default();
        self.endpoint.rules.find(&message, &Origins::Untold, &mut found)?;
        found.fill_for(&self.passed.plan);
        Ok(found)
    }

    /// Tells whether a list shows the operation whose rows are in `found`. `None` means that the operation has no row.
    fn shows(&self, found: Option<Found>) -> bool {
        match (self.lists, found) {
            (Lists::All, _) => true,
            (Lists::Reachable, found) => found.is_some(),
            (Lists::Callable, None) => false,
            (Lists::Callable, Some(found)) => {
                let is_shown = self.may_call(&found);
                if let Some(told) = self.told.as_ref().filter(|_| !is_shown) {
                    told.hidden.borrow_mut().push(found);
                }
                is_shown
            }
        }
    }

    /// Tells whether the caller may call an operation that has these rows.
    fn may_call(&self, found: &Found) -> bool {
        let Passed { plan, token } = &self.passed;
        let demands: Vec<_> = found.demands().collect();
        match token {
            Some(token) => Judge::Gate(plan).permits(token, &demands),
            None => Judge::permits_anyone(&demands),
        }
    }
}
