//! Finding apps by convention, where no configuration lists them.

use std::collections::BTreeMap;

use super::Environment;
use super::app::PLACEHOLDER;
use crate::naming::known_names;

/// An app that was found: the directory it belongs to and the values files in it.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundApp {
    /// The directory, relative to the workspace's root, with `/`; empty for the root itself.
    pub directory: String,
    /// The directory of the chart at or above it, if there is one.
    pub chart: Option<String>,
    /// Environment name and values file, relative to the root.
    pub values: Vec<(String, String)>,
}

/// Groups the files of a workspace into apps by the names of the files.
///
/// `declared` are the environments of the configuration; without any, the known names are looked for.
pub fn discover(files: &[String], declared: &[Environment]) -> Vec<FoundApp> {
    let is_environment = |name: &str| match declared {
        [] => known_names().any(|known| known == name),
        declared => declared
            .iter()
            .flat_map(Environment::names)
            .any(|known| known == name),
    };
    let mut apps: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut charts: Vec<String> = Vec::new();
    for relative in files {
        let (directory, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        if name == "Chart.yaml" {
            charts.push(directory.to_owned());
        } else if let Some((app, environment)) = convention(relative, &is_environment) {
            apps.entry(app.to_owned())
                .or_default()
                .push((environment.to_owned(), relative.clone()));
        }
    }
    charts.sort_by_key(|chart| std::cmp::Reverse(chart.len()));
    apps.into_iter()
        .map(|(directory, mut values)| {
            values.sort();
            let chart = charts
                .iter()
                .find(|chart| is_at_or_below(&directory, chart))
                .cloned();
            FoundApp {
                directory,
                chart,
                values,
            }
        })
        .collect()
}

/// The one chart below the directory that a pattern of values files belongs to, where there is exactly one: `chart/`
/// beside `environments/{env}.yaml`. Discovery does not take it for the app's own; a person may.
pub(super) fn chart_below<'f>(files: &'f [String], pattern: &str) -> Option<&'f str> {
    let (app, _) = convention(pattern, &|name| name == PLACEHOLDER)?;
    let charts: Vec<&str> = files
        .iter()
        .filter_map(|file| file.strip_suffix("/Chart.yaml"))
        .filter(|chart| is_at_or_below(chart, app))
        .collect();
    let is_outermost = |chart: &&&str| {
        let others = charts.iter().filter(|other| *other != *chart);
        others
            .into_iter()
            .all(|other| !is_at_or_below(chart, other))
    };
    let mut outermost = charts.iter().filter(is_outermost);
    outermost
        .next()
        .filter(|_| outermost.next().is_none())
        .copied()
}

fn is_at_or_below(directory: &str, chart: &str) -> bool {
    chart.is_empty()
        || directory == chart
        || directory
            .strip_prefix(chart)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The app's directory and the environment that a file's path tells by one of the six conventions.
fn convention<'a>(
    path: &'a str,
    is_environment: &dyn Fn(&str) -> bool,
) -> Option<(&'a str, &'a str)> {
    let stem = path
        .strip_suffix(".yaml")
        .or_else(|| path.strip_suffix(".yml"))?;
    let (directory, name) = split(stem);
    if name == "values" {
        // environments/<env>/values.yaml, <env>/values.yaml
        let (above, environment) = split(directory);
        let app = below(above, "environments").unwrap_or(above);
        return is_environment(environment).then_some((app, environment));
    }
    if let Some(environment) = name
        .strip_prefix("values-")
        .or_else(|| name.strip_prefix("values."))
    {
        return is_environment(environment).then_some((directory, environment));
    }
    // environments/<env>.yaml, values/<env>.yaml
    let app = below(directory, "environments").or_else(|| below(directory, "values"))?;
    is_environment(name).then_some((app, name))
}

/// The parent of a path whose last part is `folder`.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let (above, last) = split(path);
    (last == folder).then_some(above)
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventions_tell_app_and_environment() {
        let known = |name: &str| known_names().any(|known| known == name);
        for (path, expected) in [
            ("environments/dev/values.yaml", Some(("", "dev"))),
            ("environments/prod.yaml", Some(("", "prod"))),
            ("values-staging.yaml", Some(("", "staging"))),
            ("values.qa.yaml", Some(("", "qa"))),
            ("values/live.yaml", Some(("", "live"))),
            ("dev/values.yaml", Some(("", "dev"))),
            ("apps/shop/values-prod.yml", Some(("apps/shop", "prod"))),
            (
                "apps/shop/environments/uat/values.yaml",
                Some(("apps/shop", "uat")),
            ),
            ("apps/shop/values/dev.yaml", Some(("apps/shop", "dev"))),
            ("values.yaml", None),
            ("charts/dev/templates/service.yaml", None),
            ("values-blue.yaml", None),
            ("dev.yaml", None),
            ("environments/common/values.yaml", None),
        ] {
            assert_eq!(convention(path, &known), expected, "{path}");
        }
    }
}
