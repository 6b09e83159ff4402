//! A document of single values that are written where no YAML is: `--set image.tag=1.2` of a command.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::Document;
use crate::node::{
    Bytes, Key, Kind, Mapping, MappingContent, Node, Origin, Repr, Scalar, Style, Text,
};
use crate::parse;
use crate::path::{Path, Segment};
use crate::scalar::Tag;
use crate::span::Span;

/// Values deeper than this are left out.
const DEEPEST: usize = 64;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its address: keys of maps, and no items of lists.
    pub path: Path,
    /// The value.
    pub text: String,
    /// Whether it is a text, whatever it looks like.
    pub is_text: bool,
    /// The bytes of the source that say it.
    pub span: Span,
}

impl Document {
    /// The values that a text says somewhere in it. Of two for one path, the later one holds. A value that is no text is read
    /// as Helm reads one of `--set`: as true, false, null, a whole number, or a text (Helm: pkg/strvals/parser.go, `typedVal`).
    pub fn of_settings(source: impl Into<Arc<str>>, settings: &[Setting]) -> Document {
        let source = source.into();
        let is_inside = |setting: &&Setting| source.get(setting.span.range()).is_some();
        let rows: Option<Vec<Row<'_>>> = settings
            .iter()
            .filter(is_inside)
            .map(|setting| Some((keys(&setting.path)?, setting)))
            .collect();
        let rows = rows.unwrap_or_default();
        let mut size = 0;
        let root = (!rows.is_empty()).then(|| map(&rows, 0, &mut size));
        Document {
            source,
            loaded: parse::Loaded {
                documents: root.into_iter().collect(),
                size,
                ..parse::Loaded::default()
            },
            lines: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }
}

/// A value with the keys that lead to it.
type Row<'s> = (Vec<&'s str>, &'s Setting);

fn keys(path: &Path) -> Option<Vec<&str>> {
    let segments = path.segments();
    let keys = segments.iter().map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    keys.collect::<Option<Vec<&str>>>()
        .filter(|keys| (1..=DEEPEST).contains(&keys.len()))
}

fn bytes(span: Span) -> Bytes {
    let byte = |at: usize| u32::try_from(at).unwrap_or_default();
    Bytes {
        start: byte(span.start),
        end: byte(span.end),
    }
}

/// The map of values that have the first keys in common.
fn map(rows: &[Row<'_>], depth: usize, size: &mut usize) -> Node {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    let firsts = rows.iter().filter_map(|(keys, _)| keys.get(depth).copied());
    for key in firsts.filter(|key| seen.insert(*key)) {
        let same = rows
            .iter()
            .filter(|(keys, _)| keys.get(depth) == Some(&key));
        let same: Vec<Row<'_>> = same.cloned().collect();
        let is_end = |row: &&Row<'_>| row.0.len() == depth + 1;
        let node = match same.last().filter(is_end) {
            Some((_, setting)) => single(setting, size),
            None => {
                let deeper = same.iter().filter(|row| !is_end(row));
                map(&deeper.cloned().collect::<Vec<_>>(), depth + 1, size)
            }
        };
        let key = Key {
            text: Text::owned(key),
            bytes: node.bytes,
        };
        entries.push((key, node));
    }
    *size += 1;
    let spans = || rows.iter().map(|(_, setting)| setting.span);
    let start = spans().map(|span| span.start).min().unwrap_or_default();
    let end = spans().map(|span| span.end).max().unwrap_or_default();
    let content = MappingContent {
        entries,
        ..MappingContent::default()
    };
    node(
        Span::new(start, end),
        Kind::Mapping(Mapping {
            content: Box::new(content),
        }),
    )
}

fn single(setting: &Setting, size: &mut usize) -> Node {
    *size += 1;
    let text = setting.text.as_str();
    let is_number = text == "0" || (!text.starts_with('0') && text.parse::<i64>().is_ok());
    let is_typed = !setting.is_text
        && (matches!(text, "true" | "false" | "null") || is_number && !text.starts_with('+'));
    let scalar = Scalar {
        text: Text::owned(text),
        style: match is_typed {
            true => Style::Plain,
            false => Style::DoubleQuoted,
        },
        tag: Tag::Absent,
    };
    node(setting.span, Kind::Scalar(scalar))
}

fn node(span: Span, kind: Kind) -> Node {
    Node {
        bytes: bytes(span),
        origin: Origin::Written,
        flow: false,
        repr: Repr::Own(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_helm_reads_those_of_set() {
        let source = "helm upgrade a b --set x.a=1,x.b=01,c=true,d=1.5,e=yes,f=2";
        let settings: Vec<Setting> = source
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, text)| {
                let start = source.find(&format!("{name}={text}")).unwrap_or_default();
                let start = start + name.len() + 1;
                Setting {
                    path: name.parse().expect("a path"),
                    text: text.to_owned(),
                    is_text: name == "f",
                    span: Span::new(start, start + text.len()),
                }
            })
            .collect();
        let document = Document::of_settings(source, &settings);
        let root = document.root().expect("a map");
        let expected = Document::parse("{x: {a: 1, b: '01'}, c: true, d: '1.5', e: 'yes', f: '2'}");
        let expected = expected.root().map(Node::to_value);
        assert_eq!(Some(root.to_value()), expected);
        let place = document
            .get(&"x.b".parse().expect("a path"))
            .map(Node::span);
        let written = place.and_then(|span| source.get(span.range()));
        assert_eq!(written, Some("01"));
        assert_eq!(document.size(), 8);
    }

    #[test]
    fn the_later_value_holds() {
        let setting = |path: &str, text: &str| Setting {
            path: path.parse().expect("a path"),
            text: text.to_owned(),
            is_text: false,
            span: Span::new(0, 1),
        };
        let value = |settings: &[Setting]| {
            let document = Document::of_settings("x", settings);
            document.root().map(|root| format!("{:?}", root.to_value()))
        };
        let one = value(&[setting("a", "1"), setting("a.b", "2")]);
        assert_eq!(one, value(&[setting("a.b", "2")]));
        let two = value(&[setting("a.b", "2"), setting("a", "1")]);
        assert_eq!(two, value(&[setting("a", "1")]));
        assert_eq!(value(&[]), None);
        assert_eq!(value(&[setting("a[0]", "1")]), None);
    }
}
