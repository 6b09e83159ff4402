//! The value model: what Go values look like from inside a template.

mod args;
mod data;
mod list;
mod map;
mod plain;
mod string;
mod types;

pub use data::{Args, Callable, Iteration, List, Map, Object, Value};
pub use string::GoString;
pub(crate) use string::lossy;
pub use types::{
    FloatKind, IntKind, Kind, LIST_ANY, LIST_INT, LIST_LIST, LIST_MAP, LIST_STRING, ListType,
    MAP_ANY, MAP_STRING, MapType, Signature, Type, UintKind,
};
