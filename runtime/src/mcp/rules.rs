//! What a message needs: the rows of its method and of its tool, prompt or resource, or the floor alone.

use std::collections::{
    BTreeMap,
    btree_map::Entry::{Occupied, Vacant},
};

use super::{
    message::Message,
    operation::{Kind, McpTable, Operation},
    resources::Resources,
    subject::Subject,
};
use crate::scope::{Filled, Policy};

/// The rows of a table, ready to be looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    named: BTreeMap<(Kind, &'static str), Policy>,
    resources: Resources,
}

/// What a row asks for in one request.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) policy: Policy,
    pub(super) filled: Filled,
}

/// Why nobody can tell what a message needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undecided {
    /// No row is about the resource. A server may read one under more than one name.
    UnknownResource,
    /// The values of a template are completed that its scopes are made of, so there are no scopes yet.
    OpenTemplate,
    /// A tool, prompt, resource or task is not named. A server may find a name elsewhere.
    Unnamed,
}

impl From<Policy> for Need {
    fn from(policy: Policy) -> Self {
        Self { policy, filled: Filled::default() }
    }
}

impl Rules {
    /// Reads a table, and adds what is wrong with it to the problems.
    pub(super) fn of(table: &McpTable, problems: &mut Vec<String>) -> Self {
        let mut named = BTreeMap::new();
        for operation in table.operations() {
            problems.extend(faults(operation));
            match named.entry((operation.kind(), operation.name())) {
                Occupied(_) => {
                    problems.push(format!("`{operation}` stands in the table twice; write it once"));
                }
                Vacant(free) => _ = free.insert(operation.row().policy()),
            }
        }
        let resources = Resources::of(table, problems);
        problems.extend(resources.overlaps());
        Self { named, resources }
    }

    /// Adds what a message needs beyond the floor: what its method needs, and what that acts on, which comes last.
    pub(super) fn find(&self, message: &Message<'_>, needs: &mut Vec<Need>) -> Result<(), Undecided> {
        needs.extend(message.method.as_deref().and_then(|method| self.named(Kind::Method, method)));
        match &message.subject {
            Subject::None | Subject::Task(_) => {}
            Subject::Unnamed => return Err(Undecided::Unnamed),
            Subject::Tool(name) => needs.extend(self.named(Kind::Tool, name)),
            Subject::Prompt(name) | Subject::PromptCompletion(name) => {
                needs.extend(self.named(Kind::Prompt, name));
            }
            Subject::Resource(uri) => needs.extend(self.resource(uri)?),
            Subject::ResourceCompletion(uri) => needs.extend(self.completed(uri)?),
            Subject::Subscriptions(uris) => {
                for uri in uris {
                    needs.extend(self.resource(uri)?);
                }
            }
        }
        Ok(())
    }

    fn named(&self, kind: Kind, name: &str) -> Option<Need> {
        self.named.get(&(kind, name)).copied().map(Need::from)
    }

    /// A server whose table has no resource has none, or judges them itself.
    fn resource(&self, uri: &str) -> Result<Option<Need>, Undecided> {
        match self.resources.find(uri) {
            Some(found) => Ok(Some(Need { policy: found.policy(), filled: found.into_filled() })),
            None if self.resources.is_empty() => Ok(None),
            None => Err(Undecided::UnknownResource),
        }
    }

    /// What is completed is mostly a template, which has no values.
    fn completed(&self, uri: &str) -> Result<Option<Need>, Undecided> {
        match self.resources.declared(uri).map(|operation| operation.row().policy()) {
            None => self.resource(uri),
            Some(policy) if policy.templates().next().is_none() => Ok(Some(policy.into())),
            Some(_) => Err(Undecided::OpenTemplate),
        }
    }
}

/// What is wrong with a row by itself; resources have more to say of their scopes.
fn faults(operation: &Operation) -> impl Iterator<Item = String> {
    let is_public = operation.row().requirement().is_public();
    let public = is_public.then(|| {
        format!("`{operation}` is public, and the gate demands a token for everything; declare it `Requirement::AUTHENTICATED`")
    });
    let template = operation.row().policy().templates().find(|_| operation.kind() != Kind::Resource);
    let unfillable = template.map(|template| {
        format!("`{operation}` needs `{template}`, and only the URI template of a resource can fill that in")
    });
    public.into_iter().chain(unfillable)
}
