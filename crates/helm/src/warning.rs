//! What Helm logs while it renders, as data.

use std::fmt;

use envlint_yaml::Value;

use crate::convert;

/// Something that Helm logs and then goes on. [`Display`](fmt::Display) gives Helm's words, without the `warning:` that some
/// of them begin with.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// A chart of the new format has a `requirements.yaml` (Helm: pkg/chart/v2/loader/load.go).
    RequirementsFile,
    /// A chart of the new format has a `requirements.lock`.
    RequirementsLock,
    /// The chart says that it is deprecated (Helm: pkg/cmd/install.go).
    Deprecated,
    /// A tag that is no boolean (Helm: pkg/chart/v2/util/dependencies.go).
    Tag {
        /// The tag.
        tag: String,
        /// The dependency.
        chart: String,
    },
    /// A condition that leads to no boolean.
    Condition {
        /// The path of the condition.
        path: String,
        /// The dependency.
        chart: String,
    },
    /// Values that are to be imported are not there.
    Import {
        /// The dependency.
        chart: String,
        /// The path of the table.
        table: String,
    },
    /// `global` is no table (Helm: pkg/chart/common/util/coalesce.go).
    Global(Side),
    /// A global value would replace a table.
    GlobalTable {
        /// The key below `global`.
        key: String,
    },
    /// A global table would replace a value.
    GlobalValue {
        /// The key below `global`.
        key: String,
    },
    /// A table is given where the chart has a single value.
    Skipped {
        /// The path, the chart's name first.
        path: String,
    },
    /// The chart has a table where a single value is given.
    Overwritten {
        /// The path, the chart's name first.
        path: String,
        /// The chart's table.
        table: Value,
    },
    /// The chart has a single value where a table is given.
    Ignored {
        /// The path, the chart's name first.
        path: String,
        /// The chart's value.
        value: Value,
    },
    /// The schema of a chart refers to the network. Helm fetches it; here nothing is fetched.
    Unfetched {
        /// The chart.
        chart: String,
        /// Where the reference leads.
        reference: String,
    },
    /// A hook of an event that Helm does not know (Helm: pkg/release/v1/util/manifest_sorter.go).
    Hook {
        /// The events, as the annotation has them.
        events: String,
    },
}

/// The two tables of a merge of globals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The subchart's.
    Destination,
    /// The parent's.
    Source,
}

impl Warning {
    /// The value that it quotes, to be replaced where it must not be seen.
    pub fn value_mut(&mut self) -> Option<(&str, &mut Value)> {
        match self {
            Warning::Overwritten { path, table: value } | Warning::Ignored { path, value } => {
                Some((path, value))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::RequirementsFile => f.write_str(
                "Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.",
            ),
            Warning::RequirementsLock => f.write_str(
                "Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.",
            ),
            Warning::Deprecated => f.write_str("this chart is deprecated"),
            Warning::Unfetched { chart, reference } => write!(
                f,
                "values.schema.json refers to {reference}, which is not fetched: values are checked against the rest chart={chart}"
            ),
            Warning::Tag { tag, chart } => {
                write!(f, "returned non-bool value tag={tag} chart={chart}")
            }
            Warning::Condition { path, chart } => {
                write!(f, "returned non-bool value path={path} chart={chart}")
            }
            Warning::Import { chart, table } => write!(
                f,
                "ImportValues missing table from chart chart={chart} table={table}"
            ),
            Warning::Global(side) => {
                let side = match side {
                    Side::Destination => "destination",
                    Side::Source => "source",
                };
                write!(f, "skipping globals because {side} global is not a table.")
            }
            Warning::GlobalTable { key } => write!(f, "key {key} is table. Skipping"),
            Warning::GlobalValue { key } => {
                let key = envlint_gotemplate::fmt::quote(key.as_bytes());
                write!(f, "Conflict: cannot merge map onto non-map for {key}. Skipping.")
            }
            Warning::Skipped { path } => write!(f, "skipped value for {path}: Not a table."),
            Warning::Overwritten { path, table } => write!(
                f,
                "cannot overwrite table with non table for {path} ({})",
                printed(table)
            ),
            Warning::Ignored { path, value } => write!(
                f,
                "destination for {path} is a table. Ignoring non-table value ({})",
                printed(value)
            ),
            Warning::Hook { events } => write!(f, "skipping unknown hooks hookTypes={events}"),
        }
    }
}

/// A value of a chart as Go's `%v` prints it: numbers of files are floats.
fn printed(value: &Value) -> String {
    let value = convert::file_to_go(value);
    let text = envlint_gotemplate::fmt::sprintf("%v", &[value]).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
