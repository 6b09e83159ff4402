//! Pieces of Markdown that hold any text, for [`Printable::rewrite`](super::Printable::rewrite): what was masked is escaped
//! after that, and nothing in it is taken for markup, ends a table's cell or mentions a person.

/// A sentence with words in backticks: those become code, and everything else is text and nothing but text.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Backticks that do not pair, or stand side by side, come out of a value: they mean nothing.
    let inner_is_empty = |part: &&str| part.is_empty();
    let inner = parts
        .get(1..parts.len().saturating_sub(1))
        .unwrap_or_default();
    if parts.len().is_multiple_of(2) || inner.iter().any(inner_is_empty) {
        return escape(text);
    }
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 1 {
                code(part)
            } else {
                escape(part)
            }
        })
        .collect()
}

/// Text as code, whatever backticks it holds; safe inside of a table.
pub fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        return escape(&text);
    }
    let longest = longest_fence(&text);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    // In a table, a bar ends the cell even inside of code (<https://github.github.com/gfm/#tables-extension->).
    let text = text.replace('|', "\\|");
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A diff as a block of code, whatever it holds.
pub fn diff(text: &str) -> String {
    let fence = "`".repeat(longest_fence(text).max(2) + 1);
    format!("{fence}diff\n{text}{fence}\n")
}

/// The longest run of backticks.
fn longest_fence(text: &str) -> usize {
    let runs = text.split(|char| char != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// Text that means only itself, in a cell of a table or outside of one: no markup, no HTML, no mention of a person.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in one_line(text).chars() {
        match char {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            // Elsewhere it means nothing.
            '>' if escaped.is_empty() => escaped += "&gt;",
            // GitHub looks for mentions after it has read escapes and entities; a blank of no width ends the name.
            '@' => escaped += "@&#8203;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(char);
            }
            char => escaped.push(char),
        }
    }
    // The replacement of a secret is the one thing in brackets that should read as it is everywhere.
    escaped
        .replace("\\[redacted", "[redacted")
        .replace(" chars\\]", " chars]")
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r'])
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (text, expected) in [
            ("`a.b` is missing", "`a.b` is missing"),
            ("a|b `c|d`", "a\\|b `c\\|d`"),
            ("<img src=x> @all", "&lt;img src=x> @&#8203;all"),
            ("> quoted", "&gt; quoted"),
            ("odd ` one", "odd \\` one"),
            ("two `` side", "two \\`\\` side"),
            ("a\nb", "a b"),
            ("*x* [y](z)", "\\*x\\* \\[y\\](z)"),
        ] {
            assert_eq!(prose(text), expected, "{text}");
        }
    }

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
