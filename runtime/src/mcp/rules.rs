//! Finds the rows that apply to a message: the row of its method and the rows of its targets. If a message has no row
//! and needs none, the gate demands only the floor.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

#[cfg(feature = "rmcp")]
use super::resources::KnownAs;
use super::{
    message::Message,
    operation::{ANY, Kind, Name, Operation},
    resources::Resources,
    subject::{GET_TASK, INITIALIZE, Subject, acts_on_nothing},
    table::McpTable,
    tasks::{Origin, Origins},
};
use crate::{
    enforce::Plan,
    gate::Gate,
    policy::Demand,
    scope::{Filled, RowRef, Text, parameters},
    shown,
};

/// The rows of a table, prepared for lookup.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    named: BTreeMap<Kind, Named>,
    resources: Resources,
    /// The switched-off tools. The gate treats a switched-off tool as unknown, even if a row allows every tool.
    off: HashSet<String>,
    /// Whether some operation is public.
    has_public: bool,
}

/// The rows for one kind of operation.
#[derive(Clone, Debug, Default)]
struct Named {
    one: HashMap<Text, RowRef>,
    /// The row for every name without a row of its own.
    any: Option<RowRef>,
}

/// A row that applies to a message. `filled` has the row's scope templates with the values filled in.
#[derive(Clone, Debug)]
pub(super) struct Matched {
    pub(super) row: RowRef,
    pub(super) filled: Filled,
}

/// The rows that apply to the messages of a body. There is nearly always only one row. The first row therefore has a
/// field of its own, and needs no `Vec`.
#[derive(Debug, Default)]
pub(super) struct Found {
    first: Option<Matched>,
    more: Vec<Matched>,
}

impl Found {
    pub(super) fn push(&mut self, matched: Matched) {
        match self.first {
            None => self.first = Some(matched),
            Some(_) => self.more.push(matched),
        }
    }

    /// Fills the values of the resource's parameters into the scope templates, if the gate has a family of resources.
    pub(super) fn fill_for(&mut self, plan: &Plan) {
        for matched in self.first.iter_mut().chain(&mut self.more) {
            matched.fill_for(plan);
        }
    }

    pub(super) fn demands(&self) -> impl Iterator<Item = Demand<'_>> {
        self.first.iter().chain(&self.more).map(Matched::demand)
    }

    /// Returns the row, if there is exactly one.
    pub(super) fn only(&self) -> Option<&Matched> {
        self.first.as_ref().filter(|_| self.more.is_empty())
    }

    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Returns the row that was added last.
    pub(super) fn into_last(mut self) -> Option<Matched> {
        self.more.pop().or(self.first)
    }
}

/// Why the requirement of a message cannot be determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undecided {
    /// The tool, prompt or resource has no row, and no row covers all operations of its kind. A resource whose URI is
    /// too long counts as a resource without a row.
    Unlisted(Kind),
    /// The tool is switched off. The answer is the same as for a tool without a row.
    SwitchedOff,
    /// The method needs a row but has none: MCP does not define the method, or the method is about tasks whose owners
    /// the gate does not know.
    UnknownMethod,
    /// The message asks for completions for a URI template. The scopes in the template's row depend on variables whose
    /// values are not known yet.
    OpenTemplate,
    /// The task does not exist, or belongs to another caller.
    UnknownTask,
    /// The parameters of the message do not name its tool, prompt, resource or task. A server might still find a name
    /// elsewhere in the message, so the gate rejects the message.
    Unnamed,
}

impl Undecided {
    /// Returns the reason in words. The log shows these words, so that developers notice an operation without a row.
    const fn words(self) -> &'static str {
        match self {
            Self::Unlisted(_) | Self::UnknownMethod => {
                "refused as unknown, since no row of the MCP table applies to it"
            }
            Self::SwitchedOff => "refused as unknown, since the tool is switched off",
            Self::UnknownTask => "refused as unknown, since the caller did not start this task",
            Self::OpenTemplate => "refused, since the scopes depend on the values that are being completed",
            Self::Unnamed => "refused, since the parameters do not name what the method acts on",
        }
    }
}

impl Matched {
    pub(super) fn of(row: &RowRef) -> Self {
        Self { row: row.clone(), filled: Filled::default() }
    }

    /// Fills the values of the resource's parameters into the scope templates, if the gate has a family of resources.
    /// The scope templates of an MCP resource are already filled in, with values from the resource's URI.
    pub(super) fn fill_for(&mut self, plan: &Plan) {
        if self.filled.is_empty() && self.row.terms().has_templates() {
            self.filled = plan.fill(&self.row);
        }
    }

    pub(super) fn demand(&self) -> Demand<'_> {
        Demand::of(&self.row, &self.filled)
    }
}

impl Named {
    /// Adds a row. Returns `false` if there already was a row for the same name.
    fn add(&mut self, operation: &Operation) -> bool {
        let row = RowRef::from(operation.clone().identified().row().clone());
        match operation.which() {
            Name::One(name) => self.one.insert(name.clone(), row).is_none(),
            Name::Any => self.any.replace(row).is_none(),
        }
    }
}

impl Rules {
    /// Reads a table, and adds its problems to `problems`.
    pub(super) fn of(gate: &Gate, table: &McpTable, problems: &mut Vec<String>) -> Self {
        let mut named: BTreeMap<Kind, Named> = BTreeMap::new();
        for operation in table.operations() {
            problems.extend(faults(gate, operation));
            if !named.entry(operation.kind()).or_default().add(operation) {
                problems.push(format!("`{operation}` is in the table twice; write it once"));
            }
        }
        let resources = Resources::of(table, problems);
        problems.extend(resources.overlaps());
        let has_public = table.operations().iter().any(|operation| operation.requirement().is_public());
        Self { named, resources, off: HashSet::new(), has_public }
    }

    /// Tells whether some operation is public.
    pub(super) fn has_public(&self) -> bool {
        self.has_public
    }

    /// Tells whether callers without a token may connect.
    pub(super) fn opens_connections(&self) -> bool {
        self.one(Kind::Method, INITIALIZE).is_some_and(|matched| matched.row.requirement().is_public())
    }

    /// Makes the gate treat these tools as unknown, so that nobody can call them.
    #[cfg(feature = "rmcp")]
    pub(super) fn switch_off(&mut self, tools: &[String]) {
        self.off.extend(tools.iter().cloned());
    }

    pub(super) fn is_off(&self, tool: &str) -> bool {
        self.off.contains(tool)
    }

    /// Adds the rows of a message to `found`: first the row of its method, then the rows of its targets.
    pub(super) fn find(
        &self,
        message: &Message<'_>,
        origins: &Origins,
        found: &mut Found,
    ) -> Result<(), Undecided> {
        let method = message.method.as_deref().unwrap_or_default();
        let of_method = self.one(Kind::Method, method);
        let is_declared = of_method.is_some();
        if let Some(matched) = of_method {
            found.push(matched);
        }
        match &message.subject {
            Subject::None => {}
            Subject::Unnamed => return Err(Undecided::Unnamed),
            Subject::Foreign | Subject::AllTasks if is_declared => {}
            Subject::Foreign => found.push(self.any(Kind::Method).ok_or(Undecided::UnknownMethod)?),
            // A row for `tasks/list` declares that the server checks the owners of tasks. A row of `any_method` does
            // not declare this, and therefore does not apply here.
            Subject::AllTasks => return Err(Undecided::UnknownMethod),
            Subject::Task(id) => match origins.of(id) {
                Origin::Untold if is_declared => {}
                Origin::Untold => return Err(Undecided::UnknownMethod),
                origin => found.push(self.started(origin)?),
            },
            Subject::Tool(name) => found.push(self.tool(name)?),
            Subject::Prompt(name) | Subject::PromptCompletion(name) => found.push(self.prompt(name)?),
            Subject::Resource(uri) => found.push(self.resource(uri)?),
            Subject::ResourceCompletion(uri) => found.push(self.completed(uri)?),
            Subject::Subscriptions(topics) => {
                for uri in &topics.resources {
                    found.push(self.resource(uri)?);
                }
                for id in &topics.tasks {
                    found.push(self.started(origins.of(id))?);
                }
            }
        }
        Ok(())
    }

    /// Finds the requirement of a tool.
    pub(super) fn tool(&self, name: &str) -> Result<Matched, Undecided> {
        self.listed(Kind::Tool, name)
    }

    /// Finds the requirement of a prompt.
    pub(super) fn prompt(&self, name: &str) -> Result<Matched, Undecided> {
        self.listed(Kind::Prompt, name)
    }

    fn one(&self, kind: Kind, name: &str) -> Option<Matched> {
        self.named.get(&kind)?.one.get(name).map(Matched::of)
    }

    fn any(&self, kind: Kind) -> Option<Matched> {
        self.named.get(&kind)?.any.as_ref().map(Matched::of)
    }

    /// Finds the row of a name. If the name has no row of its own, finds the row `*` of this kind, as in
    /// `tools/call *`.
    fn listed(&self, kind: Kind, name: &str) -> Result<Matched, Undecided> {
        if kind == Kind::Tool && self.is_off(name) {
            return Err(Undecided::SwitchedOff);
        }
        self.one(kind, name).or_else(|| self.any(kind)).ok_or(Undecided::Unlisted(kind))
    }

    /// Finds the requirement of a task, which is the requirement of the tool that started the task. If the gate does
    /// not know the owners of tasks, a subscription to a task must meet the requirement of the row for `tasks/get`.
    pub(super) fn started(&self, origin: Origin<'_>) -> Result<Matched, Undecided> {
        let found = match origin {
            Origin::Untold => self.one(Kind::Method, GET_TASK),
            Origin::Nowhere => None,
            Origin::Tool(tool) => self.tool(tool).ok(),
        };
        found.ok_or(Undecided::UnknownTask)
    }

    /// Finds the requirement of a resource.
    pub(super) fn resource(&self, uri: &str) -> Result<Matched, Undecided> {
        let found = self.resources.find(uri).ok_or(Undecided::Unlisted(Kind::Resource))?;
        let of_row = self.listed(Kind::Resource, found.template())?;
        Ok(Matched { filled: found.into_filled(), ..of_row })
    }

    /// Returns the reason for a refusal in words, for the log. If the only fault of a URI is an illegal value, this
    /// reason names the allowed characters.
    pub(super) fn explain(&self, why: Undecided, subject: &Subject<'_>) -> Cow<'static, str> {
        let near = match (why, subject) {
            (Undecided::Unlisted(_), Subject::Resource(uri)) => self.resources.nearest(uri),
            _ => None,
        };
        match near.map(shown::text) {
            Some(template) => format!(
                "refused as unknown, since a value in the URI is not allowed; a variable of `{template}` matches 1 to 1,024 characters of `A-Za-z0-9._~-`, but neither `.` nor `..`"
            )
            .into(),
            None => why.words().into(),
        }
    }

    /// Finds out whether the table has rows for the URIs of a listed template. This method is for a template that has
    /// no row of its own.
    #[cfg(feature = "rmcp")]
    pub(super) fn known_as(&self, template: &str) -> KnownAs<'_> {
        self.resources.known_as(template)
    }

    /// Finds the requirement of a template. `text` is the template as written in the table, so the values of its
    /// variables are unknown.
    #[cfg(feature = "rmcp")]
    pub(super) fn template(&self, text: &str) -> Result<Matched, Undecided> {
        self.listed(Kind::Resource, text)
    }

    /// Finds the requirement for a completion request about an argument of a resource. Most of these requests name a
    /// URI template whose variables have no values yet.
    fn completed(&self, uri: &str) -> Result<Matched, Undecided> {
        match self.resources.declared(uri) {
            None => self.resource(uri),
            Some(operation) if operation.row().terms().has_templates() => Err(Undecided::OpenTemplate),
            Some(operation) => self.listed(Kind::Resource, operation.name()),
        }
    }
}

/// Tells whether the path of the gate's family has the parameter `name`.
fn has_parameter(gate: &Gate, name: &str) -> bool {
    gate.resource().is_some_and(|family| family.parameters().any(|(_, known)| known == name))
}

/// Returns the reason why an operation cannot be public, or `None` if it can be public. A row with `*` cannot be
/// public, so that no operation is public by accident.
fn unfit_for_anyone(operation: &Operation) -> Option<String> {
    let why = match (operation.which(), operation.kind()) {
        (Name::Any, _) => {
            "but covers all operations without a row; name each public operation, or declare this row `Requirement::AUTHENTICATED`"
        }
        (Name::One(name), Kind::Method) if !acts_on_nothing(name) => {
            "but the target of the method decides who may call it; declare the target public, or the method `Requirement::AUTHENTICATED`"
        }
        _ => return None,
    };
    Some(format!("`{operation}` is public, {why}"))
}

/// Lists the problems of a single row. Rows of resources are also checked in `Resources::of`.
fn faults(gate: &Gate, operation: &Operation) -> impl Iterator<Item = String> {
    let public = operation.requirement().is_public().then(|| unfit_for_anyone(operation)).flatten();
    let any_constructor = match operation.kind() {
        Kind::Tool => "any_tool",
        Kind::Prompt => "any_prompt",
        Kind::Resource => "any_resource",
        Kind::Method => "any_method",
    };
    let confusing = matches!(operation.which(), Name::One(name) if **name == *ANY).then(|| {
        format!(
            "`{ANY}` is not a name, since it means all operations without a row; write `Operation::{any_constructor}` for those"
        )
    });
    let is_filled = |template: &Text| {
        operation.kind() == Kind::Resource || parameters(template).all(|name| has_parameter(gate, name))
    };
    let template = operation.row().terms().templates().find(|template| !is_filled(template));
    let unfillable = template.map(|template| match gate.resource().filter(|resource| resource.is_family()) {
        Some(family) => {
            let pattern = family.identifier();
            format!("`{operation}` needs `{template}`, but the path of `{pattern}` lacks that parameter")
        }
        None => format!(
            "`{operation}` needs `{template}`, but only the URI template of a resource can fill that in"
        ),
    });
    public.into_iter().chain(confusing).chain(unfillable)
}
