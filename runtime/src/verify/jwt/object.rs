//! Parses JSON objects more strictly than serde does by default.

use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Number, Value, map::Entry};

/// A `T` that is parsed only from a JSON object. Without this wrapper, a struct that derives `Deserialize` also accepts
/// a list, and assigns the elements to its fields in order.
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

/// Parses an object. Fails if a member is repeated, at any depth. Parsers disagree about the value of a repeated member
/// ([RFC 8259, section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
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
        let mut members = Map::new();
        while let Some(name) = object.next_key()? {
            read_member(&mut members, name, &mut object)?;
        }
        Ok(members)
    }
}

/// Adds the member `name` to `members`, with the next value in `object`.
fn read_member<'de, A: MapAccess<'de>>(
    members: &mut Map<String, Value>,
    name: String,
    object: &mut A,
) -> Result<(), A::Error> {
    refuse_private(&name)?;
    let Entry::Vacant(place) = members.entry(name) else { return Err(twice()) };
    place.insert(object.next_value_seed(Once)?);
    Ok(())
}

/// Rejects a name that is private to `serde_json`. If an object's only member has this name, certain features of
/// `serde_json` turn the object into another kind of value, such as a number.
fn refuse_private<E: Error>(name: &str) -> Result<(), E> {
    if name.starts_with("$serde_json::private::") {
        return Err(E::custom("a member has a name that is private to serde_json"));
    }
    Ok(())
}

fn twice<E: Error>() -> E {
    E::custom("a member is repeated")
}

/// Any value without repeated members.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if name == NUMBER && members.is_empty() && numbers_come_as_objects() {
                let digits: String = object.next_value()?;
                return Number::from_str(&digits).map(Value::Number).map_err(A::Error::custom);
            }
            read_member(&mut members, name, &mut object)?;
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(Once)? {
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

/// If the program enables the feature `arbitrary_precision` of `serde_json`, numbers arrive as objects. `NUMBER` is the
/// name of the only member of these objects.
const NUMBER: &str = "$serde_json::private::Number";

/// Tells whether the program enables `arbitrary_precision`. Without this feature, `serde_json` cannot parse a number as
/// large as `1e999`.
fn numbers_come_as_objects() -> bool {
    Number::from_str("1e999").is_ok()
}

/// Checks members whose values are not needed, without storing the values. Fails if there are too many members, or if
/// an object at any depth repeats a member. `left` is the number of members that may follow, including nested ones.
/// This number must be small, because each name is compared with all earlier names of its object.
pub(super) struct Names<'de, 'a> {
    seen: Vec<Cow<'de, str>>,
    left: &'a mut usize,
}

impl<'de, 'a> Names<'de, 'a> {
    pub(super) fn of(left: &'a mut usize) -> Self {
        Self { seen: Vec::new(), left }
    }

    /// Counts a member, and fails if there are too many members.
    pub(super) fn count<E: Error>(&mut self) -> Result<(), E> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| E::custom("too many members"))?;
        Ok(())
    }

    /// Checks the member `name` and its value, which is the next value in `object`.
    pub(super) fn check<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        object: &mut A,
    ) -> Result<(), A::Error> {
        self.count()?;
        refuse_private(&name)?;
        if self.seen.contains(&name) {
            return Err(twice());
        }
        self.seen.push(name);
        object.next_value_seed(Names::of(self.left))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.seen.iter().any(|seen| seen == name)
    }
}

impl<'de> DeserializeSeed<'de> for Names<'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = object.next_key()? {
            if name == NUMBER && self.seen.is_empty() && numbers_come_as_objects() {
                return object.next_value().map(|IgnoredAny| ());
            }
            self.check(name, &mut object)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Names::of(self.left))?.is_some() {}
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

/// A string that is borrowed unless it has escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

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
            Names::of(&mut left).deserialize(&mut deserializer).map(|()| left).ok()
        };
        assert_eq!(read(r#"{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0}"#), Some(0));
        for twice in [r#"{"a":1,"\u0061":1}"#, r#"{"a":[0,{"b":{"c":1,"c":2}}]}"#] {
            assert_eq!(read(twice), None, "{twice}");
        }
        assert_eq!(read(r#"{"a":{"$serde_json::private::RawValue":"[]"}}"#), None);
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
