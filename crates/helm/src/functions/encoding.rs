//! base64 and base32 (Go: encoding/base64, encoding/base32; standard alphabets with padding). A text that does not decode
//! gives the error as the result, as sprig does.

use data_encoding::{BASE32, BASE64};
use envlint_gotemplate::{Function, GoString, Type};

const S: Type = Type::String;

pub(super) static TABLE: &[Function] = &[
    Function::new("b64enc", &[S], |_, args| {
        Ok(BASE64.encode(args.bytes(0)).into())
    }),
    Function::new("b64dec", &[S], |_, args| {
        Ok(decode_base64(args.bytes(0))
            .map_or_else(GoString::from, GoString::from)
            .into())
    }),
    Function::new("b32enc", &[S], |_, args| {
        Ok(BASE32.encode(args.bytes(0)).into())
    }),
    Function::new("b32dec", &[S], |_, args| {
        Ok(decode_base32(args.bytes(0))
            .map_or_else(GoString::from, GoString::from)
            .into())
    }),
];

/// Decodes base64; line ends are ignored wherever they stand. The error is Go's, with its offset into the text, which no
/// crate counts as Go does: for padding that is missing it is the start of the block, for one too many the byte after.
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut quantum = 0u32;
    let mut count = 0;
    for (at, &byte) in text.iter().enumerate() {
        if is_line_end(byte) {
            continue;
        }
        let Some(digit) = base64_digit(byte) else {
            if byte != b'=' || count < 2 {
                return corrupt(at);
            }
            if let Some(bad) = bad_padding(text, at, count) {
                return corrupt(bad);
            }
            let bits = quantum << (6 * (4 - count));
            out.extend(bits.to_be_bytes().into_iter().skip(1).take(count - 1));
            return Ok(out);
        };
        quantum = quantum << 6 | digit;
        count += 1;
        if count == 4 {
            out.extend(quantum.to_be_bytes().into_iter().skip(1));
            (quantum, count) = (0, 0);
        }
    }
    if count > 0 {
        corrupt(text.len() - count)
    } else {
        Ok(out)
    }
}

/// Where the padding that starts at `at` after `count` digits goes wrong.
fn bad_padding(text: &[u8], at: usize, count: usize) -> Option<usize> {
    let mut rest = text
        .iter()
        .enumerate()
        .skip(at + 1)
        .filter(|(_, byte)| !is_line_end(**byte));
    if count == 2 {
        match rest.next() {
            None => return Some(text.len()),
            Some((next, byte)) if *byte != b'=' => return Some(next - 1),
            _ => {}
        }
    }
    rest.next().map(|(next, _)| next)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn base64_digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

/// Decodes base32; line ends are ignored, and Go counts the offset of its error without them. Padding ends the text:
/// Go does not look at what follows the block that it fills.
fn decode_base32(text: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !is_line_end(*byte))
        .collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for (block, chunk) in text.chunks(8).enumerate() {
        let (bits, digits, end) = base32_block(&text, block * 8, chunk)?;
        let bytes = (bits << (5 * (8 - digits))).to_be_bytes();
        out.extend(bytes.into_iter().skip(3).take(digits * 5 / 8));
        if end {
            break;
        }
    }
    Ok(out)
}

/// The bits of a block, how many digits they are, and whether padding ended it.
fn base32_block(text: &[u8], start: usize, chunk: &[u8]) -> Result<(u64, usize, bool), String> {
    let corrupt = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let mut bits = 0u64;
    for (index, &byte) in chunk.iter().enumerate() {
        let rest = text.get(start + index + 1..).unwrap_or_default();
        if byte == b'=' && index >= 2 && rest.len() < 8 {
            if rest.len() + index < 7 {
                return corrupt(text.len());
            }
            let padding = rest.iter().take(7 - index);
            if let Some(bad) = padding.into_iter().position(|byte| *byte != b'=') {
                return corrupt(start + index + bad);
            }
            // So many digits make no whole byte.
            if matches!(index, 3 | 6) {
                return corrupt(start + index);
            }
            return Ok((bits, index, true));
        }
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return corrupt(start + index),
        };
        bits = bits << 5 | u64::from(digit);
    }
    if chunk.len() < 8 {
        return corrupt(start);
    }
    Ok((bits, 8, false))
}
