//! The format string of `printf` (Go: `doPrintf`).

use super::flags::Flags;
use super::printer::Printer;
use crate::unicode::decode;
use crate::value::Value;

/// Widths and precisions beyond a million are errors.
const MAX_NUMBER: usize = 1_000_000;

pub(super) struct Format<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    next_arg: usize,
    /// Whether any verb named its argument, which switches off the check for extra ones
    reordered: bool,
    /// Whether the last `[n]` was valid
    good_index: bool,
    /// Whether the last thing read was a `[n]`
    after_index: bool,
}

impl<'a> Format<'a> {
    pub(super) fn new(format: &'a [u8], args: &'a [Value]) -> Format<'a> {
        Format {
            format,
            at: 0,
            args,
            next_arg: 0,
            reordered: false,
            good_index: true,
            after_index: false,
        }
    }

    pub(super) fn run(mut self, printer: &mut Printer) {
        while let Some(rest) = self.format.get(self.at..).filter(|rest| !rest.is_empty()) {
            let text = rest
                .iter()
                .position(|byte| *byte == b'%')
                .unwrap_or(rest.len());
            printer.out.write(rest.get(..text).unwrap_or_default());
            self.at += text;
            if self.peek() != Some(b'%') {
                break;
            }
            self.at += 1;
            self.verb(printer);
        }
        if !self.reordered {
            self.extra(printer);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn verb(&mut self, printer: &mut Printer) {
        self.good_index = true;
        self.after_index = false;
        printer.out.flags = Flags::default();
        self.flags(&mut printer.out.flags);
        self.index();
        self.width(printer);
        self.precision(printer);
        if !self.after_index {
            self.index();
        }
        let Some((verb, len)) = self.format.get(self.at..).and_then(decode) else {
            return printer.out.write_str("%!(NOVERB)");
        };
        self.at += len;
        match (verb, self.args.get(self.next_arg)) {
            ('%', _) => printer.out.write_str("%"),
            _ if !self.good_index => complain(printer, verb, "(BADINDEX)"),
            (_, None) => complain(printer, verb, "(MISSING)"),
            (_, Some(arg)) => {
                let flags = &mut printer.out.flags;
                if matches!(verb, 'v' | 'w') {
                    flags.sharp_v = std::mem::take(&mut flags.sharp);
                    flags.plus_v = std::mem::take(&mut flags.plus);
                }
                printer.argument(arg, verb);
                self.next_arg += 1;
            }
        }
    }

    fn flags(&mut self, flags: &mut Flags) {
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn width(&mut self, printer: &mut Printer) {
        let flags = &mut printer.out.flags;
        if self.peek() == Some(b'*') {
            self.at += 1;
            self.after_index = false;
            match self.int_argument() {
                Some(width) => {
                    flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => printer.out.write_str("%!(BADWIDTH)"),
            }
            return;
        }
        flags.width = self.number();
        if self.after_index && flags.width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self, printer: &mut Printer) {
        // A point at the very end is the verb.
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() != Some(b'*') {
            printer.out.flags.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        self.after_index = false;
        let precision = self
            .int_argument()
            .and_then(|precision| usize::try_from(precision).ok());
        printer.out.flags.precision = precision;
        if precision.is_none() {
            printer.out.write_str("%!(BADPREC)");
        }
    }

    /// A decimal number. One that is too large swallows the rest of the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let so_far = number.unwrap_or(0);
            if so_far > MAX_NUMBER {
                self.at = self.format.len();
                return None;
            }
            number = Some(so_far * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// The argument for a `*`.
    fn int_argument(&mut self) -> Option<i64> {
        let number = match self.args.get(self.next_arg)?.plain() {
            Value::Int(n, _) => Some(n),
            Value::Uint(n, _) => i64::try_from(n).ok(),
            _ => None,
        };
        self.next_arg += 1;
        number.filter(|n| n.unsigned_abs() <= MAX_NUMBER as u64)
    }

    /// `[n]`: the argument to use next.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let close = rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            return;
        };
        self.at += close + 1;
        let digits = rest
            .get(1..close)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let number = digits
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<usize>().ok())
            .filter(|number| *number <= MAX_NUMBER * 10);
        self.after_index = number.is_some();
        match number {
            Some(number) if (1..=self.args.len()).contains(&number) => self.next_arg = number - 1,
            _ => self.good_index = false,
        }
    }

    /// `%!(EXTRA string=x)`
    fn extra(&self, printer: &mut Printer) {
        let Some(extra) = self
            .args
            .get(self.next_arg..)
            .filter(|extra| !extra.is_empty())
        else {
            return;
        };
        printer.out.flags = Flags::default();
        printer.out.write_str("%!(EXTRA ");
        for (index, arg) in extra.iter().enumerate() {
            if index > 0 {
                printer.out.write_str(", ");
            }
            printer.type_and_value(arg);
        }
        printer.out.write_str(")");
    }
}

fn complain(printer: &mut Printer, verb: char, what: &str) {
    printer.out.write_str("%!");
    printer.out.write_char(verb);
    printer.out.write_str(what);
}
