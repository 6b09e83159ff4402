//! Which texts can hold no secret: most of a repository's files are put aside without being read as YAML.

use std::cell::OnceCell;

use super::called::{HOLDERS, is_secrets};
use super::encoded::decode_text;
use super::examine::shaped;
use super::forms::{DIRECTIVES, has_rare_mark};
use super::names::{Promise, hint_places, promise};

/// Whether a text may hold something that is taken for a secret. It says yes too often rather than too seldom, and costs a
/// few searches for words.
pub(crate) fn may_hold(text: &str) -> bool {
    documents(text).any(|document| {
        !shaped(document).is_empty()
            || document.contains("PRIVATE KEY")
            || (!is_definition(document)
                && (has_escape(document)
                    || has_secret_data(document)
                    || has_telling_line(document)
                    || has_rare_mark(document)
                    || has_dense_run(document)))
    })
}

/// Whether a text may set a secret under its name, or be a Secret.
pub(super) fn may_set(text: &str) -> bool {
    has_secret_data(text) || has_telling_line(text)
}

/// The YAML documents of a text.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n---")
}

/// The definition of a custom resource is a schema: it names fields, and has no values.
fn is_definition(document: &str) -> bool {
    document.contains("kind: CustomResourceDefinition")
        && document
            .lines()
            .any(|line| line.starts_with("kind: CustomResourceDefinition"))
}

/// Whether a character may be written by its number: any word may hide behind it.
fn has_escape(text: &str) -> bool {
    ["\\x", "\\u", "\\U"]
        .iter()
        .any(|escape| text.contains(escape))
}

/// Whether there may be a Secret with its entries, whose keys need not promise anything: `kind: Secret` in any spelling.
fn has_secret_data(text: &str) -> bool {
    text.contains("stringData")
        || text.contains("encryptedData")
        || (text.contains("data") && (has_word(text, "Secret") || has_word(text, "SecretList")))
}

/// Whether a word stands in a text by itself.
fn has_word(text: &str, word: &str) -> bool {
    let mut places = text.match_indices(word);
    places.any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..);
        let after = after.and_then(|text| text.chars().next());
        ![before, after]
            .into_iter()
            .flatten()
            .any(char::is_alphanumeric)
    })
}

/// Whether a line sets something whose name promises a secret, or names it.
fn has_telling_line(text: &str) -> bool {
    let mut seen = 0;
    for place in hint_places(text) {
        if place < seen {
            continue;
        }
        let start = text.get(..place).and_then(|before| before.rfind('\n'));
        let start = start.map_or(0, |at| at + 1);
        let rest = text.get(place..).unwrap_or_default();
        let end = place + rest.find('\n').unwrap_or(rest.len());
        seen = end;
        let line = text.get(start..end).unwrap_or_default();
        let around = Around {
            begins_item: line.trim_start().starts_with("- "),
            is_comment: line.trim_start().starts_with('#'),
            above: text.get(..start).unwrap_or_default(),
            below: text.get(end..).unwrap_or_default(),
            continues: OnceCell::new(),
            has_value: OnceCell::new(),
        };
        if tells(line, &around) {
            return true;
        }
    }
    false
}

/// The lines around a line: what they say is asked once, however many words the line has.
struct Around<'t> {
    /// Whether the line is the first of an item of a list.
    begins_item: bool,
    /// Whether the line is a comment, which goes on with comments.
    is_comment: bool,
    above: &'t str,
    below: &'t str,
    continues: OnceCell<bool>,
    has_value: OnceCell<bool>,
}

/// How many bytes around a word are looked at.
const NEAR: usize = 200;

/// Whether a line tells of a secret, given what is around it.
fn tells(line: &str, around: &Around<'_>) -> bool {
    let is_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    let mut at = 0;
    while let Some(start) = line.get(at..).and_then(|rest| rest.find(is_name)) {
        let start = at + start;
        let rest = line.get(start..).unwrap_or_default();
        let word = rest
            .find(|char| !is_name(char))
            .map_or(rest, |end| rest.get(..end).unwrap_or_default());
        at = start + word.len();
        if promise(word) == Promise::Nothing && !is_secrets(word) {
            continue;
        }
        // A line may be as long as a file: only what is near tells.
        let before = line.get(super::floor(line, start.saturating_sub(NEAR))..start);
        let before = before.unwrap_or_default();
        let after = line.get(at..super::floor(line, at + NEAR));
        let after = after.unwrap_or_default();
        if is_set(before, word, after, around) {
            return true;
        }
    }
    false
}

/// Whether a word that promises a secret is the name of something that is set, and not a word of a sentence.
fn is_set(before: &str, word: &str, after: &str, around: &Around<'_>) -> bool {
    let bare = after.trim_start_matches(['"', '\'', '\\', ' ', '\t', '\r']);
    if let Some(value) = bare.strip_prefix([':', '=', '>']) {
        return !value.trim().is_empty() || around.continues();
    }
    let lead = before.trim_start_matches([' ', '\t', '-', '?', '"', '\'', '{', '[']);
    let is_named = ["name", "key"].iter().any(|name| before.contains(name));
    if is_named && !before.contains("login ") {
        return before.contains("value") || after.contains("value") || around.has_value();
    }
    word.starts_with('-')
        || DIRECTIVES.contains(&word)
        || lead.is_empty()
        || bare.len() < after.trim_start().len()
        || after.trim_start().starts_with([',', ']'])
        || before.contains("login ")
        || (after.trim().is_empty() && around.begins_with_quote())
}

impl<'t> Around<'t> {
    /// How many lines are looked at. Who writes more between a key and its value is given the benefit of the doubt.
    const MOST: usize = 40;

    /// Whether the lines below a key without a value give it one: a list, a text, or a map with an entry for it.
    fn continues(&self) -> bool {
        *self.continues.get_or_init(|| {
            let bare = |line: &'t str| match self.is_comment {
                true => line.trim_start().trim_start_matches('#').trim(),
                false => line.trim(),
            };
            let mut lines = self.below.lines().skip(1).take(Self::MOST).map(bare);
            let next = lines
                .by_ref()
                .find(|line| !line.is_empty() && !line.starts_with('#'));
            let Some(next) = next else {
                // All of them are blank or comments.
                return self.below.lines().nth(Self::MOST).is_some();
            };
            let gives = |line: &str| {
                let key = line.trim_start_matches("- ").split(':').next();
                let key = key.unwrap_or(line).trim_matches(['"', '\'', '{', ' ']);
                HOLDERS.contains(&key) || matches!(key, "data" | "stringData" | "key")
            };
            next.starts_with(['-', '{', '[', '"', '\'', '|', '>'])
                || !next.contains(':')
                || gives(next)
                || lines.take(LONGEST_ITEM).any(gives)
        })
    }

    /// Whether the item that a name stands in has a value, on one of the lines around it.
    fn has_value(&self) -> bool {
        *self.has_value.get_or_init(|| {
            let gives = |line: &str| HOLDERS.iter().any(|holder| sets(line, holder));
            let below = self.below.lines().skip(1).map(str::trim_start);
            let own = below.take_while(|line| !line.starts_with("- "));
            if own.take(LONGEST_ITEM).any(gives) {
                return true;
            }
            if self.begins_item {
                return false;
            }
            let above = self.above.lines().rev().map(str::trim_start);
            for line in above.take(LONGEST_ITEM) {
                match line.strip_prefix("- ") {
                    Some(first) => return gives(first.trim_start()),
                    None if gives(line) => return true,
                    None => {}
                }
            }
            false
        })
    }

    /// Whether the next line is in quotes: a clause of SQL that goes on there.
    fn begins_with_quote(&self) -> bool {
        let next = self.below.lines().nth(1);
        next.is_some_and(|line| line.trim_start().starts_with('\''))
    }
}

/// How many lines an item has at the most between its name and its value.
const LONGEST_ITEM: usize = 8;

/// Whether a line sets a field: `value: x`, `"value": "x"`, `<value>x`.
fn sets(line: &str, field: &str) -> bool {
    let bare = line.trim_start_matches(['"', '\'', '<', '\\', '{', ' ']);
    bare.strip_prefix(field).is_some_and(|rest| {
        rest.trim_start_matches(['"', '\'', '\\', ' '])
            .starts_with([':', '>', '='])
    })
}

/// Whether there is a word as base64 has it: long, with small letters, capitals and digits, or one that can be read.
fn has_dense_run(text: &str) -> bool {
    const LONG: usize = 24;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
    let bytes = text.as_bytes();
    let mut at = 0;
    // A run of that length covers every place that is as far from the last one that was looked at.
    while at + LONG <= bytes.len() {
        let window = bytes.get(at..at + LONG).unwrap_or_default();
        match window.iter().rposition(|byte| !is_part(*byte)) {
            Some(gap) => at += gap + 1,
            None => {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_part(**byte)).count();
                let run = text.get(at..at + length).unwrap_or_default();
                let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
                if has(u8::is_ascii_lowercase)
                    && has(u8::is_ascii_uppercase)
                    && (has(u8::is_ascii_digit) || decode_text(run).is_some())
                {
                    return true;
                }
                at += length;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_hold;

    #[test]
    fn what_surely_holds_none_is_put_aside() {
        for text in [
            "kind: CustomResourceDefinition\nspec:\n  password: hunter2\n",
            "image: {tag: 1.2.3}\nreplicas: 3\n",
            "description: The password of the user, and its token.\n",
            "properties:\n  password:\n    type: string\n",
            "secretKeyRef:\n  name: db\n  key: x\n",
            "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}\n- name: LOG\n  value: info\n",
            "digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
        ] {
            assert!(!may_hold(text), "{text}");
        }
        for text in [
            "password: hunter2",
            "kind: CustomResourceDefinition\n---\npassword: hunter2\n",
            "passwords:\n- hunter2\n",
            "password:\n  value: hunter2\n",
            "env:\n- name: DB_PASSWORD\n  value: hunter2\n",
            "args: [serve, --db-password, hunter2]",
            "args: [\"--db-password=hunter2\"]",
            "curl -u app:hunter2 https://x",
            "args: [-p, x8Kd92mZpQ4r]",
            "x: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVNDQktjd2dnU2pBZ0VB",
        ] {
            assert!(may_hold(text), "{text}");
        }
    }
}
