//! From the tree to plain Rust types, with the place of every mistake.
//!
//! Numbers and booleans are taken where a type wants text, and numbers like `1e3` where it wants an integer, as
//! `sigs.k8s.io/yaml` does for Go's types (`appVersion: 1.16` is the text `1.16`).

mod error;
mod spanned;
mod value;

pub use error::{DeError, DeErrorKind};
pub use spanned::Spanned;

use std::borrow::Cow;

use serde::de::value::{BorrowedStrDeserializer, U64Deserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use crate::node::{Entries, Key, Kind, Node};
use crate::path::Segment;
use crate::scalar::{Resolved, key_text};
use crate::span::Span;

/// Reads a value of the tree into a type.
///
/// # Errors
/// The first mistake, with its place, its path below `node`, and for an unknown field or variant the word and the words
/// that are known. Text that goes through serde's own buffers (`flatten`, `untagged`, `tag`) has the place of the whole.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, DeError> {
    T::deserialize(node)
}

impl Node {
    fn error_at<T>(&self, result: Result<T, DeError>) -> Result<T, DeError> {
        result.map_err(|error| error.or_at(self.span()))
    }

    fn visit_any<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, DeError> {
        match self.kind() {
            Kind::Scalar(scalar) => match scalar.resolved() {
                Resolved::Null => visitor.visit_unit(),
                Resolved::Bool(value) => visitor.visit_bool(value),
                Resolved::Int(number) => match u64::try_from(number) {
                    Ok(number) => visitor.visit_u64(number),
                    Err(_) => visitor.visit_i64(number),
                },
                Resolved::UInt(number) => visitor.visit_u64(number),
                Resolved::Float(number) => visitor.visit_f64(number),
                Resolved::String(text) => visit_text(text, visitor),
            },
            Kind::Sequence(items) => visitor.visit_seq(Items {
                items: items.iter().enumerate(),
            }),
            Kind::Mapping(mapping) => visitor.visit_map(Pairs {
                entries: mapping.iter(),
                current: None,
            }),
        }
    }

    fn visit_integer<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, DeError> {
        match self.as_scalar().map(|scalar| scalar.resolved()) {
            // Every whole float below 2^53 is exact.
            Some(Resolved::Float(number))
                if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 =>
            {
                visitor.visit_i64(number as i64)
            }
            _ => self.visit_any(visitor),
        }
    }

    fn visit_as_text<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, DeError> {
        let Some(scalar) = self.as_scalar() else {
            return self.visit_any(visitor);
        };
        match scalar.resolved() {
            Resolved::UInt(number) => visitor.visit_string(number.to_string()),
            // The conversion of other numbers and of booleans is the one for keys.
            resolved => match key_text(resolved) {
                Some(text) => visit_text(text, visitor),
                None => self.visit_any(visitor),
            },
        }
    }
}

fn visit_text<'de, V: Visitor<'de>>(text: Cow<'de, str>, visitor: V) -> Result<V::Value, DeError> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

macro_rules! deserialize_as {
    ($how:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
            self.error_at(self.$how(visitor))
        })*
    };
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = DeError;

    deserialize_as!(visit_any: deserialize_any deserialize_bool deserialize_f32 deserialize_f64 deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_seq deserialize_map);
    deserialize_as!(visit_integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64);
    deserialize_as!(visit_as_text: deserialize_str deserialize_string deserialize_char deserialize_identifier);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.error_at(if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        if name == spanned::NAME {
            return visitor.visit_seq(SpannedParts::new(self.span(), Some(self)));
        }
        self.error_at(visitor.visit_newtype_struct(self))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        // Serde would take a list for the fields in their order: no file means that.
        if self.as_sequence().is_some() {
            return self.error_at(Err(DeError::invalid_type(Unexpected::Seq, &"a map")));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        let result = match self.kind() {
            Kind::Scalar(_) => visitor.visit_enum(Variant {
                name: Name::Node(self),
                content: None,
            }),
            Kind::Mapping(mapping) if mapping.len() == 1 => match mapping.iter().next() {
                Some((key, node)) => visitor.visit_enum(Variant {
                    name: Name::Key(key),
                    content: Some(node),
                }),
                None => Err(DeError::invalid_type(
                    Unexpected::Map,
                    &"a name, or a map with one key",
                )),
            },
            Kind::Mapping(_) => Err(DeError::invalid_value(
                Unexpected::Map,
                &"a name, or a map with one key",
            )),
            Kind::Sequence(_) => Err(DeError::invalid_type(
                Unexpected::Seq,
                &"a name, or a map with one key",
            )),
        };
        self.error_at(result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_unit()
    }
}

/// The items of a list.
struct Items<'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeError> {
        let Some((index, node)) = self.items.next() else {
            return Ok(None);
        };
        let value = seed
            .deserialize(node)
            .map_err(|error| error.or_at(node.span()).under(Segment::Index(index)))?;
        Ok(Some(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a map.
struct Pairs<'de> {
    entries: Entries<'de>,
    current: Option<(&'de Key, &'de Node)>,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeError> {
        self.current = self.entries.next();
        let Some((key, _)) = self.current else {
            return Ok(None);
        };
        seed.deserialize(KeyDeserializer(key))
            .map(Some)
            .map_err(|error| error.or_at(key.span()))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        let Some((key, node)) = self.current else {
            return Err(DeError::custom("a value without its key"));
        };
        seed.deserialize(node).map_err(|error| {
            error
                .or_at(node.span())
                .under(Segment::Key(key.text().to_owned()))
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key as a value of its own: text, or a number or a boolean where the type of the key is one.
struct KeyDeserializer<'de>(&'de Key);

macro_rules! parse_key {
    ($($method:ident $visit:ident $type:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
            match self.0.text().parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0.text()),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for KeyDeserializer<'de> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_borrowed_str(self.0.text())
    }

    parse_key! {
        deserialize_bool visit_bool bool;
        deserialize_i8 visit_i64 i64; deserialize_i16 visit_i64 i64; deserialize_i32 visit_i64 i64;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u64 u64; deserialize_u16 visit_u64 u64; deserialize_u32 visit_u64 u64;
        deserialize_u64 visit_u64 u64;
        deserialize_f32 visit_f64 f64; deserialize_f64 visit_f64 f64;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        if name == spanned::NAME {
            return visitor.visit_seq(SpannedParts::new(self.0.span(), Some(self)));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        visitor.visit_enum(Variant {
            name: Name::Key(self.0),
            content: None,
        })
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Where the name of a variant is written.
enum Name<'de> {
    Node(&'de Node),
    Key(&'de Key),
}

/// A variant of an enum, `name` or `name: content`.
struct Variant<'de> {
    name: Name<'de>,
    content: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DeError;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'de>), DeError> {
        let name = match self.name {
            Name::Node(node) => seed.deserialize(node),
            Name::Key(key) => {
                let text = BorrowedStrDeserializer::<DeError>::new(key.text());
                seed.deserialize(text)
                    .map_err(|error| error.or_at(key.span()))
            }
        };
        let key = match self.name {
            Name::Key(key) => Some(key.text()),
            Name::Node(_) => None,
        };
        Ok((
            name?,
            Content {
                key,
                node: self.content,
            },
        ))
    }
}

/// What stands under the name of a variant.
struct Content<'de> {
    key: Option<&'de str>,
    node: Option<&'de Node>,
}

impl<'de> Content<'de> {
    fn required<T>(self, read: impl FnOnce(&'de Node) -> Result<T, DeError>) -> Result<T, DeError> {
        let Some(node) = self.node else {
            return Err(DeError::invalid_type(
                Unexpected::UnitVariant,
                &"a map with one key",
            ));
        };
        read(node).map_err(|error| match self.key {
            Some(key) => error.or_at(node.span()).under(Segment::Key(key.to_owned())),
            None => error.or_at(node.span()),
        })
    }
}

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = DeError;

    fn unit_variant(self) -> Result<(), DeError> {
        match self.node {
            None => Ok(()),
            Some(node) => <()>::deserialize(node),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeError> {
        self.required(|node| seed.deserialize(node))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeError> {
        self.required(|node| node.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.required(|node| node.deserialize_map(visitor))
    }
}

/// What [`Spanned`] reads: start, end, value.
struct SpannedParts<D> {
    offsets: std::array::IntoIter<usize, 2>,
    value: Option<D>,
}

impl<D> SpannedParts<D> {
    fn new(span: Span, value: Option<D>) -> SpannedParts<D> {
        SpannedParts {
            offsets: [span.start, span.end].into_iter(),
            value,
        }
    }
}

impl<'de, D: Deserializer<'de, Error = DeError>> SeqAccess<'de> for SpannedParts<D> {
    type Error = DeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeError> {
        if let Some(offset) = self.offsets.next() {
            return seed
                .deserialize(U64Deserializer::<DeError>::new(offset as u64))
                .map(Some);
        }
        self.value
            .take()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}
