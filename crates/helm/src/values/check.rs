//! The values of a chart tree against its schemas (Helm: ValidateAgainstSchema).

use envlint_gotemplate as go;

use super::instance::Instance;
use crate::convert;

/// Checks the values of a chart and of its subcharts, each against its own schema. The error is Helm's text.
pub(crate) fn check_schemas(chart: &Instance<'_>, values: &go::Map) -> Result<(), String> {
    let mut report = String::new();
    collect(chart, values, &mut report);
    if report.is_empty() {
        return Ok(());
    }
    Err(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{report}"
    ))
}

fn collect(chart: &Instance<'_>, values: &go::Map, report: &mut String) {
    if let Some(schema) = &chart.chart.schema {
        let json = serde_json::to_value(convert::map_from_go(values)).unwrap_or_default();
        if let Err(why) = schema.check(&json) {
            report.push_str(&format!("{}:\n{why}", chart.name()));
        }
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            None | Some(go::Value::Nil) => {}
            Some(go::Value::Map(values)) => collect(subchart, &values, report),
            Some(other) => {
                let name = subchart.name();
                report.push_str(&format!(
                    "{name}:\ninvalid type for values: expected object (map), got {}\n",
                    other.type_name()
                ));
            }
        }
    }
}
