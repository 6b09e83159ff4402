//! Pieces of Markdown that hold any text.

use crate::masking::{Printable, printable};

/// Text as inline code, whatever backquotes it holds; safe inside of a table.
pub(super) fn code(text: &str) -> String {
    let longest = text
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    // In a table, a bar ends the cell even inside of code (<https://github.github.com/gfm/#tables-extension->).
    let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A diff as a block of code, whatever it holds.
pub(super) fn diff(text: &str) -> String {
    let longest = text
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{text}{fence}\n")
}

/// Text outside of code: nothing in it is taken for markup.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '*' | '_' | '[' | ']' | '<' | '#' | '|' | '@' | '~' => {
                shown.push('\\');
                shown.push(char);
            }
            '\n' | '\r' => shown.push(' '),
            char => shown.push(char),
        }
    }
    shown
}

/// One row of a table.
pub(super) fn row(cells: impl IntoIterator<Item = Printable>) -> Printable {
    printable!("| {} |\n", Printable::join(cells, " | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_any_text() {
        for (text, expected) in [
            ("a.b", "`a.b`"),
            ("a|b", "`a\\|b`"),
            ("a`b", "`` a`b ``"),
            ("``", "``` `` ```"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(diff("+```\n"), "````diff\n+```\n````\n");
    }
}
