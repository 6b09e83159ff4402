//! Go's `text/template`: lexer, parser, tree, evaluator. It knows nothing of YAML or Helm.
//!
//! Behaviour, messages and output are those of the Go release that recorded `tests/answers.jsonl` (1.26).
//!
//! ```
//! use std::sync::Arc;
//! use envlint_gotemplate::{Functions, Limits, Map, TemplateSet, Value};
//!
//! let mut set = TemplateSet::new("root", Arc::new(Functions::new()));
//! set.parse("hello", "{{range .names}}Hello, {{.}}!\n{{end}}")?;
//!
//! let names = Value::from(vec!["a".into(), "b".into()]);
//! let data: Map = [("names", names)].into_iter().collect();
//! let out = Arc::new(set).execute("hello", data.into(), &mut (), Limits::default())?;
//! assert_eq!(out, b"Hello, a!\nHello, b!\n");
//! # Ok::<(), envlint_gotemplate::Error>(())
//! ```
//!
//! A host gives functions as tables of [`Function`], its own values as [`Object`]s, and state that functions need as
//! the `host` of an execution ([`Context::host`]). Functions call back through [`Context`].
//!
//! What differs from Go, on purpose:
//! - Complex numbers are refused. Delimiters are `{{` and `}}`.
//! - [`Limits`] end what Go would do until memory or time is gone; actions nest at most 1000 deep.
//! - Pointers and functions print one made-up address; Go's differ from run to run.
//! - A list has no capacity beyond its length, so `slice` cannot reach behind its end.
//! - The type of a nil is only known inside of the evaluator: a function with a `reflect.Value` parameter gets any nil as
//!   [`Value::Nil`].
//! - `range` over a host's number type yields plain integers.

pub mod bytes;
pub mod fmt;

mod context;
mod error;
mod exec;
mod function;
mod lex;
mod parse;
mod set;
mod stack;
mod suggest;
pub mod tree;
mod unicode;
mod value;

pub use context::{Context, Limits, Segment};
pub use error::{Error, ErrorKind, Limit, Location};
pub use function::{Args, Function, Functions, NativeFn};
pub use set::{MissingKey, TemplateSet, parse_trees};
pub use value::{
    Callable, FloatKind, GoString, IntKind, Iteration, Kind, LIST_ANY, LIST_INT, LIST_LIST,
    LIST_MAP, LIST_STRING, List, ListType, MAP_ANY, MAP_STRING, Map, MapType, Object, Signature,
    Type, UintKind, Value,
};
