//! Go's `fmt`, and what this crate has of `strconv`.
//!
//! Text is bytes, since Go's strings are. Printing fails when a value does not fit into
//! 256 MiB or is nested more than a thousand deep: a map can hold itself.

mod flags;
mod printer;
mod printf;

pub use crate::strconv::{can_backquote, format_float, quote, quote_to_ascii, unquote};

use crate::error::{Error, ErrorKind, Limit};
use crate::value::{Kind, Value};
use printer::Printer;

/// The most bytes that [`sprintf`] and its siblings make.
pub(crate) const DEFAULT_LIMIT: usize = 256 << 20;

/// Formats by a format string (Go: `fmt.Sprintf`).
///
/// # Errors
/// When the text is too large or a value too deep.
pub fn sprintf(format: impl AsRef<[u8]>, args: &[Value]) -> Result<Vec<u8>, Error> {
    sprintf_within(DEFAULT_LIMIT, format.as_ref(), args)
}

/// Prints the operands, with spaces between two that are not strings (Go: `fmt.Sprint`). Of one value this is `%v`.
///
/// # Errors
/// When the text is too large or a value too deep.
pub fn sprint(args: &[Value]) -> Result<Vec<u8>, Error> {
    sprint_within(DEFAULT_LIMIT, args)
}

pub(crate) fn sprintf_within(
    limit: usize,
    format: &[u8],
    args: &[Value],
) -> Result<Vec<u8>, Error> {
    let mut printer = Printer::new(Vec::new(), limit);
    printf::Format::new(format, args).run(&mut printer);
    finish(printer)
}

pub(crate) fn sprint_within(limit: usize, args: &[Value]) -> Result<Vec<u8>, Error> {
    let is_string = |arg: &Value| arg.kind() == Kind::String;
    spaced(limit, args, is_string, |printer, arg| {
        printer.argument(arg, 'v')
    })
}

/// [`sprint`] of values as an action prints each: no value is the text `<no value>`, a pointer is followed.
pub(crate) fn sprint_printable(limit: usize, args: &[Value]) -> Result<Vec<u8>, Error> {
    let is_string = |arg: &Value| arg.is_nil() || arg.kind() == Kind::String;
    spaced(limit, args, is_string, Printer::printable)
}

fn spaced(
    limit: usize,
    args: &[Value],
    is_string: impl Fn(&Value) -> bool,
    mut print: impl FnMut(&mut Printer, &Value),
) -> Result<Vec<u8>, Error> {
    let mut printer = Printer::new(Vec::new(), limit);
    for (index, arg) in args.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| args.get(before));
        if before.is_some_and(|before| !is_string(before) && !is_string(arg)) {
            printer.out.write_str(" ");
        }
        print(&mut printer, arg);
    }
    finish(printer)
}

/// Prints the operands with spaces between all of them and a line end (Go: `fmt.Sprintln`).
pub(crate) fn sprintln_within(limit: usize, args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut printer = Printer::new(Vec::new(), limit);
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.out.write_str(" ");
        }
        printer.argument(arg, 'v');
    }
    printer.out.write_str("\n");
    finish(printer)
}

/// Appends a value as an action prints it to a text that must not pass `limit` bytes.
pub(crate) fn append(out: &mut Vec<u8>, value: &Value, limit: usize) -> Result<(), Error> {
    if let Value::String(text) = value {
        return append_bytes(out, text.as_bytes(), limit);
    }
    let mut printer = Printer::new(std::mem::take(out), limit);
    printer.printable(value);
    *out = finish(printer)?;
    Ok(())
}

/// Appends text that must not pass `limit` bytes.
pub(crate) fn append_bytes(out: &mut Vec<u8>, bytes: &[u8], limit: usize) -> Result<(), Error> {
    if out.len() + bytes.len() > limit {
        return Err(too_large());
    }
    out.extend_from_slice(bytes);
    Ok(())
}

fn too_large() -> Error {
    Error::with_kind(ErrorKind::Limit(Limit::Output), "the output is too large")
}

fn finish(printer: Printer) -> Result<Vec<u8>, Error> {
    if printer.too_deep {
        return Err(Error::with_kind(
            ErrorKind::Limit(Limit::Depth),
            "the value is nested too deeply to be printed",
        ));
    }
    if printer.out.overflow {
        Err(too_large())
    } else {
        Ok(printer.out.bytes)
    }
}

#[cfg(test)]
mod tests;
