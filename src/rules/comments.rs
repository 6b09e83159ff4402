//! What people write next to a value: the comment behind it, and those right above its line.

use envlint_yaml::Span;

/// How many lines of comments above a value are looked at.
const MOST_LINES: usize = 5;

/// The comment behind a place on its line, and the lines of comments right above it.
pub(super) fn beside(text: &str, place: Span) -> impl Iterator<Item = &str> {
    let behind = text.get(place.end..).unwrap_or_default();
    let behind = behind.lines().next().and_then(|line| line.split_once('#'));
    let before = text.get(..place.start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    behind
        .map(|(_, comment)| comment)
        .into_iter()
        .chain(above(text, line))
}

/// The lines of comments that end right above a line, by where that begins; the nearest first.
pub(super) fn above(text: &str, line: usize) -> impl Iterator<Item = &str> {
    let above = text.get(..line).unwrap_or_default().lines().rev();
    let comments = above
        .map(str::trim_start)
        .take_while(|line| line.starts_with('#'));
    comments.take(MOST_LINES)
}

#[cfg(test)]
mod tests {
    use envlint_yaml::Span;

    use super::beside;

    #[test]
    fn comments_end_at_the_first_line_that_is_none() {
        let text = "# of a\na: 1\n# one\n  # two\nb: 2 # behind\nc: 3\n";
        let at = text.find("2").unwrap_or_default();
        let found: Vec<&str> = beside(text, Span::new(at, at + 1)).collect();
        assert_eq!(found, [" behind", "# two", "# one"]);
    }
}
