//! How a file is laid out, so that what is added looks like what is there.

use crate::document::Document;
use crate::node::{Kind, Node, Origin, Style};

/// The habits of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// The line break.
    pub(super) eol: &'static str,
    /// Columns per level.
    pub(super) width: usize,
    /// Columns by which the dash of a list stands behind the key of the list.
    pub(super) list: usize,
    /// The quotes that the file mostly uses.
    pub(super) quote: Style,
}

impl Layout {
    /// Looks at the whole file once.
    pub(super) fn of(doc: &Document) -> Layout {
        let mut survey = Survey::default();
        for node in doc.documents() {
            survey.node(doc, node, None);
        }
        let width = survey.width.unwrap_or(2);
        Layout {
            eol: if doc.source().contains("\r\n") {
                "\r\n"
            } else {
                "\n"
            },
            width,
            list: survey.list.unwrap_or(width),
            quote: if survey.single > survey.double {
                Style::SingleQuoted
            } else {
                Style::DoubleQuoted
            },
        }
    }
}

/// The column of an offset, in bytes from the start of its line. Only spaces and indicators stand before a block
/// collection, so bytes are columns there.
pub(super) fn column(doc: &Document, offset: usize) -> usize {
    offset - line_start(doc.source(), offset)
}

/// Where the line of an offset begins, behind a byte order mark.
pub(super) fn line_start(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or_default();
    match before.rfind('\n') {
        Some(at) => at + 1,
        None if before.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
        None => 0,
    }
}

/// Where the line of an offset ends, before its line break.
pub(super) fn line_end(source: &str, offset: usize) -> usize {
    let rest = source.get(offset..).unwrap_or_default();
    let line = rest
        .find('\n')
        .map_or(rest, |at| rest.get(..at).unwrap_or_default());
    offset + line.strip_suffix('\r').unwrap_or(line).len()
}

#[derive(Default)]
struct Survey {
    width: Option<usize>,
    list: Option<usize>,
    single: usize,
    double: usize,
}

impl Survey {
    /// `key` is the column of the key that the node stands under.
    fn node(&mut self, doc: &Document, node: &Node, key: Option<usize>) {
        if node.origin() != Origin::Written {
            return;
        }
        let step = key
            .and_then(|key| column(doc, node.span().start).checked_sub(key))
            .filter(|_| !node.is_flow());
        match node.kind() {
            Kind::Scalar(scalar) => match scalar.style() {
                Style::SingleQuoted => self.single += 1,
                Style::DoubleQuoted => self.double += 1,
                _ => {}
            },
            Kind::Sequence(items) => {
                self.list = self.list.or(step);
                items.iter().for_each(|item| self.node(doc, item, None));
            }
            Kind::Mapping(mapping) => {
                self.width = self.width.or(step.filter(|step| *step > 0));
                for (key, value) in mapping {
                    self.node(doc, value, Some(column(doc, key.span().start)));
                }
            }
        }
    }
}
