//! One formatted operand: flags, width, precision, padding (Go: `fmt/format.go`).

use crate::strconv::{can_backquote, format_float, quote, quote_rune, quote_to_ascii};
use crate::unicode::{RUNE_ERROR, is_print, rune_count, runes};

/// The flags of one verb.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub width: Option<usize>,
    pub precision: Option<usize>,
    pub minus: bool,
    pub plus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v`
    pub plus_v: bool,
    /// `%#v`
    pub sharp_v: bool,
}

/// The text so far, and what the current verb asks for. It stops growing at its limit.
pub(super) struct Output {
    pub bytes: Vec<u8>,
    pub limit: usize,
    pub overflow: bool,
    pub flags: Flags,
}

impl Output {
    pub(super) fn write(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.limit {
            self.overflow = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub(super) fn write_str(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    pub(super) fn write_char(&mut self, c: char) {
        self.write_str(c.encode_utf8(&mut [0; 4]));
    }

    fn padding(&mut self, count: usize) {
        if self.bytes.len() + count > self.limit {
            self.overflow = true;
            return;
        }
        // Zeros pad on the left only.
        let fill = if self.flags.zero && !self.flags.minus {
            b'0'
        } else {
            b' '
        };
        self.bytes.resize(self.bytes.len() + count, fill);
    }

    /// Writes text padded to the width, which counts characters.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let count = match self.flags.width {
            Some(width) => width.saturating_sub(rune_count(text)),
            None => 0,
        };
        if self.flags.minus {
            self.write(text);
            self.padding(count);
        } else {
            self.padding(count);
            self.write(text);
        }
    }

    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// `%t`
    pub(super) fn boolean(&mut self, value: bool) {
        self.pad(if value { b"true" } else { b"false" });
    }

    /// `%d %b %o %O %x %X`: `base` is 2, 8, 10 or 16.
    pub(super) fn integer(&mut self, magnitude: u64, negative: bool, base: u64, verb: char) {
        let flags = self.flags;
        if flags.precision == Some(0) && magnitude == 0 {
            // Nothing but padding is printed.
            return self.pad_with_spaces(b"");
        }
        let mut digits = match (base, verb) {
            (2, _) => format!("{magnitude:b}"),
            (8, _) => format!("{magnitude:o}"),
            (16, 'X') => format!("{magnitude:X}"),
            (16, _) => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        let signed = negative || flags.plus || flags.space;
        let least = match (flags.precision, flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => {
                width.saturating_sub(usize::from(signed))
            }
            _ => 0,
        };
        if least > digits.len() {
            digits.insert_str(0, &"0".repeat(least - digits.len()));
        }
        let prefix = match (base, verb) {
            (2, _) if flags.sharp => "0b",
            (8, 'O') if flags.sharp && !digits.starts_with('0') => "0o0",
            (8, 'O') => "0o",
            (8, _) if flags.sharp && !digits.starts_with('0') => "0",
            (16, 'X') if flags.sharp => "0X",
            (16, _) if flags.sharp => "0x",
            _ => "",
        };
        let sign = match (negative, flags.plus, flags.space) {
            (true, _, _) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        self.pad_with_spaces(format!("{sign}{prefix}{digits}").as_bytes());
    }

    /// `%U`
    pub(super) fn unicode(&mut self, rune: u64) {
        let least = self.flags.precision.unwrap_or(4).max(4);
        let digits = format!("{rune:X}");
        let mut text = format!(
            "U+{}{digits}",
            "0".repeat(least.saturating_sub(digits.len()))
        );
        let c = u32::try_from(rune).ok().and_then(char::from_u32);
        if let Some(c) = c.filter(|c| self.flags.sharp && is_print(*c)) {
            text.push_str(&format!(" '{c}'"));
        }
        self.pad_with_spaces(text.as_bytes());
    }

    /// `%c`
    pub(super) fn character(&mut self, rune: u64) {
        let c = u32::try_from(rune)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or(RUNE_ERROR);
        self.pad(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `%q` of an integer
    pub(super) fn quoted_character(&mut self, rune: u64) {
        self.pad(quote_rune(rune, self.flags.plus).as_bytes());
    }

    fn truncate<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let cut = self
            .flags
            .precision
            .and_then(|precision| runes(text).nth(precision));
        cut.and_then(|(offset, _, _)| text.get(..offset))
            .unwrap_or(text)
    }

    /// `%s`
    pub(super) fn text(&mut self, text: &[u8]) {
        self.pad(self.truncate(text));
    }

    /// `%q`
    pub(super) fn quoted(&mut self, text: &[u8]) {
        let text = self.truncate(text);
        if self.flags.sharp && can_backquote(text) {
            self.pad(&[b"`", text, b"`"].concat());
        } else if self.flags.plus {
            self.pad(quote_to_ascii(text).as_bytes());
        } else {
            self.pad(quote(text).as_bytes());
        }
    }

    /// `%x %X` of a string
    pub(super) fn hex(&mut self, text: &[u8], upper: bool) {
        let flags = self.flags;
        let text = flags
            .precision
            .and_then(|precision| text.get(..precision))
            .unwrap_or(text);
        if text.is_empty() {
            return self.padding(flags.width.unwrap_or(0));
        }
        let prefix = match (flags.sharp, upper) {
            (false, _) => "",
            (true, false) => "0x",
            (true, true) => "0X",
        };
        let mut out = String::with_capacity(text.len() * 2 + 2);
        out.push_str(prefix);
        for (index, byte) in text.iter().enumerate() {
            if flags.space && index > 0 {
                out.push(' ');
                out.push_str(prefix);
            }
            out.push_str(&if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            });
        }
        self.pad(out.as_bytes());
    }

    /// `%e %f %g %x %b` of a float; `precision` is the verb's default.
    pub(super) fn float(&mut self, value: f64, bits: u8, verb: u8, precision: Option<usize>) {
        let flags = self.flags;
        let precision = flags.precision.or(precision);
        let mut number = format_float(value, verb, precision, bits);
        if !number.starts_with(['-', '+']) {
            number.insert(0, '+');
        }
        if flags.space && number.starts_with('+') && !flags.plus {
            number.replace_range(..1, " ");
        }
        let unsigned = number.get(1..).unwrap_or_default().to_owned();
        if unsigned.starts_with(['I', 'N']) {
            // No zeros before what is no number; no sign before NaN unless asked for.
            let keep = unsigned.starts_with('I') || flags.plus || flags.space;
            let text = if keep { &number } else { &unsigned };
            return self.pad_with_spaces(text.as_bytes());
        }
        if flags.sharp && verb != b'b' {
            number = keep_point(&number, verb, precision);
        }
        self.pad_number(&number);
    }

    /// A number with its sign in front, which is dropped when it is a `+` that nobody asked for.
    fn pad_number(&mut self, number: &str) {
        let flags = self.flags;
        let (sign, unsigned) = number.split_at(1);
        if !flags.plus && sign == "+" {
            return self.pad(unsigned.as_bytes());
        }
        match flags.width {
            Some(width) if flags.zero && !flags.minus && width > number.len() => {
                self.write_str(sign);
                self.padding(width - number.len());
                self.write_str(unsigned);
            }
            _ => self.pad(number.as_bytes()),
        }
    }
}

/// The `#` flag: a decimal point always, and trailing zeros up to the precision for `%g`.
fn keep_point(number: &str, verb: u8, precision: Option<usize>) -> String {
    let is_hex = matches!(verb, b'x' | b'X');
    let exponent = |c: char| matches!(c, 'p' | 'P') || !is_hex && matches!(c, 'e' | 'E');
    let (mantissa, tail) = number.split_at(number.find(exponent).unwrap_or(number.len()));
    let mut missing = match verb {
        b'g' | b'G' | b'x' => precision.unwrap_or(6) as isize,
        _ => 0,
    };
    // The sign is no digit; zeros count from the first digit that is not zero.
    let digits = mantissa
        .get(1..)
        .unwrap_or_default()
        .chars()
        .filter(|c| *c != '.');
    missing -= digits.skip_while(|c| *c == '0').count() as isize;
    let mut out = mantissa.to_owned();
    if !mantissa.contains('.') {
        if mantissa.get(1..) == Some("0") {
            missing -= 1;
        }
        out.push('.');
    }
    out.extend((0..missing).map(|_| '0'));
    out + tail
}
