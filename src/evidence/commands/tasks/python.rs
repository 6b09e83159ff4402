//! Python: commands as lists, `subprocess.run(["helm", "upgrade", "--install", name, chart, "-f", f"values-{env}.yaml"])`.

use super::Task;
use crate::evidence::commands::words::head;

/// A list is not read further than this, in bytes.
const LONGEST: usize = 4000;
/// More lists are not looked at.
const MOST: usize = 200;

/// The lists that begin with `helm`.
pub(super) fn tasks(text: &str) -> Vec<Task> {
    let starts = ["\"helm\"", "'helm'"]
        .into_iter()
        .flat_map(|word| text.match_indices(word).map(|(at, _)| at));
    let is_first = |at: &usize| {
        let before = text.get(..*at).map(str::trim_end);
        before.is_some_and(|before| before.ends_with('['))
    };
    let mut lists: Vec<usize> = starts.filter(is_first).take(MOST).collect();
    lists.sort_unstable();
    let task = |at: usize| {
        let words = items(head(text.get(at..)?, LONGEST));
        (words.len() > 1).then(|| Task {
            at,
            line: words.join(" "),
            words: Some("a command of helm in a list".into()),
            ..Task::default()
        })
    };
    lists.into_iter().filter_map(task).collect()
}

/// The items of a list as words of a command: texts as they are, all else as a variable.
fn items(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut item = String::new();
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    for char in text.chars() {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']') if depth == 0 => {
                words.extend(word(&item));
                return words;
            }
            (None, ']' | ')' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                words.extend(word(&item));
                item.clear();
                continue;
            }
            _ => {}
        }
        item.push(char);
    }
    // The list has no end here.
    Vec::new()
}

/// One item: `"upgrade"`, `f"values-{env}.yaml"`, `chart_dir`, `str(path)`. What is spread (`*flags`) is not known.
fn word(item: &str) -> Option<String> {
    let lines = item
        .lines()
        .map(|line| match line.trim_start().starts_with('#') {
            true => "",
            false => line,
        });
    let item = lines.collect::<Vec<_>>().join(" ");
    let item = item.trim();
    if item.is_empty() || item.starts_with('*') {
        return None;
    }
    let bare = item.trim_start_matches(['f', 'r', 'b', 'F', 'R']);
    let is_text = |sign: char| bare.len() > 1 && bare.starts_with(sign) && bare.ends_with(sign);
    if is_text('"') || is_text('\'') {
        let inner = bare.get(1..bare.len() - 1)?;
        let is_open = item.starts_with(['f', 'F']);
        let text = match is_open {
            true => variables(inner),
            false => inner.to_owned(),
        };
        return Some(format!("\"{}\"", text.replace('"', "\\\"")));
    }
    let name = item.trim_start_matches("str(").trim_end_matches(')');
    Some(format!("\"${{{}}}\"", plain(name)))
}

/// `values-{env}.yaml` as `values-${env}.yaml`.
fn variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        out += before;
        let Some((name, after)) = behind.split_once('}') else {
            return out + behind;
        };
        out += &format!("${{{}}}", plain(name));
        rest = after;
    }
    out + rest
}

/// An expression as the name of a variable.
fn plain(expression: &str) -> String {
    let letters = expression.trim().chars().take(60);
    let letters = letters.map(|char| match char.is_ascii_alphanumeric() {
        true => char,
        false => '_',
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_commands() {
        let text = "import subprocess\nsubprocess.run([\n  \"helm\", 'upgrade', \"--install\",  # now\n  \"shop\", str(chart),\n  \"-f\", f\"values-{env}.yaml\", *flags,\n], check=True)\nX = [\"other\", \"helm\"]\n";
        let found: Vec<String> = tasks(text).into_iter().map(|task| task.line).collect();
        assert_eq!(
            found,
            [
                "\"helm\" \"upgrade\" \"--install\" \"shop\" \"${chart}\" \"-f\" \"values-${env}.yaml\""
            ]
        );
    }
}
