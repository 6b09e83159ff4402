//! Overlaying values (Helm: pkg/chart/common/util/coalesce.go).
//!
//! Helm's maps are references, and some of what charts rely on follows from that: a table that a subchart merges into `global` is
//! the parent's table as well. The tables here are references too, and share what Helm shares.

use std::collections::BTreeSet;

use envlint_budget::Budget;

use super::draft::{Draft, DraftItem, DraftTable};
use crate::warning::{Side, Warning};

const GLOBAL: &str = "global";

/// Lays `values` over the defaults of a chart and its subcharts. Null removes a key (Helm: CoalesceValues).
///
/// # Errors
/// The values of a subchart are no map.
pub(crate) fn coalesce_values<'a>(
    chart: &Draft<'a>,
    values: &DraftTable<'a>,
    warnings: &mut Vec<Warning>,
    room: &Budget,
) -> Result<DraftTable<'a>, String> {
    let dest = values.deep_copy(room);
    Coalesce {
        warnings,
        room,
        merge: false,
    }
    .chart(chart, &dest, "")?;
    Ok(dest)
}

/// As [`coalesce_values`], but nulls stay, for an overlay that is not the last (Helm: MergeValues).
///
/// # Errors
/// As [`coalesce_values`].
pub(super) fn merge_values<'a>(
    chart: &Draft<'a>,
    values: &DraftTable<'a>,
    warnings: &mut Vec<Warning>,
    room: &Budget,
) -> Result<DraftTable<'a>, String> {
    let dest = values.deep_copy(room);
    Coalesce {
        warnings,
        room,
        merge: true,
    }
    .chart(chart, &dest, "")?;
    Ok(dest)
}

/// Merges `src` below `dst`, nulls kept (Helm: MergeTables).
pub(super) fn merge_tables<'a>(
    dst: &DraftTable<'a>,
    src: &DraftTable<'a>,
    warnings: &mut Vec<Warning>,
    room: &Budget,
) {
    Coalesce {
        warnings,
        room,
        merge: true,
    }
    .tables(dst, src, "", true);
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        key.to_owned()
    } else {
        format!("{prefix}.{key}")
    }
}

/// A value as Go's `fmt` prints it with one verb.
fn show(verb: &str, item: &DraftItem<'_>) -> String {
    let text = envlint_gotemplate::fmt::sprintf(verb, &[item.to_go()]).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// More entries than the values of a chart and its subcharts have, with all copies that an overlay makes of them: the same
/// globals in each of hundreds of subcharts, or one import into thousands of keys.
const MOST_ENTRIES: u64 = 250_000;

/// Room for the entries that an overlay makes.
pub(super) fn room() -> Budget {
    Budget::new(MOST_ENTRIES)
}

/// Whether there was room for all entries.
///
/// # Errors
/// There was not: what was made is not whole.
pub(super) fn check_room(room: &Budget) -> Result<(), String> {
    match room.left() {
        0 => Err(format!(
            "the values of the chart and its subcharts multiply: overlaying them makes more than {MOST_ENTRIES} entries"
        )),
        _ => Ok(()),
    }
}

struct Coalesce<'w> {
    warnings: &'w mut Vec<Warning>,
    room: &'w Budget,
    merge: bool,
}

impl Coalesce<'_> {
    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    fn chart<'a>(
        &mut self,
        chart: &Draft<'a>,
        dest: &DraftTable<'a>,
        prefix: &str,
    ) -> Result<(), String> {
        self.own_values(chart, dest, prefix);
        check_room(self.room)?;
        self.dependencies(chart, dest, prefix)
    }

    fn dependencies<'a>(
        &mut self,
        chart: &Draft<'a>,
        dest: &DraftTable<'a>,
        prefix: &str,
    ) -> Result<(), String> {
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let table = match dest.get(name) {
                Some(DraftItem::Table(table)) => table,
                Some(other) => {
                    return Err(format!("type mismatch on {name}: {}", show("%t", &other)));
                }
                None => {
                    let table = DraftTable::new();
                    dest.insert(name, DraftItem::Table(table.clone()));
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
    fn globals<'a>(&mut self, dest: &DraftTable<'a>, src: &DraftTable<'a>, prefix: &str) {
        let mut table = |values: &DraftTable<'a>, side: Side| match values.get(GLOBAL) {
            None => Some(DraftTable::new()),
            Some(DraftItem::Table(table)) => Some(table),
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
        // A copy of the parent's is written where the parent's is.
        let below = below.or_written_as(&above);
        self.room.spend(above.len() as u64);
        for (key, value) in above.entries() {
            match (value, below.get(key)) {
                (DraftItem::Table(table), existing) => {
                    self.global_table(key, &table, existing, &below, prefix)
                }
                (_, Some(DraftItem::Table(_))) => self.warn(Warning::GlobalTable {
                    key: key.to_owned(),
                }),
                (value, _) => {
                    below.insert(key, value);
                }
            }
        }
        dest.insert(GLOBAL, DraftItem::Table(below));
    }

    fn global_table<'a>(
        &mut self,
        key: &'a str,
        table: &DraftTable<'a>,
        existing: Option<DraftItem<'a>>,
        below: &DraftTable<'a>,
        prefix: &str,
    ) {
        table.take_room(self.room);
        let copy = table.shallow_copy();
        match existing {
            None => {}
            Some(DraftItem::Table(existing)) => {
                self.tables(&copy, &existing, &join(prefix, key), true)
            }
            Some(DraftItem::Leaf(_)) => {
                return self.warn(Warning::GlobalValue {
                    key: key.to_owned(),
                });
            }
        }
        below.insert(key, DraftItem::Table(copy));
    }

    /// Lays `values` over the chart's own values.
    fn own_values<'a>(&mut self, chart: &Draft<'a>, values: &DraftTable<'a>, prefix: &str) {
        let prefix = join(prefix, chart.name());
        for (key, default) in chart.values.deep_copy(self.room).entries() {
            match values.get(key) {
                Some(item) if item.is_null() && !self.merge => values.remove(key),
                Some(DraftItem::Table(dest)) => {
                    self.own_table(chart, &dest, &default, key, &prefix)
                }
                Some(DraftItem::Leaf(_)) => {}
                None => {
                    if !self.merge {
                        match &default {
                            DraftItem::Table(table) => clean_nulls(table),
                            default if default.is_null() => continue,
                            DraftItem::Leaf(_) => {}
                        }
                    }
                    values.insert(key, default);
                }
            }
        }
    }

    fn own_table<'a>(
        &mut self,
        chart: &Draft<'a>,
        dest: &DraftTable<'a>,
        default: &DraftItem<'a>,
        name: &str,
        prefix: &str,
    ) {
        match default {
            DraftItem::Table(src) => {
                // The values of a subchart are coalesced again with the subchart, so their nulls must live until then.
                let merge = self.merge
                    || chart
                        .dependencies
                        .iter()
                        .any(|subchart| subchart.name() == name);
                if !merge {
                    clean_nulls(src);
                }
                self.tables(dest, src, &join(prefix, name), merge);
            }
            default if default.is_null() => {}
            DraftItem::Leaf(_) => self.warn(Warning::Skipped {
                path: format!("{prefix}.{name}"),
            }),
        }
    }

    /// Merges `src` below `dst` (Helm: coalesceTablesFullKey). Both change: nulls of `dst` enter `src`, as in Helm.
    fn tables<'a>(
        &mut self,
        dst: &DraftTable<'a>,
        src: &DraftTable<'a>,
        prefix: &str,
        merge: bool,
    ) {
        let defaults = src.entries();
        let defaults = defaults.iter().filter(|(_, item)| !item.is_null());
        let had_value: BTreeSet<&'a str> = defaults.map(|(key, _)| *key).collect();
        for (key, item) in dst.entries() {
            if item.is_null() {
                src.insert(key, item);
            }
        }
        for (key, value) in src.entries() {
            match (dst.get(key), value) {
                (Some(item), _) if item.is_null() && !merge && had_value.contains(key) => {
                    dst.remove(key);
                }
                (None, value) => dst.insert(key, value),
                (Some(DraftItem::Table(below)), DraftItem::Table(above)) => {
                    self.tables(&below, &above, &join(prefix, key), merge);
                }
                (Some(DraftItem::Leaf(_)), above @ DraftItem::Table(_)) => {
                    let path = join(prefix, key);
                    let table = above.value();
                    self.warn(Warning::Overwritten { path, table });
                }
                (Some(DraftItem::Table(_)), value) if !value.is_null() => {
                    let path = join(prefix, key);
                    let value = value.value();
                    self.warn(Warning::Ignored { path, value });
                }
                (Some(_), DraftItem::Leaf(_)) => {}
            }
        }
    }
}

/// Removes the nulls of a chart's defaults (Helm: cleanNilValues).
fn clean_nulls(table: &DraftTable<'_>) {
    for (key, item) in table.entries() {
        match item {
            item if item.is_null() => table.remove(key),
            DraftItem::Table(inner) => clean_nulls(&inner),
            DraftItem::Leaf(_) => {}
        }
    }
}
