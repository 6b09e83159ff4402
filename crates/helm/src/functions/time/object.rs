//! `time.Time`, `time.Month`, `time.Weekday` and `time.Duration` as values of a template.

use std::any::Any;
use std::cmp::Ordering;

use envlint_gotemplate::{Args, Error, GoString, IntKind, Object, Signature, Type, Value};

use super::civil::{Instant, MONTHS, WEEKDAYS};
use super::duration::{Duration, HOUR, MINUTE, SECOND};
use super::encode::encode;
use super::zone::Zone;

/// Go's name of [`Time`]'s type.
pub(crate) const TIME: &str = "time.Time";
const DURATION: &str = "time.Duration";

/// Go's `time.Time`.
#[derive(Clone, Debug)]
pub(crate) struct Time(pub(crate) Instant);

/// Go's `time.Month`, from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Month(pub(crate) i64);

/// Go's `time.Weekday`, from 0 for Sunday.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weekday(pub(crate) i64);

/// Go's `*time.Location`.
#[derive(Clone, Debug)]
struct Location(Zone);

const INT: Type = Type::INT;
const LOCATION: &str = "*time.Location";

/// The methods of `time.Time` with more results than templates take, and what Go says of them.
const REFUSED: &[(&str, &str)] = &[
    (
        "Clock",
        "function Clock has 3 return values; should be 1 or 2",
    ),
    (
        "Date",
        "function Date has 3 return values; should be 1 or 2",
    ),
    (
        "ISOWeek",
        "invalid function signature for ISOWeek: second return value should be error; is int",
    ),
    (
        "Zone",
        "invalid function signature for Zone: second return value should be error; is int",
    ),
    (
        "ZoneBounds",
        "invalid function signature for ZoneBounds: second return value should be error; is time.Time",
    ),
];

impl Object for Time {
    fn type_name(&self) -> &'static str {
        TIME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn string(&self) -> Option<GoString> {
        Some(self.0.display().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return Some(Signature::new(&[]).refused(why));
        }
        Some(Signature::new(match name {
            "Year" | "Month" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay"
            | "Weekday" | "Unix" | "UnixMilli" | "UnixMicro" | "UnixNano" | "String" | "UTC"
            | "Local" | "IsZero" | "Location" | "IsDST" | "GoString" | "GobEncode"
            | "MarshalBinary" | "MarshalJSON" | "MarshalText" => &[],
            "AppendBinary" | "AppendText" => &[Type::Bytes],
            "AppendFormat" => &[Type::Bytes, Type::String],
            "In" => &[Type::Object(LOCATION)],
            "Format" => &[Type::String],
            "AddDate" => &[INT, INT, INT],
            "Add" | "Round" | "Truncate" => &[Type::INT64],
            "Sub" | "Before" | "After" | "Equal" | "Compare" => &[Type::Object(TIME)],
            _ => return None,
        }))
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        let time = &self.0;
        let moved = |time: Instant| Ok(Value::object(Time(time)));
        match name {
            "Format" => Ok(GoString::from(time.format(args.bytes(0))).into()),
            "String" => Ok(time.display().into()),
            "UTC" | "Local" => moved(time.in_zone(Zone::Utc)),
            "AddDate" => moved(time.add_date(args.int(0), args.int(1), args.int(2))),
            "Add" => moved(time.add(args.int(0))),
            "Truncate" => moved(truncate(time, args.int(0), false)),
            "Round" => moved(truncate(time, args.int(0), true)),
            "In" => match args.object::<Location>(0) {
                Some(location) => moved(time.in_zone(location.0.clone())),
                None => Err(Error::new("time: missing Location in call to Time.In")),
            },
            "AppendFormat" => {
                let text = time.format(args.bytes(1));
                Ok(Value::bytes([args.bytes(0), text.as_slice()].concat()))
            }
            "GoString" | "GobEncode" | "MarshalBinary" | "MarshalJSON" | "MarshalText"
            | "AppendBinary" | "AppendText" => encode(name, time, args.bytes(0)),
            "IsZero" => Ok(time.is_zero().into()),
            "IsDST" => Ok(time.zone.is_dst(time.seconds).into()),
            "Location" => Ok(Value::object(Location(time.zone.clone()))),
            "Unix" => Ok(time.seconds.into()),
            "UnixMilli" => Ok(unix(time, 1_000, 1_000_000)),
            "UnixMicro" => Ok(unix(time, 1_000_000, 1_000)),
            "UnixNano" => Ok(unix(time, 1_000_000_000, 1)),
            "Sub" | "Before" | "After" | "Equal" | "Compare" => {
                let zero = Instant::zero();
                let other = args.object::<Time>(0).map_or(&zero, |other| &other.0);
                Ok(compare(name, time, other))
            }
            _ => civil_part(name, time),
        }
    }

    /// Go compares the structs: wall clock, and the pointer to the zone.
    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = &other.as_any().downcast_ref::<Time>()?.0;
        let same = self.0.compare(other) == Ordering::Equal;
        Some(same && self.0.zone.name() == other.zone.name() && self.0.monotonic == other.monotonic)
    }
}

fn compare(name: &str, time: &Instant, other: &Instant) -> Value {
    let order = time.compare(other);
    match name {
        "Sub" => Value::object(Duration(time.since(other))),
        "Before" => (order == Ordering::Less).into(),
        "After" => (order == Ordering::Greater).into(),
        "Equal" => (order == Ordering::Equal).into(),
        _ => Value::int(order as i64),
    }
}

fn civil_part(name: &str, time: &Instant) -> Result<Value, Error> {
    let civil = time.civil();
    let number = match name {
        "Year" => civil.year,
        "Day" => civil.day,
        "Hour" => civil.hour,
        "Minute" => civil.minute,
        "Second" => civil.second,
        "Nanosecond" => i64::from(time.nanos),
        "YearDay" => civil.year_day,
        "Month" => return Ok(Value::object(Month(civil.month))),
        "Weekday" => return Ok(Value::object(Weekday(civil.weekday))),
        _ => return Err(Error::new(format!("{TIME} has no method {name}"))),
    };
    Ok(Value::int(number))
}

fn unix(time: &Instant, per_second: i64, nanos: u32) -> Value {
    let count = time.seconds.wrapping_mul(per_second);
    count.wrapping_add(i64::from(time.nanos / nanos)).into()
}

/// To a multiple of the duration since year 1; `nearest` rounds halves up.
fn truncate(time: &Instant, nanos: i64, nearest: bool) -> Instant {
    let plain = Instant {
        monotonic: None,
        ..time.clone()
    };
    if nanos <= 0 {
        return plain;
    }
    let seconds = i128::from(time.seconds) - i128::from(Instant::zero().seconds);
    let total = seconds * 1_000_000_000 + i128::from(time.nanos);
    let remainder = total.rem_euclid(i128::from(nanos));
    let up = nearest && remainder * 2 >= i128::from(nanos);
    // The remainder is less than the duration, so it fits.
    plain.add(if up {
        nanos - remainder as i64
    } else {
        -(remainder as i64)
    })
}

/// A named integer with a name for each number.
macro_rules! named_integer {
    ($type:ident, $name:literal, $text:expr) => {
        impl Object for $type {
            fn type_name(&self) -> &'static str {
                $name
            }

            fn as_any(&self) -> &dyn Any {
                self
            }

            fn underlying(&self) -> Option<Value> {
                Some(Value::int(self.0))
            }

            fn string(&self) -> Option<GoString> {
                Some($text(self.0).into())
            }

            fn method(&self, name: &str) -> Option<Signature> {
                (name == "String").then_some(Signature::new(&[]))
            }

            fn call(&self, _: &str, _: Args) -> Result<Value, Error> {
                Ok(GoString::from($text(self.0)).into())
            }
        }
    };
}

fn nth(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index).copied())
        .unwrap_or("")
}

named_integer!(Month, "time.Month", |number: i64| nth(&MONTHS, number - 1));
named_integer!(Weekday, "time.Weekday", |number: i64| nth(
    &WEEKDAYS, number
));

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        DURATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int(self.0, IntKind::Int64))
    }

    fn string(&self) -> Option<GoString> {
        Some(self.to_string().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        Some(Signature::new(match name {
            "Hours" | "Minutes" | "Seconds" | "Milliseconds" | "Microseconds" | "Nanoseconds"
            | "String" | "Abs" => &[],
            "Round" | "Truncate" => &[Type::INT64],
            _ => return None,
        }))
    }

    fn call(&self, name: &str, args: Args) -> Result<Value, Error> {
        Ok(match name {
            "Hours" => self.in_units(HOUR).into(),
            "Minutes" => self.in_units(MINUTE).into(),
            "Seconds" => self.in_units(SECOND).into(),
            "Milliseconds" => (self.0 / 1_000_000).into(),
            "Microseconds" => (self.0 / 1_000).into(),
            "Nanoseconds" => self.0.into(),
            "Abs" => Value::object(Duration(self.0.saturating_abs())),
            "Round" => Value::object(self.round(args.int(0))),
            "Truncate" => Value::object(self.truncate(args.int(0))),
            _ => self.to_string().into(),
        })
    }
}

impl Object for Location {
    fn type_name(&self) -> &'static str {
        LOCATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn string(&self) -> Option<GoString> {
        Some(self.0.name().into())
    }

    fn method(&self, name: &str) -> Option<Signature> {
        (name == "String").then_some(Signature::new(&[]))
    }

    fn call(&self, _: &str, _: Args) -> Result<Value, Error> {
        Ok(self.0.name().into())
    }
}
