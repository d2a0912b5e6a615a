//! Warns about tools, prompts and resources that the server lists, but that have no row. Clients see these operations,
//! and the gate refuses each request for them as unknown.

use std::{any::type_name, collections::BTreeMap, sync::OnceLock};

use crate::{
    gate::log,
    mcp::{operation::Kind, rules::Rules},
    shown,
};

/// The kinds of operations whose lists are checked.
const KINDS: [Kind; 3] = [Kind::Tool, Kind::Prompt, Kind::Resource];

/// The maximum number of operations that a warning names.
const NAMED: usize = 10;

/// Checks what a server lists. For each kind of operation, at most one warning is logged.
pub(super) struct Rowless(BTreeMap<Kind, OnceLock<()>>);

impl Default for Rowless {
    fn default() -> Self {
        Self(KINDS.map(|kind| (kind, OnceLock::new())).into())
    }
}

impl Rowless {
    /// Logs a warning if the server `S` lists operations that have no row.
    pub(super) fn check<'a, S>(&self, rules: &Rules, kind: Kind, listed: impl Iterator<Item = &'a str>) {
        let Some(told) = self.0.get(&kind).filter(|told| told.get().is_none()) else { return };
        let names: Vec<&str> = listed.filter(|name| !has_row(rules, kind, name)).collect();
        if !names.is_empty() {
            told.get_or_init(|| log::warning(&warning::<S>(kind, &names)));
        }
    }
}

fn has_row(rules: &Rules, kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Tool => rules.tool(name).is_ok(),
        Kind::Prompt => rules.prompt(name).is_ok(),
        Kind::Resource => rules.resource(name).is_ok(),
        Kind::Method => true,
    }
}

fn warning<S>(kind: Kind, names: &[&str]) -> String {
    let mut shown: Vec<String> =
        names.iter().take(NAMED).map(|name| format!("`{} {}`", kind.verb(), shown::text(name))).collect();
    if names.len() > NAMED {
        shown.push("..".to_owned());
    }
    let mend = match kind {
        Kind::Resource => {
            "pass a table with `Operation::resource(\"..\", ..)` for each of them to `McpServer::table`"
        }
        _ => {
            "pass the table of their block to `McpServer::table`; if the block has no `#[scoped_tools]`, put it on the block"
        }
    };
    format!(
        "`{}` lists operations that no table has, so the gate refuses them as unknown: {}; {mend}",
        type_name::<S>(),
        shown.join(", "),
    )
}
