//! Scalars: their exact bytes, their text, and what Helm refuses of them.

use std::sync::Arc;

use super::super::strict;
use super::{Builder, Child, Frame, Items, narrow};
use crate::node::{Bytes, Kind, Node, Origin, Repr, Scalar, Style, Text};
use crate::problem::ProblemKind;
use crate::scalar::{Resolved, Tag, resolve};
use crate::span::Span;

impl Builder<'_> {
    pub(super) fn scalar(&mut self, text: &str, how: (Style, Tag), anchor: usize, event: Span) {
        let (style, tag) = how;
        let bytes = self.scalar_bytes(text, style, anchor > 0 || tag != Tag::Absent, event);
        let span = bytes.span();
        if self.has_tabs && !self.in_flow() {
            self.refuse(strict::indentation(self.source, span.start, false));
        }
        self.refuse_scalar(text, style, span);
        let scalar = Scalar {
            text: self.text(text, bytes, style),
            style,
            tag,
        };
        // goyaml: a merge key is a plain `<<`, or one with the tag `!!merge`.
        let merge =
            text == "<<" && (tag == Tag::Merge || (style == Style::Plain && tag == Tag::Absent));
        self.reserve(anchor);
        let node = Node {
            bytes,
            origin: Origin::Written,
            flow: false,
            repr: Repr::Own(Kind::Scalar(scalar)),
        };
        self.complete(
            Child {
                node,
                height: 0,
                end: bytes.end as usize,
                merge,
            },
            anchor,
        );
    }

    /// Notes what Helm refuses of a scalar.
    fn refuse_scalar(&mut self, text: &str, style: Style, span: Span) {
        let raw = self.source.get(span.range()).unwrap_or_default();
        let refusal = match style {
            Style::Plain if raw.is_empty() && self.in_flow() => {
                strict::colon(self.source, span.start)
            }
            Style::Plain
                if raw.starts_with(['|', '>']) || (raw.contains('?') && self.in_flow()) =>
            {
                strict::plain(text, span, self.in_flow())
            }
            Style::DoubleQuoted if raw.contains("\\/") => strict::double_quoted(raw, span.start),
            _ => None,
        };
        self.refuse(refusal);
    }

    /// The exact bytes of a scalar, without its properties. Moves the walk behind it.
    fn scalar_bytes(&mut self, text: &str, style: Style, properties: bool, event: Span) -> Bytes {
        let Span { start, end } = event;
        let (from, to) = match style {
            Style::Literal | Style::Folded => {
                // The mark of a block scalar is its first line of text, unless properties precede the header.
                if properties {
                    self.properties(true, start, end);
                }
                let from = self.gaps.walk_to_byte(end, b"|>");
                self.gaps.walk_line();
                (from, self.gaps.block_end(from, end))
            }
            Style::Plain if text.is_empty() => {
                let at = if properties {
                    self.properties(true, start, end)
                } else {
                    self.absent(start)
                };
                (at, at)
            }
            _ => {
                self.properties(properties, start, end);
                let from = self.gaps.at();
                (
                    from,
                    if style == Style::Plain {
                        end
                    } else {
                        self.gaps.quoted_end(from)
                    },
                )
            }
        };
        if properties {
            self.note_properties(from, start);
        }
        if from < to {
            self.gaps.resume(to);
        }
        Bytes {
            start: narrow(from),
            end: narrow(to),
        }
    }

    /// The place of a value that is not written.
    fn absent(&mut self, start: usize) -> usize {
        let Some(frame) = self.stack.last() else {
            return start;
        };
        match &frame.items {
            Items::Mapping {
                pending: Some(pending),
                ..
            } => self.gaps.absent_value(pending.key.bytes.end as usize, b':'),
            // `frame.end` is the end of the item before, or the first dash.
            Items::Sequence(_) if !frame.flow => self.gaps.absent_value(frame.end, b'-'),
            _ => start,
        }
    }

    /// The text of a scalar: a slice of the source where the source has it literally.
    fn text(&self, text: &str, bytes: Bytes, style: Style) -> Text {
        let quotes = u32::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
        let (start, end) = (bytes.start + quotes, bytes.end.saturating_sub(quotes));
        if self.source.get(start as usize..end as usize) == Some(text) {
            Text::Slice {
                source: Arc::clone(&self.shared),
                start,
                end,
            }
        } else {
            Text::owned(text)
        }
    }

    /// JSON has no infinity and no NaN, and a tag may not fit its text.
    pub(super) fn check_number(&mut self, node: &Node) {
        let Some(scalar) = node.as_scalar() else {
            return;
        };
        let is_key = matches!(
            self.stack.last(),
            Some(Frame {
                items: Items::Mapping { pending: None, .. },
                ..
            })
        );
        let suspicious = scalar.tag != Tag::Absent
            || (scalar.style == Style::Plain
                && scalar
                    .text()
                    .trim_start_matches(['+', '-'])
                    .starts_with('.'));
        if !suspicious {
            return;
        }
        let message = match resolve(scalar.text(), scalar.style == Style::Plain, scalar.tag) {
            Ok(Resolved::Float(number)) if !is_key && !number.is_finite() => {
                format!(
                    "`{}` is not a number that JSON has; quote it if you mean text",
                    scalar.text()
                )
            }
            Ok(_) => return,
            Err(message) => message,
        };
        self.problem(ProblemKind::InvalidScalar, node.span(), message);
    }
}
