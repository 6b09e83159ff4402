//! Numbers from texts and from each other, as Go converts them.

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

/// Go's `strconv.ParseInt(text, 0, 64)`: `0x1F`, `0b1`, `0o17`, `017`, and `_` between digits.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
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

pub(crate) fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

pub(crate) fn parse_digits(digits: &str, base: u32, negative: bool) -> Option<i64> {
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
pub(crate) fn atoi(text: &str) -> i64 {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let limit = if negative { i64::MIN } else { i64::MAX };
    parse_digits(digits, 10, negative).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_integers() {
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
