//! Values of the host: structs, pointers and named types with methods.

use std::any::Any;

use super::{GoString, Kind, Type, Value};
use crate::{Args, Context, Error};

/// What a method or a function value takes and gives.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The types of the parameters; with `variadic`, the last one is the type of each further argument
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments
    pub variadic: bool,
}

impl Signature {
    /// A signature with a fixed number of parameters.
    pub const fn new(params: &'static [Type]) -> Signature {
        Signature {
            params,
            variadic: false,
        }
    }

    /// A signature whose last parameter takes any number of arguments.
    pub const fn variadic(params: &'static [Type]) -> Signature {
        Signature {
            params,
            variadic: true,
        }
    }
}

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

    /// Calls a method that [`method`](Object::method) knows. The arguments are checked and converted already.
    ///
    /// # Errors
    /// Whatever the method refuses; it is reported as `error calling NAME: …`.
    fn call(&self, name: &str, _args: Args, _cx: &mut Context<'_>) -> Result<Value, Error> {
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
    fn call(&self, args: Args, cx: &mut Context<'_>) -> Result<Value, Error>;

    /// The values, for a function that `range` can iterate over (`iter.Seq`, `iter.Seq2`).
    fn iterate(&self) -> Option<Iteration> {
        None
    }
}
