//! Settings whose name and value stand apart, in texts that are read line by line.

use std::ops::Range;

use super::called::password_of_pair;
use super::forms::{Take, after, word};
use super::names::{Promise, promise};

/// A setting whose name and value stand apart: `{"name": "DB_PASSWORD", "value": "x"}`, `- name: …` with `value:` on the
/// next line, and the properties of Hadoop's XML.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// What the last name promises, and for how many more lines.
    promise: Option<(Promise, usize)>,
    /// Whether the last name may be that of a user and a password in one.
    is_pair: bool,
    /// How far that name's line is indented.
    indent: usize,
    /// How far the name itself is: the other fields of its map are as far.
    column: usize,
}

impl Apart {
    /// Between a name and its value there may be a description.
    const NEAR: usize = 3;

    /// Forgets the name behind the end of its map. XML and JSON have an end of their own, and no indentation to go by.
    pub(super) fn close(&mut self, line: &str) {
        if is_yaml(line) && indent_of(line) < self.indent {
            (self.promise, self.is_pair) = (None, false);
        }
    }

    pub(super) fn line(&mut self, line: &str, take: &mut Take<'_>) {
        // `valueFrom:` with what is in it, next to a `value:` in another branch of a template.
        let is_inside = is_yaml(line) && indent_of(line) > self.column;
        if line.trim().is_empty() || self.promise.is_some() && is_inside {
            return;
        }
        self.promise = self
            .promise
            .and_then(|(promise, left)| Some((promise, left.checked_sub(1)?)));
        for key in ["name", "key"] {
            if let Some((range, _)) = field(line, key) {
                let name = line.get(range).unwrap_or_default();
                let promise = promise(name);
                self.promise = (promise >= Promise::Unclear).then_some((promise, Self::NEAR));
                self.is_pair = name.ends_with("_AUTH");
                (self.indent, self.column) = (indent_of(line), column_of(line));
                break;
            }
        }
        // `{"type": "password", "value": "x"}`, as Keycloak writes down users.
        if let Some((range, _)) = field(line, "type")
            && line.get(range) == Some("password")
        {
            self.promise = Some((Promise::Password, Self::NEAR));
            (self.indent, self.column) = (indent_of(line), column_of(line));
        }
        if (self.promise.is_some() || self.is_pair)
            && let Some((range, quoted)) = field(line, "value")
        {
            let value = line.get(range.clone()).unwrap_or_default();
            let pair = password_of_pair("_AUTH", value).filter(|_| self.is_pair);
            if let Some(password) = pair {
                let start = range.start;
                take(
                    start + password.start..start + password.end,
                    Promise::Password,
                    true,
                );
            } else if let Some((promise, _)) = self.promise {
                take(range, promise, quoted);
            }
            (self.promise, self.is_pair) = (None, false);
        }
    }
}

/// The value of a field of that name: `name: x`, `"name": "x"`, `<name>x</name>`, `name="x"` of an element.
pub(super) fn field(line: &str, name: &str) -> Option<(Range<usize>, bool)> {
    // The first one that may be a field decides: each of them costs a search to the end of the line.
    let is_field = |at: &usize| {
        let rest = line.get(*at..).unwrap_or_default();
        let value = rest.trim_start_matches(['"', '\'', '\\', ' ']);
        rest.starts_with('>') || rest.starts_with("=\"") || value.starts_with(':')
    };
    let at = after(line, name).find(is_field)?;
    field_at(line, at)
}

fn field_at(line: &str, at: usize) -> Option<(Range<usize>, bool)> {
    let rest = line.get(at..)?;
    if let Some(inner) = rest.strip_prefix("=\"") {
        let end = inner.find('"').filter(|end| *end > 0)?;
        return Some((at + 2..at + 2 + end, true));
    }
    if let Some(inner) = rest.strip_prefix('>') {
        let end = inner.find("</")?;
        return (end > 0).then_some((at + 1..at + 1 + end, true));
    }
    let value = rest.trim_start_matches(['"', '\'', '\\', ' ']);
    let value = value.strip_prefix(':')?;
    let blank = value.len() - value.trim_start().len();
    let value = value.trim_start();
    let start = at + rest.len() - value.len();
    let bare = value.trim_start_matches(['"', '\'', '\\']);
    let quoted = bare.len() < value.len();
    if !quoted && blank == 0 {
        return None;
    }
    let start = start + value.len() - bare.len();
    let length = match quoted {
        true => bare.find(['"', '\'', '\\', '\n']).unwrap_or(bare.len()),
        false => word(bare).len(),
    };
    (length > 0).then_some((start..start + length, quoted))
}

/// Whether a line is one of YAML, where indentation tells what belongs together.
fn is_yaml(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with(|char: char| char.is_alphanumeric() || char == '-')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Where the fields of the map begin that a line is of: behind the dash of a list's item.
fn column_of(line: &str) -> usize {
    let text = line.trim_start();
    let item = text.strip_prefix('-').map(str::trim_start);
    line.len() - item.unwrap_or(text).len()
}
