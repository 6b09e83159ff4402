//! Scalars and keys: their text, and what Helm cannot convert.

use std::sync::Arc;

use super::Composer;
use super::part::{Before, Child};
use crate::node::{Bytes, Key, Kind, Scalar, Style, Text};
use crate::parse::convert::converted_key;
use crate::parse::loaded::report;
use crate::problem::ProblemKind;
use crate::scalar::{Resolved, Tag, resolve};

impl<'s> Composer<'s> {
    /// A scalar at these bytes of the text, without what is written before it.
    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: Style,
        before: Before<'s>,
        start: usize,
        end: usize,
    ) -> Child {
        self.note_properties(before, start);
        let tag = before.tag.unwrap_or(Tag::Absent);
        // goyaml: decode.go, `isMerge`
        let is_implicit = match tag {
            Tag::Absent => style == Style::Plain,
            _ => before.is_bare,
        };
        let merge = text == "<<" && (tag == Tag::Merge || is_implicit);
        let bytes = self.bytes(start, end);
        let scalar = Scalar {
            text: self.text(text, bytes, style),
            style,
            tag,
        };
        let node = self.written(Kind::Scalar(scalar), false, start, end);
        let child = Child {
            node,
            height: 0,
            end,
            merge,
        };
        self.complete(child, before.anchor)
    }

    /// The text of a scalar: a slice of the source where the source has it literally.
    fn text(&self, text: &str, bytes: Bytes, style: Style) -> Text {
        let quotes = u32::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted));
        let (start, end) = (bytes.start + quotes, bytes.end.saturating_sub(quotes));
        if self.shared.0.get(start as usize..end as usize) == Some(text) {
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
    pub(super) fn check_number(&mut self, child: &Child, is_key: bool) {
        let Some(scalar) = child.node.as_scalar() else {
            return;
        };
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
        self.problem(ProblemKind::InvalidScalar, child.node.span(), message);
    }

    /// A key of a map.
    pub(super) fn key(&mut self, child: &Child) -> Key {
        self.check_number(child, true);
        let text = match child.node.kind() {
            Kind::Scalar(scalar) => converted_key(scalar),
            _ => Err("a list or a map cannot be a key"),
        };
        let text = text.unwrap_or_else(|message| {
            report(
                &mut self.loaded.problems,
                ProblemKind::InvalidKey,
                child.node.span(),
                message.to_owned(),
                None,
            );
            Text::owned("")
        });
        Key {
            text,
            bytes: child.node.bytes,
        }
    }
}
