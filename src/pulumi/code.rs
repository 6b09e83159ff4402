//! What of a program is code: no comment, and no text in quotes.

use std::ops::Range;

/// A program without its comments, and where its texts are.
pub(super) struct Code {
    /// The program, with blanks in place of its comments: all else is where it was.
    pub text: String,
    /// What stands in quotes, in the order of the program; not where something may be put into it.
    texts: Vec<Range<usize>>,
}

/// What begins at a place of a program, with its length.
pub(super) enum Passed {
    Comment(usize),
    Text(usize),
    /// A quote that nothing closes on its line.
    Open(usize),
}

impl Code {
    pub(super) fn of(path: &str, text: &str) -> Code {
        let is_python = path.ends_with(".py");
        let mut code = Code {
            text: String::with_capacity(text.len()),
            texts: Vec::new(),
        };
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let at = code.text.len();
            let length = match passed(rest, is_python) {
                Some(Passed::Comment(length)) => {
                    let comment = rest.get(..length).unwrap_or_default().bytes();
                    let blanks = comment.map(|byte| if byte == b'\n' { '\n' } else { ' ' });
                    code.text.extend(blanks);
                    rest = rest.get(length..).unwrap_or_default();
                    continue;
                }
                Some(Passed::Text(length)) => {
                    let inside = rest.get(..length).unwrap_or_default();
                    if !takes_code(&code.text, inside) {
                        code.texts.push(at..at + length);
                    }
                    length
                }
                Some(Passed::Open(_)) | None => first.len_utf8(),
            };
            let (kept, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            code.text.push_str(kept);
            rest = behind;
        }
        code
    }

    /// Whether a place is in a text.
    pub(super) fn is_in_text(&self, at: usize) -> bool {
        let next = self.texts.partition_point(|text| text.end <= at);
        self.texts.get(next).is_some_and(|text| text.start <= at)
    }
}

/// Whether code may stand in a text: `${…}` of JavaScript, Kotlin and Scala, `f"{…}"` of Python, `$"{…}"` of C#.
fn takes_code(before: &str, text: &str) -> bool {
    text.contains("${") || text.contains('{') && before.ends_with(['f', 'F', '$', '@'])
}

/// A comment, or a text in quotes, where one begins here.
pub(super) fn passed(rest: &str, is_python: bool) -> Option<Passed> {
    let after = |found: Option<usize>, length: usize| found.map_or(rest.len(), |at| at + length);
    let line_comment = if is_python { "#" } else { "//" };
    if rest.starts_with(line_comment) {
        return Some(Passed::Comment(after(rest.find('\n'), 0)));
    }
    if rest.starts_with("/*") && !is_python {
        return Some(Passed::Comment(after(rest.find("*/"), 2)));
    }
    let quote = rest
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\'' | '`'))?;
    for long in ["\"\"\"", "'''"] {
        if let Some(inside) = rest.strip_prefix(long) {
            let end = inside.find(long);
            return Some(Passed::Text(
                end.map_or(rest.len(), |at| at + 2 * long.len()),
            ));
        }
    }
    let mut is_escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' if quote != '`' => return Some(Passed::Open(at)),
            char if char == quote => return Some(Passed::Text(at + 1)),
            _ => {}
        }
    }
    Some(Passed::Open(rest.len()))
}
