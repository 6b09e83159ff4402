//! Values: reading and merging what the user gives, overlaying it on the chart's own, dependencies, schema.

mod check;
mod coalesce;
mod dependencies;
mod effective;
mod error;
mod given;
mod instance;
mod options;
mod strvals;

pub(crate) use check::check_schemas;
pub(crate) use dependencies::table;
pub(crate) use effective::prepare;
pub use error::ValuesError;
pub use given::Values;
pub(crate) use given::read_values;
pub(crate) use instance::Instance;
pub use options::ValueOptions;
