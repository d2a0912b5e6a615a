//! Warns about tools, prompts and resources that the server lists, but that have no row. Clients see these operations,
//! but the gate treats them as unknown and refuses each request for them.

use std::{any::type_name, collections::BTreeMap, sync::OnceLock};

use super::lists::Lists;
use crate::{
    gate::log,
    mcp::{operation::Kind, resources::KnownAs, rules::Rules},
    shown,
};

/// The kinds of operations whose lists are checked.
const KINDS: [Kind; 3] = [Kind::Tool, Kind::Prompt, Kind::Resource];

/// The maximum number of operations that a warning names.
const NAMED: usize = 10;

/// Checks what a server lists. For each kind of operation, at most one warning is logged.
pub(super) struct Rowless {
    told: BTreeMap<Kind, OnceLock<()>>,
    told_of_templates: OnceLock<()>,
    told_of_names: OnceLock<()>,
}

impl Default for Rowless {
    fn default() -> Self {
        let told = KINDS.map(|kind| (kind, OnceLock::new())).into();
        Self { told, told_of_templates: OnceLock::new(), told_of_names: OnceLock::new() }
    }
}

impl Rowless {
    /// Logs a warning if the server `S` lists operations that have no row.
    pub(super) fn check<'a, S>(&self, rules: &Rules, kind: Kind, listed: impl Iterator<Item = &'a str>) {
        let Some(told) = self.told.get(&kind).filter(|told| told.get().is_none()) else { return };
        let names: Vec<&str> = listed.filter(|name| !has_row(rules, kind, name)).collect();
        if !names.is_empty() {
            told.get_or_init(|| log::warning(&warning::<S>(kind, &names)));
        }
    }

    /// Logs a warning if the server `S` lists templates whose URIs have no row, unless `lists` hides these templates.
    /// Also logs a warning if a listed template and a template of the table differ only in the names of their
    /// variables.
    pub(super) fn check_templates<'a, S>(
        &self,
        rules: &Rules,
        lists: Lists,
        listed: impl Iterator<Item = &'a str>,
    ) {
        let mut unknown = Vec::new();
        for template in listed.filter(|template| rules.template(template).is_err()) {
            match rules.known_as(template) {
                KnownAs::Others => {}
                KnownAs::Renamed(known) => {
                    self.told_of_names.get_or_init(|| log::warning(&renamed::<S>(template, known)));
                }
                KnownAs::Unknown => unknown.push(template),
            }
        }
        if lists == Lists::All && !unknown.is_empty() {
            self.told_of_templates.get_or_init(|| log::warning(&warning::<S>(Kind::Resource, &unknown)));
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

fn renamed<S>(template: &str, known: &str) -> String {
    format!(
        "`{}` lists the URI template `{}`, but the table has `{}`; write the same names of variables in both, since `Lists::Reachable` and `Lists::Callable` hide a template with other names, and `McpResource::part` knows only the names in the table",
        type_name::<S>(),
        shown::text(template),
        shown::text(known),
    )
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
