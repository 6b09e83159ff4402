//! Effective values: what a chart will see.

use super::coalesce::{check_room, coalesce_values, room};
use super::dependencies::process_dependencies;
use super::draft::{Draft, DraftTable, Freeze};
use super::given::Values;
use super::instance::Instance;
use super::table::{File, Item, Table};
use crate::chart::Chart;
use crate::layer::{Layer, ValuesError};
use crate::warning::Warning;

/// What is laid over the defaults of a chart.
#[derive(Clone, Debug)]
pub struct Given<'a>(DraftTable<'a>);

impl<'a> Given<'a> {
    /// Values files, the lowest first (`helm -f`). Places in them are known by the number of the layer.
    pub fn layers(layers: impl IntoIterator<Item = &'a Layer>) -> Given<'a> {
        let tables = layers
            .into_iter()
            .enumerate()
            .map(|(index, layer)| DraftTable::of_layer(layer, File::Layer(index)));
        let merged = tables.reduce(|below, above| below.merge(above));
        Given(merged.unwrap_or_else(DraftTable::new))
    }

    /// The values alone, without any chart's below them: nulls are still there.
    pub fn table(&self) -> Table<'a> {
        Freeze::default().table(&self.0)
    }
}

impl<'a> From<&'a Values> for Given<'a> {
    /// Values that were merged already: nobody knows where they are written.
    fn from(values: &'a Values) -> Self {
        Given(DraftTable::of_map(values.as_map()))
    }
}

/// The values of a chart in one environment, with the place of each, and the subcharts that they enable.
#[derive(Debug)]
pub struct Effective<'a> {
    instance: Instance<'a>,
    values: Table<'a>,
    warnings: Vec<Warning>,
}

/// One chart of the tree that is deployed, and what it sees as `.Values`.
#[derive(Debug)]
pub struct Level<'a> {
    /// The chart.
    pub chart: &'a Chart,
    /// The keys that lead to its values from those of the root; none for the root itself.
    pub path: Vec<&'a str>,
    /// Its values; none where something else than a map stands there.
    pub values: Option<Table<'a>>,
}

impl<'a> Effective<'a> {
    /// Overlays a chart's own values (and those of its enabled subcharts) with those that are given, by Helm's rules.
    ///
    /// # Errors
    /// The values of a subchart are no map.
    pub fn overlay(chart: &'a Chart, given: Given<'a>) -> Result<Effective<'a>, ValuesError> {
        let mut warnings = Vec::new();
        let mut draft = Draft::new(chart);
        let room = room();
        let refused =
            |message: String| ValuesError::new(message).at_limit(check_room(&room).is_err());
        process_dependencies(&mut draft, &given.0, &mut warnings, &room)
            .map_err(|e| refused(format!("chart dependencies processing failed: {e}")))?;
        let values = coalesce_values(&draft, &given.0, &mut warnings, &room).map_err(refused)?;
        check_room(&room).map_err(refused)?;
        Ok(Effective {
            instance: draft.finish(),
            values: Freeze::default().table(&values),
            warnings,
        })
    }

    /// `.Values` of the root chart; a subchart's values are under its name.
    pub fn values(&self) -> &Table<'a> {
        &self.values
    }

    /// What Helm logs on the way: tables that meet scalars, conditions that are no booleans.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The charts that are deployed: the root, then its enabled subcharts, each before those that it brings.
    pub fn levels(&self) -> Vec<Level<'a>> {
        let mut levels = Vec::new();
        add_levels(&self.instance, Some(self.values.clone()), &[], &mut levels);
        levels
    }

    pub(crate) fn instance(&self) -> &Instance<'a> {
        &self.instance
    }
}

fn add_levels<'a>(
    instance: &Instance<'a>,
    values: Option<Table<'a>>,
    path: &[&'a str],
    levels: &mut Vec<Level<'a>>,
) {
    levels.push(Level {
        chart: instance.chart,
        path: path.to_vec(),
        values: values.clone(),
    });
    for subchart in &instance.dependencies {
        let below = match values
            .as_ref()
            .and_then(|values| values.get(subchart.name()))
        {
            Some(Item::Table(table)) => Some(table.clone()),
            Some(Item::Leaf(_)) | None => None,
        };
        let path = [path, &[subchart.name()]].concat();
        add_levels(subchart, below, &path, levels);
    }
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
        let effective = Effective::overlay(chart, (&values).into()).expect("effective values");
        assert_eq!(effective.values().to_json().to_string(), expected);
        let said: Vec<String> = effective
            .warnings()
            .iter()
            .map(Warning::to_string)
            .collect();
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
