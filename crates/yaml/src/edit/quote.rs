//! Writing a text in other quotes.

use super::change::Edit;
use super::text;
use crate::document::Document;
use crate::node::{Node, Origin, Style};

/// The edit that writes a text on one line in these quotes; none where it has them, where it would need escapes that it does
/// not need now, or where it is no text.
pub fn quoted(doc: &Document, node: &Node, style: Style) -> Option<Edit> {
    let scalar = node.as_scalar()?;
    let span = node.span();
    let written = doc.text(span);
    let text = node.as_str()?;
    let is_plain = scalar.style() == Style::Plain;
    let is_other = is_plain || matches!(scalar.style(), Style::SingleQuoted | Style::DoubleQuoted);
    let is_simple = match scalar.style() {
        // An escape may be there for readers (`\u00a0`), or be needed.
        Style::DoubleQuoted => !written.contains('\\') && !text.contains('\''),
        _ => !text.contains(['"', '\\']),
    };
    let is_line = !written.is_empty() && !written.contains(['\n', '\r']);
    if node.origin() != Origin::Written
        || scalar.style() == style
        || !(is_other && is_simple && is_line)
        || scalar.is_tagged()
    {
        return None;
    }
    Some(Edit::new(span, text::in_quotes(text, style)))
}
