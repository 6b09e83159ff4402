//! Values that a place which is no manifest writes out: `--set image.tag=1.2.3` of a command, `set { … }` of Terraform.

use envlint_yaml::Span;

/// A name and its value, as they are written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it is a text, whatever it looks like: that of `--set-string`.
    pub(super) is_text: bool,
    pub(super) span: Span,
}

/// Longer commands and blocks are not read, in bytes.
const LONGEST: usize = 16 * 1024;

/// The pairs of what begins at a byte of a file. Of a name that is given twice, the last one counts.
pub(super) fn pairs(path: &str, text: &str, at: usize) -> Vec<Pair> {
    let Some(rest) = text.get(at..) else {
        return Vec::new();
    };
    let found = match path.ends_with(".tf") {
        true => of_block(rest),
        false => of_command(rest),
    };
    let mut last: Vec<Pair> = Vec::new();
    for ((name, text, start), is_text) in found {
        last.retain(|known| known.name != name);
        // What is computed later in the command has the last word, too.
        if is_literal(text) {
            let span = Span::new(at + start, at + start + text.len());
            last.push(Pair {
                name: name.to_owned(),
                text: text.to_owned(),
                is_text,
                span,
            });
        }
    }
    last
}

/// A name, a value, and the byte where the value begins.
type Entry<'t> = (&'t str, &'t str, usize);

/// The same, and whether the value is a text, whatever it looks like.
type Found<'t> = (Entry<'t>, bool);

/// Whether a text stands for itself: no variable, no expression, no list of Helm.
fn is_literal(text: &str) -> bool {
    const SIGNS: [char; 11] = ['$', '`', '{', '}', '%', '<', '>', '\\', '"', '\'', '('];
    !text.is_empty() && !text.contains(SIGNS)
}

/// What `--set` and `--set-string` give in one command that deploys.
fn of_command(text: &str) -> Vec<Found<'_>> {
    let words = words(command(text));
    let says = |word: &str| words.iter().any(|(known, _)| *known == word);
    let deploys = says("upgrade") || says("install");
    let is_tried = words
        .iter()
        .any(|(word, _)| *word == "diff" || *word == "template" || word.starts_with("--dry-run"));
    if !deploys || is_tried {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rest = words.iter();
    while let Some((word, at)) = rest.next() {
        let (flag, joined) = match word.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => {
                (flag, Some((value, at + flag.len() + 1)))
            }
            _ => (*word, None),
        };
        if !matches!(flag, "--set" | "--set-string" | "--set-literal") {
            continue;
        }
        if let Some((set, at)) = joined.or_else(|| rest.next().copied()) {
            let entries = entries(set, at).into_iter();
            found.extend(entries.map(|entry| (entry, flag != "--set")));
        }
    }
    found
}

/// The first command of a text, with the lines that go on with it.
fn command(text: &str) -> &str {
    let mut end = 0;
    let mut goes_on = true;
    for line in text.split_inclusive('\n') {
        // Text that YAML folds into one line has nothing at its ends.
        if !(goes_on || line.trim_start().starts_with("--")) || end + line.len() > LONGEST {
            break;
        }
        end += line.len();
        goes_on = line.trim_end().ends_with(['\\', '`', '^']);
    }
    text.get(..end).unwrap_or_default()
}

/// The words up to where another command begins, each with the byte where it begins. Quotes stay.
fn words(text: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, char) in text.char_indices().chain([(text.len(), '\n')]) {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, char) if char.is_whitespace() => {
                let word = start
                    .take()
                    .and_then(|start| Some((text.get(start..at)?, start)));
                match word {
                    Some(("&&" | "||" | "|" | ";", _)) => break,
                    word => found.extend(word),
                }
                continue;
            }
            _ => {}
        }
        start.get_or_insert(at);
    }
    found
}

/// The entries of `a=1,b.c=2`, where every part is one: a comma may belong to a value.
fn entries(set: &str, at: usize) -> Vec<Entry<'_>> {
    let quotes = ['"', '\''];
    let inner = set.trim_start_matches(quotes);
    let mut start = at + set.len() - inner.len();
    let mut found = Vec::new();
    for part in inner.trim_end_matches(quotes).split(',') {
        let Some((name, value)) = part.split_once('=') else {
            return Vec::new();
        };
        let begun = value.trim_start_matches(quotes);
        let begins = start + part.len() - begun.len();
        found.push((name.trim(), begun.trim_end_matches(quotes), begins));
        start += part.len() + 1;
    }
    found
}

/// What the maps of a block have as `name` and `value`.
fn of_block(text: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let (mut opened, mut depth) = (None, 0usize);
    for (at, char) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        match char {
            '{' => {
                depth += 1;
                opened = Some(at + 1);
            }
            '}' => {
                let inner = opened
                    .take()
                    .and_then(|start| Some((text.get(start..at)?, start)));
                if let Some((inner, start)) = inner
                    && let (Some((name, _)), Some((value, at))) =
                        (attribute(inner, "name"), attribute(inner, "value"))
                {
                    let is_text =
                        attribute(inner, "type").is_some_and(|(kind, _)| kind == "string");
                    found.push(((name, value, start + at), is_text));
                }
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// The text in quotes, or the number or word, that an attribute has.
fn attribute<'t>(block: &'t str, name: &str) -> Option<(&'t str, usize)> {
    let starts = block.match_indices(name).map(|(at, _)| at);
    for at in starts {
        let before = block.get(..at)?.chars().next_back();
        let rest = block.get(at + name.len()..)?.trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
            continue;
        };
        if before.is_some_and(|char| !char.is_whitespace() && char != ',') {
            continue;
        }
        let value = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next()?,
            None => {
                let word = value.split([' ', ',', '\n', '\r', '#']).next()?;
                let is_constant = matches!(word, "true" | "false") || word.parse::<f64>().is_ok();
                is_constant.then_some(word)?
            }
        };
        return Some((value, value.as_ptr() as usize - block.as_ptr() as usize));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str, begin: &str) -> Vec<(String, String)> {
        let at = text.find(begin).expect("the place");
        let found = pairs(path, text, at).into_iter();
        found
            .map(|pair| {
                let written = text.get(pair.span.range()).expect("a place");
                assert_eq!(written, pair.text);
                (pair.name, pair.text)
            })
            .collect()
    }

    #[test]
    fn a_command_gives_what_it_writes_out() {
        for (text, expected) in [
            (
                "helm upgrade a ./a --set image.tag=latest",
                "image.tag=latest",
            ),
            (
                "helm upgrade a ./a --set=image.tag=latest",
                "image.tag=latest",
            ),
            (
                "helm upgrade a ./a \\\n  --set \"a.b=1,c='x'\" \\\n  --set-string d=\"y\"\nhelm upgrade b ./b --set e=z\n",
                "a.b=1 c=x d=y",
            ),
            (
                "helm upgrade a ./a\n  --set a=b\n  --set c=d\necho --set e=f",
                "a=b c=d",
            ),
            ("helm upgrade a ./a --set a=latest --set a=$TAG", ""),
            (
                "helm upgrade a ./a --set a={x,y} --set b=${{ c }} --set-file d=e",
                "",
            ),
            ("helm upgrade a ./a && helm upgrade b ./b --set a=b", ""),
            ("helm diff upgrade a ./a --set a=b", ""),
            ("helm upgrade a ./a --dry-run --set a=b", ""),
            ("helm template a ./a --set a=b", ""),
        ] {
            let found = read("deploy.sh", text, "helm");
            let found: Vec<String> = found
                .iter()
                .map(|(name, text)| format!("{name}={text}"))
                .collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn terraform_gives_what_its_blocks_write_out() {
        let text = "resource \"helm_release\" \"a\" {\n  name = \"a\"\n  set {\n    name = \"image.tag\"\n    value = \"latest\"\n  }\n  set = [{ name = \"b\", value = true }, { name = \"c\", value = var.c }]\n}\nresource \"x\" \"y\" {\n  set {\n    name = \"d\"\n    value = \"e\"\n  }\n}\n";
        let expected = [("image.tag", "latest"), ("b", "true")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(read("main.tf", text, "resource"), expected);
    }
}
