//! `drift/missing-key`.

use std::collections::BTreeSet;

use envlint_yaml::Path;

use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::Cell;

rule! {
    /// A path that one environment has is missing in another.
    ///
    /// ## What it does
    ///
    /// Lays the values of all environments side by side and reports every path that some environments have and another
    /// lacks. With a chart, the values are the effective ones, so a key that the chart's own `values.yaml` supplies is
    /// not missing. A path below `secrets:` and a per-environment path may be missing.
    ///
    /// ## Why it matters
    ///
    /// The environments share one chart. A key that is missing in production falls back to whatever the template does
    /// without it, which nobody has tested there.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// replicas: 1
    /// monitoring: {enabled: true}
    ///
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// monitoring: {enabled: true}
    /// ```
    ///
    /// Where the path belongs to the environment, declare it in `envlint.yaml`: `perEnvironment: [{path: monitoring.**}]`.
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "drift/missing-key", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut reported: BTreeSet<(usize, Path)> = BTreeSet::new();
    for row in cx.table.iter().filter(|row| row.is_missing_somewhere()) {
        let Ok(class) = cx.declarations.classify(&row.path) else {
            continue;
        };
        if class.is_per_environment() {
            continue;
        }
        let Some((_, present)) = row.values().next() else {
            continue;
        };
        for (index, cell) in row.cells.iter().enumerate() {
            let Cell::Missing { depth } = cell else {
                continue;
            };
            let missing = Path::from_iter(row.path.segments()[..*depth].iter().cloned());
            if !reported.insert((index, missing.clone())) {
                continue;
            }
            let environment = &cx.environments[index];
            let having: Vec<&str> = row
                .values()
                .map(|(other, _)| &*cx.environments[other].environment.name)
                .collect();
            let message = format!(
                "`{missing}` is missing in {}; {} have it",
                environment.environment.name,
                having.join(", ")
            );
            let Ok(source) = &environment.file.source else {
                continue;
            };
            let location = crate::findings::Location::start_of(source);
            out.push(
                out.finding(location, message)
                    .at(missing)
                    .environment(&environment.environment.name)
                    .note(present.key_location(), "present here"),
            );
        }
    }
}
