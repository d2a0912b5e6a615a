//! The resources about whose changes a client wants to hear.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

/// More than one request needs, so that the time and the memory that it takes have a bound.
const MOST: usize = 256;

/// Of which changes a client wants to hear.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default, rename = "resourceSubscriptions")]
    resources: Option<Uris>,
}

impl Wanted {
    pub(super) fn resources(self) -> Vec<String> {
        self.resources.map(|Uris(uris)| uris).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Uris(Vec<String>);

impl<'de> Deserialize<'de> for Uris {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Uris;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MOST} URIs")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Uris, A::Error> {
                let mut uris = Vec::new();
                while let Some(uri) = list.next_element()? {
                    if uris.len() == MOST {
                        return Err(A::Error::invalid_length(MOST + 1, &self));
                    }
                    uris.push(uri);
                }
                Ok(Uris(uris))
            }
        }

        deserializer.deserialize_seq(List)
    }
}
