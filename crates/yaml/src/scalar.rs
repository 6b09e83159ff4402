//! What a scalar means, by the rules of goyaml v2 (`resolve.go`), which are those of YAML 1.1 with exceptions.

use std::borrow::Cow;

use base64::alphabet;
use base64::engine::{Engine, GeneralPurpose, GeneralPurposeConfig};

use crate::number;
use crate::value::Value;

/// A scalar's meaning, borrowed from the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved<'a> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// Any other number. Infinity and NaN are refused when the file is read.
    Float(f64),
    /// Text. Timestamps are text, as Helm keeps them.
    String(Cow<'a, str>),
}

impl Resolved<'_> {
    /// The same as plain data.
    pub fn into_value(self) -> Value {
        match self {
            Resolved::Null => Value::Null,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(number) => Value::Int(number),
            Resolved::UInt(number) => Value::UInt(number),
            Resolved::Float(number) => Value::Float(number),
            Resolved::String(text) => Value::String(text.into_owned()),
        }
    }
}

/// The tag that is written before a scalar, as far as it changes the meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// None is written.
    Absent,
    /// `!!str`
    Str,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!null`
    Null,
    /// `!!timestamp`
    Timestamp,
    /// `!!binary`
    Binary,
    /// `!!merge`: makes a `<<` in quotes a merge key
    Merge,
    /// Any other: the scalar is text.
    Other,
}

impl Tag {
    /// From the full tag, such as `tag:yaml.org,2002:str`.
    pub(crate) fn from_full(tag: &str) -> Tag {
        match tag.strip_prefix("tag:yaml.org,2002:") {
            Some("str") => Tag::Str,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("null") => Tag::Null,
            Some("timestamp") => Tag::Timestamp,
            Some("binary") => Tag::Binary,
            Some("merge") => Tag::Merge,
            _ => Tag::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tag::Absent | Tag::Other => "",
            Tag::Str => "!!str",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
            Tag::Binary => "!!binary",
            Tag::Merge => "!!merge",
        }
    }
}

/// Resolves a scalar. `plain` means without quotes and not a block scalar.
///
/// # Errors
/// A sentence, when the tag and the text do not fit (goyaml: "cannot decode !!str `x` as a !!int") or the text is not
/// base64 under `!!binary`.
pub(crate) fn resolve(text: &str, plain: bool, tag: Tag) -> Result<Resolved<'_>, String> {
    match tag {
        Tag::Absent if plain => Ok(resolve_plain(text)),
        Tag::Absent | Tag::Str | Tag::Merge | Tag::Other => {
            Ok(Resolved::String(Cow::Borrowed(text)))
        }
        Tag::Binary => decode_binary(text),
        Tag::Timestamp if is_timestamp(text) => Ok(Resolved::String(Cow::Borrowed(text))),
        _ => {
            let resolved = resolve_plain(text);
            match (tag, resolved) {
                (Tag::Bool, Resolved::Bool(value)) => Ok(Resolved::Bool(value)),
                (Tag::Int, found @ (Resolved::Int(_) | Resolved::UInt(_))) => Ok(found),
                (Tag::Float, found @ Resolved::Float(_)) => Ok(found),
                (Tag::Float, Resolved::Int(number)) => Ok(Resolved::Float(number as f64)),
                (Tag::Null, Resolved::Null) => Ok(Resolved::Null),
                _ => Err(format!("`{text}` cannot be read as {}", tag.name())),
            }
        }
    }
}

/// A plain scalar without a tag.
fn resolve_plain(text: &str) -> Resolved<'_> {
    let special = match text.as_bytes().first() {
        None => return Resolved::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            resolve_word(text)
        }
        Some(b'.') => resolve_word(text).or_else(|| resolve_dot(text)),
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_word(text).or_else(|| resolve_number(text)),
        Some(_) => None,
    };
    special.unwrap_or(Resolved::String(Cow::Borrowed(text)))
}

/// The words that goyaml looks up.
fn resolve_word(text: &str) -> Option<Resolved<'static>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

/// Text that begins with a dot goes to `strconv.ParseFloat` as it is: an underscore has to stand between digits.
fn resolve_dot(text: &str) -> Option<Resolved<'static>> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let misplaced = |at: usize| !is_digit(at.checked_sub(1)) || !is_digit(Some(at + 1));
    if bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'_' && misplaced(at))
    {
        return None;
    }
    let plain = text.replace('_', "");
    number::is_yaml_float(&plain)
        .then(|| number::parse_decimal(&plain))
        .flatten()
        .map(Resolved::Float)
}

/// Text that begins with a digit or a sign: underscores are dropped, then integers by Go's prefixes (so `0644` is
/// octal, and `08`, which is not, is a float), then floats, then goyaml's own binary numbers.
fn resolve_number(text: &str) -> Option<Resolved<'static>> {
    let plain: Cow<'_, str> = if text.contains('_') {
        text.replace('_', "").into()
    } else {
        text.into()
    };
    if let Some(number) = number::parse_int(&plain) {
        return Some(Resolved::Int(number));
    }
    if let Some(number) = number::parse_uint(&plain) {
        return Some(Resolved::UInt(number));
    }
    if number::is_yaml_float(&plain)
        && let Some(number) = number::parse_decimal(&plain)
    {
        return Some(Resolved::Float(number));
    }
    let digits = plain.strip_prefix("0b")?;
    number::parse_binary_int(digits).map(Resolved::Int)
}

/// `!!binary`: the decoded bytes as text. JSON has no bytes: Go's encoder writes U+FFFD for each byte that is not UTF-8.
fn decode_binary(text: &str) -> Result<Resolved<'_>, String> {
    let bytes =
        decode_base64(text).ok_or_else(|| "`!!binary` with text that is not base64".to_owned())?;
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    Ok(Resolved::String(Cow::Owned(decoded)))
}

/// Go's `base64.StdEncoding`: padding is required, line breaks are skipped, the unused bits may be anything.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    const GO: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    GO.decode(digits).ok()
}

/// The shapes that goyaml takes for a timestamp: a date, or a date and a time (`T` with a zone, a space without one).
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day_end = rest
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(rest.len());
    let (day, time) = rest.split_at(day_end);
    let number = |text: &str, most: usize| -> Option<u32> {
        (!text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())
            .flatten()
    };
    let (Some(year), Some(month), Some(day)) = (
        number(year, 4).filter(|_| year.len() == 4),
        number(month, 2),
        number(day, 2),
    ) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1..=days).contains(&day) && (time.is_empty() || is_time(time))
}

fn is_time(text: &str) -> bool {
    let (clock, needs_zone) = match text.as_bytes().first() {
        Some(b'T' | b't') => (&text[1..], true),
        Some(b' ') => (text[1..].trim_start_matches(' '), false),
        _ => return false,
    };
    let zone_start = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone_start);
    let zone_fits = if needs_zone {
        is_zone(zone)
    } else {
        zone.is_empty()
    };
    let (clock, fraction) = clock
        .split_once('.')
        .map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let fraction_fits = fraction.is_none_or(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let fields: Vec<Option<u32>> = clock
        .split(':')
        .map(|field| {
            (1..=2)
                .contains(&field.len())
                .then_some(field)
                .filter(|field| field.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .map(|field| field.and_then(|field| field.parse().ok()))
        .collect();
    let clock_fits = matches!(fields[..], [Some(0..=23), Some(0..=59), Some(0..=59)]);
    clock_fits && fraction_fits && zone_fits
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else {
        return text == "Z";
    };
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    offset
        .split_once(':')
        .is_some_and(|(hours, minutes)| digits(hours) && digits(minutes))
}

/// The text of a key, by the conversion of `sigs.k8s.io/yaml` (numbers and booleans become text). `None` where JSON
/// cannot have the key: null, and integers above `i64::MAX`.
pub(crate) fn key_text(resolved: Resolved<'_>) -> Option<Cow<'_, str>> {
    Some(match resolved {
        Resolved::Null | Resolved::UInt(_) => return None,
        Resolved::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        Resolved::Int(number) => Cow::Owned(number.to_string()),
        // The conversion formats the key as a float32, whatever that loses.
        Resolved::Float(number) if number.is_nan() => Cow::Borrowed(".nan"),
        Resolved::Float(number) => Cow::Owned(match number::format_g32(number) {
            text if text == "+Inf" => ".inf".to_owned(),
            text if text == "-Inf" => "-.inf".to_owned(),
            text => text,
        }),
        Resolved::String(text) => text,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_read_as_go_reads_it() {
        for (text, expected) in [
            ("aGk=", Some("hi")),
            ("aGl=", Some("hi")),
            ("a\r\nGk\n=", Some("hi")),
            ("", Some("")),
            ("aGk", None),
            ("aGk==", None),
            ("aGk=aGk=", None),
            ("a===", None),
            ("aG k", None),
            ("-_8=", None),
        ] {
            let expected = expected.map(|text: &str| text.as_bytes().to_vec());
            assert_eq!(super::decode_base64(text), expected, "{text:?}");
        }
    }
}
