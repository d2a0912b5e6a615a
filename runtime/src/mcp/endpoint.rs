//! What the services of one layer share: the gate's plan, the rows, and what bounds a body.

use std::sync::Arc;

use super::{body::Bounds, operation::McpTable, origin::Origins, rules::Rules};
use crate::{
    enforce::{Plan, Slot},
    gate::Gate,
    resource::Resource,
};

/// What the services of one layer share.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) plan: Arc<Plan>,
    pub(super) slot: Arc<Slot>,
    pub(super) rules: Rules,
    pub(super) origins: Origins,
    pub(super) bounds: Bounds,
    pub(super) table: McpTable,
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
        let plan = Arc::new(Plan::of_layer(gate, []));
        let slot = Arc::new(Slot::from(plan.clone()));
        (Self { plan, slot, rules, origins, bounds: Bounds::default(), table, is_innermost: false }, problems)
    }
}
