//! The resources and tasks whose changes a client wants to receive.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

/// One request may name at most this many resources, and at most this many tasks. The limit bounds the time and memory
/// that a request takes. Real requests name fewer resources and tasks.
const MOST: usize = 256;

/// The resources and tasks that a request subscribes to. A subscription to a resource needs the scopes of the resource.
/// A subscription to a task needs the scopes of the tool that started the task. If the gate does not know the owners of
/// tasks, the subscription needs the scopes of the method `tasks/get` instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Topics {
    /// The URIs of resources.
    pub(crate) resources: Vec<String>,
    /// The identifiers of tasks.
    pub(crate) tasks: Vec<String>,
}

/// The parameters that list the subscriptions.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, rename = "resourceSubscriptions")]
    resources: Option<Names>,
    #[serde(default, rename = "taskIds")]
    tasks: Option<Names>,
}

impl Wanted {
    pub(super) fn topics(self) -> Topics {
        let list = |names: Option<Names>| names.map(|Names(names)| names).unwrap_or_default();
        Topics { resources: list(self.resources), tasks: list(self.tasks) }
    }
}

#[derive(Debug, Default)]
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MOST} names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    if names.len() == MOST {
                        return Err(A::Error::invalid_length(MOST + 1, &self));
                    }
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_seq(List)
    }
}
