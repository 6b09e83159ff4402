//! Texts in a script that it only prints: `cat <<EOF`, with nothing that takes what comes out.

use std::ops::Range;

/// More of them are not looked at in one file.
const MOST: usize = 500;

/// The bytes of the texts that a script prints.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !text.contains("<<") {
        return found;
    }
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match open {
            Some((start, end)) if line.trim() == end => {
                found.push(start..at);
                open = None;
            }
            Some(_) => {}
            None if found.len() < MOST => {
                open = delimiter(line).map(|end| (at + line.len(), end));
            }
            None => break,
        }
        at += line.len();
    }
    found
}

/// The line that ends the text which a line begins to print.
fn delimiter(line: &str) -> Option<&str> {
    let (before, behind) = line.trim().split_once("<<")?;
    let is_cat = before.split_whitespace().next_back() == Some("cat");
    let behind = behind.trim_start_matches('-').trim_start();
    let (word, rest) = match behind.chars().next()? {
        quote @ ('"' | '\'') => behind.get(1..)?.split_once(quote)?,
        _ => {
            let is_letter = |char: char| char.is_ascii_alphanumeric() || char == '_';
            let end = behind.find(|char| !is_letter(char)).unwrap_or(behind.len());
            behind.split_at(end)
        }
    };
    // `cat <<EOF > script.sh`, `cat <<EOF | bash` and `x=$(cat <<EOF` hand it on; `>&2` prints it, too.
    let is_taken = rest.replace(">&2", "").contains(['>', '|', ')']) || before.contains("$(");
    (is_cat && !is_taken && !word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_on_is_not_only_printed() {
        for (text, expected) in [
            ("cat <<EOF\nhelm a\nEOF\n", &["helm a\n"][..]),
            ("  cat <<-'END' >&2\n  helm a\n  END\n", &["  helm a\n"]),
            ("cat <<EOF > x.sh\nhelm a\nEOF\n", &[]),
            ("cat > x.sh <<EOF\nhelm a\nEOF\n", &[]),
            ("cat <<EOF | bash\nhelm a\nEOF\n", &[]),
            ("x=$(cat <<EOF\nhelm a\nEOF\n)\n", &[]),
            ("bash <<EOF\nhelm a\nEOF\n", &[]),
            ("cat <<EOF\nhelm a\n", &[]),
        ] {
            let seen: Vec<&str> = ranges(text)
                .into_iter()
                .filter_map(|range| text.get(range))
                .collect();
            assert_eq!(seen, expected, "{text}");
        }
    }
}
