//! The reasons why a body is rejected.

use std::fmt;

use serde::de::Error;

/// Why the gate rejects a body. In each case, the service could read the body differently from the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    NotJson,
    NotAMessage,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotJson => "not JSON",
            Self::NotAMessage => "not a message",
        })
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::NotAMessage
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::NotAMessage } else { Self::NotJson }
    }
}
