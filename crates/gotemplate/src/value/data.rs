//! The types of values, which are made of each other.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::string::GoString;
use super::types::{FloatKind, IntKind, Kind, ListType, MapType, Signature, UintKind};
use crate::error::Error;

/// A Go value. Cloning is cheap: strings, lists and maps are shared.
#[derive(Clone, Default)]
pub enum Value {
    /// An untyped nil
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// A signed integer and its type
    Int(i64, IntKind),
    /// An unsigned integer and its type
    Uint(u64, UintKind),
    /// A float and its type
    Float(f64, FloatKind),
    /// `string`
    String(GoString),
    /// `[]byte`
    Bytes(Rc<[u8]>),
    /// A slice
    List(List),
    /// A map with string keys
    Map(Map),
    /// A value of the host
    Object(Rc<dyn Object>),
    /// A function
    Func(Rc<dyn Callable>),
}

/// A Go slice. Items are shared and never change; an operation that adds or removes makes a new list.
/// It dereferences to a slice of [`Value`].
#[derive(Clone)]
pub struct List(pub(super) Rc<Items>);

pub(super) struct Items {
    pub(super) ty: &'static ListType,
    pub(super) nil: bool,
    pub(super) items: Vec<Value>,
}

impl Drop for Items {
    fn drop(&mut self) {
        drop_flat(std::mem::take(&mut self.items));
    }
}

/// A Go map. Cloning shares it: a change through one clone is seen by all, as with Go's maps, which `set` and `unset` of
/// template libraries rely on. Keys are kept sorted, since Go prints and ranges over maps in the order of their keys.
#[derive(Clone)]
pub struct Map {
    pub(super) ty: &'static MapType,
    pub(super) shared: Rc<Entries>,
}

pub(super) struct Entries {
    pub(super) nil: bool,
    pub(super) entries: RefCell<BTreeMap<GoString, Value>>,
}

impl Drop for Entries {
    fn drop(&mut self) {
        drop_flat(self.entries.take().into_values().collect());
    }
}

/// Drops values without recursion: a template can nest lists a million deep.
fn drop_flat(values: Vec<Value>) {
    let nested = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
    if !values.iter().any(nested) {
        return;
    }
    let mut pending = values;
    while let Some(value) = pending.pop() {
        match value {
            Value::List(list) => pending.extend(list.into_unshared_items().unwrap_or_default()),
            Value::Map(map) => pending.extend(map.into_unshared_values().into_iter().flatten()),
            _ => {}
        }
    }
}

/// The arguments of a call, counted from 0.
///
/// The evaluator has checked them against the parameters' types, so `args.int(0)` on a parameter `Type::INT` is the
/// argument. An accessor for another type than the parameter's returns that type's zero value.
#[derive(Debug)]
pub struct Args(pub(super) Vec<Value>);

/// A value that the host defines: `time.Time`, `*semver.Version`, a chart's files.
///
/// Only [`type_name`](Object::type_name) and [`as_any`](Object::as_any) are required: the rest says what a template can
/// do with it. A struct has [`fields`](Object::fields). A named type that is a number, a string, a list or a map
/// underneath (`time.Duration` is an `int64`) returns that as [`underlying`](Object::underlying), which makes `range`,
/// `len`, `index`, comparisons and `printf "%d"` work on it.
pub trait Object: 'static {
    /// Go's name of the type, as `%T` prints it. A pointer starts with `*`.
    fn type_name(&self) -> &'static str;

    /// For downcasts in functions that take this type.
    fn as_any(&self) -> &dyn Any;

    /// Go's kind. By default that of the underlying value, else a pointer or a struct by the type's name.
    fn kind(&self) -> Kind {
        match self.underlying() {
            Some(value) => value.kind(),
            None if self.type_name().starts_with('*') => Kind::Pointer,
            None => Kind::Struct,
        }
    }

    /// The plain value of a named type that is not a struct.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// The exported fields of a struct, in the order of their declaration; they are printed in this order.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The fields as Go's encoders of JSON write them: the exported ones, under the names that the struct's tags give
    /// them, without those that are empty and tagged `omitempty`.
    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = self.fields();
        fields.retain(|(name, _)| name.starts_with(|c: char| c.is_ascii_uppercase()));
        fields
    }

    /// One field by name.
    fn field(&self, name: &str) -> Option<Value> {
        self.fields()
            .into_iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value)
    }

    /// What `String()` or `Error()` returns, when the type has one of them: `%v` and `%s` print it.
    fn string(&self) -> Option<GoString> {
        None
    }

    /// What `String()` returns when only the pointer to the type has it: an action prints it, since Go takes the address
    /// (text/template: `printValue`), while `printf` and its like show the value.
    fn addressed_string(&self) -> Option<GoString> {
        None
    }

    /// The parameters of a method, when there is one of this name. Methods win over fields and map keys.
    fn method(&self, _name: &str) -> Option<Signature> {
        None
    }

    /// How many steps a call of a method takes beyond those of its arguments and its result, where it looks at much more.
    fn cost(&self, _name: &str, _args: &[&Value]) -> u64 {
        0
    }

    /// Calls a method that [`method`](Object::method) knows. The arguments are checked and converted already.
    ///
    /// # Errors
    /// Whatever the method refuses; it is reported as `error calling NAME: …`.
    fn call(&self, name: &str, _args: Args) -> Result<Value, Error> {
        Err(Error::new(format!(
            "{} has no method {name}",
            self.type_name()
        )))
    }

    /// Go's `==` on two values of this type, when the type can be compared.
    fn equals(&self, _other: &dyn Object) -> Option<bool> {
        None
    }
}

/// What a function value yields when a template ranges over it.
pub enum Iteration {
    /// `iter.Seq`: one value at a time
    Seq(Box<dyn Iterator<Item = Value>>),
    /// `iter.Seq2`: two values at a time
    Seq2(Box<dyn Iterator<Item = (Value, Value)>>),
}

/// A function as a value: a field of data that a template calls with `call`, or ranges over.
pub trait Callable: 'static {
    /// Go's spelling of the type, for example `func(string) string`.
    fn type_name(&self) -> &'static str;

    /// The parameters.
    fn signature(&self) -> Signature;

    /// Calls the function. The arguments are checked and converted already.
    ///
    /// # Errors
    /// Whatever the function refuses.
    fn call(&self, args: Args) -> Result<Value, Error>;

    /// The values, for a function that `range` can iterate over (`iter.Seq`, `iter.Seq2`).
    fn iterate(&self) -> Option<Iteration> {
        None
    }
}
