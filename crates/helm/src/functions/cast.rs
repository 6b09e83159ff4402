//! Conversions between types as spf13/cast makes them for sprig: what cannot be converted is zero.

use envlint_gotemplate::{Error, Function, Object, Type, Value};

use super::numbers::{atoi, float_to_int, parse_digits, parse_float, parse_int, sign};
use super::text::{display, runes};
use super::time::{Month, Weekday};

const ANY: Type = Type::Interface;

pub(super) static TABLE: &[Function] = &[
    Function::new("int", &[ANY], |_, args| {
        Ok(Value::int(to_int64(args.get(0))))
    }),
    Function::new("int64", &[ANY], |_, args| {
        Ok(Value::int64(to_int64(args.get(0))))
    }),
    Function::new("float64", &[ANY], |_, args| {
        Ok(Value::float64(to_float64(args.get(0))))
    }),
    Function::new("atoi", &[Type::String], |_, args| {
        Ok(Value::int(atoi(&args.text(0))))
    }),
    Function::new("toDecimal", &[ANY], |_, args| to_decimal(args.get(0))),
];

/// An `int64` of anything.
pub(crate) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(n, _) => *n,
        Value::Uint(n, _) => n.cast_signed(),
        Value::Float(n, _) => float_to_int(*n),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => text
            .to_str()
            .and_then(|text| parse_int(trim_zero_decimal(text)))
            .unwrap_or(0),
        Value::Object(object) => calendar_number(&**object).unwrap_or(0),
        _ => 0,
    }
}

/// A `float64` of anything.
pub(crate) fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(n, _) => *n as f64,
        Value::Uint(n, _) => *n as f64,
        Value::Float(n, _) => *n,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) => text.to_str().and_then(parse_float).unwrap_or(0.0),
        Value::Object(object) => calendar_number(&**object).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// Months and weekdays are the only named integers that cast knows.
fn calendar_number(object: &dyn Object) -> Option<i64> {
    let object = object.as_any();
    let month = object.downcast_ref::<Month>().map(|month| month.0);
    month.or_else(|| object.downcast_ref::<Weekday>().map(|weekday| weekday.0))
}

/// Cuts `.000` off, since cast reads `1.0` as an integer but not `1.5`.
fn trim_zero_decimal(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(integer) if trimmed.len() < text.len() => integer,
        _ => text,
    }
}

/// Reads the printed value as an octal number, such as a file mode.
fn to_decimal(value: &Value) -> Result<Value, Error> {
    let text: String = runes(display(value)?.as_bytes()).collect();
    let (negative, digits) = sign(&text);
    Ok(Value::int64(parse_digits(digits, 8, negative).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_zeros_is_cut_off() {
        assert_eq!(trim_zero_decimal("1.00"), "1");
        assert_eq!(trim_zero_decimal("1.50"), "1.50");
        assert_eq!(trim_zero_decimal("100"), "100");
        assert_eq!(trim_zero_decimal("1."), "1.");
    }
}
