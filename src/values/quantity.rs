//! What a text amounts to: Kubernetes quantities, durations and versions.

use std::cmp::Ordering;

/// A text that can be compared by what it amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// A number or a Kubernetes quantity, in billionths (`500m` is 500,000,000).
    Quantity(i128),
    /// A duration, in nanoseconds.
    Duration(i128),
    /// A semantic version.
    Version(semver::Version),
}

/// What a text amounts to, when it is a number, a quantity, a duration or a version. `5m` is taken for a quantity:
/// [`compare`] and [`same_measure`] look at both texts before they decide.
pub fn measure(text: &str) -> Option<Measure> {
    quantity(text)
        .map(Measure::Quantity)
        .or_else(|| duration(text).map(Measure::Duration))
        .or_else(|| version(text).map(Measure::Version))
}

/// Orders two texts by what they amount to; none when they are not of one kind.
pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    let by = |measure: fn(&str) -> Option<i128>| Some(measure(left)?.cmp(&measure(right)?));
    by(quantity)
        .or_else(|| by(duration))
        .or_else(|| by(size))
        .or_else(|| by(percentage))
        .or_else(|| Some(version(left)?.cmp(&version(right)?)))
}

/// Whether two texts that are written differently amount to the same quantity or duration. Bare numbers and versions
/// are not looked at: `1.10` and `1.1` may be two image tags.
pub(super) fn same_measure(left: &str, right: &str) -> bool {
    let has_unit = |text: &str| text.ends_with(|last: char| last.is_ascii_alphabetic());
    (has_unit(left) || has_unit(right))
        && (matches!((quantity(left), quantity(right)), (Some(left), Some(right)) if left == right)
            || matches!((duration(left), duration(right)), (Some(left), Some(right)) if left == right))
}

/// Billionths in one.
const NANO: i128 = 1_000_000_000;

/// A Kubernetes quantity in billionths (apimachinery, `resource.Quantity`: a signed decimal, then a binary suffix, a
/// decimal suffix or an exponent). Finer parts round up, as Kubernetes does.
pub fn quantity(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 30 {
        return None;
    }
    let (multiplier, divisor) = scale(suffix)?;
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = divisor.checked_mul(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)?;
    let scaled = mantissa.checked_mul(multiplier)?.checked_mul(NANO)?;
    let rounded = scaled.checked_add(divisor - 1)? / divisor;
    Some(if text.starts_with('-') {
        -rounded
    } else {
        rounded
    })
}

/// The multiplier and the divisor of a quantity's suffix.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    let thousand = |power: u32| Some((1000_i128.pow(power), 1));
    let binary = |power: u32| Some((1024_i128.pow(power), 1));
    match suffix {
        "" => Some((1, 1)),
        "n" => Some((1, NANO)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1_000)),
        "k" => thousand(1),
        "M" => thousand(2),
        "G" => thousand(3),
        "T" => thousand(4),
        "P" => thousand(5),
        "E" => thousand(6),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
            Some(if exponent < 0 { (1, power) } else { (power, 1) })
        }
    }
}

/// A duration in nanoseconds, as Go's `time.ParseDuration` reads it (`1h30m`, `250ms`), and `d` for 24 hours, which
/// Prometheus and others add. A bare number is none.
pub fn duration(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mut rest, mut total) = (unsigned, 0_i128);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, after) = rest.split_at(digits);
        let unit_end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        total =
            total.checked_add(quantity(number)?.checked_mul(unit_nanoseconds(unit)?)? / NANO)?;
        rest = after;
    }
    Some(if text.starts_with('-') { -total } else { total })
}

fn unit_nanoseconds(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => NANO,
        "m" => 60 * NANO,
        "h" => 3_600 * NANO,
        "d" => 24 * 3_600 * NANO,
        _ => return None,
    })
}

/// A size as the JVM, Spark and others write it, in bytes: `512m`, `4g`, `10MB`; the letters stand for powers of 1024.
pub(super) fn size(text: &str) -> Option<i128> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let power = match unit.to_ascii_lowercase().as_str() {
        "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return None,
    };
    number
        .parse::<i128>()
        .ok()?
        .checked_mul(1024_i128.pow(power))
}

/// A percentage, in billionths of a percent.
pub fn percentage(text: &str) -> Option<i128> {
    quantity(text.strip_suffix('%')?).filter(|_| {
        text.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '%'))
    })
}

/// A semantic version, with or without a leading `v`.
pub(super) fn version(text: &str) -> Option<semver::Version> {
    semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_count_in_billionths() {
        for (text, expected) in [
            ("1", Some(NANO)),
            ("500m", Some(NANO / 2)),
            ("0.5", Some(NANO / 2)),
            ("2Gi", Some(2 * 1024 * 1024 * 1024 * NANO)),
            ("1e3", Some(1000 * NANO)),
            ("1E", Some(1_000_000_000_000_000_000 * NANO)),
            ("-1k", Some(-1000 * NANO)),
            (".5", Some(NANO / 2)),
            ("1.", Some(NANO)),
            ("0.1n", Some(1)),
            ("", None),
            (".", None),
            ("1g", None),
            ("1 Gi", None),
            ("1.2.3", None),
            ("abc", None),
            ("99999999999999999999999999999999Ei", None),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
    }

    #[test]
    fn order_is_by_amount_within_one_kind() {
        for (left, right, expected) in [
            ("500m", "1", Some(Ordering::Less)),
            ("1Gi", "1024Mi", Some(Ordering::Equal)),
            ("90s", "2m", Some(Ordering::Less)),
            ("90m", "2h", Some(Ordering::Less)),
            ("1.9.0", "1.10.0", Some(Ordering::Less)),
            ("512m", "4g", Some(Ordering::Less)),
            ("4g", "2048mb", Some(Ordering::Greater)),
            ("5%", "25%", Some(Ordering::Less)),
            ("5", "25%", None),
            ("v2.0.0-rc.1", "2.0.0", Some(Ordering::Less)),
            ("info", "debug", None),
            ("1", "info", None),
        ] {
            assert_eq!(compare(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn only_units_make_different_texts_the_same() {
        for (left, right, expected) in [
            ("1Gi", "1024Mi", true),
            ("1000m", "1", true),
            ("1h", "60m", true),
            ("1.10", "1.1", false),
            ("1.0.0", "v1.0.0", false),
            ("yes", "true", false),
        ] {
            assert_eq!(same_measure(left, right), expected, "{left} {right}");
        }
    }
}
