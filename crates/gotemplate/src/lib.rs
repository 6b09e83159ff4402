//! Go's `text/template`: lexer, parser, tree, evaluator. It knows nothing of YAML or Helm.

pub mod fmt;

mod context;
mod error;
mod exec;
mod function;
mod lex;
mod parse;
mod set;
mod suggest;
pub mod tree;
mod unicode;
mod value;

pub use context::{Context, Limits};
pub use error::{Error, ErrorKind, Limit, Location};
pub use function::{Args, Function, Functions, NativeFn};
pub use set::{MissingKey, TemplateSet, parse_trees};
pub use value::{
    Callable, FloatKind, GoString, IntKind, Iteration, Kind, LIST_ANY, LIST_INT, LIST_LIST,
    LIST_MAP, LIST_STRING, List, ListType, MAP_ANY, MAP_STRING, Map, MapType, Object, Signature,
    Type, UintKind, Value,
};
