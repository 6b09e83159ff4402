//! Text as Go sees it: characters of bytes that may not be UTF-8, letter case, and values as text.

use envlint_gotemplate::{Error, GoString, Value};
use unicode_general_category::{GeneralCategory, get_general_category};

pub(crate) use envlint_gotemplate::fmt::quote;

/// The characters; each invalid byte is one U+FFFD, as in a Go `range` over a string.
pub(crate) fn runes(text: &[u8]) -> impl Iterator<Item = char> + '_ {
    text.utf8_chunks().flat_map(|chunk| {
        chunk
            .valid()
            .chars()
            .chain(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER))
    })
}

/// Go's `unicode.IsSpace`.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}') || (!c.is_ascii() && c.is_whitespace())
}

/// Go's `unicode.IsUpper`: the category, where Rust's `is_uppercase` takes in more.
pub(crate) fn is_upper(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_uppercase();
    }
    get_general_category(c) == GeneralCategory::UppercaseLetter
}

/// Go's `unicode.IsLower`.
pub(crate) fn is_lower(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_lowercase();
    }
    get_general_category(c) == GeneralCategory::LowercaseLetter
}

/// Go's `unicode.IsTitle`: `ǅ` and the like.
pub(crate) fn is_title(c: char) -> bool {
    !c.is_ascii() && get_general_category(c) == GeneralCategory::TitlecaseLetter
}

/// Go's `unicode.IsLetter`.
pub(crate) fn is_letter(c: char) -> bool {
    use GeneralCategory::{
        LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter,
    };
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(c),
        LowercaseLetter | ModifierLetter | OtherLetter | TitlecaseLetter | UppercaseLetter
    )
}

/// Go's `unicode.IsNumber`: digits, and letters and signs that are numbers.
pub(crate) fn is_number(c: char) -> bool {
    use GeneralCategory::{DecimalNumber, LetterNumber, OtherNumber};
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    matches!(
        get_general_category(c),
        DecimalNumber | LetterNumber | OtherNumber
    )
}

/// Go's `unicode.IsDigit`.
pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && get_general_category(c) == GeneralCategory::DecimalNumber
}

/// Go's `unicode.IsPunct`.
pub(crate) fn is_punct(c: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, ConnectorPunctuation, DashPunctuation, FinalPunctuation,
        InitialPunctuation, OpenPunctuation, OtherPunctuation,
    };
    matches!(
        get_general_category(c),
        ClosePunctuation
            | ConnectorPunctuation
            | DashPunctuation
            | FinalPunctuation
            | InitialPunctuation
            | OpenPunctuation
            | OtherPunctuation
    )
}

/// Go's `unicode.ToUpper`: one character for one, where Unicode's full mapping may give several (`ß`).
pub(crate) fn to_upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(upper), None) => upper,
        _ => simple_upper(c),
    }
}

/// The characters whose full mapping is longer than one but which have a simple one: Greek with a subscript iota.
fn simple_upper(c: char) -> char {
    let shift = match c {
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => 8,
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(c) + shift).unwrap_or(c)
}

/// Go's `unicode.ToLower`.
pub(crate) fn to_lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Go's `unicode.ToTitle`: upper case but for the few letters that have a title case of their own.
pub(crate) fn to_title(c: char) -> char {
    match c {
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        '\u{10D0}'..='\u{10FF}' => c,
        _ => to_upper(c),
    }
}

/// Maps every character; what is no UTF-8 becomes U+FFFD, as in Go's `strings.Map`.
pub(crate) fn map(text: &[u8], change: impl FnMut(char) -> char) -> GoString {
    runes(text).map(change).collect::<String>().into()
}

/// A value as `fmt.Sprintf("%v")` prints it.
pub(crate) fn display(value: &Value) -> Result<GoString, Error> {
    if let Value::String(text) = value {
        return Ok(text.clone());
    }
    envlint_gotemplate::fmt::sprint(std::slice::from_ref(value)).map(GoString::from)
}

/// A value as text, as sprig's `toString` gives it: strings and bytes are themselves.
pub(crate) fn string_of(value: &Value) -> Result<GoString, Error> {
    match value {
        Value::Bytes(bytes) => Ok(GoString::from(&**bytes)),
        other => display(other),
    }
}
