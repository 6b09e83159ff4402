//! Conversions between types as spf13/cast makes them for sprig: what cannot be converted is zero.

use envlint_gotemplate::{Error, Function, Object, Type, Value};

use super::dates::{Month, Weekday};
use super::text::{display, runes};

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

/// Go's conversion, as amd64 does it: what does not fit is the least number.
pub(crate) fn float_to_int(number: f64) -> i64 {
    // 2^63 itself does not fit, -2^63 does.
    let limit = (1u64 << 63) as f64;
    if number >= -limit && number < limit {
        number as i64
    } else {
        i64::MIN
    }
}

/// Cuts `.000` off, since cast reads `1.0` as an integer but not `1.5`.
fn trim_zero_decimal(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(integer) if trimmed.len() < text.len() => integer,
        _ => text,
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`: `0x1F`, `0b1`, `0o17`, `017`, and `_` between digits.
fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    let lower = digits
        .as_bytes()
        .get(..2)
        .map(|head| [head[0], head[1].to_ascii_lowercase()]);
    let (base, body) = match lower {
        Some([b'0', b'x']) => (16, digits.get(2..)?),
        Some([b'0', b'b']) => (2, digits.get(2..)?),
        Some([b'0', b'o']) => (8, digits.get(2..)?),
        Some([b'0', _]) => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.contains('_') {
        // Between two digits, or after the prefix of the base.
        let separated = if base == 10 {
            body
        } else {
            body.strip_prefix('_').unwrap_or(body)
        };
        if separated.split('_').any(str::is_empty) {
            return None;
        }
        return parse_digits(&body.replace('_', ""), base, negative);
    }
    parse_digits(body, base, negative)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn parse_digits(digits: &str, base: u32, negative: bool) -> Option<i64> {
    // Rust's parser takes a sign of its own.
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// Go's `strconv.ParseFloat`, without hexadecimal floats: `_` may stand between digits, and a number too great is an
/// error.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') {
        let (_, digits) = sign(text);
        let separated = |part: &str| {
            part.split('_')
                .all(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
        };
        if !digits
            .split(['.', 'e', 'E', '+', '-'])
            .filter(|part| !part.is_empty())
            .all(separated)
        {
            return None;
        }
        return parse_float(&text.replace('_', ""));
    }
    let number: f64 = text.parse().ok()?;
    let spelled = text.to_ascii_lowercase().contains("inf");
    (spelled || !number.is_infinite()).then_some(number)
}

/// Go's `strconv.Atoi` with the error thrown away: the value is then 0, or the limit that was passed.
fn atoi(text: &str) -> i64 {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let limit = if negative { i64::MIN } else { i64::MAX };
    parse_digits(digits, 10, negative).unwrap_or(limit)
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
    fn strings_become_numbers_as_cast_reads_them() {
        for (text, expected) in [
            ("12", Some(12)),
            ("-12", Some(-12)),
            ("+7", Some(7)),
            ("0x1F", Some(31)),
            ("010", Some(8)),
            ("0o10", Some(8)),
            ("0b11", Some(3)),
            ("1_000", Some(1000)),
            ("0x_1F", Some(31)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("08", None),
            ("0", Some(0)),
            ("", None),
            ("+-1", None),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
        ] {
            assert_eq!(parse_int(text), expected, "{text}");
        }
        assert_eq!(trim_zero_decimal("1.00"), "1");
        assert_eq!(trim_zero_decimal("1.50"), "1.50");
        assert_eq!(trim_zero_decimal("100"), "100");
        assert_eq!(trim_zero_decimal("1."), "1.");
    }

    #[test]
    fn floats_out_of_range_become_the_least_integer() {
        for (number, expected) in [
            (1.9, 1),
            (-1.9, -1),
            (1e19, i64::MIN),
            (-1e19, i64::MIN),
            (f64::NAN, i64::MIN),
            (9223372036854774784.0, 9223372036854774784),
        ] {
            assert_eq!(float_to_int(number), expected, "{number}");
        }
    }
}
