//! Which subcharts a render has, under which names, and what their parents import (Helm: pkg/chart/v2/util/dependencies.go).

use envlint_budget::Budget;

use super::coalesce::{check_room, coalesce_values, merge_tables, merge_values};
use super::draft::{Draft, DraftItem, DraftTable};
use crate::chart::{Dependency, ImportValues};
use crate::warning::Warning;

/// More subcharts than a chart's aliases make: each brings its own again, so that eight aliases on each of six levels are a
/// quarter of a million charts.
const MOST_ALIASED: usize = 1_000;

/// What processing the dependencies of a chart and of its subcharts has said and used so far.
struct Course<'w> {
    warnings: &'w mut Vec<Warning>,
    room: &'w Budget,
    /// The charts that aliases made, with those that they bring.
    aliased: usize,
}

/// Enables, disables, renames and multiplies the subcharts of `chart`, then imports their values.
///
/// # Errors
/// As [`coalesce_values`].
pub(crate) fn process_dependencies<'a>(
    chart: &mut Draft<'a>,
    values: &DraftTable<'a>,
    warnings: &mut Vec<Warning>,
    room: &Budget,
) -> Result<(), String> {
    let mut course = Course {
        warnings,
        room,
        aliased: 0,
    };
    process_enabled(chart, values, "", &mut course)?;
    import_all(chart, &mut course)
}

fn process_enabled<'a>(
    chart: &mut Draft<'a>,
    values: &DraftTable<'a>,
    path: &str,
    course: &mut Course<'_>,
) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    resolve_aliases(chart, &mut course.aliased)?;
    for dependency in &mut chart.metadata.dependencies {
        dependency.enabled = true;
    }
    // What follows are intermediate overlays: their warnings come again with the last one.
    let combined = coalesce_values(chart, values, &mut Vec::new(), course.room)?;
    for dependency in &mut chart.metadata.dependencies {
        apply_tags(dependency, &combined, course.warnings);
        apply_condition(dependency, &combined, path, course.warnings);
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
        process_enabled(subchart, &combined, &path, course)?;
    }
    Ok(())
}

/// Charts that `Chart.yaml` does not list stay; of the others there is one for each entry that they satisfy, under its alias.
/// `aliased` counts the charts that came of that, with those that they bring.
fn resolve_aliases(chart: &mut Draft<'_>, aliased: &mut usize) -> Result<(), String> {
    let present = std::mem::take(&mut chart.dependencies);
    let mut resolved = Vec::new();
    // The chart's own entries: their names outlive the render.
    let entries = &chart.chart.metadata.dependencies;
    for (dependency, entry) in chart.metadata.dependencies.iter_mut().zip(entries) {
        if let Some(subchart) = present
            .iter()
            .find(|subchart| dependency.takes(&subchart.metadata))
        {
            *aliased += subchart.count();
            if *aliased > MOST_ALIASED {
                return Err(format!(
                    "the dependencies of {} and of its subcharts are more than {MOST_ALIASED} charts",
                    chart.name
                ));
            }
            let mut subchart = subchart.duplicate();
            if !dependency.alias.is_empty() {
                subchart.metadata.name.clone_from(&dependency.alias);
                subchart.name = &entry.alias;
            }
            resolved.push(subchart);
        }
    }
    let listed = |subchart: &Draft<'_>| {
        chart
            .metadata
            .dependencies
            .iter()
            .any(|dependency| dependency.takes(&subchart.metadata))
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
    Ok(())
}

/// A dependency is off when one of its tags is false and none is true.
fn apply_tags(dependency: &mut Dependency, values: &DraftTable<'_>, warnings: &mut Vec<Warning>) {
    let Some(DraftItem::Table(tags)) = values.get("tags") else {
        return;
    };
    let (mut any_true, mut any_false) = (false, false);
    for tag in &dependency.tags {
        match tags.get(tag).map(|item| item.as_bool()) {
            Some(Some(true)) => any_true = true,
            Some(Some(false)) => any_false = true,
            Some(None) => warnings.push(Warning::Tag {
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
    values: &DraftTable<'_>,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    for condition in dependency
        .condition
        .trim()
        .split(',')
        .filter(|condition| !condition.is_empty())
    {
        match scalar(values, &format!("{path}{condition}")).map(|item| item.as_bool()) {
            Some(Some(enabled)) => {
                dependency.enabled = enabled;
                return;
            }
            Some(None) => warnings.push(Warning::Condition {
                path: condition.to_owned(),
                chart: dependency.name.clone(),
            }),
            None => {}
        }
    }
}

/// What is at a path, unless it is a table (Helm: Values.PathValue).
fn scalar<'a>(values: &DraftTable<'a>, path: &str) -> Option<DraftItem<'a>> {
    let (tables, key) = path
        .rsplit_once('.')
        .map_or((None, path), |(tables, key)| (Some(tables), key));
    let table = match tables {
        Some(tables) => values.table(tables)?,
        None => values.clone(),
    };
    table
        .get(key)
        .filter(|item| !matches!(item, DraftItem::Table(_)))
}

/// From the leaves up, so that a chart can import what its subchart imported.
fn import_all(chart: &mut Draft<'_>, course: &mut Course<'_>) -> Result<(), String> {
    for subchart in &mut chart.dependencies {
        import_all(subchart, course)?;
    }
    import_values(chart, course)
}

fn import_values<'a>(chart: &mut Draft<'a>, course: &mut Course<'_>) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let combined = merge_values(chart, &DraftTable::new(), &mut Vec::new(), course.room)?;
    let imported = DraftTable::new();
    let enabled = |entry: &&'a Dependency| {
        let mut dependencies = chart.metadata.dependencies.iter();
        dependencies.any(|dependency| dependency.name == entry.appears_as())
    };
    for dependency in chart.chart.metadata.dependencies.iter().filter(enabled) {
        let name = dependency.appears_as();
        for import in &dependency.import_values {
            let (child, parent) = match import {
                ImportValues::Export(name) => (format!("exports.{name}"), "."),
                ImportValues::Table { child, parent } => (child.clone(), parent.as_str()),
                ImportValues::Other => continue,
            };
            match combined.table(&format!("{name}.{child}")) {
                Some(found) => merge_tables(
                    &imported,
                    &nested(parent, found),
                    course.warnings,
                    course.room,
                ),
                None => course.warnings.push(Warning::Import {
                    chart: name.to_owned(),
                    table: child,
                }),
            }
        }
    }
    // The chart's own values win over what it imports. The copy cuts the ties that merging has made between the two.
    let own = combined.deep_copy(course.room);
    merge_tables(&own, &imported, course.warnings, course.room);
    check_room(course.room)?;
    chart.values = own;
    normalize_imports(chart);
    Ok(())
}

/// `.Chart.Dependencies` shows every import as a pair.
fn normalize_imports(chart: &mut Draft<'_>) {
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
fn nested<'a>(path: &'a str, table: DraftTable<'a>) -> DraftTable<'a> {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, key| {
        let outer = DraftTable::new();
        outer.insert(key, DraftItem::Table(inner));
        outer
    })
}
