//! Values as people may see them: what is taken for a secret is masked before anything else is done with it.

use envlint_yaml::{Kind, Node, Value};

use serde::{Serialize, Serializer};

use super::view::{LineKind, Lines};
use super::{embedded, opaque};
use crate::masking::{Name, Printable, Seen, Text, placeholder};
use crate::source::Source;
use crate::values::Tree;

/// A value longer than this is cut on a line of text.
const LONGEST: usize = 90;
/// How much of what two long values have in common is shown before they differ.
const KEPT: usize = 16;

/// Whether a value is, or holds, something that is masked.
fn holds_secret(source: &Source, node: &Node) -> bool {
    let written_here = source.secrets().touching(node.span()).next().is_some();
    written_here || source.is_sensitive(node.span()) || is_alias_of_secret(source, node)
}

/// Whether a value is, or holds, something that is masked.
pub(super) fn is_secret(tree: &Tree<'_>) -> bool {
    holds_secret(tree.source(), tree.node())
}

/// An alias is written elsewhere than the secret that it brings.
fn is_alias_of_secret(source: &Source, node: &Node) -> bool {
    if node.origin() == envlint_yaml::Origin::Written {
        return false;
    }
    node.as_scalar()
        .is_some_and(|scalar| source.secrets().has_text(&source.document, scalar.text()))
}

fn redacted(text: &str) -> String {
    placeholder(text.chars().count())
}

/// A value as plain data, for formats that programs read. Secrets were replaced where they stand; what is known from
/// elsewhere is replaced when it is written.
#[derive(Clone)]
pub struct Data(serde_json::Value);

impl Data {
    /// Whether nothing of it is masked.
    pub(super) fn is_shown_whole(&self) -> bool {
        serde_json::to_value(self).is_ok_and(|shown| shown == self.0)
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Data")
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Masked(&self.0).serialize(serializer)
    }
}

struct Masked<'d>(&'d serde_json::Value);

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde_json::Value;
        match self.0 {
            Value::Null | Value::Bool(_) => self.0.serialize(serializer),
            // A number may be a secret as well; its placeholder is a text.
            Value::Number(number) => {
                let text = number.to_string();
                let shown = Text::of(&Seen(&text)).show();
                match *shown == *text {
                    true => number.serialize(serializer),
                    false => shown.serialize(serializer),
                }
            }
            Value::String(text) => Text::of(&Seen(text)).serialize(serializer),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Masked)),
            Value::Object(entries) => serializer.collect_map(
                entries
                    .iter()
                    .map(|(key, value)| (Text::of(&Name(key)), Masked(value))),
            ),
        }
    }
}

/// Names as plain data.
pub(super) fn list(names: &[Text]) -> Data {
    Data(names.iter().map(|name| name.show().to_string()).collect())
}

/// A value as plain data.
pub(super) fn data(tree: &Tree<'_>) -> Data {
    Data(masked(tree.source(), tree.node()))
}

fn masked(source: &Source, node: &Node) -> serde_json::Value {
    match node.kind() {
        Kind::Scalar(scalar) if holds_secret(source, node) => redacted(scalar.text()).into(),
        Kind::Scalar(scalar) => plain(&scalar.value()),
        Kind::Sequence(items) => items.iter().map(|item| masked(source, item)).collect(),
        Kind::Mapping(mapping) => serde_json::Value::Object(
            mapping
                .iter()
                .map(|(key, node)| (key.text().to_owned(), masked(source, node)))
                .collect(),
        ),
    }
}

fn plain(value: &Value) -> serde_json::Value {
    // Plain data always has a JSON form: its keys are text and its numbers are finite.
    serde_json::to_value(value).unwrap_or_default()
}

/// What the items of a list go by, in their order.
pub(super) fn names(list: &Tree<'_>, field: &str) -> Vec<Text> {
    let items = list.node().as_sequence().unwrap_or_default().iter();
    let names = items.filter_map(|item| item.as_mapping()?.get(field));
    names
        .filter_map(|name| {
            let text = name.as_scalar()?.text();
            Some(match holds_secret(list.source(), name) {
                true => Text::of(&Seen(redacted(text))),
                false => Text::of(&Name(text)),
            })
        })
        .collect()
}

/// A value on one line of text.
pub(super) fn line(tree: &Tree<'_>) -> Text {
    let node = tree.node();
    let text = match node.kind() {
        Kind::Scalar(scalar) if holds_secret(tree.source(), node) => redacted(scalar.text()),
        Kind::Scalar(scalar) => {
            let written = tree.source().document.text(node.span());
            if let Some(summary) = opaque::summary(scalar.text()) {
                summary
            } else if written.is_empty() {
                "null".to_owned()
            } else if written.contains(['\n', '\r']) || written.starts_with('*') {
                plain(&scalar.value()).to_string()
            } else {
                written.to_owned()
            }
        }
        Kind::Sequence(_) | Kind::Mapping(_) => masked(tree.source(), node).to_string(),
    };
    Text::of(&Seen(text))
}

/// Two values of several lines, to be compared line by line: texts, JSON in them, or lists with a line for each item. None of what is masked,
/// or is told by a summary.
pub(super) fn several_lines(before: &Tree<'_>, after: &Tree<'_>) -> Option<Lines> {
    if is_secret(before) || is_secret(after) {
        return None;
    }
    let text = |tree: &Tree<'_>| match tree.node().as_scalar()?.value() {
        Value::String(text) if opaque::summary(&text).is_none() => Some(text),
        _ => None,
    };
    if let (Some(old), Some(new)) = (text(before), text(after)) {
        if let Some([from, to]) = embedded::pretty(&old, &new) {
            let kind = match from == to {
                true => LineKind::SameJson,
                false => LineKind::Json,
            };
            return Some(Lines {
                from: Text::of(&Seen(from)),
                to: Text::of(&Seen(to)),
                kind,
            });
        }
        let is_long = old.contains('\n') || new.contains('\n');
        return is_long.then(|| Lines {
            from: Text::of(&Seen(old)),
            to: Text::of(&Seen(new)),
            kind: LineKind::Text,
        });
    }
    let items = |tree: &Tree<'_>| -> Option<String> {
        let items = tree.node().as_sequence()?.iter();
        let lines = items.map(|item| match item.as_scalar() {
            Some(scalar) => format!("- {}\n", plain(&scalar.value())),
            None => format!("- {}\n", masked(tree.source(), item)),
        });
        Some(lines.collect())
    };
    Some(Lines {
        from: Text::of(&Seen(items(before)?)),
        to: Text::of(&Seen(items(after)?)),
        kind: LineKind::Items,
    })
}

/// Two values as reports have them, on a line each: cut where they are long, so that what differs is still there.
pub(super) fn short_pair(before: &Text, after: &Text) -> (Printable, Printable) {
    let (before, after) = (before.show(), after.show());
    let is_long = before.width().max(after.width()) > LONGEST;
    let same = before.chars().zip(after.chars());
    let same = same.take_while(|(left, right)| left == right).count();
    let skipped = same.saturating_sub(KEPT);
    let window = |line: Printable| match is_long && same > LONGEST / 2 && before != after {
        true => line.without_beginning(skipped, "…").cut(LONGEST, "…"),
        false => line.cut(LONGEST, "…"),
    };
    (window(before.clone()), window(after.clone()))
}

/// A value's line as reports have it: cut where it is long.
pub(super) fn short(line: &Text) -> Printable {
    cut(&line.show())
}

/// Whether a value's line is shown as it is.
pub(super) fn is_short(line: &Text) -> bool {
    line.show().width() <= LONGEST
}

/// A line, cut where it is long.
pub(super) fn cut(line: &Printable) -> Printable {
    line.cut(LONGEST, "…")
}

/// The lines of a file with its own secrets replaced. A secret of several lines leaves as many lines, so that line
/// numbers hold.
pub(super) fn lines(source: &Source) -> Vec<String> {
    source
        .masked()
        .split_inclusive('\n')
        .map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
        .collect()
}
