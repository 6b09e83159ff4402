//! Which subcharts a render has, under which names, and what their parents import (Helm: pkg/chart/v2/util/dependencies.go).

use envlint_gotemplate::{Map, Value};

use super::Instance;
use super::coalesce::{coalesce_values, deep_copy, merge_tables, merge_values};
use crate::chart::{Dependency, ImportValues};
use crate::warning::Warning;

/// Enables, disables, renames and multiplies the subcharts of `chart`, then imports their values.
///
/// # Errors
/// As [`coalesce_values`].
pub(crate) fn process_dependencies(
    chart: &mut Instance<'_>,
    values: &Map,
    warnings: &mut Vec<Warning>,
) -> Result<(), String> {
    process_enabled(chart, values, "", warnings)?;
    import_all(chart, warnings)
}

fn process_enabled(
    chart: &mut Instance<'_>,
    values: &Map,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    resolve_aliases(chart);
    for dependency in &mut chart.metadata.dependencies {
        dependency.enabled = true;
    }
    // What follows are intermediate overlays: their warnings come again with the last one.
    let combined = coalesce_values(chart, values, &mut Vec::new())?;
    for dependency in &mut chart.metadata.dependencies {
        apply_tags(dependency, &combined, warnings);
        apply_condition(dependency, &combined, path, warnings);
    }
    let disabled: Vec<String> = chart
        .metadata
        .dependencies
        .iter()
        .filter(|d| !d.enabled)
        .map(|d| d.name.clone())
        .collect();
    chart
        .dependencies
        .retain(|subchart| !disabled.iter().any(|name| name == subchart.name()));
    chart
        .metadata
        .dependencies
        .retain(|dependency| !disabled.contains(&dependency.name));
    for subchart in &mut chart.dependencies {
        let path = format!("{path}{}.", subchart.name());
        process_enabled(subchart, &combined, &path, warnings)?;
    }
    Ok(())
}

/// Charts that `Chart.yaml` does not list stay; of the others there is one for each entry that they satisfy, under its alias.
fn resolve_aliases(chart: &mut Instance<'_>) {
    let satisfies = |subchart: &Instance<'_>, dependency: &Dependency| {
        subchart.name() == dependency.name
            && crate::version::satisfies(&dependency.version, &subchart.metadata.version)
    };
    let present = std::mem::take(&mut chart.dependencies);
    let mut resolved = Vec::new();
    for dependency in &mut chart.metadata.dependencies {
        if let Some(subchart) = present
            .iter()
            .find(|subchart| satisfies(subchart, dependency))
        {
            let mut subchart = subchart.duplicate();
            if !dependency.alias.is_empty() {
                subchart.metadata.name.clone_from(&dependency.alias);
            }
            resolved.push(subchart);
        }
    }
    let listed = |subchart: &Instance<'_>| {
        chart
            .metadata
            .dependencies
            .iter()
            .any(|dependency| satisfies(subchart, dependency))
    };
    chart.dependencies = present
        .into_iter()
        .filter(|subchart| !listed(subchart))
        .collect();
    chart.dependencies.append(&mut resolved);
    for dependency in &mut chart.metadata.dependencies {
        if !dependency.alias.is_empty() {
            dependency.name.clone_from(&dependency.alias);
        }
    }
}

/// A dependency is off when one of its tags is false and none is true.
fn apply_tags(dependency: &mut Dependency, values: &Map, warnings: &mut Vec<Warning>) {
    let Some(Value::Map(tags)) = values.get("tags") else {
        return;
    };
    let (mut any_true, mut any_false) = (false, false);
    for tag in &dependency.tags {
        match tags.get(tag) {
            Some(Value::Bool(true)) => any_true = true,
            Some(Value::Bool(false)) => any_false = true,
            Some(_) => warnings.push(Warning::Tag {
                tag: tag.clone(),
                chart: dependency.name.clone(),
            }),
            None => {}
        }
    }
    dependency.enabled = any_true || !any_false;
}

/// The first path of the condition that holds a boolean decides, over the tags.
fn apply_condition(
    dependency: &mut Dependency,
    values: &Map,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    for condition in dependency
        .condition
        .trim()
        .split(',')
        .filter(|condition| !condition.is_empty())
    {
        match scalar(values, &format!("{path}{condition}")) {
            Some(Value::Bool(enabled)) => {
                dependency.enabled = enabled;
                return;
            }
            Some(_) => warnings.push(Warning::Condition {
                path: condition.to_owned(),
                chart: dependency.name.clone(),
            }),
            None => {}
        }
    }
}

/// What is at a path, unless it is a table (Helm: Values.PathValue).
fn scalar(values: &Map, path: &str) -> Option<Value> {
    let (tables, key) = path
        .rsplit_once('.')
        .map_or((None, path), |(tables, key)| (Some(tables), key));
    let table = match tables {
        Some(tables) => table(values, tables)?,
        None => values.clone(),
    };
    table
        .get(key)
        .filter(|value| !matches!(value, Value::Map(_)))
}

/// The table at a path (Helm: Values.Table).
pub(crate) fn table(values: &Map, path: &str) -> Option<Map> {
    let mut current = values.clone();
    for key in path.split('.') {
        current = match current.get(key)? {
            Value::Map(next) => next,
            _ => return None,
        };
    }
    Some(current)
}

/// From the leaves up, so that a chart can import what its subchart imported.
fn import_all(chart: &mut Instance<'_>, warnings: &mut Vec<Warning>) -> Result<(), String> {
    for subchart in &mut chart.dependencies {
        import_all(subchart, warnings)?;
    }
    import_values(chart, warnings)
}

fn import_values(chart: &mut Instance<'_>, warnings: &mut Vec<Warning>) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let combined = merge_values(chart, &Map::new(), &mut Vec::new())?;
    let imported = Map::new();
    for dependency in &chart.metadata.dependencies {
        for import in &dependency.import_values {
            let (child, parent) = match import {
                ImportValues::Export(name) => (format!("exports.{name}"), "."),
                ImportValues::Table { child, parent } => (child.clone(), parent.as_str()),
                ImportValues::Other => continue,
            };
            match table(&combined, &format!("{}.{child}", dependency.name)) {
                Some(found) => merge_tables(&imported, &nested(parent, found), warnings),
                None => warnings.push(Warning::Import {
                    chart: dependency.name.clone(),
                    table: child,
                }),
            }
        }
    }
    // The chart's own values win over what it imports. The copy cuts the ties that merging has made between the two.
    let own = deep_copy(&combined);
    merge_tables(&own, &imported, warnings);
    chart.values = own;
    normalize_imports(chart);
    Ok(())
}

/// `.Chart.Dependencies` shows every import as a pair.
fn normalize_imports(chart: &mut Instance<'_>) {
    for dependency in &mut chart.metadata.dependencies {
        dependency
            .import_values
            .retain(|import| *import != ImportValues::Other);
        for import in &mut dependency.import_values {
            if let ImportValues::Export(name) = import {
                *import = ImportValues::Table {
                    child: format!("exports.{name}"),
                    parent: ".".to_owned(),
                };
            }
        }
    }
}

/// `table` under the tables of a path; `.` is the root (Helm: pathToMap).
fn nested(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    path.rsplit('.')
        .fold(table, |inner, key| [(key, inner)].into_iter().collect())
}
