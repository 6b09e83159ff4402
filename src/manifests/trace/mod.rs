//! Where a value goes, and where a field comes from: the chain from a line of a values file over the line of a template to the
//! field of an object. Which fields a value reaches is found by rendering ([`Probe`](super::Probe)); the lines of templates are those that
//! read the value ([`Reads`](envlint_helm::Reads)).

mod field;
mod places;
mod value;

use envlint_yaml::Value;

use crate::resolve::EnvironmentValues;
use crate::source::Location;
use crate::values::Tree;

pub use field::{FieldOrigin, FieldTrace, trace_field};
pub use value::{End, ValueTrace, trace_value};

/// Of more values than that, no field is traced, and none is looked for that may be meant.
const MOST_VALUES: usize = 5_000;

/// Where a value is set.
#[derive(Debug)]
pub struct Set {
    /// The value's place
    pub place: Location,
    /// Whether it is a default of the chart, and not in any layer
    pub is_default: bool,
    /// The value
    pub value: Value,
}

/// Why a field cannot be traced.
#[derive(Debug, PartialEq, Eq)]
pub enum Untraced {
    /// The app has no values for this environment.
    NoValues,
    /// The app has no chart here.
    NoChart,
    /// The chart does not render in this environment.
    NotRendered,
    /// Nothing sets the value, and where there is a chart, no template reads it.
    NoValue {
        /// The path that may be meant
        near: Option<String>,
        /// The keys that environments have
        known: Vec<String>,
        /// Whether the templates are known
        is_unread: bool,
    },
    /// There is no such object; those that there are.
    NoObject(Vec<String>),
    /// The object has no such field; the keys next to it.
    NoField(Vec<String>),
    /// The environment has more values than are traced.
    TooMany,
}

pub(super) fn set_at(values: &EnvironmentValues<'_>, tree: &Tree<'_>) -> Set {
    let place = match tree.as_scalar() {
        Some(_) => tree.location(),
        None => tree.key_location(),
    };
    Set {
        is_default: !values.file.is_written_in(tree.source()),
        place,
        value: tree.to_value(),
    }
}
