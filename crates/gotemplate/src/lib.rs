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
//! the `host` of an [`Execution`]. Functions call back through [`Context`], which is how they see it.
//!
//! What differs from Go, on purpose:
//! - Complex numbers are refused. Delimiters are `{{` and `}}`.
//! - [`Limits`] end what Go would do until memory or time is gone; actions nest at most 1000 deep.
//! - Pointers and functions print one made-up address; Go's differ from run to run.
//! - A list has no capacity beyond its length, so `slice` cannot reach behind its end.
//! - The type of a nil is only known inside of the evaluator: a function with a `reflect.Value` parameter gets any nil as
//!   [`Value::Nil`].
//! - `range` over a host's number type yields plain integers.
//!
//! # Rooms
//!
//! From the bottom up. A room uses only what its line names; `tests/layers.rs` holds the code to this list.
//!
//! - `bytes`: searching text
//! - `unicode`: characters as Go has them
//! - `stack`: recursion without an end of the stack
//! - `suggest`: the nearest name that exists
//! - `limits`: what an execution may take
//! - `strconv`: quoted text, floats as text; uses `bytes`, `unicode`
//! - `error`: errors with their place and causes; uses `strconv`
//! - `value`: Go's values and types; uses `error`
//! - `fmt`: values as text; uses `error`, `strconv`, `unicode`, `value`
//! - `tree`: what a template is parsed into; uses `strconv`, `value`
//! - `context`: what a function sees of an execution; uses `error`, `limits`, `tree`, `value`
//! - `function`: the functions of a host; uses `context`, `error`, `tree`, `value`
//! - `lex`: from text to tokens; uses `bytes`, `strconv`, `unicode`, `value`
//! - `parse`: from tokens to trees; uses `error`, `function`, `lex`, `stack`, `strconv`, `suggest`, `tree`, `value`
//! - `set`: templates that know each other; uses `error`, `function`, `parse`, `strconv`, `tree`, `value`
//! - `exec`: the evaluator; uses `context`, `error`, `fmt`, `function`, `limits`, `set`, `stack`, `strconv`, `suggest`, `tree`, `unicode`, `value`

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

pub mod bytes;
pub mod fmt;

mod context;
mod error;
mod exec;
mod function;
mod lex;
mod limits;
mod parse;
mod set;
mod stack;
mod strconv;
mod suggest;
pub mod tree;
mod unicode;
mod value;

pub use context::Context;
pub use error::{Error, ErrorKind, Limit, Location};
pub use exec::{Execution, Origin, Traced, equal};
pub use function::{Function, Functions, NativeFn};
pub use limits::Limits;
pub use set::{MissingKey, TemplateSet, parse_trees};
pub use value::{
    Args, Callable, FloatKind, GoString, IntKind, Iteration, Kind, LIST_ANY, LIST_INT, LIST_LIST,
    LIST_MAP, LIST_STRING, List, ListType, MAP_ANY, MAP_STRING, Map, MapType, Object, Signature,
    Type, UintKind, Value,
};
