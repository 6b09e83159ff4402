//! Finding a manifest's head without reading the whole manifest: rendering needs its kind, its name and its annotations, and to
//! know that the rest is YAML. Reading every rendered line into a tree takes half of the time of a large chart.
//!
//! Only block collections of plain lines are known here: `key: value`, `- value`, simple scalars, block scalars. Anything
//! else, whether it is YAML or not, is left to the real reader, which alone tells mistakes.

use crate::chart::{DecodeError, Head};

/// Deeper manifests are left to the real reader.
const MAX_DEPTH: usize = 64;
/// So are longer lines: a key may have 1,024 characters.
const MAX_LINE: usize = 1000;

/// The head of a manifest, when all of the manifest surely is YAML.
pub(super) fn head(text: &str) -> Option<Result<Head, DecodeError>> {
    let mut skim = Skim::default();
    text.split('\n').try_for_each(|line| skim.line(line))?;
    // A manifest of comments alone is nothing that Helm prints as an object.
    skim.open.first()?;
    if skim.is_special {
        let part = crate::read::parse(&skim.kept).ok()?;
        return Some(Head::read(part.root()));
    }
    Some(Ok(skim.head))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
}

/// A block collection and the column of its entries.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Block {
    column: usize,
    kind: Kind,
}

/// The lines of a block scalar.
struct Scalar {
    /// The column of the mapping or sequence that it is a value of.
    parent: usize,
    /// The indentation of its first line with text.
    indent: Option<usize>,
    /// The longest line of blanks before that.
    blanks: usize,
}

#[derive(Default)]
struct Skim {
    open: Vec<Block>,
    /// The entry that has no value yet.
    pending: Option<Block>,
    scalar: Option<Scalar>,
    in_metadata: bool,
    had_metadata: bool,
    /// What the head's lines say, as long as they are nothing but texts.
    head: Head,
    /// Whether the head has more than that, so that its lines have to be read.
    is_special: bool,
    /// Whether the lines belong to one of the head's keys.
    keep: bool,
    kept: String,
}

impl Skim {
    /// Reads one line; nothing when the manifest is too special.
    fn line(&mut self, line: &str) -> Option<()> {
        let plain = |b: &u8| (b' '..=b'~').contains(b);
        if line.len() > MAX_LINE || !line.as_bytes().iter().all(plain) {
            return None;
        }
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        let in_scalar = self.in_scalar(column, content)?;
        if !(in_scalar || content.is_empty() || content.starts_with('#')) {
            self.entry(column, content.trim_end_matches(' '))?;
        }
        if self.keep {
            self.kept.push_str(line);
            self.kept.push('\n');
        }
        Some(())
    }

    /// Whether the line belongs to the block scalar that is open.
    fn in_scalar(&mut self, column: usize, content: &str) -> Option<bool> {
        let Some(scalar) = &mut self.scalar else {
            return Some(false);
        };
        match (content.is_empty(), scalar.indent) {
            (true, None) => scalar.blanks = scalar.blanks.max(column),
            (true, Some(_)) => {}
            (false, _) if column <= scalar.parent => {
                self.scalar = None;
                return Some(false);
            }
            (false, None) if column < scalar.blanks => return None,
            (false, None) => scalar.indent = Some(column),
            (false, Some(indent)) if column < indent => return None,
            (false, Some(_)) => {}
        }
        Some(true)
    }

    fn entry(&mut self, mut column: usize, mut content: &str) -> Option<()> {
        let mut item = false;
        while let Some(rest) = dash(content) {
            self.place(column, Kind::Sequence)?;
            // Metadata that is a list.
            self.is_special |= self.in_metadata && self.open.len() == 2;
            let next = rest.trim_start_matches(' ');
            column += content.len() - next.len();
            content = next;
            item = true;
            if content.is_empty() {
                return Some(());
            }
        }
        let Some((key, value)) = key_and_value(content) else {
            self.pending = None;
            return (item && is_simple(content)).then_some(());
        };
        self.place(column, Kind::Mapping)?;
        self.select(key, value);
        match value {
            "" => {}
            "|" | "|-" | "|+" | ">" | ">-" => {
                self.pending = None;
                self.scalar = Some(Scalar {
                    parent: column,
                    indent: None,
                    blanks: 0,
                });
            }
            value => {
                self.pending = None;
                return is_simple(value).then_some(());
            }
        }
        Some(())
    }

    /// Keeps the lines of the head's keys. Labels make most of the metadata, and are no part of a head.
    fn select(&mut self, key: &str, value: &str) {
        let known = |names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
        match self.open.as_slice() {
            [_] => {
                self.keep = known(&["apiVersion", "kind", "metadata"]);
                self.in_metadata = known(&["metadata"]);
                self.is_special |= self.in_metadata && self.had_metadata;
                self.had_metadata |= self.in_metadata;
            }
            [_, second] if self.in_metadata && second.kind == Kind::Mapping => {
                self.keep = known(&["name", "annotations"]);
            }
            _ => return,
        }
        if self.keep {
            self.is_special |= self.learn(key, value).is_none();
        }
    }

    /// Takes a text of the head; nothing when it is no text, or was there before.
    fn learn(&mut self, key: &str, value: &str) -> Option<()> {
        let field = match (key, self.in_metadata) {
            ("apiVersion", false) => &mut self.head.api_version,
            ("kind", false) => &mut self.head.kind,
            ("name", true) => &mut self.head.name,
            ("metadata", true) if value.is_empty() => return Some(()),
            _ => return None,
        };
        let text = text(value).filter(|text| !text.is_empty() && field.is_empty())?;
        field.push_str(text);
        Some(())
    }

    /// Where an entry of a collection stands: in a new one, or in one that is open.
    fn place(&mut self, column: usize, kind: Kind) -> Option<()> {
        let block = Block { column, kind };
        let opens = match self.pending.take() {
            None => self.open.is_empty() && column == 0 && kind == Kind::Mapping,
            Some(parent) => {
                let beside = parent.kind == Kind::Mapping && kind == Kind::Sequence;
                column > parent.column || (beside && column == parent.column)
            }
        };
        if opens {
            self.open.push(block);
        } else {
            while self.open.last().is_some_and(|top| {
                top.column > column
                    || (top.column == column && top.kind != kind && kind == Kind::Mapping)
            }) {
                self.open.pop();
            }
            if self.open.last() != Some(&block) {
                return None;
            }
        }
        self.pending = Some(block);
        (self.open.len() <= MAX_DEPTH).then_some(())
    }
}

/// What follows the `-` of a list's item.
fn dash(content: &str) -> Option<&str> {
    let rest = content.strip_prefix('-')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
}

/// A key that means itself, and the value on its line.
fn key_and_value(content: &str) -> Option<(&str, &str)> {
    let (key, value) = content.split_once(':')?;
    let first = key.bytes().next()?;
    let simple = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-');
    let known = first.is_ascii_alphabetic() && key.bytes().all(simple);
    let ended = value.is_empty() || value.starts_with(' ');
    (known && ended && !key.eq_ignore_ascii_case("null"))
        .then(|| (key, value.trim_start_matches(' ')))
}

/// A scalar, a list of them, or an empty collection, on one line that no reader could take for anything else.
fn is_simple(value: &str) -> bool {
    matches!(value, "{}" | "[]")
        || is_quoted(value.as_bytes())
        || is_plain(value.as_bytes())
        || is_list(value)
}

fn is_quoted(bytes: &[u8]) -> bool {
    let (Some(quote @ (b'"' | b'\'')), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    bytes.len() >= 2
        && last == quote
        && bytes.iter().filter(|b| *b == quote).count() == 2
        && !bytes.contains(&b'\\')
}

/// `["sh", "-c", run]`: items without a comma, a colon or a blank that would have to be understood.
fn is_list(value: &str) -> bool {
    let inside = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_item = |item: &str| {
        let item = item.trim_matches(' ').as_bytes();
        is_quoted(item) || (is_plain(item) && !item.iter().any(|b| b": ".contains(b)))
    };
    inside.is_some_and(|inside| inside.split(',').all(is_item))
}

/// The text of a simple value that cannot be a number, a boolean or null.
fn text(value: &str) -> Option<&str> {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if let [b'"' | b'\'', inside @ .., b'"' | b'\''] = value.as_bytes() {
        return std::str::from_utf8(inside).ok();
    }
    let special = |word: &&str| value.eq_ignore_ascii_case(word);
    let certain =
        value.starts_with(|c: char| c.is_ascii_alphabetic()) && !WORDS.iter().any(special);
    certain.then_some(value)
}

fn is_plain(bytes: &[u8]) -> bool {
    let first = match bytes {
        [b'-', second, ..] => second.is_ascii_alphanumeric() || *second == b'-',
        [first, ..] => first.is_ascii_alphanumeric() || *first == b'/',
        [] => false,
    };
    let simple = |b: &u8| b.is_ascii_alphanumeric() || b" ._/@%+=-,()$:".contains(b);
    let colons_inside = bytes.last() != Some(&b':') && !bytes.windows(2).any(|pair| pair == b": ");
    // Numbers with an exponent may be too large for JSON.
    let exponent = bytes.iter().any(|b| matches!(b, b'e' | b'E'))
        && bytes
            .iter()
            .all(|b| b.is_ascii_digit() || b"eE+-._".contains(b));
    first && bytes.iter().all(simple) && colons_inside && !exponent
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MANIFEST: &str = r#"# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "web"
  annotations:
    helm.sh/hook: pre-install,post-install
    text: |
      any: {thing

      here
  labels:
    app: web
    tier: front
  uid: x
spec:
  empty:
  args:
  - --flag=a:b
  command: ["sh", '-c', run-it , 1]
  others:
  - [a]
  - name: http
    ports:
      - - 1
        - 2
      -
        key: 'x y'
  # another
  script: |-
    #!/bin/sh
      echo "$x"
  other: -1

status: {}
"#;

    fn heads_agree(text: &str) -> bool {
        let Some(skimmed) = head(text) else {
            return false;
        };
        let document = crate::read::parse(text).unwrap_or_else(|e| panic!("{e}:\n{text}"));
        let whole = Head::read(document.root()).map_err(|e| e.to_string());
        let found = skimmed.map_err(|e| e.to_string());
        assert_eq!(format!("{whole:?}"), format!("{found:?}"), "{text}");
        true
    }

    #[test]
    fn ordinary_manifests_are_skimmed() {
        assert!(heads_agree(MANIFEST));
    }

    #[test]
    fn heads_that_are_more_than_texts_are_read() {
        for text in [
            "kind: yes\n",
            "kind: Null\n",
            "kind: 12\nmetadata:\n  name: 1_0\n",
            "kind: A\nKIND: b\n",
            "kind: \"\"\nmetadata: {}\n",
            "kind:\nmetadata:\n",
            "kind:\n  a: b\n",
            "metadata:\n- name: a\n",
            "metadata:\n  - a\n  - b\n",
            "metadata: text\n",
            "metadata:\n  name:\n    a: b\n",
            "metadata:\n  name: |\n    a\n  annotations:\n    a: \"true\"\n",
            "metadata:\n  annotations: {}\n  name: 'a'\n",
            "metadata:\n  labels:\n    name: a\nspec:\n  name: b\n",
        ] {
            assert!(heads_agree(text), "{text}");
        }
    }

    #[test]
    fn special_manifests_are_left_to_the_reader() {
        for text in [
            "",
            "# nothing\n",
            "- a\n",
            "a: b\n  c: d\n",
            "a: b: c\n",
            "a: &x 1\n",
            "a: .inf\n",
            "a: 1e999\n",
            "a:\n    b: 1\n  c: 2\n",
            "a: [1\n",
            "a: [1, ]\n",
            "a: [b: c]\n",
            "a: [b] c\n",
            "a: [b]\n  c\n",
            "a: ['b, c']\n",
            "a: \"x\" y\n",
            "a\n",
            "a:\tb\n",
            "a: |\n    x\n  y\n",
            "a: |\n     \n  y\n",
            "null: x\n",
            "a: b\n- c\n",
            "a: é\n",
        ] {
            assert!(head(text).is_none(), "{text}");
        }
    }

    fn change() -> impl Strategy<Value = (usize, usize, usize)> {
        (0_usize..40, 0_usize..9, 0_usize..40)
    }

    fn apply(lines: &mut Vec<String>, (at, what, other): (usize, usize, usize)) {
        if lines.is_empty() {
            return;
        }
        let (at, other) = (at % lines.len(), other % lines.len());
        let line = lines[at].clone();
        match what {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, line),
            2 => lines.swap(at, other),
            3 => lines[at] = format!(" {line}"),
            4 => lines[at] = line.strip_prefix(' ').unwrap_or(&line).to_owned(),
            5 => lines[at] = format!("  {line}"),
            6 => lines[at] = format!("- {line}"),
            7 => lines[at] = line.split(": ").next().unwrap_or_default().to_owned() + ":",
            _ => lines[at] = line + ": |",
        }
    }

    proptest! {
        #[test]
        fn what_is_skimmed_reads_alike(changes in prop::collection::vec(change(), 0..6)) {
            let mut lines: Vec<String> = MANIFEST.lines().map(str::to_owned).collect();
            for change in changes {
                apply(&mut lines, change);
            }
            heads_agree(&lines.join("\n"));
        }

        #[test]
        fn lists_on_a_line_read_alike(items in "[ab1'\", :e.\\[\\]{}#-]{0,8}", item in any::<bool>()) {
            let lead = if item { "a:\n- " } else { "a: " };
            heads_agree(&format!("{lead}[{items}]\n"));
        }
    }
}
