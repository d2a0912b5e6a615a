//! Reads an object whose members affect the decision, and rejects member names that other parsers could read
//! differently.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor,
        value::{CowStrDeserializer, MapAccessDeserializer},
    },
    forward_to_deserialize_any,
};

use super::Json;

/// An object that serde reads into a struct.
pub(super) struct Members<A>(pub(super) A);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Members<A> {
    type Error = A::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(Checked { members: self.0, fields })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        MapAccessDeserializer::new(self.0).deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Members whose names are checked before their values are read.
struct Checked<A> {
    members: A,
    /// The names of the members that affect the decision.
    fields: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Checked<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.members.next_key::<Json<'de, IgnoredAny>>()? else { return Ok(None) };
        let name = name.into_text().unwrap_or_default();
        if !self.fields.contains(&&*name) && (is_special(&name) || is_nearly_one_of(self.fields, &name)) {
            return Err(A::Error::custom(
                "another parser could read this name as one that affects the decision",
            ));
        }
        seed.deserialize(CowStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// Tells whether a name is private to `serde_json`. With certain features, `serde_json` treats private names specially:
/// if an object's only member has a private name, the object becomes another kind of value, for example a number.
fn is_special(name: &str) -> bool {
    name.starts_with("$serde_json::private::")
}

/// Tells whether a name differs only in case from one of `fields`. Some parsers, such as Go's `encoding/json`, ignore
/// the case of names.
fn is_nearly_one_of(fields: &[&str], name: &str) -> bool {
    let name = if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(folded(name)) };
    fields.iter().any(|field| field.eq_ignore_ascii_case(&name))
}

/// Folds the case of letters beyond ASCII: the Kelvin sign, for example, becomes `k`.
fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
