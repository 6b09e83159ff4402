//! Escapes that stand for one character.

use super::mistake::{error, until};

/// Reads an escape that stands for one character, from its backslash on.
pub(super) fn escaped_char(text: &str) -> Result<(char, &str), String> {
    let mut chars = text.chars();
    chars.next();
    let Some(c) = chars.next() else {
        return Err("trailing backslash at end of expression: ``".to_owned());
    };
    let rest = chars.as_str();
    let simple = match c {
        'a' => '\u{7}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return hexadecimal(text, rest),
        '0' => return Ok(octal(text)),
        '1'..='7' if rest.starts_with(|c: char| ('0'..='7').contains(&c)) => {
            return Ok(octal(text));
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return error("invalid escape sequence", until(text, rest)),
    };
    Ok((simple, rest))
}

/// Up to three octal digits after the backslash.
fn octal(text: &str) -> (char, &str) {
    let digits = text.get(1..).unwrap_or_default();
    let length = digits
        .bytes()
        .take(3)
        .take_while(|b| (b'0'..=b'7').contains(b))
        .count();
    let (number, rest) = digits.split_at(length);
    let code = u32::from_str_radix(number, 8).unwrap_or_default();
    (char::from_u32(code).unwrap_or('\0'), rest)
}

/// `\x7F` or `\x{10FFFF}`; `rest` follows the `x`.
fn hexadecimal<'a>(text: &str, rest: &'a str) -> Result<(char, &'a str), String> {
    let invalid = |rest: &str| error("invalid escape sequence", until(text, rest));
    let Some(mut after) = rest.strip_prefix('{') else {
        let length: usize = rest.chars().take(2).map(char::len_utf8).sum();
        let (digits, after) = rest.split_at(length);
        let is_hex = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        return code
            .and_then(char::from_u32)
            .map_or_else(|| invalid(after), |c| Ok((c, after)));
    };
    let mut code = None;
    while let Some(c) = after.chars().next() {
        after = after.get(c.len_utf8()..).unwrap_or_default();
        let digit = c.to_digit(16);
        code = match (c, digit) {
            ('}', _) => {
                let found = code.and_then(char::from_u32);
                return found.map_or_else(|| invalid(after), |c| Ok((c, after)));
            }
            (_, Some(digit)) => Some(code.unwrap_or(0) * 16 + digit),
            _ => return invalid(after),
        };
        if code > Some(u32::from(char::MAX)) {
            return invalid(after);
        }
    }
    invalid(after)
}
