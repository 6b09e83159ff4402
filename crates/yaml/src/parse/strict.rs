//! Characters that goyaml does not read, whatever they stand in.

use crate::span::Span;

/// The first of them (goyaml: `readerc.go`, `yaml_parser_update_buffer`).
pub(super) fn control(source: &str) -> Option<(Span, String)> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    if source.bytes().all(is_plain) {
        return None;
    }
    let refused = |char: char| matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    let (at, char) = source.char_indices().find(|(_, char)| refused(*char))?;
    let message = format!(
        "the character U+{:04X} is not allowed in YAML; write an escape in double quotes",
        u32::from(char)
    );
    Some((Span::new(at, at + char.len_utf8()), message))
}
