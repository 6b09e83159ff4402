//! Which line of a template makes which line of a file. The template is rendered once more, with a mark in each line that
//! has text of its own; what comes out must be the same file without the marks, or nothing is said.

/// Stand around the number of a line. Nobody writes them: they are for private use.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The template with marks. A mark stands inside of a line's own text, where no tag strips space.
pub(super) fn marked(template: &str) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut line = 0;
    let mut is_marked = false;
    let mut rest = template;
    while let Some(char) = rest.chars().next() {
        let tag = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
        if let Some((_, close)) = tag.into_iter().find(|(open, _)| rest.starts_with(open)) {
            let end = rest.find(close).map_or(rest.len(), |end| end + close.len());
            let (text, after) = rest.split_at(end);
            out.push_str(text);
            line += text.matches('\n').count();
            rest = after;
            // What a plain expression writes ends where no tag strips space, either.
            let is_plain =
                text.starts_with("{{") && !text.starts_with("{{-") && !text.ends_with("-}}");
            if is_plain && !is_marked {
                mark(&mut out, line);
                is_marked = true;
            }
            continue;
        }
        out.push(char);
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
        if char == '\n' {
            line += 1;
            is_marked = false;
        } else if !char.is_whitespace() && !is_marked {
            mark(&mut out, line);
            is_marked = true;
        }
    }
    out
}

fn mark(out: &mut String, line: usize) {
    out.push(OPEN);
    out.push_str(&line.to_string());
    out.push(CLOSE);
}

/// For each line of a file, the line of the template that made it: its own mark, or the one before. None where the marks
/// have changed what comes out.
pub(super) fn lines(marked: &str, plain: &str) -> Option<Vec<usize>> {
    let mut lines = Vec::new();
    let mut known = 0;
    let mut left = String::with_capacity(plain.len());
    for line in marked.split_inclusive('\n') {
        let mut parts = line.split(OPEN);
        left.push_str(parts.next()?);
        let mut first = None;
        for part in parts {
            let (number, text) = part.split_once(CLOSE)?;
            let number: usize = number.parse().ok()?;
            first = first.or(Some(number));
            left.push_str(text);
        }
        known = first.unwrap_or(known);
        lines.push(known);
    }
    (left == plain).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_the_lines_of_a_template() {
        let template = "# a\n{% for x in y -%}\n- {{ x }}\n{% endfor %}\n{{ z }}\n";
        let marked = marked(template);
        assert!(
            marked.starts_with(
                "#\u{e000}0\u{e001} a\n{% for x in y -%}\n-\u{e000}2\u{e001} {{ x }}\n"
            )
        );
        let rendered = "#\u{e000}0\u{e001} a\n-\u{e000}2\u{e001} 1\n-\u{e000}2\u{e001} 2\n";
        assert_eq!(lines(rendered, "# a\n- 1\n- 2\n"), Some(vec![0, 2, 2]));
        assert_eq!(lines(rendered, "# a\n- 1\n"), None);
    }
}
