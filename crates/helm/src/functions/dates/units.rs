//! Durations as numbers of a unit, rounded and cut off (Helm: pkg/engine/funcs.go).

use envlint_gotemplate::fmt::{quote, sprint};
use envlint_gotemplate::{Error, Function, Type, Value};

use crate::functions::numbers::{float_to_int, parse_float};
use crate::functions::time::{Duration, HOUR, MINUTE, SECOND};

const ANY: Type = Type::Interface;

pub(crate) static TABLE: &[Function] = &[
    Function::new("mustToDuration", &[ANY], |_, args| {
        Ok(Value::object(duration(args.get(0))?))
    }),
    Function::new("durationNanoseconds", &[ANY], |_, args| {
        Ok(or_zero(args.get(0)).0.into())
    }),
    Function::new("durationMicroseconds", &[ANY], |_, args| {
        Ok((or_zero(args.get(0)).0 / 1_000).into())
    }),
    Function::new("durationMilliseconds", &[ANY], |_, args| {
        Ok((or_zero(args.get(0)).0 / 1_000_000).into())
    }),
    Function::new("durationSeconds", &[ANY], |_, args| {
        Ok(or_zero(args.get(0)).in_units(SECOND).into())
    }),
    Function::new("durationMinutes", &[ANY], |_, args| {
        Ok(or_zero(args.get(0)).in_units(MINUTE).into())
    }),
    Function::new("durationHours", &[ANY], |_, args| {
        Ok(or_zero(args.get(0)).in_units(HOUR).into())
    }),
    Function::new("durationDays", &[ANY], |_, args| {
        Ok((or_zero(args.get(0)).in_units(HOUR) / 24.0).into())
    }),
    Function::new("durationWeeks", &[ANY], |_, args| {
        Ok((or_zero(args.get(0)).in_units(HOUR) / 24.0 / 7.0).into())
    }),
    Function::new("durationRoundTo", &[ANY, ANY], |_, args| {
        Ok(Value::object(to_multiple(
            args.get(0),
            args.get(1),
            Duration::round,
        )))
    }),
    Function::new("durationTruncateTo", &[ANY, ANY], |_, args| {
        Ok(Value::object(to_multiple(
            args.get(0),
            args.get(1),
            Duration::truncate,
        )))
    }),
];

fn or_zero(value: &Value) -> Duration {
    duration(value).unwrap_or(Duration(0))
}

/// A duration as a multiple of another; as it is when the other is none.
fn to_multiple(
    value: &Value,
    multiple: &Value,
    change: impl Fn(Duration, i64) -> Duration,
) -> Duration {
    match (duration(value), duration(multiple)) {
        (Ok(value), Ok(multiple)) => change(value, multiple.0),
        (Ok(value), Err(_)) => value,
        (Err(_), _) => Duration(0),
    }
}

/// What templates have for a duration: one, its text, or a number of seconds (Helm: asDuration).
fn duration(value: &Value) -> Result<Duration, Error> {
    if let Some(duration) = value.downcast::<Duration>() {
        return Ok(*duration);
    }
    match value {
        Value::Nil => return Err(Error::new("invalid duration")),
        Value::String(text) => return of_text(&text.to_str_lossy()),
        _ => {}
    }
    match value.plain() {
        Value::Int(seconds, _) => whole(seconds),
        Value::Uint(seconds, _) => i64::try_from(seconds)
            .map_err(|_| overflow(seconds))
            .and_then(whole),
        Value::Float(seconds, _) => fractional(seconds),
        _ => Err(Error::new(format!(
            "unsupported duration type {}",
            value.type_name()
        ))),
    }
}

fn of_text(text: &str) -> Result<Duration, Error> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Error::new("empty duration"));
    }
    if let Ok(duration) = Duration::parse(trimmed.as_bytes()) {
        return Ok(duration);
    }
    match parse_float(trimmed) {
        Some(seconds) => fractional(seconds),
        None => Err(Error::new(format!(
            "could not parse duration {}",
            quote(text)
        ))),
    }
}

fn whole(seconds: i64) -> Result<Duration, Error> {
    let nanos = seconds.checked_mul(SECOND);
    nanos.map(Duration).ok_or_else(|| overflow(seconds))
}

fn overflow(seconds: impl std::fmt::Display) -> Error {
    Error::new(format!("duration seconds overflow: {seconds}"))
}

fn fractional(seconds: f64) -> Result<Duration, Error> {
    let shown = || -> Result<String, Error> {
        let text = sprint(&[Value::float64(seconds)])?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    if !seconds.is_finite() {
        return Err(Error::new(format!(
            "invalid duration seconds: {}",
            shown()?
        )));
    }
    // Go's constants, as floats: what is greater than them does not fit.
    let (least, most) = (i64::MIN as f64 / 1e9, i64::MAX as f64 / 1e9);
    if !(least..=most).contains(&seconds) {
        return Err(overflow(shown()?));
    }
    Ok(Duration(float_to_int(seconds * 1e9)))
}
