//! The data that all services of one layer share, such as the gate's plan, the table's rows, and the limits for bodies.

use std::sync::Arc;

use axum::response::Response;

use super::{
    binding::{Binding, KEY_LENGTH, Owner},
    body::{Bounds, MAX_BODY_OF_ANYONE},
    dialect::Dialect,
    memory::Memory,
    origin::Origins,
    rules::Rules,
    sessions::{self, Sessions},
    table::McpTable,
    tasks::Tasks,
};
use crate::{
    enforce::{Passed, Plan, Slot},
    gate::Gate,
    resource::Resource,
    token::Token,
};

/// The data that all services of one layer share.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) plan: Arc<Plan>,
    pub(super) slot: Arc<Slot>,
    pub(super) rules: Rules,
    pub(super) origins: Origins,
    pub(super) bounds: Bounds,
    /// The limits for requests without a token: the maximum length of one body, and the maximum memory for all bodies
    /// together.
    pub(super) for_anyone: (usize, Arc<Memory>),
    pub(super) dialect: Dialect,
    pub(super) table: McpTable,
    /// Binds sessions and tasks to principals.
    pub(super) binding: Binding,
    pub(super) sessions: Sessions,
    pub(super) tasks: Tasks,
    /// The server's location, if its gate has no resource; otherwise empty.
    at: String,
    /// The host of the resource, or of the server's location if there is no resource. Most requests name this host.
    #[cfg(feature = "rmcp")]
    pub(super) host: String,
    /// Whether this is the innermost gate. The innermost gate does not store the result of the verification in the
    /// request, because no other gate will use this result.
    pub(super) is_innermost: bool,
}

impl Endpoint {
    /// Makes the endpoint of a gate, and lists the problems of the gate and the table. If the gate has no resource,
    /// `at` is the server's location.
    pub(super) fn of(gate: &Gate, table: McpTable, at: Option<&Resource>) -> (Self, Vec<String>) {
        let gate = gate.clone().speaking_json_rpc();
        let mut problems = gate.problems(&table.to_scope_table());
        let rules = Rules::of(&gate, &table, &mut problems);
        let origins = Origins::of(gate.resource().or(at));
        #[cfg(feature = "rmcp")]
        let host = super::host::of(gate.resource().or(at));
        let binding = Binding::random().unwrap_or_else(|error| {
            problems.push(format!("the system provides no random key: {error}; set one with `.key(..)`"));
            // The program does not start in this case, so this key is never used.
            Binding::with_key(&[0; KEY_LENGTH])
        });
        let at = at.map(|at| at.identifier().to_owned()).unwrap_or_default();
        let plan = Arc::new(Plan::of_endpoint(gate, &table.to_scope_table()));
        let endpoint = Self {
            slot: Arc::new(Slot::from(plan.clone())),
            plan,
            rules,
            origins,
            bounds: Bounds::default(),
            for_anyone: Self::room_for_anyone(MAX_BODY_OF_ANYONE),
            dialect: Dialect::default(),
            table,
            binding,
            sessions: Sessions::Bound,
            tasks: Tasks::Unknown,
            at,
            #[cfg(feature = "rmcp")]
            host,
            is_innermost: false,
        };
        (endpoint, problems)
    }

    /// Tells whether the layer reads the body of a request that has no token.
    pub(super) fn hears_anyone(&self) -> bool {
        self.dialect == Dialect::ToolResult || self.rules.has_public()
    }

    /// Makes a separate memory limit for callers without a token, so that they cannot use up the memory for callers
    /// with a token.
    pub(super) fn room_for_anyone(length: usize) -> (usize, Arc<Memory>) {
        const AT_ONCE: usize = 64;
        (length, Arc::new(Memory::new(length.saturating_mul(AT_ONCE))))
    }

    pub(super) fn bounds_for_anyone(&self) -> Bounds {
        let (length, memory) = &self.for_anyone;
        let length = self.bounds.length.min(*length);
        Bounds { length, timeout: self.bounds.timeout, memory: memory.clone() }
    }

    /// Binds a session to the caller if the server's answer contains the session's identifier.
    pub(super) fn bind(&self, Passed { plan, token }: &Passed, answer: Response) -> Response {
        let owner = token.as_ref().and_then(|token| self.owner(plan, token));
        sessions::bind(&self.binding, owner, token.as_ref(), plan, answer)
    }

    /// Returns the caller as the owner of sessions and tasks, or `None` if the token names no principal.
    pub(super) fn owner<'a>(&'a self, plan: &'a Plan, token: &'a Token) -> Option<Owner<'a>> {
        Owner::of(plan, &self.at, token)
    }
}
