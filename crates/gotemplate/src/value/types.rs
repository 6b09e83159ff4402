//! Go types, as far as templates can see them: in messages, in `%T`, and in the checks before a call.

use std::fmt;

/// The width of a signed integer. `int` has 64 bits, as on every platform that Helm supports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IntKind {
    /// `int`
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`, which is also `rune`
    Int32,
    /// `int64`
    Int64,
}

/// The width of an unsigned integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UintKind {
    /// `uint`
    Uint,
    /// `uint8`, which is also `byte`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
}

/// The width of a float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FloatKind {
    /// `float32`; the value is kept as the `f64` of the same number
    Float32,
    /// `float64`
    Float64,
}

/// Go's `reflect.Kind`: what a value is, whatever its type is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No value: an untyped nil
    Invalid,
    /// `bool`
    Bool,
    /// `int` … `int64`
    Int(IntKind),
    /// `uint` … `uint64`
    Uint(UintKind),
    /// `float32`, `float64`
    Float(FloatKind),
    /// `string`
    String,
    /// a slice
    Slice,
    /// a map
    Map,
    /// a struct
    Struct,
    /// a pointer to a struct
    Pointer,
    /// a function
    Func,
    /// an interface
    Interface,
}

impl Kind {
    /// The name that Go's `reflect.Kind.String` gives, for example `float64` or `ptr`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int(kind) => kind.name(),
            Kind::Uint(kind) => kind.name(),
            Kind::Float(kind) => kind.name(),
            Kind::String => "string",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Struct => "struct",
            Kind::Pointer => "ptr",
            Kind::Func => "func",
            Kind::Interface => "interface",
        }
    }
}

impl IntKind {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            IntKind::Int => "int",
            IntKind::Int8 => "int8",
            IntKind::Int16 => "int16",
            IntKind::Int32 => "int32",
            IntKind::Int64 => "int64",
        }
    }

    /// The number cut to this width, as a Go conversion does.
    pub fn wrap(self, n: i64) -> i64 {
        match self {
            IntKind::Int | IntKind::Int64 => n,
            IntKind::Int8 => i64::from(n as i8),
            IntKind::Int16 => i64::from(n as i16),
            IntKind::Int32 => i64::from(n as i32),
        }
    }
}

impl UintKind {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            UintKind::Uint => "uint",
            UintKind::Uint8 => "uint8",
            UintKind::Uint16 => "uint16",
            UintKind::Uint32 => "uint32",
            UintKind::Uint64 => "uint64",
        }
    }

    /// The number cut to this width, as a Go conversion does.
    pub fn wrap(self, n: u64) -> u64 {
        match self {
            UintKind::Uint | UintKind::Uint64 => n,
            UintKind::Uint8 => u64::from(n as u8),
            UintKind::Uint16 => u64::from(n as u16),
            UintKind::Uint32 => u64::from(n as u32),
        }
    }
}

impl FloatKind {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            FloatKind::Float32 => "float32",
            FloatKind::Float64 => "float64",
        }
    }
}

/// What a method or a function value takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The types of the parameters; with `variadic`, the last one is the type of each further argument
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments
    pub variadic: bool,
    /// Why templates cannot call it, in Go's words: it has results that they have no place for
    pub refused: Option<&'static str>,
}

impl Signature {
    /// A signature with a fixed number of parameters.
    pub const fn new(params: &'static [Type]) -> Signature {
        Signature {
            params,
            variadic: false,
            refused: None,
        }
    }

    /// A signature whose last parameter takes any number of arguments.
    pub const fn variadic(params: &'static [Type]) -> Signature {
        Signature {
            params,
            variadic: true,
            refused: None,
        }
    }

    /// The same signature of what templates cannot call (text/template: `goodFunc`).
    #[must_use]
    pub const fn refused(self, why: &'static str) -> Signature {
        Signature {
            refused: Some(why),
            ..self
        }
    }
}

/// A slice type.
#[derive(PartialEq, Eq, Debug)]
pub struct ListType {
    /// Go's spelling: `[]interface {}`, or the name of a named type
    pub name: &'static str,
    /// The type of the elements
    pub elem: Type,
    /// Whether `name` is the name of a declared type, which only converts to unnamed types
    pub named: bool,
}

/// A map type. Keys are always strings.
#[derive(PartialEq, Eq, Debug)]
pub struct MapType {
    /// Go's spelling: `map[string]interface {}`, or the name of a named type
    pub name: &'static str,
    /// The type of the values
    pub elem: Type,
    /// Whether `name` is the name of a declared type, which only converts to unnamed types
    pub named: bool,
}

/// A Go type, for parameters of functions and elements of containers.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// `interface {}`: anything
    Interface,
    /// `reflect.Value`: anything, and untyped nil stays what it is
    Value,
    /// `bool`
    Bool,
    /// `string`
    String,
    /// A signed integer
    Int(IntKind),
    /// An unsigned integer
    Uint(UintKind),
    /// A float
    Float(FloatKind),
    /// `[]uint8`
    Bytes,
    /// A slice
    List(&'static ListType),
    /// A map with string keys
    Map(&'static MapType),
    /// A type of the host, by its Go name, for example `time.Time`; a leading `*` makes it a pointer, which may be nil
    Object(&'static str),
    /// A function, by Go's spelling of its type
    Func(&'static str),
    /// An interface that has methods, by its Go name. No value of a template implements it; nil may be passed for it.
    Methods(&'static str),
}

/// `[]interface {}`
pub static LIST_ANY: ListType = ListType {
    name: "[]interface {}",
    elem: Type::Interface,
    named: false,
};
/// `[]string`
pub static LIST_STRING: ListType = ListType {
    name: "[]string",
    elem: Type::String,
    named: false,
};
/// `[]int`
pub static LIST_INT: ListType = ListType {
    name: "[]int",
    elem: Type::INT,
    named: false,
};
/// `[][]interface {}`
pub static LIST_LIST: ListType = ListType {
    name: "[][]interface {}",
    elem: Type::List(&LIST_ANY),
    named: false,
};
/// `[]map[string]interface {}`
pub static LIST_MAP: ListType = ListType {
    name: "[]map[string]interface {}",
    elem: Type::Map(&MAP_ANY),
    named: false,
};
/// `map[string]interface {}`
pub static MAP_ANY: MapType = MapType {
    name: "map[string]interface {}",
    elem: Type::Interface,
    named: false,
};
/// `map[string]string`
pub static MAP_STRING: MapType = MapType {
    name: "map[string]string",
    elem: Type::String,
    named: false,
};

impl Type {
    /// `int`
    pub const INT: Type = Type::Int(IntKind::Int);
    /// `int64`
    pub const INT64: Type = Type::Int(IntKind::Int64);
    /// `float64`
    pub const FLOAT64: Type = Type::Float(FloatKind::Float64);
    /// `[]interface {}`
    pub const LIST: Type = Type::List(&LIST_ANY);
    /// `[]string`
    pub const STRINGS: Type = Type::List(&LIST_STRING);
    /// `map[string]interface {}`
    pub const MAP: Type = Type::Map(&MAP_ANY);

    /// Go's spelling of the type.
    pub fn name(self) -> &'static str {
        match self {
            Type::Interface => "interface {}",
            Type::Value => "reflect.Value",
            Type::Bool => "bool",
            Type::String => "string",
            Type::Int(kind) => kind.name(),
            Type::Uint(kind) => kind.name(),
            Type::Float(kind) => kind.name(),
            Type::Bytes => "[]uint8",
            Type::List(list) => list.name,
            Type::Map(map) => map.name,
            Type::Object(name) | Type::Func(name) | Type::Methods(name) => name,
        }
    }

    /// Whether an untyped nil may be passed for the type (Go: `canBeNil` of text/template).
    pub fn can_be_nil(self) -> bool {
        match self {
            Type::Interface
            | Type::Value
            | Type::Bytes
            | Type::List(_)
            | Type::Map(_)
            | Type::Func(_)
            | Type::Methods(_) => true,
            Type::Object(name) => name.starts_with('*'),
            Type::Bool | Type::String | Type::Int(_) | Type::Uint(_) | Type::Float(_) => false,
        }
    }

    /// Whether a value of this type may be used where `target` is asked for (Go's assignability).
    pub fn assignable_to(self, target: Type) -> bool {
        match (self, target) {
            (_, Type::Interface | Type::Value) => true,
            (Type::List(from), Type::List(to)) => {
                from == to || (from.elem == to.elem && !(from.named && to.named))
            }
            (Type::Map(from), Type::Map(to)) => {
                from == to || (from.elem == to.elem && !(from.named && to.named))
            }
            (from, to) => from == to,
        }
    }
}

impl PartialEq for Type {
    /// Types are identical when Go spells them the same: named types carry their package.
    fn eq(&self, other: &Type) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.name() == other.name()
    }
}

impl Eq for Type {}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
