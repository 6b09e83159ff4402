//! Numbers as Go's `golang.org/x/text/message` prints them in English: `12,345.5`, `1.5×10⁰⁸`.

/// A number of things: `1,500`.
pub(super) fn count(number: usize) -> String {
    grouped(&number.to_string())
}

/// A number with a fraction or an exponent: that of six places and more is written as a power of ten.
pub(super) fn number(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = match scientific.split_once('e') {
        Some((digits, exponent)) => (digits, exponent.parse().unwrap_or(0)),
        None => return scientific,
    };
    if (-4..6).contains(&exponent) {
        let plain = number.to_string();
        let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        return format!("{}{fraction}", grouped(whole));
    }
    format!("{digits}×10{}", superscript(exponent))
}

/// Digits, three by three.
fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An exponent has two digits at least, and a sign only when it is negative.
fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = format!("{:02}", exponent.unsigned_abs());
    let raised = digits
        .bytes()
        .filter_map(|byte| DIGITS.get(usize::from(byte.wrapping_sub(b'0'))));
    sign.chars().chain(raised.copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_real_program() {
        for (value, expected) in [
            (5.0, "5"),
            (-1234.5, "-1,234.5"),
            (12345.678912, "12,345.678912"),
            (100_000.0, "100,000"),
            (7_777_777.0, "7.777777×10⁰⁶"),
            (123_456_789.0, "1.23456789×10⁰⁸"),
            (0.0001, "0.0001"),
            (0.00001, "1×10⁻⁰⁵"),
            (1e22, "1×10²²"),
            (1e300, "1×10³⁰⁰"),
        ] {
            assert_eq!(number(value), expected);
        }
        assert_eq!(count(1500), "1,500");
        assert_eq!(count(999), "999");
    }
}
