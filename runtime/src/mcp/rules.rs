//! What a message needs: the rows of its method and of its tool, prompt or resource, or the floor alone.

use std::collections::{
    BTreeMap,
    btree_map::Entry::{Occupied, Vacant},
};

use super::{
    message::Message,
    operation::{ANY, Kind, McpTable, Name, Operation},
    resources::Resources,
    subject::Subject,
};
use crate::scope::{Filled, Policy};

/// The rows of a table, ready to be looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    named: BTreeMap<(Kind, Name<'static>), Policy>,
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
    /// No row is about the tool, prompt or resource, nor about all of its kind.
    Unlisted(Kind),
    /// No row is about the method, and MCP has none of that name that acts on nothing.
    UnknownMethod,
    /// The values of a template are completed that its scopes are made of, so there are no scopes yet.
    OpenTemplate,
    /// A tool, prompt, resource or task is not named. A server may find a name elsewhere.
    Unnamed,
}

impl Undecided {
    /// What a program may want to know of it that has an operation without a row.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Unlisted(_) | Self::UnknownMethod => {
                "refused as unknown, since no row of the MCP table is about it"
            }
            Self::OpenTemplate => "refused, since the scopes depend on values that are still to be completed",
            Self::Unnamed => "refused, since the parameters do not name what the method acts on",
        }
    }
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
            match named.entry((operation.kind(), operation.which())) {
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
        let method = message.method.as_deref().unwrap_or_default();
        let of_method = self.named(Kind::Method, Name::One(method));
        let is_declared = of_method.is_some();
        needs.extend(of_method);
        match &message.subject {
            Subject::None => {}
            Subject::Unnamed => return Err(Undecided::Unnamed),
            Subject::Foreign | Subject::Task(_) if is_declared => {}
            Subject::Foreign | Subject::Task(_) => {
                needs.push(self.named(Kind::Method, Name::Any).ok_or(Undecided::UnknownMethod)?);
            }
            Subject::Tool(name) => needs.push(self.listed(Kind::Tool, name)?),
            Subject::Prompt(name) | Subject::PromptCompletion(name) => {
                needs.push(self.listed(Kind::Prompt, name)?);
            }
            Subject::Resource(uri) => needs.push(self.resource(uri)?),
            Subject::ResourceCompletion(uri) => needs.push(self.completed(uri)?),
            Subject::Subscriptions(uris) => {
                for uri in uris {
                    needs.push(self.resource(uri)?);
                }
            }
        }
        Ok(())
    }

    fn named(&self, kind: Kind, name: Name<'_>) -> Option<Need> {
        self.named.get(&(kind, name)).copied().map(Need::from)
    }

    /// Finds the row of a name, or that for all names without one.
    fn listed(&self, kind: Kind, name: &str) -> Result<Need, Undecided> {
        let found = self.named(kind, Name::One(name)).or_else(|| self.named(kind, Name::Any));
        found.ok_or(Undecided::Unlisted(kind))
    }

    fn resource(&self, uri: &str) -> Result<Need, Undecided> {
        let found = self.resources.find(uri).ok_or(Undecided::Unlisted(Kind::Resource))?;
        Ok(Need { policy: found.policy(), filled: found.into_filled() })
    }

    /// What is completed is mostly a template, which has no values.
    fn completed(&self, uri: &str) -> Result<Need, Undecided> {
        match self.resources.declared(uri).map(|operation| operation.row().policy()) {
            None => self.resource(uri),
            Some(policy) if policy.templates().next().is_none() => Ok(policy.into()),
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
    let any_constructor = match operation.kind() {
        Kind::Tool => "any_tool",
        Kind::Prompt => "any_prompt",
        Kind::Resource => "any_resource",
        Kind::Method => "any_method",
    };
    let confusing = (operation.which() == Name::One(ANY)).then(|| {
        format!(
            "`{ANY}` is no name, as it stands for all that have no row; write `Operation::{any_constructor}` for those"
        )
    });
    let template = operation.row().policy().templates().find(|_| operation.kind() != Kind::Resource);
    let unfillable = template.map(|template| {
        format!("`{operation}` needs `{template}`, and only the URI template of a resource can fill that in")
    });
    public.into_iter().chain(confusing).chain(unfillable)
}
