//! The target of a message: the tool, prompt, resource or task that its parameters name.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{
    json::Json,
    subscriptions::{Topics, Wanted},
};

/// The target of a message, with the name, URI or identifiers by which the gate finds the required scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// The message is an answer, or calls a method that has no target, such as `ping`.
    None,
    /// MCP does not define the method, so its target is unknown.
    Foreign,
    /// The method has a target, but the name of the target is missing from the parameters or is not a string.
    Unnamed,
    Tool(Cow<'a, str>),
    Prompt(Cow<'a, str>),
    Resource(Cow<'a, str>),
    /// The resources and tasks whose changes a client wants to receive.
    Subscriptions(Topics),
    Task(Cow<'a, str>),
    /// All tasks.
    AllTasks,
    /// The client asks for completions of an argument of this prompt.
    PromptCompletion(Cow<'a, str>),
    /// The client asks for completions of the URI of this resource or template.
    ResourceCompletion(Cow<'a, str>),
}

/// The parameters that name the target of a method.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Params<'a> {
    #[serde(borrow, default)]
    name: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    uri: Json<'a, IgnoredAny>,
    #[serde(borrow, default, rename = "taskId")]
    task_id: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    r#ref: Json<'a, Reference<'a>>,
    #[serde(borrow, default)]
    notifications: Json<'a, Wanted>,
}

#[derive(Debug, Default, Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default)]
    r#type: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    name: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    uri: Json<'a, IgnoredAny>,
}

/// The methods that act on a task.
const OF_TASKS: [&str; 4] = [GET_TASK, RESULT_OF_TASK, "tasks/update", "tasks/cancel"];

/// The method that opens a connection, in versions of MCP before 2026-07-28.
pub(super) const INITIALIZE: &str = "initialize";

/// The method that asks about a task. If the gate does not know which tool started a task, the row of this
/// method also applies to a subscription to the task.
pub(super) const GET_TASK: &str = "tasks/get";

/// The method that waits for the result of a task, in version 2025-11-25 of MCP.
pub(super) const RESULT_OF_TASK: &str = "tasks/result";

/// The method that lists tasks, in version 2025-11-25 of MCP.
pub(super) const LIST_TASKS: &str = "tasks/list";

/// Returns `true` for a method that does not need a row of its own. For such methods, the floor and the row of the
/// target decide whether a request is allowed.
///
/// The result is also `true` for a method about one task, such as `tasks/get`. But if the gate does not know the owners
/// of tasks, a method about one task needs a row. A table does not show whether the gate knows the owners, so this
/// function assumes that the gate knows them.
#[cfg(feature = "export")]
pub(crate) fn needs_no_row(method: &str) -> bool {
    !matches!(subject(method, Json::Absent), Subject::Foreign | Subject::AllTasks)
}

/// Returns `true` if a row made with `Operation::any_method` allows calls of `method`.
#[cfg(feature = "export")]
pub(crate) fn is_opened_by_any_method(method: &str) -> bool {
    matches!(subject(method, Json::Absent), Subject::Foreign)
}

/// Returns `true` for a method that does not act on a tool, prompt, resource or task. The result is also `true` for a
/// method that MCP does not define, because the gate cannot find a target for it.
pub(super) fn acts_on_nothing(method: &str) -> bool {
    matches!(subject(method, Json::Absent), Subject::None | Subject::Foreign)
}

/// Finds the target of a method. This function contains the only list of all methods and notifications that clients
/// send in any version of MCP. For a method that is not in the list, the function returns [`Subject::Foreign`].
pub(super) fn subject<'a>(method: &str, params: Json<'a, Params<'a>>) -> Subject<'a> {
    let params = match params {
        Json::Object(params) => params,
        _ => Params::default(),
    };
    let named = match method {
        "tools/call" => params.name.into_text().map(Subject::Tool),
        "prompts/get" => params.name.into_text().map(Subject::Prompt),
        "resources/read"
        | "resources/subscribe"
        | "resources/unsubscribe"
        | "resources/directory/read"
        | "skills/get" => params.uri.into_text().map(Subject::Resource),
        _ if OF_TASKS.contains(&method) => params.task_id.into_text().map(Subject::Task),
        LIST_TASKS => Some(Subject::AllTasks),
        "subscriptions/listen" => match params.notifications {
            Json::Object(wanted) => Some(Subject::Subscriptions(wanted.topics())),
            _ => None,
        },
        "completion/complete" => match params.r#ref {
            Json::Object(reference) => reference.subject(),
            _ => None,
        },
        INITIALIZE
        | "ping"
        | "server/discover"
        | "tools/list"
        | "prompts/list"
        | "resources/list"
        | "resources/templates/list"
        | "skills/list"
        | "logging/setLevel"
        | "notifications/initialized"
        | "notifications/cancelled"
        | "notifications/progress"
        | "notifications/roots/list_changed" => Some(Subject::None),
        _ => Some(Subject::Foreign),
    };
    named.unwrap_or(Subject::Unnamed)
}

impl<'a> Reference<'a> {
    fn subject(self) -> Option<Subject<'a>> {
        match &*self.r#type.into_text()? {
            "ref/prompt" => self.name.into_text().map(Subject::PromptCompletion),
            "ref/resource" => self.uri.into_text().map(Subject::ResourceCompletion),
            _ => None,
        }
    }
}

impl Subject<'_> {
    /// Returns the URI, if the target is a resource.
    pub(crate) fn uri(&self) -> Option<&str> {
        match self {
            Self::Resource(uri) | Self::ResourceCompletion(uri) => Some(uri),
            _ => None,
        }
    }

    /// Iterates over the identifiers of the tasks that the message names.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = &str> {
        let (one, topics) = match self {
            Self::Task(id) => (Some(&**id), None),
            Self::Subscriptions(topics) => (None, Some(topics)),
            _ => (None, None),
        };
        let subscribed = topics.into_iter().flat_map(|topics| topics.tasks.iter().map(String::as_str));
        one.into_iter().chain(subscribed)
    }

    /// Returns the name, URI or identifier of the target. Returns `None` for subscriptions, for the list of all tasks,
    /// and for a message that names no target. A client repeats this text in the header `Mcp-Name`.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Tool(name)
            | Self::Prompt(name)
            | Self::Resource(name)
            | Self::Task(name)
            | Self::PromptCompletion(name)
            | Self::ResourceCompletion(name) => Some(name),
            Self::None | Self::Foreign | Self::Unnamed | Self::AllTasks | Self::Subscriptions(_) => None,
        }
    }
}

/// Shortens a long name, for use in an answer or a log line. The name comes from a client, so it can have any length.
pub(crate) fn shortened(name: &str) -> &str {
    const MOST: usize = 128;
    name.char_indices().nth(MOST).map_or(name, |(end, _)| name.get(..end).unwrap_or_default())
}
