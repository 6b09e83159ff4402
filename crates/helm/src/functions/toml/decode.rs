use envlint_gotemplate::{GoString, LIST_MAP, List, Map, Value};
use toml::value::{Datetime, Offset};

use crate::functions::dates::{Instant, Time, Zone};

/// Reads a TOML document into a map; the error is under `Error`.
pub(super) fn from_toml(text: &str) -> Value {
    match text.parse::<toml::Table>() {
        Ok(table) => map(table).into(),
        Err(error) => {
            let line = error.span().map_or(1, |span| {
                text.get(..span.start)
                    .unwrap_or_default()
                    .matches('\n')
                    .count()
                    + 1
            });
            let message = format!("toml: line {line}: {}", error.message());
            [("Error", GoString::from(message))]
                .into_iter()
                .collect::<Map>()
                .into()
        }
    }
}

fn map(table: toml::Table) -> Map {
    table
        .into_iter()
        .map(|(key, value)| (key, decode(value)))
        .collect()
}

fn decode(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(time) => Value::object(Time(instant(time))),
        toml::Value::Table(table) => map(table).into(),
        toml::Value::Array(items) => {
            // The library gives lists of tables a type of their own.
            let tables = !items.is_empty() && items.iter().all(toml::Value::is_table);
            let items = items.into_iter().map(decode).collect();
            if tables {
                List::typed(&LIST_MAP, items).into()
            } else {
                List::new(items).into()
            }
        }
    }
}

/// Dates and times without a zone are UTC; a time without a date is on the first day of year 0.
fn instant(time: Datetime) -> Instant {
    let (date, clock) = (time.date, time.time);
    let day = date.map_or([0, 1, 1], |date| {
        [
            i64::from(date.year),
            i64::from(date.month),
            i64::from(date.day),
        ]
    });
    let hms = clock.as_ref().map_or([0, 0, 0], |time| {
        [
            i64::from(time.hour),
            i64::from(time.minute),
            time.second.map_or(0, i64::from),
        ]
    });
    let nanos = clock.and_then(|time| time.nanosecond).unwrap_or(0);
    let zone = match time.offset {
        Some(Offset::Custom { minutes: 0 } | Offset::Z) | None => Zone::Utc,
        Some(Offset::Custom { minutes }) => Zone::Fixed {
            name: String::new(),
            offset: i64::from(minutes) * 60,
        },
    };
    Instant::from_civil(day, hms, nanos, zone)
}
