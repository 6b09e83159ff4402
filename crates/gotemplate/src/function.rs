//! The functions that a host gives to its templates.

use std::fmt;

use crate::context::Context;
use crate::error::Error;
use crate::tree::FunctionRef;
use crate::value::{Args, Signature, Type, Value};

/// The Rust side of a template function. The arguments are counted, checked and converted to the parameters' types
/// before the call.
pub type NativeFn = fn(&mut dyn Context, Args) -> Result<Value, Error>;

/// A function that templates can call: its name, its Go parameter types, and what it does.
///
/// Tables of functions are statics:
///
/// ```
/// use envlint_gotemplate::{Error, Function, Functions, Type, Value};
///
/// static STRINGS: &[Function] = &[
///     // func(int, string) string
///     Function::new("trunc", &[Type::INT, Type::String], |_, args| {
///         let text = args.text(1);
///         Ok(text.chars().take(args.int(0) as usize).collect::<String>().into())
///     }),
///     // func(...interface{}) int64: the last type is that of each further argument
///     Function::variadic("count", &[Type::Interface], |_, args| Ok(Value::int64(args.len() as i64))),
///     // func(string) (string, error)
///     Function::new("fail", &[Type::String], |_, args| Err(Error::new(args.text(0)))),
/// ];
///
/// let functions = Functions::new().with(STRINGS);
/// assert!(functions.get("trunc").is_some());
/// ```
#[derive(Clone, Copy)]
pub struct Function {
    pub(crate) name: &'static str,
    pub(crate) signature: Signature,
    /// The first of the arguments that it walks over with all their parts
    pub(crate) walks_from: Option<usize>,
    pub(crate) run: NativeFn,
}

impl Function {
    /// A function with a fixed number of parameters.
    pub const fn new(name: &'static str, params: &'static [Type], run: NativeFn) -> Function {
        Function {
            name,
            signature: Signature::new(params),
            walks_from: None,
            run,
        }
    }

    /// The same function as one that walks over all parts of its arguments, however deep: these are counted as steps
    /// before it runs, since a list that holds one list twice, and so on, has few parts and takes forever to walk.
    pub const fn deep(self) -> Function {
        self.deep_from(0)
    }

    /// The same for a function that walks over its arguments from one on: what `merge` takes from its sources is all that it
    /// looks for in its destination.
    pub const fn deep_from(self, first: usize) -> Function {
        Function {
            walks_from: Some(first),
            ..self
        }
    }

    /// A function whose last parameter takes any number of arguments: `&[STRING, INTERFACE]` is
    /// `func(string, ...interface{})`.
    pub const fn variadic(name: &'static str, params: &'static [Type], run: NativeFn) -> Function {
        Function {
            name,
            signature: Signature::variadic(params),
            walks_from: None,
            run,
        }
    }

    /// The same function under another name.
    pub const fn alias(self, name: &'static str) -> Function {
        Function { name, ..self }
    }

    /// The name under which templates call it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its parameters.
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The set of functions that templates are parsed with. The builtins of text/template are always there; a function of
/// the same name replaces one, as in Go.
#[derive(Clone, Default, Debug)]
pub struct Functions {
    functions: Vec<&'static Function>,
    /// The methods of named map types, by the type's name
    methods: Vec<(&'static str, &'static [Function])>,
}

impl Functions {
    // Sorted by length, then by name: nearly all comparisons are of two numbers. A program that renders one chart would
    // spend more on hashing the few hundred names than on looking up those that the chart uses.
    fn search(&self, name: &str) -> Result<usize, usize> {
        fn key(name: &str) -> (usize, &str) {
            (name.len(), name)
        }
        self.functions
            .binary_search_by(|function| key(function.name).cmp(&key(name)))
    }

    /// Only the builtins.
    pub fn new() -> Functions {
        Functions::default()
    }

    /// Adds a table; later entries replace earlier ones of the same name.
    #[must_use]
    pub fn with(mut self, table: &'static [Function]) -> Functions {
        for function in table {
            match self.search(function.name) {
                Ok(index) => self.functions[index] = function,
                Err(index) => self.functions.insert(index, function),
            }
        }
        self
    }

    /// Gives methods to the maps of a named type. The first argument of each is the map; the parameters are the others.
    #[must_use]
    pub fn with_methods(
        mut self,
        type_name: &'static str,
        table: &'static [Function],
    ) -> Functions {
        self.methods.push((type_name, table));
        self
    }

    /// The method of a named map type.
    pub fn method(&self, type_name: &str, name: &str) -> Option<&'static Function> {
        // Keys of values mostly begin with a small letter, and Go exports no such method.
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let (_, table) = self.methods.iter().find(|(of, _)| *of == type_name)?;
        table.iter().find(|method| method.name == name)
    }

    /// Takes a function away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Functions {
        self.functions.retain(|function| function.name != name);
        self
    }

    /// The host's function of this name.
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.functions.get(self.search(name).ok()?).copied()
    }

    /// The host's function of this name, as trees have it.
    pub(crate) fn reference(&self, name: &str) -> Option<FunctionRef> {
        let place = self.search(name).ok()?;
        let name = self.at(place)?.name;
        Some(FunctionRef::Host { name, place })
    }

    /// The function at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&'static Function> {
        self.functions.get(place).copied()
    }

    /// The names of the host's functions, in no order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.functions.iter().map(|function| function.name)
    }
}
