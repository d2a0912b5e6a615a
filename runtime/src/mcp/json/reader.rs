//! Parses JSON with serde, and decodes only the requested values.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};

use super::{
    cursor::{Cursor, Open},
    unreadable::Unreadable,
};

/// Parses a JSON text that consists of one value, with optional whitespace around it.
pub(crate) fn from_str<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Unreadable> {
    whole(json, |cursor| T::deserialize(cursor)).map_err(|why| {
        // If the text is not JSON, the error says so, instead of naming a problem of the message.
        let skipped = whole(json, |cursor| IgnoredAny::deserialize(cursor));
        skipped.err().unwrap_or(why)
    })
}

fn whole<'a, T>(
    json: &'a str,
    read: impl FnOnce(&mut Cursor<'a>) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    let mut cursor = Cursor::new(json);
    cursor.blank();
    let value = read(&mut cursor)?;
    cursor.blank();
    if cursor.peek().is_none() { Ok(value) } else { Err(Unreadable::NotJson) }
}

impl<'de> Deserializer<'de> for &mut Cursor<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.peek() {
            Some(b'{') => Items::within(self, b'}', |members| visitor.visit_map(members)),
            Some(b'[') => Items::within(self, b']', |items| visitor.visit_seq(items)),
            _ => {
                if let Some(text) = self.short_text() {
                    return visitor.visit_borrowed_str(text);
                }
                let value = self.value().ok_or(Unreadable::NotJson)?;
                match plain_text(value) {
                    Some(text) => visitor.visit_borrowed_str(text),
                    None => Ok(serde_json::Deserializer::from_str(value).deserialize_any(visitor)?),
                }
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        // `null` is the only JSON value that begins with `n`.
        if self.peek() != Some(b'n') {
            return visitor.visit_some(self);
        }
        self.skip().ok_or(Unreadable::NotJson)?;
        visitor.visit_none()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.skip().ok_or(Unreadable::NotJson)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier
    }
}

/// Returns the content of a string that has no escapes and no control characters. Returns `None` for any other value.
fn plain_text(value: &str) -> Option<&str> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    text.bytes().all(|byte| byte >= b' ' && byte != b'\\').then_some(text)
}

/// The items of a list, or the members of an object.
struct Items<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    open: Open,
    is_at_end: bool,
}

impl<'c, 'a> Items<'c, 'a> {
    fn within<T>(
        cursor: &'c mut Cursor<'a>,
        close: u8,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let open = cursor.open(close).ok_or(Unreadable::NotJson)?;
        let mut items = Self { cursor, open, is_at_end: false };
        let value = read(&mut items)?;
        if items.is_at_end { Ok(value) } else { Err(Unreadable::NotJson) }
    }

    fn advance(&mut self) -> Result<bool, Unreadable> {
        let goes_on = self.cursor.advance(&mut self.open).ok_or(Unreadable::NotJson)?;
        self.is_at_end = !goes_on;
        Ok(goes_on)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        if self.advance()? { seed.deserialize(&mut *self.cursor).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        if !self.advance()? {
            return Ok(None);
        }
        if self.cursor.peek() != Some(b'"') {
            return Err(Unreadable::NotJson);
        }
        seed.deserialize(&mut *self.cursor).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        self.cursor.colon().ok_or(Unreadable::NotJson)?;
        seed.deserialize(&mut *self.cursor)
    }
}
