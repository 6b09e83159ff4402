//! New values as text.

use super::layout::{Layout, column, line_end, line_start};
use super::place::behind_inner_comments;
use super::text::{self, CollectionStyle};
use super::ways::entry_of;
use crate::document::Document;
use crate::node::{Kind, Node, Origin, Style};
use crate::span::Span;
use crate::value::Value;

/// A new value.
#[derive(Clone, Copy, Debug)]
pub enum Fresh<'a> {
    /// Plain data, written in the habits of the file.
    Value(&'a Value),
    /// A value of another file, written as it is written there: its comments, quotes and layout, moved to its new
    /// indentation. A scalar takes the quotes of the scalar that it replaces, where its text allows that.
    Node(&'a Document, &'a Node),
}

impl<'a> From<&'a Value> for Fresh<'a> {
    fn from(value: &'a Value) -> Fresh<'a> {
        Fresh::Value(value)
    }
}

impl<'a> From<(&'a Document, &'a Node)> for Fresh<'a> {
    fn from((doc, node): (&'a Document, &'a Node)) -> Fresh<'a> {
        Fresh::Node(doc, node)
    }
}

impl Fresh<'_> {
    pub(super) fn to_value(self) -> Value {
        match self {
            Fresh::Value(value) => value.clone(),
            Fresh::Node(_, node) => node.to_value(),
        }
    }
}

/// A value as text, before it has its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rendered {
    /// On the line of its key.
    Inline(String),
    /// On lines of its own, each relative to the same column.
    Lines {
        /// What stands on the line of the key: the header of a block scalar, the first line of a value in brackets or quotes, or
        /// nothing.
        header: String,
        /// The lines.
        lines: Vec<String>,
        /// How far they stand behind their key.
        indent: Indent,
    },
}

/// How far lines stand behind their key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indent {
    /// One level.
    Level,
    /// As far as lists do in the file: their dashes may stand under the key.
    List,
    /// Not at all: the last line is the bracket that closes the value.
    Bracket,
}

impl Indent {
    pub(super) fn columns(self, layout: Layout) -> usize {
        match self {
            Indent::Level => layout.width,
            Indent::List => layout.list,
            Indent::Bracket => 0,
        }
    }
}

/// How a value is to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) layout: Layout,
    pub(super) context: CollectionStyle,
    /// The style of the text that is replaced, if it is text in one of the styles of a line.
    pub(super) style: Option<Style>,
}

/// Plain data as text.
pub(super) fn value(value: &Value, manner: Manner) -> Rendered {
    let Manner {
        layout,
        context,
        style,
    } = manner;
    if context == CollectionStyle::Flow {
        return Rendered::Inline(flow(value, manner));
    }
    // What is inside of a collection replaces nothing.
    let inner = Manner {
        style: None,
        ..manner
    };
    match value {
        Value::Map(map) if !map.is_empty() => {
            let entries = map.iter().flat_map(|(key, value)| {
                entry(
                    &text::key(key, layout.quote, context),
                    self::value(value, inner),
                    layout,
                )
            });
            Rendered::Lines {
                header: String::new(),
                lines: entries.collect(),
                indent: Indent::Level,
            }
        }
        Value::Seq(items) if !items.is_empty() => {
            let items = items
                .iter()
                .flat_map(|value| item(self::value(value, inner)));
            Rendered::Lines {
                header: String::new(),
                lines: items.collect(),
                indent: Indent::List,
            }
        }
        Value::String(string)
            if !matches!(style, Some(Style::SingleQuoted | Style::DoubleQuoted)) =>
        {
            match text::literal(string) {
                Some((header, lines)) => Rendered::Lines {
                    header: header.to_owned(),
                    lines,
                    indent: Indent::Level,
                },
                None => Rendered::Inline(text::scalar(
                    value,
                    style.unwrap_or(Style::Plain),
                    layout.quote,
                    context,
                )),
            }
        }
        _ => Rendered::Inline(flow(value, manner)),
    }
}

/// Plain data on one line.
fn flow(value: &Value, manner: Manner) -> String {
    let inner = Manner {
        style: None,
        context: CollectionStyle::Flow,
        ..manner
    };
    match value {
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| {
                format!(
                    "{}: {}",
                    text::key(key, manner.layout.quote, CollectionStyle::Flow),
                    flow(value, inner)
                )
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Seq(items) => {
            format!(
                "[{}]",
                items
                    .iter()
                    .map(|value| flow(value, inner))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        scalar => text::scalar(
            scalar,
            manner.style.unwrap_or(Style::Plain),
            manner.layout.quote,
            manner.context,
        ),
    }
}

/// The lines of a key and its value.
pub(super) fn entry(key: &str, value: Rendered, layout: Layout) -> Vec<String> {
    match value {
        // yamllint calls a blank at the end of a line a mistake.
        Rendered::Inline(text) if text.is_empty() => vec![format!("{key}:")],
        Rendered::Inline(text) => vec![format!("{key}: {text}")],
        Rendered::Lines {
            header,
            lines,
            indent,
        } => {
            let first = if header.is_empty() {
                format!("{key}:")
            } else {
                format!("{key}: {header}")
            };
            std::iter::once(first)
                .chain(indented(lines, indent.columns(layout)))
                .collect()
        }
    }
}

/// The lines of an item of a list.
pub(super) fn item(value: Rendered) -> Vec<String> {
    match value {
        Rendered::Inline(text) if text.is_empty() => vec!["-".to_owned()],
        Rendered::Inline(text) => vec![format!("- {text}")],
        Rendered::Lines { header, lines, .. } if !header.is_empty() => {
            std::iter::once(format!("- {header}"))
                .chain(indented(lines, 2))
                .collect()
        }
        Rendered::Lines { lines, .. } => {
            let dashes = std::iter::once("- ").chain(std::iter::repeat("  "));
            dashes
                .zip(lines)
                .map(|(dash, line)| {
                    if line.is_empty() {
                        line
                    } else {
                        format!("{dash}{line}")
                    }
                })
                .collect()
        }
    }
}

/// Lines moved to the right; empty lines stay empty.
pub(super) fn indented(lines: Vec<String>, columns: usize) -> impl Iterator<Item = String> {
    let indent = " ".repeat(columns);
    lines.into_iter().map(move |line| {
        if line.is_empty() {
            line
        } else {
            format!("{indent}{line}")
        }
    })
}

/// The ways to write a value of another file as it is written there. None where that text would not mean the same in another
/// place: aliases, anchors, merge keys, lines that cannot be moved.
pub(super) fn node(doc: &Document, node: &Node, manner: Manner) -> Vec<Rendered> {
    let span = doc.span_with_properties(node);
    if node.origin() != Origin::Written || doc.touches_anchor(span) {
        return Vec::new();
    }
    let raw = doc.text(span);
    let is_over_lines = raw.contains('\n');
    let is_block = manner.context == CollectionStyle::Block;
    match node.kind() {
        Kind::Scalar(scalar) => match scalar.style() {
            Style::Literal | Style::Folded if is_block && !scalar.is_tagged() => {
                block_scalars(doc, node, scalar.text(), manner.layout)
            }
            _ if scalar.is_tagged() => Vec::new(),
            own if is_over_lines => {
                let keeps = is_block && manner.style.is_none_or(|style| style == own);
                over_lines(raw).into_iter().filter(|_| keeps).collect()
            }
            own => scalar_text(raw, &scalar.value(), own, manner)
                .into_iter()
                .collect(),
        },
        _ if node.is_flow() && is_over_lines => {
            over_lines(raw).into_iter().filter(|_| is_block).collect()
        }
        _ if node.is_flow() => vec![Rendered::Inline(raw.to_owned())],
        _ if !is_block => Vec::new(),
        kind => {
            let indent = match kind {
                Kind::Sequence(_) => Indent::List,
                _ => Indent::Level,
            };
            let lines = block_lines(doc, node);
            let lines = lines.map(|lines| Rendered::Lines {
                header: String::new(),
                lines,
                indent,
            });
            lines.into_iter().collect()
        }
    }
}

/// A value in brackets or quotes over several lines: the first one stands behind the key, and the others move with it.
fn over_lines(raw: &str) -> Option<Rendered> {
    let mut lines = raw.lines();
    let header = lines.next()?.trim_end().to_owned();
    let rest: Vec<&str> = lines.collect();
    let filled = rest.iter().filter(|line| !line.trim().is_empty());
    let left = filled.map(|line| indent(line)).min()?;
    let closing = rest.last()?;
    let closes = indent(closing) == left && matches!(closing.trim(), "]" | "}");
    let lines = rest.iter().map(|line| dedent(line, left));
    Some(Rendered::Lines {
        header,
        lines: lines.collect::<Option<_>>()?,
        indent: match closes {
            true => Indent::Bracket,
            false => Indent::Level,
        },
    })
}

/// A scalar in its own quotes, unless the one that it replaces has others and the text fits them.
fn scalar_text(raw: &str, value: &Value, own: Style, manner: Manner) -> Option<Rendered> {
    let Value::String(text) = value else {
        return Some(Rendered::Inline(raw.to_owned()));
    };
    let is_plain = text::is_plain(text, manner.context);
    let keeps = match manner.style {
        None => true,
        Some(Style::Plain) => own == Style::Plain || !is_plain,
        Some(style) => own == style,
    };
    // Brackets and commas end plain text between brackets.
    if keeps && (own != Style::Plain || is_plain || manner.context == CollectionStyle::Block) {
        return Some(Rendered::Inline(raw.to_owned()));
    }
    None
}

/// The header and the lines of a block scalar. Where its header says how far the lines stand, as it has to when the first of
/// them begins with blanks, there is one for each way that they may stand in the new place.
fn block_scalars(doc: &Document, node: &Node, text: &str, layout: Layout) -> Vec<Rendered> {
    let raw = doc.text(node.span());
    let header = raw.lines().next().unwrap_or_default().trim_end();
    let indicators = header.split([' ', '\t', '#']).next().unwrap_or_default();
    let Some(digit) = indicators.chars().find_map(|char| char.to_digit(10)) else {
        let first = raw.lines().skip(1).find(|line| !line.trim().is_empty());
        let rendered = first.and_then(|first| block_scalar(raw, (header, indent(first)), text));
        return rendered.into_iter().collect();
    };
    let Some(entry) = entry_of(doc, node) else {
        return Vec::new();
    };
    let left = column(doc, entry) + digit as usize;
    // The lines of an item stand two columns behind its dash.
    let mut columns = vec![layout.width, 2];
    columns.dedup();
    let headers = columns.iter().filter(|columns| **columns < 10);
    let headers = headers.map(|columns| {
        let own = indicators.replace(|char: char| char.is_ascii_digit(), &columns.to_string());
        own + header.get(indicators.len()..).unwrap_or_default()
    });
    headers
        .filter_map(|header| block_scalar(raw, (&header, left), text))
        .collect()
}

/// A block scalar with this header, whose lines stand at a column.
fn block_scalar(raw: &str, (header, left): (&str, usize), text: &str) -> Option<Rendered> {
    let lines = raw.lines().skip(1);
    let mut moved = lines
        .map(|line| dedent(line, left))
        .collect::<Option<Vec<_>>>()?;
    if header.split(['#']).next()?.contains('+') {
        // The blank lines at the end are part of the text, and so there are as many as the text has.
        let filled = moved.iter().rposition(|line| !line.is_empty());
        let breaks = text.len() - text.trim_end_matches('\n').len();
        moved.resize(filled? + breaks.max(1), String::new());
    }
    Some(Rendered::Lines {
        header: header.to_owned(),
        lines: moved,
        indent: Indent::Level,
    })
}

/// The lines of a block collection, from the comments that stand directly above its first line to the comment behind
/// its last value, and those below that stand further right than its key.
fn block_lines(doc: &Document, node: &Node) -> Option<Vec<String>> {
    let span = node.span();
    let source = doc.source();
    let base = column(doc, span.start);
    let end = line_end(source, span.end);
    let end = match entry_of(doc, node) {
        Some(entry) => behind_inner_comments(source, Span::new(entry, end)),
        None => end,
    };
    let first = line_start(source, span.start);
    let mut start = span.start;
    if source
        .get(first..span.start)
        .is_some_and(|before| before.trim().is_empty())
    {
        let above = source.get(..first).unwrap_or_default().lines().rev();
        let comments = above.take_while(|line| {
            line.trim_start().starts_with('#') && line.starts_with(&" ".repeat(base))
        });
        let count = comments.count();
        start = (0..count).fold(first, |at, _| line_start(source, at.saturating_sub(1)));
    }
    let text = source.get(start..end)?;
    let from_line_start = start != span.start;
    let lines = text.lines().enumerate().map(|(at, line)| {
        if at == 0 && !from_line_start {
            Some(line.to_owned())
        } else {
            dedent(line, base)
        }
    });
    lines.collect()
}

/// The comment on the line of the key of a block collection, with the blanks before it: `pool: # note`.
pub(super) fn comment_behind_key<'d>(doc: &'d Document, node: &Node) -> Option<&'d str> {
    if node.as_scalar().is_some() || node.is_flow() {
        return None;
    }
    let start = doc.span_with_properties(node).start;
    let comments = doc.comments();
    let before = comments.partition_point(|comment| comment.span.start < start);
    let mut next = start;
    for comment in comments.get(..before)?.iter().rev() {
        let between = doc.source().get(comment.span.end..next)?;
        if !between.trim().is_empty() {
            return None;
        }
        if !comment.own_line {
            return Some(with_blanks(doc, comment.span));
        }
        next = comment.span.start;
    }
    None
}

/// A comment with the blanks before it.
pub(super) fn with_blanks(doc: &Document, comment: Span) -> &str {
    let before = doc.source().get(..comment.start).unwrap_or_default();
    let start = before.trim_end_matches([' ', '\t']).len();
    doc.text(Span::new(start, comment.end)).trim_end()
}

/// How many blanks a line begins with.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line moved to the left. A comment may stand further to the left than what it moves with; nothing else may.
fn dedent(line: &str, columns: usize) -> Option<String> {
    if indent(line) >= columns {
        return line.get(columns..).map(str::to_owned);
    }
    let rest = line.trim_start_matches(' ');
    (rest.is_empty() || rest.starts_with('#')).then(|| rest.to_owned())
}
