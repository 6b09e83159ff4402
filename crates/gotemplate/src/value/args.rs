//! What a function does with its arguments.

use super::data::{Args, List, Map, Object, Value};
use super::string::GoString;

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
        super::string::lossy(self.bytes(index))
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
