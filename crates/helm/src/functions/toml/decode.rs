use envlint_gotemplate::{GoString, LIST_MAP, List, Map, Value};
use toml_edit::{ArrayOfTables, Datetime, DocumentMut, Item, Offset, TableLike};

use crate::functions::time::{Instant, Time, Zone};

/// Reads a TOML document into a map; the error is under `Error`.
pub(super) fn from_toml(text: &str) -> Value {
    match text.parse::<DocumentMut>() {
        Ok(document) => table(document.as_table()).into(),
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.unwrap_or_default().matches('\n').count() + 1;
            let message = format!("toml: line {line}: {}", error.message());
            [("Error", GoString::from(message))]
                .into_iter()
                .collect::<Map>()
                .into()
        }
    }
}

fn table(table: &dyn TableLike) -> Map {
    table
        .iter()
        .map(|(key, item)| (key, self::item(item)))
        .collect()
}

fn item(item: &Item) -> Value {
    match item {
        Item::None => Value::Nil,
        Item::Value(value) => self::value(value),
        Item::Table(inner) => table(inner).into(),
        Item::ArrayOfTables(tables) => list_of_tables(tables),
    }
}

/// The library gives these a type of their own.
fn list_of_tables(tables: &ArrayOfTables) -> Value {
    let items = tables.iter().map(|inner| table(inner).into()).collect();
    List::typed(&LIST_MAP, items).into()
}

fn value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(value) => (*value.value()).into(),
        toml_edit::Value::Datetime(time) => Value::object(Time(instant(time.value()))),
        toml_edit::Value::Array(items) => Value::List(items.iter().map(self::value).collect()),
        toml_edit::Value::InlineTable(inner) => table(inner).into(),
    }
}

/// Dates and times without a zone are UTC; a time without a date is on the first day of year 0.
fn instant(time: &Datetime) -> Instant {
    let day = time.date.map_or([0, 1, 1], |date| {
        [
            i64::from(date.year),
            i64::from(date.month),
            i64::from(date.day),
        ]
    });
    let clock = time.time.map_or([0, 0, 0], |time| {
        let second = time.second.map_or(0, i64::from);
        [i64::from(time.hour), i64::from(time.minute), second]
    });
    let nanos = time.time.and_then(|time| time.nanosecond).unwrap_or(0);
    let zone = match time.offset {
        Some(Offset::Custom { minutes: 0 } | Offset::Z) | None => Zone::Utc,
        Some(Offset::Custom { minutes }) => Zone::Fixed {
            name: String::new(),
            offset: i64::from(minutes) * 60,
        },
    };
    Instant::from_civil(day, clock, nanos, zone)
}
