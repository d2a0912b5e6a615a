//! Reads JSON objects, more strictly than serde does by itself.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Number, Value, map::Entry};

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

/// Reads an object in which no object, however deep, has two members of one name. Of two, each parser takes the one that it
/// likes ([RFC 8259, section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
pub(crate) fn read_once(json: &[u8]) -> serde_json::Result<Map<String, Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let members = deserializer.deserialize_map(AllMembers)?;
    deserializer.end()?;
    Ok(members)
}

struct AllMembers;

impl<'de> Visitor<'de> for AllMembers {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::at_most(usize::MAX);
        while let Some(name) = object.next_key()? {
            members.read(name, &mut object)?;
        }
        Ok(members.read)
    }
}

/// The members of an object that were read, and how many more it may have, with those of what it holds.
pub(super) struct Members {
    read: Map<String, Value>,
    left: usize,
}

impl Members {
    pub(super) fn at_most(left: usize) -> Self {
        Self { read: Map::new(), left }
    }

    /// Counts a member without reading it.
    pub(super) fn count<E: Error>(&mut self) -> Result<(), E> {
        self.left = self.left.checked_sub(1).ok_or_else(|| E::custom("too many members"))?;
        Ok(())
    }

    /// Reads the member `name`, of which `object` has the value next.
    pub(super) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: String,
        object: &mut A,
    ) -> Result<(), A::Error> {
        self.count()?;
        // By its features, serde_json reads objects of one such member as something else.
        if name.starts_with("$serde_json::private::") {
            return Err(A::Error::custom("a member has a name that is private to serde_json"));
        }
        let Entry::Vacant(place) = self.read.entry(name) else {
            return Err(A::Error::custom("a member stands twice"));
        };
        place.insert(object.next_value_seed(Once { left: &mut self.left })?);
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.read.contains_key(name)
    }
}

/// Any value, in which no name stands twice.
struct Once<'a> {
    left: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Members::at_most(*self.left);
        while let Some(name) = object.next_key::<String>()? {
            if name == NUMBER && members.read.is_empty() && numbers_come_as_objects() {
                let digits: String = object.next_value()?;
                return Number::from_str(&digits).map(Value::Number).map_err(A::Error::custom);
            }
            members.read(name, &mut object)?;
        }
        *self.left = members.left;
        Ok(Value::Object(members.read))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(Once { left: self.left })? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// The one member of the objects that numbers come as, in programs that turn `arbitrary_precision` of `serde_json` on.
const NUMBER: &str = "$serde_json::private::Number";

/// Tells whether the program turns it on: no other number is that large.
fn numbers_come_as_objects() -> bool {
    Number::from_str("1e999").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice_at_any_depth() {
        let check = |json: &str, expected| {
            let read = read_once(json.as_bytes());
            assert_eq!(read.is_ok(), expected, "{json}");
            if let Ok(read) = read {
                assert_eq!(Value::Object(read), json.parse::<Value>().expect("the same"), "{json}");
            }
        };
        check(r#"{"a":1,"b":[true,null,-1,1.5,"x",{"a":{}}],"":{"a":{"a":1}}}"#, true);
        check(r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":1e300,"d":"\u0041:\"{"}"#, true);
        check(r#"{"a":1,"a":1}"#, false);
        check(r#"{"a":1,"\u0061":1}"#, false);
        check(r#"{"a":[0,{"b":{"c":1,"c":2}}]}"#, false);
        check(r#"{"":0,"":0}"#, false);
        check(r#"{"a":{"$serde_json::private::RawValue":"[]"}}"#, false);
        check(r#"{"a":{"$serde_json::private::Number":"1"}}"#, false);
        check(r#"{"$serde_json::private::RawValue":"[]"}"#, false);
        check(r#"{"a":1}{"#, false);
        check("[1]", false);
        check(&format!(r#"{{"a":{}{}}}"#, "[".repeat(200), "]".repeat(200)), false);
    }

    #[test]
    fn members_are_counted_at_any_depth() {
        let read = |json: &str| {
            let mut deserializer = serde_json::Deserializer::from_str(json);
            let mut left = 8;
            Once { left: &mut left }.deserialize(&mut deserializer).map(|_| left).ok()
        };
        assert_eq!(read(r#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0}"#), Some(0));
        assert_eq!(read(r#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0}"#), None);
        assert_eq!(read(r#"{"1":{"2":0,"3":[{"4":0},{"4":0}]},"6":0}"#), Some(2));
        assert_eq!(read(r#"{"1":{"2":0,"3":[{"4":0},{"4":{"6":0}}]},"7":0,"8":0}"#), Some(0));
        assert_eq!(read(r#"{"1":{"2":0,"3":[{"4":0},{"4":{"6":{"7":0}}}]},"8":0,"9":0}"#), None);
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
