//! Tasks that belong to principals. Only the caller who started a task may ask about the task. The caller's
//! token must grant the scopes of the tool that started the task.
//!
//! For a server made with `McpServer`, the gate binds the identifiers of tasks to principals. The identifier that
//! clients see contains the name of the tool, the server's own identifier of the task, and a MAC. The MAC covers the
//! tool's name, the server's own identifier and the principal. For any other server, the program can set a function
//! that returns the owner of a task. Without this function, a request about a task is allowed only if the request's
//! method, such as `tasks/get`, has a row.

use std::{fmt, pin::Pin, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    binding::{Binding, Kind, MAX_IDENTIFIER, Owner},
    message::Messages,
};
use crate::token::Principal;

/// How the gate learns who owns a task.
#[derive(Clone)]
pub(super) enum Tasks {
    /// The gate does not know the owner, but perhaps the server does.
    Unknown,
    /// The identifier of the task contains a MAC, by which the gate recognizes the owner.
    #[cfg_attr(
        not(feature = "rmcp"),
        expect(dead_code, reason = "only rmcp's results are the gate's to change")
    )]
    Bound,
    /// The program's function returns the owner.
    Told(Arc<dyn Ask>),
}

/// The principal who started a task of an MCP server, and the tool that the principal called to start the task;
/// see [`McpLayer::tasks`](crate::mcp::McpLayer::tasks).
///
/// # Examples
///
/// ```
/// use scopegate::{Access, mcp::TaskOwner};
///
/// /// Returns the owner of a task that a call to the tool starts. The server stores the owner with the task.
/// fn owner(access: &Access) -> Option<TaskOwner> {
///     access.principal().map(|principal| TaskOwner::new(principal.clone(), "export_files"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskOwner {
    principal: Principal,
    tool: String,
}

impl TaskOwner {
    /// Makes the `TaskOwner` of a task that `principal` started with a call to `tool`.
    #[must_use]
    pub fn new(principal: Principal, tool: impl Into<String>) -> Self {
        Self { principal, tool: tool.into() }
    }
}

/// The program's function that returns the owner of a task.
pub(super) trait Ask: Send + Sync {
    fn ask(&self, id: &str) -> Pin<Box<dyn Future<Output = Option<TaskOwner>> + Send>>;
}

impl<F, A> Ask for F
where
    F: Fn(String) -> A + Send + Sync,
    A: Future<Output = Option<TaskOwner>> + Send + 'static,
{
    fn ask(&self, id: &str) -> Pin<Box<dyn Future<Output = Option<TaskOwner>> + Send>> {
        Box::pin(self(id.to_owned()))
    }
}

/// What the gate knows about the tasks that a body names.
#[derive(Debug, Default)]
pub(super) enum Origins {
    /// The owners are unknown.
    #[default]
    Untold,
    /// Each task, with the tool that this caller used to start the task. The tool is `None` if this caller did not
    /// start the task.
    Told(Vec<(String, Option<String>)>),
}

/// The origin of one task: the tool whose call started the task, if the gate knows this tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    Untold,
    /// The caller has no task with this identifier.
    Nowhere,
    /// The caller started the task with a call to this tool.
    Tool(&'a str),
}

impl Origins {
    /// Returns the origins for a caller without a token. Such a caller has started no task, so the list is empty.
    pub(super) const fn of_nobody() -> Self {
        Self::Told(Vec::new())
    }

    pub(super) fn of(&self, id: &str) -> Origin<'_> {
        let Self::Told(known) = self else { return Origin::Untold };
        let tool = known.iter().find(|(known, _)| known == id).and_then(|(_, tool)| tool.as_deref());
        tool.map_or(Origin::Nowhere, Origin::Tool)
    }
}

impl Tasks {
    /// Finds the origin of each task that a body names. The origin is the tool with which the caller started the task.
    pub(super) async fn origins(
        &self,
        binding: &Binding,
        caller: Option<Owner<'_>>,
        messages: &Messages<'_>,
    ) -> Origins {
        if matches!(self, Self::Unknown) {
            return Origins::Untold;
        }
        let mut known: Vec<(String, Option<String>)> = Vec::new();
        for id in messages.iter().flat_map(|message| message.subject.tasks()) {
            if known.iter().any(|(known, _)| known == id) {
                continue;
            }
            let tool = match caller {
                Some(caller) if id.len() <= MAX_IDENTIFIER => self.tool(binding, caller, id).await,
                _ => None,
            };
            known.push((id.to_owned(), tool));
        }
        Origins::Told(known)
    }

    async fn tool(&self, binding: &Binding, caller: Owner<'_>, id: &str) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::Bound => open(binding, caller, id).map(|task| task.tool),
            Self::Told(asked) => {
                let owner = asked.ask(id).await?;
                Some(owner.tool).filter(|_| owner.principal == *caller.principal)
            }
        }
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "Unknown",
            Self::Bound => "Bound",
            Self::Told(_) => "Told",
        })
    }
}

/// The content of a task identifier.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Task<'a> {
    pub(super) tool: String,
    /// The server's own identifier.
    pub(super) id: &'a str,
}

/// Makes the identifier that clients see for a task that `owner` started with a call to `tool`.
#[cfg(any(feature = "rmcp", test))]
pub(super) fn seal(binding: &Binding, owner: Owner<'_>, tool: &str, id: &str) -> String {
    let tag = binding.tag(Kind::Task, owner, &[tool, id]);
    format!("{}.{id}.{tag}", BASE64_URL_SAFE_NO_PAD.encode(tool))
}

/// Parses the identifier of one of `owner`'s tasks. Returns `None` for a task of another owner.
pub(super) fn open<'a>(binding: &Binding, owner: Owner<'_>, id: &'a str) -> Option<Task<'a>> {
    if id.len() > MAX_IDENTIFIER {
        return None;
    }
    let (tool, rest) = id.split_once('.')?;
    let (id, tag) = rest.rsplit_once('.')?;
    let tool = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(tool).ok()?).ok()?;
    binding.is_tag(Kind::Task, owner, &[&tool, id], tag).then_some(Task { tool, id })
}

#[cfg(test)]
mod tests;
