//! Reads only the parts of a JSON-RPC body that affect the decision. This module does no
//! input or output.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{
    json::{self, Json, Unreadable},
    subject::{Subject, subject},
};

/// One message of a body: a request, a notification, or the answer to a request that the server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) id: Id<'a>,
    /// The method; answers have none.
    pub(crate) method: Option<Cow<'a, str>>,
    pub(crate) subject: Subject<'a>,
}

/// The identifier of a request, if the identifier has a type that MCP allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Id<'a> {
    None,
    Text(Cow<'a, str>),
    Integer(i64),
}

impl Message<'_> {
    /// Returns the identifier that the answer to this message must have. Returns `None` for a message that gets no
    /// answer: a notification, or the client's answer to a request from the server.
    pub(crate) fn request_id(&self) -> Option<Value> {
        self.method.as_ref()?;
        match &self.id {
            Id::None => None,
            Id::Text(text) => Some(text.as_ref().into()),
            Id::Integer(number) => Some((*number).into()),
        }
    }
}

/// The messages of a body. Only version 2025-03-26 of MCP has batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Messages<'a> {
    One(Message<'a>),
    Batch(Vec<Message<'a>>),
}

/// The maximum number of messages in a batch. No client needs more, and larger batches would cost time.
const MAX_BATCH: usize = 256;

impl<'a> Messages<'a> {
    /// Reads a body. Data that does not affect the decision, such as arguments, is skipped and not stored.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, Unreadable> {
        let text = str::from_utf8(body).map_err(|_| Unreadable::NotJson)?;
        if text.trim_ascii_start().starts_with('[') {
            return json::from_str(text).map(|Batch(messages)| Self::Batch(messages));
        }
        json::from_str(text).map(Self::One)
    }

    /// Returns the message, if the body is not a batch.
    pub(crate) fn single(&self) -> Option<&Message<'a>> {
        match self {
            Self::One(message) => Some(message),
            Self::Batch(_) => None,
        }
    }

    /// Returns the method, if the body is a single request or notification.
    pub(crate) fn method(&self) -> Option<&str> {
        self.single()?.method.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Message<'a>> {
        match self {
            Self::One(message) => std::slice::from_ref(message).iter(),
            Self::Batch(messages) => messages.iter(),
        }
    }
}

/// The members that affect the decision. A repeated member is rejected, because parsers differ about which value
/// applies.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    id: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    method: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    params: Json<'a, super::subject::Params<'a>>,
    #[serde(borrow, default)]
    result: Json<'a, IgnoredAny>,
    #[serde(borrow, default)]
    error: Json<'a, IgnoredAny>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Message<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Json::Object(Envelope { id, method, params, result, error }) = Json::deserialize(deserializer)?
        else {
            return Err(D::Error::custom("a message must be an object"));
        };
        if matches!((&method, &result, &error), (Json::Absent, Json::Absent, Json::Absent)) {
            return Err(D::Error::custom("a message must be a request or an answer"));
        }
        let id = match id {
            Json::Text(text) => Id::Text(text),
            Json::Integer(number) => Id::Integer(number),
            Json::Absent | Json::Object(_) | Json::Other => Id::None,
        };
        let method = match method {
            Json::Absent => None,
            Json::Text(method) => Some(method),
            _ => return Err(D::Error::custom("a method must be a string")),
        };
        let subject = method.as_deref().map_or(Subject::None, |method| subject(method, params));
        Ok(Self { id, method, subject })
    }
}

struct Batch<'a>(Vec<Message<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Batch<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BatchReader).map(Self)
    }
}

struct BatchReader;

impl<'de> Visitor<'de> for BatchReader {
    type Value = Vec<Message<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1 to {MAX_BATCH} messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut messages = Vec::new();
        while let Some(message) = list.next_element()? {
            if messages.len() == MAX_BATCH {
                return Err(A::Error::invalid_length(MAX_BATCH + 1, &self));
            }
            messages.push(message);
        }
        if messages.is_empty() {
            return Err(A::Error::invalid_length(0, &self));
        }
        Ok(messages)
    }
}

#[cfg(test)]
mod tests;
