//! What is printed is what is there: no character of a file moves the cursor, turns the direction of a line, or gives an
//! order to the system that keeps the log.
//!
//! Everything that leaves the program passes here, whatever its format: the escapes are those of JSON, so a JSON report
//! means the same with them.

/// What in a text is envlint's own, and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Nothing: it is text.
    Nothing,
    /// Colours (ECMA-48, "SGR").
    Colours,
    /// Workflow commands of GitHub, one a line.
    Commands,
}

/// A text with its controls, marks of direction and orders escaped.
pub fn visible(text: &str, own: Own) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        if own != Own::Commands
            && let Some(colon) = command(line)
        {
            characters(&line[..colon], own, &mut out);
            out += "\\u003a";
            rest = &line[colon + 1..];
        }
        characters(rest, own, &mut out);
    }
    out
}

/// Where a line that GitHub's runner obeys has its first colon: `::name …::`, after blanks
/// (actions/runner: ActionCommand.cs, `TryParseV2`).
fn command(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let rest = trimmed.strip_prefix("::")?;
    let is_command =
        rest.starts_with(|char: char| char.is_ascii_alphabetic()) && rest.contains("::");
    is_command.then_some(line.len() - trimmed.len())
}

fn characters(text: &str, own: Own, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(|char| is_odd(char) || char == '#') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if own == Own::Colours
            && let Some(length) = colour(rest)
        {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        if rest.starts_with('#') {
            // `##[group]` and `##vso[task.setvariable …]` are orders anywhere in a line (actions/runner: `TryParse`; Azure
            // Pipelines: logging commands).
            let is_order = rest.strip_prefix("##").is_some_and(|rest| {
                rest.trim_start_matches(|char: char| char.is_ascii_lowercase())
                    .starts_with('[')
            });
            out.push_str(if is_order { "\\u0023" } else { "#" });
            rest = &rest[1..];
            continue;
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some('\r') if chars.as_str().starts_with('\n') => out.push('\r'),
            Some(char) => *out += &format!("\\u{:04x}", u32::from(char)),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// Characters that are no text: controls but for tabs and ends of lines, and those without a width or with a direction.
fn is_odd(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_control() && !matches!(char, '\t' | '\n');
    }
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The length of the colour that a text begins with: `ESC [ 1 ; 31 m`.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|char: char| !char.is_ascii_digit() && char != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_directions_are_shown() {
        for (text, expected) in [
            ("a\tb\r\nc\n", "a\tb\r\nc\n"),
            ("a\u{1b}[2Jb\rc", "a\\u001b[2Jb\\u000dc"),
            ("\u{9b}2J\u{7f}\0", "\\u009b2J\\u007f\\u0000"),
            ("x\u{202e}y\u{2069}\u{200b}", "x\\u202ey\\u2069\\u200b"),
            ("größe — 漢字 😀", "größe — 漢字 😀"),
        ] {
            assert_eq!(visible(text, Own::Nothing), expected);
        }
        let coloured = "\u{1b}[1;31merror\u{1b}[0m \u{1b}[2J\u{1b}]0;x\u{7}";
        assert_eq!(
            visible(coloured, Own::Colours),
            "\u{1b}[1;31merror\u{1b}[0m \\u001b[2J\\u001b]0;x\\u0007"
        );
    }

    #[test]
    fn no_line_is_an_order() {
        for (text, expected) in [
            ("::error::x\n", "\\u003a:error::x\n"),
            ("a\n  ::stop-commands::x", "a\n  \\u003a:stop-commands::x"),
            (
                "::1 localhost\n::ffff:1.2.3.4\n",
                "::1 localhost\n::ffff:1.2.3.4\n",
            ),
            ("+::add-mask::x", "+::add-mask::x"),
            ("# ##[error]x ## y", "# \\u0023#[error]x ## y"),
            ("###vso[task.x]y", "#\\u0023#vso[task.x]y"),
        ] {
            assert_eq!(visible(text, Own::Nothing), expected);
        }
        assert_eq!(visible("::error::x\n", Own::Commands), "::error::x\n");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({"\u{202e}::error::": "##[x] \u{9b}\u{200b}\u{1b}\r"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = visible(&text, Own::Nothing);
        assert_ne!(shown, text);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
