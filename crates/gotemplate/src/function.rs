//! The functions that a host gives to its templates.

use std::fmt;

use crate::{Context, Error, GoString, List, Map, Object, Signature, Type, Value};

/// The Rust side of a template function. The arguments are counted, checked and converted to the parameters' types
/// before the call.
pub type NativeFn = fn(&mut Context<'_>, Args) -> Result<Value, Error>;

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
    /// Whether it walks over all parts of its arguments
    pub(crate) is_deep: bool,
    pub(crate) run: NativeFn,
}

impl Function {
    /// A function with a fixed number of parameters.
    pub const fn new(name: &'static str, params: &'static [Type], run: NativeFn) -> Function {
        Function {
            name,
            signature: Signature::new(params),
            is_deep: false,
            run,
        }
    }

    /// The same function as one that walks over all parts of its arguments, however deep: these are counted as steps
    /// before it runs, since a list that holds one list twice, and so on, has few parts and takes forever to walk.
    pub const fn deep(self) -> Function {
        Function {
            is_deep: true,
            ..self
        }
    }

    /// A function whose last parameter takes any number of arguments: `&[STRING, INTERFACE]` is
    /// `func(string, ...interface{})`.
    pub const fn variadic(name: &'static str, params: &'static [Type], run: NativeFn) -> Function {
        Function {
            name,
            signature: Signature::variadic(params),
            is_deep: false,
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
pub struct Functions(Vec<&'static Function>);

impl Functions {
    // Sorted by length, then by name: nearly all comparisons are of two numbers. A program that renders one chart would
    // spend more on hashing the few hundred names than on looking up those that the chart uses.
    fn search(&self, name: &str) -> Result<usize, usize> {
        fn key(name: &str) -> (usize, &str) {
            (name.len(), name)
        }
        self.0
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
                Ok(index) => self.0[index] = function,
                Err(index) => self.0.insert(index, function),
            }
        }
        self
    }

    /// Takes a function away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Functions {
        self.0.retain(|function| function.name != name);
        self
    }

    /// The host's function of this name.
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.0.get(self.search(name).ok()?).copied()
    }

    /// The names of the host's functions, in no order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|function| function.name)
    }
}

/// The arguments of a call, counted from 0.
///
/// The evaluator has checked them against the parameters' types, so `args.int(0)` on a parameter `Type::INT` is the
/// argument. An accessor for another type than the parameter's returns that type's zero value.
#[derive(Debug)]
pub struct Args(Vec<Value>);

impl Args {
    /// Arguments for a direct call of a function, as in a test.
    pub fn new(values: Vec<Value>) -> Args {
        Args(values)
    }

    /// How many there are, the variadic ones included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One argument; nil when there is none.
    pub fn get(&self, index: usize) -> &Value {
        self.0.get(index).unwrap_or(&Value::Nil)
    }

    /// One argument, moved out.
    pub fn take(&mut self, index: usize) -> Value {
        self.0
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// The arguments from `index` on: the variadic ones.
    pub fn rest(&self, index: usize) -> &[Value] {
        self.0.get(index..).unwrap_or_default()
    }

    /// All arguments.
    pub fn into_vec(self) -> Vec<Value> {
        self.0
    }

    /// A `bool`.
    pub fn bool(&self, index: usize) -> bool {
        matches!(self.get(index), Value::Bool(true))
    }

    /// A signed integer of any width.
    pub fn int(&self, index: usize) -> i64 {
        match self.get(index) {
            Value::Int(n, _) => *n,
            _ => 0,
        }
    }

    /// An unsigned integer of any width.
    pub fn uint(&self, index: usize) -> u64 {
        match self.get(index) {
            Value::Uint(n, _) => *n,
            _ => 0,
        }
    }

    /// A float of any width.
    pub fn float(&self, index: usize) -> f64 {
        match self.get(index) {
            Value::Float(n, _) => *n,
            _ => 0.0,
        }
    }

    /// A `string` as it is, bytes and all.
    pub fn string(&self, index: usize) -> GoString {
        self.get(index).as_string().cloned().unwrap_or_default()
    }

    /// The bytes of a `string` or a `[]byte`.
    pub fn bytes(&self, index: usize) -> &[u8] {
        match self.get(index) {
            Value::String(text) => text.as_bytes(),
            Value::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// A `string` as text, with U+FFFD for what is not UTF-8.
    pub fn text(&self, index: usize) -> std::borrow::Cow<'_, str> {
        crate::value::lossy(self.bytes(index))
    }

    /// A slice. (Cloning a [`List`] shares its items.)
    pub fn list(&self, index: usize) -> List {
        self.get(index)
            .as_list()
            .cloned()
            .unwrap_or_else(|| List::new(Vec::new()))
    }

    /// A map. (A clone of a [`Map`] is the same map.)
    pub fn map(&self, index: usize) -> Map {
        self.get(index).as_map().cloned().unwrap_or_default()
    }

    /// A value of the host of this Rust type.
    pub fn object<T: Object>(&self, index: usize) -> Option<&T> {
        self.get(index).downcast()
    }
}
