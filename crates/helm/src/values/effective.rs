//! Effective values: what a chart will see, without rendering it.

use envlint_gotemplate as go;
use envlint_yaml::Map;

use super::coalesce::coalesce_values;
use super::dependencies::process_dependencies;
use super::{Instance, Values, ValuesError};
use crate::chart::Chart;
use crate::convert;

/// The values of a chart in one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// `.Values` of the root chart; a subchart's values are under its name. Whole numbers are integers.
    pub values: Map,
    /// What Helm logs on the way: tables that meet scalars, conditions that are no booleans.
    pub warnings: Vec<String>,
}

/// Overlays a chart's own values (and those of its enabled subcharts) with `values`, by Helm's rules.
///
/// # Errors
/// The values of a subchart are no map.
pub fn effective_values(chart: &Chart, values: &Values) -> Result<Effective, ValuesError> {
    let mut warnings = Vec::new();
    let (_, values) = prepare(chart, values, &mut warnings)?;
    Ok(Effective {
        values: convert::map_from_go(&values),
        warnings,
    })
}

/// The tree of enabled charts, and the values of its root.
pub(crate) fn prepare<'a>(
    chart: &'a Chart,
    values: &Values,
    warnings: &mut Vec<String>,
) -> Result<(Instance<'a>, go::Map), ValuesError> {
    let given = convert::map_to_go(values.as_map());
    let mut instance = Instance::new(chart);
    process_dependencies(&mut instance, &given, warnings)
        .map_err(|e| ValuesError::new(format!("chart dependencies processing failed: {e}")))?;
    let values = coalesce_values(&instance, &given, warnings).map_err(ValuesError::new)?;
    Ok((instance, values))
}
