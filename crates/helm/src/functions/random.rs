//! Random text and numbers (sprig: strings.go, numeric.go, crypto.go).

use data_encoding::BASE64;
use envlint_gotemplate::{Context, Error, Function, Type, Value};
use rand_core::RngCore;

use super::session;
use super::size::check_size;
use super::text::runes;

const S: Type = Type::String;
const INT: Type = Type::INT;

pub(super) static TABLE: &[Function] = &[
    Function::new("randAlphaNum", &[INT], |cx, args| {
        characters(cx, args.int(0), |c| c.is_ascii_alphanumeric())
    }),
    Function::new("randAlpha", &[INT], |cx, args| {
        characters(cx, args.int(0), |c| c.is_ascii_alphabetic())
    }),
    Function::new("randNumeric", &[INT], |cx, args| {
        characters(cx, args.int(0), |c| c.is_ascii_digit())
    }),
    Function::new("randAscii", &[INT], |cx, args| {
        characters(cx, args.int(0), |_| true)
    }),
    Function::new("randBytes", &[INT], |cx, args| {
        let Ok(count) = usize::try_from(args.int(0)) else {
            return Err(Error::new("runtime error: makeslice: len out of range"));
        };
        check_size(cx, count.saturating_mul(2))?;
        let mut bytes = vec![0; count];
        session(cx)?.random().fill_bytes(&mut bytes);
        Ok(BASE64.encode(&bytes).into())
    }),
    Function::new("randInt", &[INT, INT], |cx, args| {
        let width = args.int(1).wrapping_sub(args.int(0));
        let width = u64::try_from(width).ok().filter(|width| *width > 0);
        let width = width.ok_or_else(|| Error::new("invalid argument to Intn"))?;
        let offset = below(cx, width)?;
        Ok(Value::int(args.int(0).wrapping_add_unsigned(offset)))
    }),
    Function::new("shuffle", &[S], |cx, args| {
        let mut shuffled: Vec<char> = runes(args.bytes(0)).collect();
        for last in (1..shuffled.len()).rev() {
            let other = below(cx, last as u64 + 1)?;
            shuffled.swap(last, other as usize);
        }
        Ok(shuffled.into_iter().collect::<String>().into())
    }),
    Function::new("uuidv4", &[], |cx, _| {
        let mut bytes = [0; 16];
        session(cx)?.random().fill_bytes(&mut bytes);
        // RFC 9562, 5.4: version 4, variant 10.
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
        let parts = [
            part(0..8),
            part(8..12),
            part(12..16),
            part(16..20),
            part(20..32),
        ];
        Ok(parts.join("-").into())
    }),
];

/// A number below `limit`, every one as likely.
fn below(cx: &mut dyn Context, limit: u64) -> Result<u64, Error> {
    let random = session(cx)?.random();
    let excess = u64::MAX - u64::MAX % limit;
    loop {
        let number = random.next_u64();
        if number < excess {
            return Ok(number % limit);
        }
    }
}

/// So many printable ASCII characters; none when the count is negative, whose error sprig drops.
fn characters(cx: &mut dyn Context, count: i64, accept: fn(char) -> bool) -> Result<Value, Error> {
    let count = usize::try_from(count).unwrap_or(0);
    check_size(cx, count)?;
    let alphabet: Vec<char> = (' '..='~').filter(|c| accept(*c)).collect();
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let index = below(cx, alphabet.len() as u64)?;
        text.extend(alphabet.get(index as usize));
    }
    Ok(text.into())
}
