//! Reads JSON objects, more strictly than serde does by itself.

use std::{borrow::Cow, collections::HashSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// A `T` that was an object. A struct that derives `Deserialize` takes a list for one, too, and reads its elements as the
/// members in their order.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnObject(PhantomData))
    }
}

struct AnObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnObject<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// Checks that no object of a JSON text has two members of one name, and that all together have `most` members. Of two, each
/// parser takes the one that it likes ([RFC 8259, section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
pub(in crate::verify) fn check_names(json: &[u8], most: usize) -> serde_json::Result<()> {
    let mut left = most;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Names { left: &mut left }.deserialize(&mut deserializer)?;
    deserializer.end()
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Names<'a> {
    left: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(Name(name)) = members.next_key()? {
            *self.left = self.left.checked_sub(1).ok_or_else(|| A::Error::custom("too many members"))?;
            // In the presence of its feature `raw_value`, serde_json reads an object of this one member as something else.
            if name == "$serde_json::private::RawValue" || !names.insert(name) {
                return Err(A::Error::custom("a member stands twice"));
            }
            members.next_value_seed(Names { left: self.left })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(Names { left: self.left })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice_at_any_depth() {
        let check = |json: &str, expected| {
            assert_eq!(check_names(json.as_bytes(), 8).is_ok(), expected, "{json}");
        };
        check(r#"{"a":1,"b":[true,null,-1,1.5,"x",{"a":{}}],"":{"a":{"a":1}}}"#, true);
        check(r#"{"a":1,"a":1}"#, false);
        check(r#"{"a":1,"\u0061":1}"#, false);
        check(r#"{"a":[0,{"b":{"c":1,"c":2}}]}"#, false);
        check(r#"{"":0,"":0}"#, false);
        check(r#"{"a":{"$serde_json::private::RawValue":"[]"}}"#, false);
        check(r#"{"a":1}{"#, false);
        check(r#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0}"#, true);
        check(r#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0}"#, false);
    }

    #[test]
    fn a_list_is_no_object() {
        #[derive(Deserialize)]
        struct Member {
            a: u8,
        }
        let read = |json| serde_json::from_str::<Object<Member>>(json).map(|Object(read)| read.a).ok();
        assert_eq!(serde_json::from_str::<Member>("[1]").map(|read| read.a).ok(), Some(1), "what serde does");
        assert_eq!([read("[1]"), read(r#"{"a":1}"#), read(r#"{"a":1,"a":1}"#)], [None, Some(1), None]);
    }
}
