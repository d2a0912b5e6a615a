//! Which requirement a message has: the row of its tool, prompt, resource or method, or the floor alone.

use std::collections::{
    HashMap,
    hash_map::Entry::{Occupied, Vacant},
};

use super::{
    message::Message,
    operation::{Kind, McpTable},
    subject::Subject,
    template::Template,
};
use crate::requirement::Requirement;

/// The rows of a table, ready to be looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    named: HashMap<(Kind, &'static str), Requirement>,
    templates: Vec<(Template, Requirement)>,
}

/// Why nobody can tell what a message needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undecided {
    /// No row is about the resource. A server may read one under more than one name.
    UnknownResource,
    /// A tool, prompt, resource or task is not named. A server may find a name elsewhere.
    Unnamed,
}

impl Rules {
    /// Reads a table, and adds what is wrong with it to the problems.
    pub(super) fn of(table: &McpTable, problems: &mut Vec<String>) -> Self {
        let mut rules = Self::default();
        for operation in table.operations() {
            let requirement = operation.row().requirement();
            if requirement.is_public() {
                problems.push(format!(
                    "`{operation}` is public, and the gate demands a token for everything; declare it `Requirement::AUTHENTICATED`"
                ));
            }
            if let Some(template) = operation.row().policy().templates().next() {
                problems.push(format!(
                    "`{operation}` needs `{template}`, and a message has no path to fill it in from"
                ));
            }
            match rules.named.entry((operation.kind(), operation.name())) {
                Occupied(_) => {
                    problems.push(format!("`{operation}` stands in the table twice; write it once"));
                }
                Vacant(free) => _ = free.insert(requirement),
            }
            if operation.kind() == Kind::Resource && operation.name().contains(['{', '}']) {
                match Template::parse(operation.name()) {
                    Ok(template) => rules.templates.push((template, requirement)),
                    Err(fault) => problems.push(format!("`{operation}` is no URI template: {fault}")),
                }
            }
        }
        rules
    }

    /// Finds what a message needs beyond the floor: what its method needs, and what that acts on.
    pub(super) fn requirements(
        &self,
        message: &Message<'_>,
    ) -> Result<impl Iterator<Item = Requirement> + use<>, Undecided> {
        let method = message.method.as_deref().and_then(|method| self.named(Kind::Method, method));
        let own = match &message.subject {
            Subject::None | Subject::Task(_) => None,
            Subject::Unnamed => return Err(Undecided::Unnamed),
            Subject::Tool(name) => self.named(Kind::Tool, name),
            Subject::Prompt(name) | Subject::PromptCompletion(name) => self.named(Kind::Prompt, name),
            Subject::Resource(uri) => self.resource(uri)?,
            Subject::ResourceCompletion(uri) => match self.named(Kind::Resource, uri) {
                Some(requirement) => Some(requirement),
                None => self.resource(uri)?,
            },
        };
        Ok(method.into_iter().chain(own))
    }

    fn named(&self, kind: Kind, name: &str) -> Option<Requirement> {
        self.named.get(&(kind, name)).copied()
    }

    /// A server whose table has no resource has none, or judges them itself.
    fn resource(&self, uri: &str) -> Result<Option<Requirement>, Undecided> {
        if let Some(requirement) = self.named(Kind::Resource, uri).filter(|_| !uri.contains(['{', '}'])) {
            return Ok(Some(requirement));
        }
        if let Some((_, requirement)) = self.templates.iter().find(|(template, _)| template.matches(uri)) {
            return Ok(Some(*requirement));
        }
        let declares_resources = self.named.keys().any(|(kind, _)| *kind == Kind::Resource);
        if declares_resources { Err(Undecided::UnknownResource) } else { Ok(None) }
    }
}
