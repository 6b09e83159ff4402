//! Values: reading and merging what the user gives, overlaying it on the chart's own, dependencies, schema.

mod check;
mod coalesce;
mod dependencies;
mod draft;
mod effective;
mod given;
mod instance;
mod options;
mod strvals;
mod table;

pub(crate) use check::{check_schemas, unfetched};
pub use effective::{Effective, Given, Level};
pub use given::Values;
pub(crate) use instance::Instance;
pub use options::{ReadFile, ValueOptions, read_local};
pub(crate) use table::Written;
pub use table::{File, Item, Leaf, Origin, Table};
