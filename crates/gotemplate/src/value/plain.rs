//! What can be asked of any value.

use std::fmt;
use std::rc::Rc;

use super::data::{List, Map, Object, Value};
use super::string::GoString;
use super::types::{FloatKind, IntKind, Kind, Type};

impl Value {
    /// A Go `int`.
    pub fn int(n: i64) -> Value {
        Value::Int(n, IntKind::Int)
    }

    /// A Go `int64`.
    pub fn int64(n: i64) -> Value {
        Value::Int(n, IntKind::Int64)
    }

    /// A Go `float64`.
    pub fn float64(n: f64) -> Value {
        Value::Float(n, FloatKind::Float64)
    }

    /// A Go `string`.
    pub fn string(text: impl Into<GoString>) -> Value {
        Value::String(text.into())
    }

    /// A Go `[]byte`.
    pub fn bytes(bytes: impl Into<Rc<[u8]>>) -> Value {
        Value::Bytes(bytes.into())
    }

    /// A value of the host.
    pub fn object(object: impl Object) -> Value {
        Value::Object(Rc::new(object))
    }

    /// Go's zero value of a type: empty, zero, false, or nil.
    pub fn zero(ty: Type) -> Value {
        match ty {
            Type::Interface | Type::Value | Type::Object(_) | Type::Func(_) | Type::Methods(_) => {
                Value::Nil
            }
            Type::Bool => Value::Bool(false),
            Type::String => Value::String(GoString::default()),
            Type::Int(kind) => Value::Int(0, kind),
            Type::Uint(kind) => Value::Uint(0, kind),
            Type::Float(kind) => Value::Float(0.0, kind),
            Type::Bytes => Value::Bytes(Rc::from([])),
            Type::List(ty) => Value::List(List::nil(ty)),
            Type::Map(ty) => Value::Map(Map::nil(ty)),
        }
    }

    /// Go's kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Nil => Kind::Invalid,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_, kind) => Kind::Int(*kind),
            Value::Uint(_, kind) => Kind::Uint(*kind),
            Value::Float(_, kind) => Kind::Float(*kind),
            Value::String(_) => Kind::String,
            Value::Bytes(_) | Value::List(_) => Kind::Slice,
            Value::Map(_) => Kind::Map,
            Value::Object(object) => object.kind(),
            Value::Func(_) => Kind::Func,
        }
    }

    /// The type; none for an untyped nil.
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_, kind) => Type::Int(*kind),
            Value::Uint(_, kind) => Type::Uint(*kind),
            Value::Float(_, kind) => Type::Float(*kind),
            Value::String(_) => Type::String,
            Value::Bytes(_) => Type::Bytes,
            Value::List(list) => Type::List(list.ty()),
            Value::Map(map) => Type::Map(map.ty()),
            Value::Object(object) => Type::Object(object.type_name()),
            Value::Func(func) => Type::Func(func.type_name()),
        })
    }

    /// Go's name of the type, as `%T` prints it: `<nil>` for an untyped nil.
    pub fn type_name(&self) -> &'static str {
        self.ty().map_or("<nil>", Type::name)
    }

    /// Go's truth (text/template `IsTrue`): not the zero value, not empty. Structs are always true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(n, _) => *n != 0,
            Value::Uint(n, _) => *n != 0,
            Value::Float(n, _) => *n != 0.0,
            Value::String(text) => !text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Object(object) => object.underlying().is_none_or(|value| value.is_true()),
            Value::Func(_) => true,
        }
    }

    /// Whether this is an untyped nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// The text of a Go `string`.
    pub fn as_string(&self) -> Option<&GoString> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a slice.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The host's object of this Rust type.
    pub fn downcast<T: Object>(&self) -> Option<&T> {
        match self {
            Value::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The value with a named type's underlying plain value in its place.
    pub fn plain(&self) -> Value {
        match self {
            Value::Object(object) => object.underlying().unwrap_or_else(|| self.clone()),
            _ => self.clone(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(value) => value.fmt(f),
            Value::Int(n, kind) => write!(f, "{}({n})", kind.name()),
            Value::Uint(n, kind) => write!(f, "{}({n})", kind.name()),
            Value::Float(n, kind) => write!(f, "{}({n:?})", kind.name()),
            Value::String(text) => text.fmt(f),
            Value::Bytes(bytes) => write!(f, "[]byte({bytes:?})"),
            Value::List(list) => list.fmt(f),
            Value::Map(map) => map.fmt(f),
            Value::Object(object) => f.write_str(object.type_name()),
            Value::Func(func) => f.write_str(func.type_name()),
        }
    }
}

macro_rules! from {
    ($($source:ty => |$value:ident| $target:expr),* $(,)?) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Value {
                $target
            }
        })*
    };
}

from! {
    bool => |value| Value::Bool(value),
    // Rust's i64 is Go's int64; a Go `int` is `Value::int`.
    i64 => |value| Value::int64(value),
    f64 => |value| Value::float64(value),
    &str => |value| Value::String(value.into()),
    String => |value| Value::String(value.into()),
    GoString => |value| Value::String(value),
    Vec<Value> => |value| Value::List(List::new(value)),
    List => |value| Value::List(value),
    Map => |value| Value::Map(value),
}

#[cfg(test)]
mod tests {
    use super::super::types::MapType;
    use super::*;

    #[test]
    fn maps_are_shared_and_sorted() {
        let map: Map = [("b", Value::int(2)), ("a", Value::int(1))]
            .into_iter()
            .collect();
        let alias = map.clone();
        alias.insert("c", true);
        assert_eq!(map.keys(), ["a", "b", "c"].map(GoString::from));
        assert!(map.ptr_eq(&alias));
    }

    #[test]
    fn deep_nesting_is_dropped_without_recursion() {
        let mut value = Value::Nil;
        for depth in 0..500_000 {
            value = match depth % 2 {
                0 => Value::from(vec![value]),
                _ => Value::Map([("k", value)].into_iter().collect()),
            };
        }
        drop(value);
    }

    #[test]
    fn assignability_follows_go() {
        static VALUES: MapType = MapType {
            name: "common.Values",
            elem: Type::Interface,
            named: true,
        };
        let named = Type::Map(&VALUES);
        assert!(named.assignable_to(Type::MAP));
        assert!(Type::MAP.assignable_to(named));
        assert!(!Type::STRINGS.assignable_to(Type::LIST));
        assert!(!Type::INT.assignable_to(Type::INT64));
        assert!(Type::INT.assignable_to(Type::Interface));
    }
}
