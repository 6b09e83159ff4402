//! Floats as text (Go: `strconv.FormatFloat`).

/// More digits than any `f64` has; what is asked for beyond them is zeros.
const MAX_DIGITS: usize = 1100;

/// A float as Go's `strconv.FormatFloat` writes it.
///
/// `verb` is one of `e E f g G x X b`, `precision` is `None` for the shortest text that reads back as the same number
/// (Go's -1), and `bits` is 32 or 64: whose shortest text. Infinities are `+Inf` and `-Inf`.
pub fn format_float(value: f64, verb: u8, precision: Option<usize>, bits: u8) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let mut out = String::new();
    if value.is_sign_negative() {
        out.push('-');
    }
    let magnitude = value.abs();
    match verb {
        b'b' => write_binary(&mut out, magnitude, bits),
        b'x' | b'X' => write_hex(&mut out, magnitude, verb, precision, bits),
        b'e' | b'E' => {
            let decimal = Decimal::of(
                magnitude,
                precision.map(|digits| digits.saturating_add(1)),
                bits,
            );
            write_exponent(
                &mut out,
                &decimal,
                precision.unwrap_or(decimal.digits.len() - 1),
                verb,
            );
        }
        b'g' | b'G' => write_general(&mut out, magnitude, verb, precision, bits),
        _ => match precision {
            Some(precision) => {
                let exact = precision.min(MAX_DIGITS);
                out.push_str(&format!("{magnitude:.exact$}"));
                out.extend(std::iter::repeat_n('0', precision - exact));
            }
            None => {
                let decimal = Decimal::of(magnitude, None, bits);
                let fraction = decimal.digits.len() as i32 - decimal.point;
                write_fixed(&mut out, &decimal, fraction.max(0) as usize);
            }
        },
    }
    out
}

/// Decimal digits, at least one, of which the first `point` stand before the decimal point.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// The digits of a number, as many as asked for (correctly rounded) or as few as identify it.
    fn of(magnitude: f64, digits: Option<usize>, bits: u8) -> Decimal {
        let text = match digits {
            Some(digits) => {
                let fraction = digits.clamp(1, MAX_DIGITS) - 1;
                format!("{magnitude:.fraction$e}")
            }
            None if bits == 32 => format!("{:e}", magnitude as f32),
            None => format!("{magnitude:e}"),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.len() > 1 && digits.last() == Some(&b'0') {
            digits.pop();
        }
        Decimal {
            digits,
            point: exponent.parse().unwrap_or(0) + 1,
        }
    }

    fn digit(&self, index: i32) -> char {
        let digit = usize::try_from(index)
            .ok()
            .and_then(|index| self.digits.get(index));
        digit.map_or('0', |digit| char::from(*digit))
    }
}

/// `d.ddde±dd`
fn write_exponent(out: &mut String, decimal: &Decimal, precision: usize, verb: u8) {
    out.push(decimal.digit(0));
    if precision > 0 {
        out.push('.');
        out.extend((1..=precision).map(|index| decimal.digit(index as i32)));
    }
    out.push(char::from(verb));
    let exponent = decimal.point - 1;
    out.push_str(&format!(
        "{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    ));
}

/// `ddd.ddd`
fn write_fixed(out: &mut String, decimal: &Decimal, precision: usize) {
    if decimal.point > 0 {
        out.extend((0..decimal.point).map(|index| decimal.digit(index)));
    } else {
        out.push('0');
    }
    if precision > 0 {
        out.push('.');
        out.extend((0..precision).map(|index| decimal.digit(decimal.point + index as i32)));
    }
}

/// `%g`: `%e` for large and small exponents, else `%f`, without trailing zeros.
fn write_general(out: &mut String, magnitude: f64, verb: u8, precision: Option<usize>, bits: u8) {
    let asked = precision.map(|digits| digits.max(1));
    let decimal = Decimal::of(magnitude, asked, bits);
    let count = decimal.digits.len() as i32;
    let precision = asked.map_or(count, |digits| digits as i32);
    let threshold = match asked {
        None => 6,
        Some(_) if precision > count && count >= decimal.point => count,
        Some(_) => precision,
    };
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= threshold {
        let verb = if verb == b'G' { b'E' } else { b'e' };
        write_exponent(out, &decimal, (precision.min(count) - 1) as usize, verb);
        return;
    }
    let shown = if precision > decimal.point {
        count
    } else {
        precision
    };
    write_fixed(out, &decimal, (shown - decimal.point).max(0) as usize);
}

/// `ddddp±ddd`: the integer mantissa and the binary exponent.
fn write_binary(out: &mut String, magnitude: f64, bits: u8) {
    let (mantissa, exponent, mantissa_bits) = parts(magnitude, bits);
    out.push_str(&format!("{mantissa}p{:+}", exponent - mantissa_bits));
}

/// The mantissa, the unbiased exponent of its leading bit's place, and the mantissa's width in bits.
fn parts(magnitude: f64, bits: u8) -> (u64, i32, i32) {
    let (raw, width, exponent_mask, bias) = match bits {
        32 => (u64::from((magnitude as f32).to_bits()), 23, 0xFF, -127),
        _ => (magnitude.to_bits(), 52, 0x7FF, -1023),
    };
    let fraction = raw & ((1 << width) - 1);
    let exponent = ((raw >> width) & exponent_mask) as i32;
    match exponent {
        0 => (fraction, bias + 1, width),
        _ => (fraction | 1 << width, bias + exponent, width),
    }
}

/// `0x1.yyyp±dd`
fn write_hex(out: &mut String, magnitude: f64, verb: u8, precision: Option<usize>, bits: u8) {
    let (mut mantissa, mut exponent, width) = parts(magnitude, bits);
    if mantissa == 0 {
        exponent = 0;
    }
    // The leading one goes to bit 60, which leaves 15 hexadecimal digits behind the point.
    mantissa <<= 60 - width;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision @ 0..15) = precision {
        let shift = precision * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    out.push('0');
    out.push(char::from(verb));
    out.push(if mantissa >> 60 & 1 == 1 { '1' } else { '0' });
    write_hex_fraction(out, mantissa << 4, verb, precision);
    out.push(if verb == b'x' { 'p' } else { 'P' });
    out.push_str(&format!(
        "{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    ));
}

fn write_hex_fraction(out: &mut String, mut mantissa: u64, verb: u8, precision: Option<usize>) {
    let mut remaining = precision.unwrap_or(16);
    if remaining == 0 || precision.is_none() && mantissa == 0 {
        return;
    }
    out.push('.');
    while remaining > 0 && (precision.is_some() || mantissa != 0) {
        let digit = char::from_digit((mantissa >> 60) as u32, 16).unwrap_or('0');
        out.push(if verb == b'X' {
            digit.to_ascii_uppercase()
        } else {
            digit
        });
        mantissa <<= 4;
        remaining -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_as_go() {
        for (value, verb, precision, expected) in [
            (1e6, b'g', None, "1e+06"),
            (100_000.0, b'g', None, "100000"),
            (1e21, b'f', None, "1000000000000000000000"),
            (0.0001, b'g', None, "0.0001"),
            (0.00001, b'g', None, "1e-05"),
            (-0.0, b'g', None, "-0"),
            (2.5, b'f', Some(0), "2"),
            (0.125, b'f', Some(2), "0.12"),
            (1234.5678, b'e', Some(2), "1.23e+03"),
            (100.0, b'g', Some(3), "100"),
            (1000.0, b'g', Some(3), "1e+03"),
            (1.0, b'x', None, "0x1p+00"),
            (1.5, b'X', Some(3), "0X1.800P+00"),
            (1.0, b'b', None, "4503599627370496p-52"),
            (f64::INFINITY, b'g', None, "+Inf"),
        ] {
            assert_eq!(format_float(value, verb, precision, 64), expected);
        }
        assert_eq!(format_float(f64::from(0.1f32), b'g', None, 32), "0.1");
        assert_eq!(format_float(0.5, b'f', Some(2000), 64).len(), 2002);
    }
}
