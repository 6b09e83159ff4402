//! UTF-8 and character classes as Go's `unicode` and `unicode/utf8` have them.

use unicode_general_category::{GeneralCategory as G, get_general_category};

/// What an invalid byte decodes to.
pub(crate) const RUNE_ERROR: char = '\u{FFFD}';

/// The first character and its length in bytes. An invalid byte is U+FFFD of length 1 (Go: `utf8.DecodeRune`).
/// None at the end.
pub(crate) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    let len = match first {
        0..0x80 => return Some((char::from(first), 1)),
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return Some((RUNE_ERROR, 1)),
    };
    let decoded = bytes
        .get(..len)
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    Some(
        decoded
            .and_then(|text| text.chars().next())
            .map_or((RUNE_ERROR, 1), |c| (c, len)),
    )
}

/// The characters with their offset and length in bytes.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char, usize)> + '_ {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let (c, len) = decode(bytes.get(offset..)?)?;
        offset += len;
        Some((offset - len, c, len))
    })
}

/// The number of characters, an invalid byte being one (Go: `utf8.RuneCount`).
pub(crate) fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        bytes.len()
    } else {
        runes(bytes).count()
    }
}

/// Go's `unicode.IsLetter`.
pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(c),
        G::UppercaseLetter
            | G::LowercaseLetter
            | G::TitlecaseLetter
            | G::ModifierLetter
            | G::OtherLetter
    )
}

/// Go's `unicode.IsDigit`.
pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_digit()
    } else {
        get_general_category(c) == G::DecimalNumber
    }
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space.
pub(crate) fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    !matches!(
        get_general_category(c),
        G::Control
            | G::Format
            | G::Surrogate
            | G::PrivateUse
            | G::Unassigned
            | G::SpaceSeparator
            | G::LineSeparator
            | G::ParagraphSeparator
    )
}
