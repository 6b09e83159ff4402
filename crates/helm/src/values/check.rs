//! The values of a chart tree against its schemas (Helm: ValidateAgainstSchema).

use super::instance::Instance;
use super::table::{Item, Table};
use crate::schema::Schema;
use crate::warning::Warning;

/// Checks the values of a chart and of its subcharts, each against its own schema. The error is Helm's text.
pub(crate) fn check_schemas(chart: &Instance<'_>, values: &Table<'_>) -> Result<(), String> {
    let mut report = String::new();
    collect(chart, values, &mut report);
    if report.is_empty() {
        return Ok(());
    }
    Err(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{report}"
    ))
}

fn collect(chart: &Instance<'_>, values: &Table<'_>, report: &mut String) {
    if let Some(schema) = &chart.chart.schema
        && let Err(why) = schema.check(&values.to_json())
    {
        report.push_str(&format!("{}:\n{why}", chart.name()));
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            Some(Item::Table(values)) => collect(subchart, values, report),
            None => {}
            Some(Item::Leaf(leaf)) if leaf.is_null() => {}
            Some(Item::Leaf(leaf)) => {
                let (name, kind) = (subchart.name(), leaf.to_go().type_name());
                report.push_str(&format!(
                    "{name}:\ninvalid type for values: expected object (map), got {kind}\n"
                ));
            }
        }
    }
}

/// The references of the charts' schemas to the network, which nothing fetches.
pub(crate) fn unfetched(chart: &Instance<'_>, warnings: &mut Vec<Warning>) {
    let compiled = chart.chart.schema.as_ref().map(Schema::compiled);
    if let Some(Ok(schema)) = compiled {
        let references = schema.unfetched().iter();
        warnings.extend(references.map(|reference| Warning::Unfetched {
            chart: chart.name().to_owned(),
            reference: reference.clone(),
        }));
    }
    for subchart in &chart.dependencies {
        unfetched(subchart, warnings);
    }
}
