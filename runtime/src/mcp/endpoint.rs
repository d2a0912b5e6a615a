//! What the services of one layer share: the gate's plan, the rows, and what bounds a body.

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

/// What the services of one layer share.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) plan: Arc<Plan>,
    pub(super) slot: Arc<Slot>,
    pub(super) rules: Rules,
    pub(super) origins: Origins,
    pub(super) bounds: Bounds,
    /// The most bytes of a body without a token, and what all of those hold at once.
    pub(super) for_anyone: (usize, Arc<Memory>),
    pub(super) dialect: Dialect,
    pub(super) table: McpTable,
    /// To what sessions and tasks are bound.
    pub(super) binding: Binding,
    pub(super) sessions: Sessions,
    pub(super) tasks: Tasks,
    /// Where the server is, if its gate does not say so.
    at: String,
    /// What requests to the resource itself have as their host.
    #[cfg(feature = "rmcp")]
    pub(super) host: String,
    /// Whether the server inside is one that asks no other gate, so that nothing need be left for one.
    pub(super) is_innermost: bool,
}

impl Endpoint {
    /// Makes the endpoint of a gate, and lists what is wrong with it. A gate without a resource may be told where its
    /// server is.
    pub(super) fn of(gate: &Gate, table: McpTable, at: Option<&Resource>) -> (Self, Vec<String>) {
        let gate = gate.clone().speaking_json_rpc();
        let mut problems = gate.problems(&table.to_scope_table());
        let rules = Rules::of(&gate, &table, &mut problems);
        let origins = Origins::of(gate.resource().or(at));
        #[cfg(feature = "rmcp")]
        let host = super::host::of(gate.resource().or(at));
        let binding = Binding::random().unwrap_or_else(|error| {
            problems.push(format!("this machine gives no random key, {error}; give one with `.key(..)`"));
            // Nothing starts with this one.
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

    /// Tells whether a request without a token is read at all.
    pub(super) fn hears_anyone(&self) -> bool {
        self.dialect == Dialect::ToolResult || self.rules.has_public()
    }

    /// Makes room for bodies of callers without a token, apart from those of others, whom they are not to keep out.
    pub(super) fn room_for_anyone(length: usize) -> (usize, Arc<Memory>) {
        const AT_ONCE: usize = 64;
        (length, Arc::new(Memory::new(length.saturating_mul(AT_ONCE))))
    }

    pub(super) fn bounds_for_anyone(&self) -> Bounds {
        let (length, memory) = &self.for_anyone;
        let length = self.bounds.length.min(*length);
        Bounds { length, timeout: self.bounds.timeout, memory: memory.clone() }
    }

    /// Binds a session that the server names in its answer to who sent the request.
    pub(super) fn bind(&self, Passed { plan, token }: &Passed, answer: Response) -> Response {
        let owner = token.as_ref().and_then(|token| self.owner(plan, token));
        sessions::bind(&self.binding, owner, token.as_ref(), plan, answer)
    }

    /// Says to whom the sessions and tasks of a caller belong. A token that names nobody has none.
    pub(super) fn owner<'a>(&'a self, plan: &'a Plan, token: &'a Token) -> Option<Owner<'a>> {
        Owner::of(plan, &self.at, token)
    }
}
