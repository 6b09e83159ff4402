use std::fmt;

use super::quote::quote;

/// A Go duration in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

impl Duration {
    /// Reads `1h15m30.918s`; the error is that of Go's `time.ParseDuration`.
    pub(crate) fn parse(text: &[u8]) -> Result<Duration, String> {
        let invalid = || format!("time: invalid duration {}", quote(text));
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        // One more than the greatest positive duration fits when it is negative.
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (nanos, after) = component(rest, text)?;
            total = total
                .checked_add(nanos)
                .filter(|sum| *sum <= 1 << 63)
                .ok_or_else(invalid)?;
            rest = after;
        }
        match i64::try_from(total) {
            Ok(nanos) => Ok(Duration(if negative { -nanos } else { nanos })),
            Err(_) if negative => Ok(Duration(i64::MIN)),
            Err(_) => Err(invalid()),
        }
    }

    /// As a number of units. Go adds whole units and the fraction, each as a float.
    pub(crate) fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }

    /// To the next multiple of `unit` towards zero.
    pub(crate) fn truncate(self, unit: i64) -> Duration {
        if unit <= 0 {
            return self;
        }
        Duration(self.0 - self.0 % unit)
    }

    /// To the nearest multiple of `unit`, halves away from zero.
    pub(crate) fn round(self, unit: i64) -> Duration {
        if unit <= 0 {
            return self;
        }
        let remainder = self.0 % unit;
        let half_up = remainder.unsigned_abs() * 2 >= unit.unsigned_abs();
        let down = self.0 - remainder;
        Duration(match (half_up, self.0 < 0) {
            (false, _) => down,
            (true, false) => down.checked_add(unit).unwrap_or(i64::MAX),
            (true, true) => down.checked_sub(unit).unwrap_or(i64::MIN),
        })
    }
}

/// One number with its unit, in nanoseconds.
fn component<'a>(text: &'a [u8], whole: &[u8]) -> Result<(u64, &'a [u8]), String> {
    let invalid = || format!("time: invalid duration {}", quote(whole));
    let (integer, rest) = digits(text);
    let (fraction, after) = match rest.strip_prefix(b".") {
        Some(rest) => digits(rest),
        None => (&b""[..], rest),
    };
    if integer.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let length = after
        .iter()
        .take_while(|byte| !matches!(byte, b'.' | b'0'..=b'9'))
        .count();
    let (name, rest) = after.split_at(length);
    if name.is_empty() {
        return Err(format!("time: missing unit in duration {}", quote(whole)));
    }
    let unit = unit(name).ok_or_else(|| {
        format!(
            "time: unknown unit {} in duration {}",
            quote(name),
            quote(whole)
        )
    })?;
    let count = integer
        .iter()
        .try_fold(0u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
        .ok_or_else(invalid)?;
    let nanos = count
        .checked_mul(unit)
        .filter(|nanos| *nanos <= 1 << 63)
        .ok_or_else(invalid)?;
    Ok((
        nanos
            .checked_add(fraction_nanos(fraction, unit))
            .ok_or_else(invalid)?,
        rest,
    ))
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// Go computes the fraction in floating point, from as many digits as fit.
fn fraction_nanos(digits: &[u8], unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale = 1.0_f64;
    for digit in digits {
        let next = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(u64::from(digit - b'0')));
        let Some(next) = next.filter(|next| *next <= i64::MAX.unsigned_abs()) else {
            break;
        };
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND.unsigned_abs(),
        b"m" => MINUTE.unsigned_abs(),
        b"h" => HOUR.unsigned_abs(),
        _ => return None,
    })
}

impl fmt::Display for Duration {
    /// `72h3m0.5s`; below a second one smaller unit, `1.5ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => write!(f, "{}µs", decimal(nanos, 1_000, 3)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", decimal(nanos, 1_000_000, 6)),
            _ => {
                let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
                if minutes >= 60 {
                    write!(f, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(f, "{}m", minutes % 60)?;
                }
                write!(f, "{}s", decimal(rest, 1_000_000_000, 9))
            }
        }
    }
}

/// A number of `unit`s, without trailing zeros.
fn decimal(nanos: u64, unit: u64, digits: usize) -> String {
    let text = format!("{}.{:0digits$}", nanos / unit, nanos % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
