//! Number literals: one text, every Go type that can hold it.

use crate::strconv::{quote, unquote_char};

/// A number as written, under all the types that can represent it; that is how Go's ideal constants behave here.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    text: Box<str>,
    /// The value as a signed integer
    pub int: Option<i64>,
    /// The value as an unsigned integer
    pub uint: Option<u64>,
    /// The value as a float
    pub float: Option<f64>,
}

impl Number {
    /// The number as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the number is a float wherever nothing else decides: its text has a point or an exponent.
    pub fn looks_like_float(&self) -> bool {
        let is_hex_int = self.text.len() > 2
            && self.text.starts_with('0')
            && matches!(self.text.as_bytes().get(1), Some(b'x' | b'X'))
            && !self.text.contains(['p', 'P']);
        self.float.is_some()
            && !is_hex_int
            && !self.text.starts_with('\'')
            && self.text.contains(['.', 'e', 'E', 'p', 'P'])
    }

    /// Reads a character constant with its quotes.
    pub(crate) fn character(text: &str) -> Result<Number, String> {
        let inside = text.as_bytes().get(1..).unwrap_or_default();
        let Some(unquoted) = unquote_char(inside, b'\'') else {
            return Err("invalid syntax".to_owned());
        };
        if unquoted.tail != b"'" {
            return Err(format!("malformed character constant: {text}"));
        }
        let value = unquoted.value;
        Ok(Number {
            text: text.into(),
            int: Some(i64::from(value)),
            uint: Some(u64::from(value)),
            float: Some(f64::from(value)),
        })
    }

    /// Reads a number of any base. Complex numbers are refused: nothing can be done with them in a template.
    pub(crate) fn parse(text: &str) -> Result<Number, String> {
        if is_complex(text) {
            return Err(format!("complex constant {text} is not supported"));
        }
        let mut number = Number {
            text: text.into(),
            int: None,
            uint: None,
            float: None,
        };
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or_default()),
            Some(b'+') => (false, text.get(1..).unwrap_or_default()),
            _ => (false, text),
        };
        if let Some(magnitude) = parse_uint(unsigned) {
            number.int = signed(magnitude, negative);
            // A sign makes it a signed integer only, except for zero.
            if unsigned.len() == text.len() || magnitude == 0 {
                number.uint = Some(magnitude);
            }
        }
        if let Some(int) = number.int {
            number.float = Some(int as f64);
        } else if let Some(uint) = number.uint {
            number.float = Some(uint as f64);
        } else if let Some(float) = parse_float(unsigned) {
            if !text.contains(['.', 'e', 'E', 'p', 'P']) {
                return Err(format!("integer overflow: {}", quote(text)));
            }
            let float = if negative { -float } else { float };
            number.float = Some(float);
            number.int = exact_int(float);
            number.uint = exact_uint(float);
        } else {
            return Err(format!("illegal number syntax: {}", quote(text)));
        }
        Ok(number)
    }
}

/// Whether the text is `2i` or `1+2i`; the lexer has checked the first part of the latter.
fn is_complex(text: &str) -> bool {
    text.strip_suffix('i').is_some_and(|part| {
        let imaginary = part.rsplit(['+', '-']).next().unwrap_or(part);
        part.trim_start_matches(['+', '-']).contains(['+', '-']) || parse_float(imaginary).is_some()
    })
}

fn signed(magnitude: u64, negative: bool) -> Option<i64> {
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// 2^63 and 2^64, the first numbers that do not fit.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

fn exact_int(float: f64) -> Option<i64> {
    ((-INT_END..INT_END).contains(&float) && float.trunc() == float).then_some(float as i64)
}

fn exact_uint(float: f64) -> Option<u64> {
    ((0.0..UINT_END).contains(&float) && float.trunc() == float).then_some(float as u64)
}

/// An unsigned integer with base prefix and underscores (Go: `strconv.ParseUint` of base 0).
fn parse_uint(text: &str) -> Option<u64> {
    if !underscores_ok(text) {
        return None;
    }
    let bytes = text.as_bytes();
    let (radix, skip) = match (bytes.first(), bytes.get(1)) {
        (Some(b'0'), Some(b'x' | b'X')) => (16, 2),
        (Some(b'0'), Some(b'o' | b'O')) => (8, 2),
        (Some(b'0'), Some(b'b' | b'B')) => (2, 2),
        (Some(b'0'), Some(_)) => (8, 1),
        _ => (10, 0),
    };
    let digits: String = text.get(skip..)?.chars().filter(|c| *c != '_').collect();
    // Rust would accept a second sign.
    let plain = digits.chars().all(|c| c.is_digit(radix));
    plain
        .then(|| u64::from_str_radix(&digits, radix).ok())
        .flatten()
}

/// Underscores stand between digits, or between a base prefix and a digit (Go: `underscoreOK`).
fn underscores_ok(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_hex = lower.starts_with("0x");
    let has_prefix = is_hex || lower.starts_with("0b") || lower.starts_with("0o");
    let mut before = if has_prefix { '0' } else { '^' };
    for c in lower
        .get(if has_prefix { 2 } else { 0 }..)
        .unwrap_or_default()
        .chars()
    {
        let class = match c {
            '0'..='9' => '0',
            'a'..='f' if is_hex => '0',
            '_' => '_',
            _ => '!',
        };
        if class == '_' && before != '0' || class != '0' && class != '_' && before == '_' {
            return false;
        }
        before = class;
    }
    before != '_'
}

/// A float without sign (Go: `strconv.ParseFloat`); none for one that is too large.
fn parse_float(text: &str) -> Option<f64> {
    if !underscores_ok(text) {
        return None;
    }
    let digits = text.replace('_', "");
    let float = match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) => parse_hex_float(hex)?,
        None => digits.parse().ok()?,
    };
    float.is_finite().then_some(float)
}

/// `h.hhp±d`, without its prefix.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let mut exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for (index, c) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(c.to_digit(16)?);
        let in_fraction = index >= whole.len();
        if value >> 60 == 0 {
            value = value << 4 | digit;
            exponent -= if in_fraction { 4 } else { 0 };
        } else {
            // Digits beyond 60 bits only matter for rounding.
            value |= u64::from(digit != 0);
            exponent += if in_fraction { 0 } else { 4 };
        }
    }
    let exponent = exponent.clamp(-5000, 5000) as i32;
    // In two steps, since 2^exponent alone may be out of range.
    let half = exponent / 2;
    Some(value as f64 * 2f64.powi(half) * 2f64.powi(exponent - half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, int, uint, float) in [
            ("0", Some(0), Some(0), Some(0.0)),
            ("-0", Some(0), Some(0), Some(0.0)),
            ("+7", Some(7), None, Some(7.0)),
            ("-7", Some(-7), None, Some(-7.0)),
            ("0x_1F", Some(31), Some(31), Some(31.0)),
            ("0b101", Some(5), Some(5), Some(5.0)),
            ("017", Some(15), Some(15), Some(15.0)),
            ("0o17", Some(15), Some(15), Some(15.0)),
            ("1_000", Some(1000), Some(1000), Some(1000.0)),
            ("1e3", Some(1000), Some(1000), Some(1000.0)),
            ("1.5", None, None, Some(1.5)),
            ("0x1p4", Some(16), Some(16), Some(16.0)),
            ("0x1.8p1", Some(3), Some(3), Some(3.0)),
            (
                "18446744073709551615",
                None,
                Some(u64::MAX),
                Some(u64::MAX as f64),
            ),
            (
                "-9223372036854775808",
                Some(i64::MIN),
                None,
                Some(i64::MIN as f64),
            ),
        ] {
            let number = Number::parse(text).unwrap();
            assert_eq!(
                (number.int, number.uint, number.float),
                (int, uint, float),
                "{text}"
            );
        }
        assert_eq!(Number::character(r"'\n'").unwrap().int, Some(10));
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("1__0", "illegal number syntax: \"1__0\""),
            ("089", "integer overflow: \"089\""),
            (
                "99999999999999999999",
                "integer overflow: \"99999999999999999999\"",
            ),
            ("1e1000", "illegal number syntax: \"1e1000\""),
            ("2i", "complex constant 2i is not supported"),
        ] {
            assert_eq!(Number::parse(text), Err(message.to_owned()));
        }
    }
}
