//! Overlaying values (Helm: pkg/chart/common/util/coalesce.go).
//!
//! Helm's maps are references, and some of what charts rely on follows from that: a table that a subchart merges into `global` is
//! the parent's table as well. The maps of templates are references too, so this works on them and shares what Helm shares.

use envlint_gotemplate::{GoString, List, Map, Value};

use super::Instance;
use crate::convert;
use crate::warning::{Side, Warning};

const GLOBAL: &str = "global";

/// Lays `values` over the defaults of a chart and its subcharts. Null removes a key (Helm: CoalesceValues).
///
/// # Errors
/// The values of a subchart are no map.
pub(crate) fn coalesce_values(
    chart: &Instance<'_>,
    values: &Map,
    warnings: &mut Vec<Warning>,
) -> Result<Map, String> {
    let dest = deep_copy(values);
    Coalesce {
        warnings,
        merge: false,
    }
    .chart(chart, &dest, "")?;
    Ok(dest)
}

/// As [`coalesce_values`], but nulls stay, for an overlay that is not the last (Helm: MergeValues).
///
/// # Errors
/// As [`coalesce_values`].
pub(super) fn merge_values(
    chart: &Instance<'_>,
    values: &Map,
    warnings: &mut Vec<Warning>,
) -> Result<Map, String> {
    let dest = deep_copy(values);
    Coalesce {
        warnings,
        merge: true,
    }
    .chart(chart, &dest, "")?;
    Ok(dest)
}

/// Merges `src` below `dst`, nulls kept (Helm: MergeTables).
pub(super) fn merge_tables(dst: &Map, src: &Map, warnings: &mut Vec<Warning>) {
    Coalesce {
        warnings,
        merge: true,
    }
    .tables(dst, src, "", true);
}

/// A map that shares no map with its source.
pub(crate) fn deep_copy(map: &Map) -> Map {
    map.borrow()
        .iter()
        .map(|(key, value)| (key.clone(), copy_value(value)))
        .collect()
}

fn copy_value(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(deep_copy(map)),
        // Lists never change, but the maps in them do.
        Value::List(items)
            if items
                .iter()
                .any(|item| matches!(item, Value::Map(_) | Value::List(_))) =>
        {
            Value::List(List::typed(
                items.ty(),
                items.iter().map(copy_value).collect(),
            ))
        }
        other => other.clone(),
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        key.to_owned()
    } else {
        format!("{prefix}.{key}")
    }
}

/// A value as Go's `fmt` prints it with one verb.
fn show(verb: &str, value: &Value) -> String {
    let text =
        envlint_gotemplate::fmt::sprintf(verb, std::slice::from_ref(value)).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

struct Coalesce<'w> {
    warnings: &'w mut Vec<Warning>,
    merge: bool,
}

impl Coalesce<'_> {
    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    fn chart(&mut self, chart: &Instance<'_>, dest: &Map, prefix: &str) -> Result<(), String> {
        self.own_values(chart, dest, prefix);
        self.dependencies(chart, dest, prefix)
    }

    fn dependencies(
        &mut self,
        chart: &Instance<'_>,
        dest: &Map,
        prefix: &str,
    ) -> Result<(), String> {
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let table = match dest.get(name) {
                Some(Value::Map(table)) => table,
                Some(other) => {
                    return Err(format!("type mismatch on {name}: {}", show("%t", &other)));
                }
                None => {
                    let table = Map::new();
                    dest.insert(name, table.clone());
                    table
                }
            };
            let prefix = join(prefix, chart.name());
            self.globals(&table, dest, &prefix);
            self.chart(subchart, &table, &prefix)?;
        }
        Ok(())
    }

    /// Brings the globals of `src` into `dest`.
    fn globals(&mut self, dest: &Map, src: &Map, prefix: &str) {
        let mut table = |values: &Map, side: Side| match values.get(GLOBAL) {
            None => Some(Map::new()),
            Some(Value::Map(map)) => Some(map),
            Some(_) => {
                self.warnings.push(Warning::Global(side));
                None
            }
        };
        let Some(below) = table(dest, Side::Destination) else {
            return;
        };
        let Some(above) = table(src, Side::Source) else {
            return;
        };
        for (key, value) in above.entries() {
            match (value, below.get(&key)) {
                (Value::Map(map), existing) => {
                    self.global_table(&key, &map, existing, &below, prefix)
                }
                (_, Some(Value::Map(_))) => self.warn(Warning::GlobalTable {
                    key: key.to_str_lossy().into_owned(),
                }),
                (value, _) => {
                    below.insert(key, value);
                }
            }
        }
        dest.insert(GLOBAL, below);
    }

    fn global_table(
        &mut self,
        key: &GoString,
        map: &Map,
        existing: Option<Value>,
        below: &Map,
        prefix: &str,
    ) {
        let copy: Map = map.entries().into_iter().collect();
        match existing {
            None => {}
            Some(Value::Map(existing)) => {
                self.tables(&copy, &existing, &join(prefix, &key.to_str_lossy()), true)
            }
            Some(_) => {
                return self.warn(Warning::GlobalValue {
                    key: key.to_str_lossy().into_owned(),
                });
            }
        }
        below.insert(key.clone(), copy);
    }

    /// Lays `values` over the chart's own values.
    fn own_values(&mut self, chart: &Instance<'_>, values: &Map, prefix: &str) {
        let prefix = join(prefix, chart.name());
        for (key, default) in deep_copy(&chart.values).entries() {
            let name = key.to_str_lossy();
            match values.get(&key) {
                Some(Value::Nil) if !self.merge => {
                    values.remove(&key);
                }
                Some(Value::Map(dest)) => self.own_table(chart, &dest, &default, &name, &prefix),
                Some(_) => {}
                None => {
                    if !self.merge {
                        match &default {
                            Value::Nil => continue,
                            Value::Map(map) => clean_nils(map),
                            _ => {}
                        }
                    }
                    values.insert(key.clone(), default);
                }
            }
        }
    }

    fn own_table(
        &mut self,
        chart: &Instance<'_>,
        dest: &Map,
        default: &Value,
        name: &str,
        prefix: &str,
    ) {
        match default {
            Value::Map(src) => {
                // The values of a subchart are coalesced again with the subchart, so their nulls must live until then.
                let merge = self.merge
                    || chart
                        .dependencies
                        .iter()
                        .any(|subchart| subchart.name() == name);
                if !merge {
                    clean_nils(src);
                }
                self.tables(dest, src, &join(prefix, name), merge);
            }
            Value::Nil => {}
            _ => self.warn(Warning::Skipped {
                path: format!("{prefix}.{name}"),
            }),
        }
    }

    /// Merges `src` below `dst` (Helm: coalesceTablesFullKey). Both change: nulls of `dst` enter `src`, as in Helm.
    fn tables(&mut self, dst: &Map, src: &Map, prefix: &str, merge: bool) {
        let had_value: Vec<(GoString, bool)> = src
            .entries()
            .into_iter()
            .map(|(key, value)| (key, !value.is_nil()))
            .collect();
        for (key, value) in dst.entries() {
            if value.is_nil() {
                src.insert(key, Value::Nil);
            }
        }
        let had_value = |key: &GoString| {
            had_value
                .binary_search_by(|(k, _)| k.cmp(key))
                .is_ok_and(|at| had_value.get(at).is_some_and(|(_, v)| *v))
        };
        for (key, value) in src.entries() {
            match (dst.get(&key), value) {
                (Some(Value::Nil), _) if !merge && had_value(&key) => {
                    dst.remove(&key);
                }
                (None, value) => {
                    dst.insert(key, value);
                }
                (Some(Value::Map(below)), Value::Map(above)) => {
                    self.tables(&below, &above, &join(prefix, &key.to_str_lossy()), merge)
                }
                (Some(_), Value::Map(above)) => {
                    let path = join(prefix, &key.to_str_lossy());
                    let table = convert::from_go(&above.into());
                    self.warn(Warning::Overwritten { path, table });
                }
                (Some(Value::Map(_)), value) if !value.is_nil() => {
                    let path = join(prefix, &key.to_str_lossy());
                    let value = convert::from_go(&value);
                    self.warn(Warning::Ignored { path, value });
                }
                _ => {}
            }
        }
    }
}

/// Removes the nulls of a chart's defaults (Helm: cleanNilValues).
fn clean_nils(map: &Map) {
    for (key, value) in map.entries() {
        match value {
            Value::Nil => {
                map.remove(&key);
            }
            Value::Map(inner) => clean_nils(&inner),
            _ => {}
        }
    }
}
