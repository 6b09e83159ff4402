//! In which style a text is written.

use super::dialect::Dialect;
use crate::scalar::{Resolved, Tag, resolve};

/// The styles that goyaml chooses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// What a text allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    /// It has line breaks.
    pub(super) multiline: bool,
    plain: bool,
    single: bool,
    block: bool,
}

/// Line breaks of YAML 1.1.
pub(super) fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What goyaml writes as it is: nothing above U+FFFF.
pub(super) fn is_printable(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && char != '\u{feff}'
}

/// Looks at a text once.
pub(super) fn analyze(text: &str, dialect: Dialect) -> Analysis {
    if text.is_empty() {
        return Analysis {
            multiline: false,
            plain: true,
            single: true,
            block: false,
        };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut multiline, mut special, mut break_space, mut space_break) =
        (false, false, false, false);
    // goyaml v3 lets a tab stand in a literal block.
    let tab = dialect == Dialect::V3 && text.contains('\t');
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let ends = chars.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
        let begins =
            before.is_none_or(|before| matches!(before, ' ' | '\t' | '\0') || is_break(before));
        indicators |= match char {
            '#' => begins,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => before.is_none(),
            '?' | '-' => before.is_none() && ends,
            ':' => ends,
            _ => false,
        };
        special |= !(is_printable(char) || tab && char == '\t');
        multiline |= is_break(char);
        break_space |= char == ' ' && before.is_some_and(is_break);
        space_break |= is_break(char) && before == Some(' ');
        before = Some(char);
    }
    let edge = |char: Option<char>| char.is_some_and(|char| char == ' ' || is_break(char));
    let (first, last) = (text.chars().next(), before);
    Analysis {
        multiline,
        plain: !(edge(first)
            || edge(last)
            || break_space
            || space_break
            || special
            || tab
            || multiline
            || indicators),
        single: !(break_space || space_break || special || tab),
        block: !(last == Some(' ') || space_break || special),
    }
}

/// The style of a text.
pub(super) fn style(text: &str, analysis: Analysis, is_simple_key: bool) -> Style {
    let wanted = if text.contains('\n') {
        Style::Literal
    } else {
        wanted(text)
    };
    match wanted {
        Style::Double => Style::Double,
        _ if is_simple_key && analysis.multiline => Style::Double,
        Style::Literal if analysis.block && !is_simple_key => Style::Literal,
        Style::Literal => Style::Double,
        _ if analysis.plain && !(text.is_empty() && is_simple_key) => Style::Plain,
        _ if analysis.single => Style::Single,
        _ => Style::Double,
    }
}

/// What the encoder asks for: quotes where the text would be read as something else than text. goyaml v3 resolves
/// fewer words, and quotes the others by name.
fn wanted(text: &str) -> Style {
    let is_text = matches!(resolve(text, true, Tag::Absent), Ok(Resolved::String(_)));
    if is_text && !is_timestamp(text) && !is_base_60(text) {
        Style::Plain
    } else {
        Style::Double
    }
}

fn is_timestamp(text: &str) -> bool {
    // `!!timestamp` accepts what goyaml takes for one.
    text.starts_with(|char: char| char.is_ascii_digit())
        && resolve(text, true, Tag::Timestamp).is_ok()
}

/// `190:20:30`, a number in base 60 for other readers: `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut fields = whole.split(':');
    let first = fields.next().unwrap_or_default();
    let is_digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let is_sixty = |field: &str| match field.as_bytes() {
        [last] => last.is_ascii_digit(),
        [b'0'..=b'5', last] => last.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|char: char| char.is_ascii_digit())
        && is_digits(first)
        && whole.contains(':')
        && fields.all(is_sixty)
        && is_digits(fraction)
}
