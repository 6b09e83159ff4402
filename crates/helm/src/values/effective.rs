//! Effective values: what a chart will see, without rendering it.

use envlint_gotemplate as go;
use envlint_yaml::Map;

use super::coalesce::coalesce_values;
use super::dependencies::process_dependencies;
use super::{Instance, Values, ValuesError};
use crate::chart::Chart;
use crate::convert;
use crate::warning::Warning;

/// The values of a chart in one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// `.Values` of the root chart; a subchart's values are under its name. Whole numbers are integers.
    pub values: Map,
    /// What Helm logs on the way: tables that meet scalars, conditions that are no booleans.
    pub warnings: Vec<Warning>,
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
    warnings: &mut Vec<Warning>,
) -> Result<(Instance<'a>, go::Map), ValuesError> {
    let given = convert::map_to_go(values.as_map());
    let mut instance = Instance::new(chart);
    process_dependencies(&mut instance, &given, warnings)
        .map_err(|e| ValuesError::new(format!("chart dependencies processing failed: {e}")))?;
    let values = coalesce_values(&instance, &given, warnings).map_err(ValuesError::new)?;
    Ok((instance, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(files: &[(&str, &str)]) -> Chart {
        let files = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        Chart::from_files(files.collect()).expect("a chart")
    }

    fn check(chart: &Chart, values: &str, expected: &str, warnings: &[&str]) {
        let values = Values::read(values.as_bytes()).expect("values");
        let effective = effective_values(chart, &values).expect("effective values");
        assert_eq!(
            serde_json::to_string(&effective.values).expect("json"),
            expected
        );
        let said: Vec<String> = effective.warnings.iter().map(Warning::to_string).collect();
        assert_eq!(said, warnings);
    }

    #[test]
    fn values_files_are_overlaid_by_helms_rules() {
        let plain = chart(&[
            ("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n"),
            (
                "values.yaml",
                "replicas: 1\nimage: {tag: '1.0', pull: Always}\nlist: [1, 2]\nratio: 1.5\n",
            ),
        ]);
        let all =
            r#"{"image":{"pull":"Always","tag":"1.0"},"list":[1,2],"ratio":1.5,"replicas":1}"#;
        check(&plain, "", all, &[]);
        check(
            &plain,
            "replicas: 12345678\nimage: {tag: '2.0', pull: null}\nlist: [3]\nratio: null\n",
            r#"{"image":{"tag":"2.0"},"list":[3],"replicas":12345678}"#,
            &[],
        );
        check(
            &plain,
            "replicas: {a: 1}\n",
            r#"{"image":{"pull":"Always","tag":"1.0"},"list":[1,2],"ratio":1.5,"replicas":{"a":1}}"#,
            &["skipped value for demo.replicas: Not a table."],
        );
    }

    #[test]
    fn disabled_subcharts_leave_no_values() {
        let parent = chart(&[
            (
                "Chart.yaml",
                "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0, condition: sub.enabled}]\n",
            ),
            (
                "charts/sub/Chart.yaml",
                "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
            ),
            ("charts/sub/values.yaml", "port: 80\n"),
        ]);
        check(&parent, "", r#"{"sub":{"global":{},"port":80}}"#, &[]);
        check(
            &parent,
            "sub: {enabled: false}\n",
            r#"{"sub":{"enabled":false}}"#,
            &[],
        );
    }

    #[test]
    fn charts_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Chart>();
        shared::<crate::Rendered>();
        shared::<crate::Error>();
    }
}
