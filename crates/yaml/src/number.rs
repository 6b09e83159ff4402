//! Go's `strconv`, as far as YAML needs it.

/// `strconv.ParseInt(text, 0, 64)`: a sign, then a base prefix (`0x`, `0b`, `0o`, or `0` for octal), then digits.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    from_magnitude(negative, parse_uint(digits)?)
}

/// `strconv.ParseInt(text, 2, 64)`.
pub(crate) fn parse_binary_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    from_magnitude(negative, digits_in(digits, 2)?)
}

fn from_magnitude(negative: bool, magnitude: u64) -> Option<i64> {
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// `strconv.ParseUint(text, 0, 64)`. Go looks for a prefix only where at least one character follows it; a lone `0` is
/// zero and `0` before anything else means octal.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.first()? != &b'0' {
        return digits_in(text, 10);
    }
    let base = match bytes.get(1).map(u8::to_ascii_lowercase) {
        Some(b'x') => 16,
        Some(b'b') => 2,
        Some(b'o') => 8,
        _ => return digits_in(&text[1..], 8),
    };
    if bytes.len() < 3 {
        None
    } else {
        digits_in(&text[2..], base)
    }
}

/// Digits only, no sign; the empty text is zero.
fn digits_in(text: &str, base: u32) -> Option<u64> {
    text.chars().try_fold(0u64, |number, digit| {
        let digit = digit.to_digit(base)?;
        number
            .checked_mul(u64::from(base))?
            .checked_add(u64::from(digit))
    })
}

/// `strconv.ParseFloat(text, 64)` for decimal text: an error when it does not fit, while Rust answers infinity.
pub(crate) fn parse_decimal(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// goyaml's float: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
pub(crate) fn is_yaml_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = split_digits(rest);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => {
            let (fraction, rest) = split_digits(after);
            if whole.is_empty() && fraction.is_empty() {
                return false;
            }
            (fraction, rest)
        }
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let (digits, rest) =
                split_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
            !digits.is_empty() && rest.is_empty()
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// `strconv.FormatFloat(number, 'g', -1, 64)`: the shortest digits that read back, with an exponent below 1e-4 and
/// from 1e6 on.
pub(crate) fn format_g(number: f64) -> String {
    match number {
        number if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        number => go_g(number.is_sign_negative(), &format!("{:e}", number.abs())),
    }
}

/// A float as goyaml writes it.
pub(crate) fn format_yaml(number: f64) -> String {
    match format_g(number).as_str() {
        "NaN" => ".nan".to_owned(),
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        text => text.to_owned(),
    }
}

/// `strconv.FormatFloat(number, 'g', -1, 32)`: the shortest digits that read back as the nearest float32, with an
/// exponent below 1e-4 and from 1e6 on.
pub(crate) fn format_g32(number: f64) -> String {
    let narrow = number as f32;
    if narrow.is_infinite() {
        return if narrow > 0.0 {
            "+Inf".to_owned()
        } else {
            "-Inf".to_owned()
        };
    }
    go_g(narrow.is_sign_negative(), &format!("{:e}", narrow.abs()))
}

/// Go's `%g` layout from Rust's shortest `d.ddde±x`.
fn go_g(negative: bool, scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let mut text = String::new();
    if negative {
        text.push('-');
    }
    // Go: %e is used where the exponent is below -4 or at least the precision, "if precision was the shortest possible,
    // use precision 6 for this decision".
    if !(-4..6).contains(&exponent) {
        text.push_str(mantissa);
        text.push('e');
        text.push(if exponent < 0 { '-' } else { '+' });
        text.push_str(&format!("{:02}", exponent.abs()));
    } else if exponent < 0 {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        text.push_str(&digits);
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            text.push_str(&digits);
            text.extend(std::iter::repeat_n('0', whole - digits.len()));
        } else {
            text.push_str(&digits[..whole]);
            text.push('.');
            text.push_str(&digits[whole..]);
        }
    }
    text
}
