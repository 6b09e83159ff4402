//! Aliases, and what they stand for.

use super::Composer;
use super::part::{Child, Read, Stop};
use crate::node::{Bytes, Node, Origin, Repr};
use crate::parse::loaded::MAX_DEPTH;
use crate::parse::scan::TokenKind;
use crate::problem::ProblemKind;

impl Composer<'_> {
    pub(super) fn alias(&mut self) -> Read<Child> {
        let token = self.take()?;
        let TokenKind::Alias(name) = token.kind else {
            return Err(Stop);
        };
        let bytes: Bytes = self.bytes(token.start.at, token.end);
        let target = match self.targets.known.get(name) {
            Some(Some(target)) => target.clone(),
            other => {
                let message = match other {
                    Some(_) => format!("`*{name}` is inside the value that it refers to"),
                    None if self.targets.others.contains(name) => {
                        format!("the anchor of `*{name}` is in another YAML document")
                    }
                    None => format!("unknown anchor '{name}' referenced"),
                };
                return Err(self.stop(ProblemKind::InvalidAlias, bytes.span(), message));
            }
        };
        if let Some(anchor) = self.loaded.anchors.get_mut(target.place) {
            anchor.uses.push(bytes);
        }
        if self.depth + target.height > MAX_DEPTH {
            let message =
                format!("nested more than {MAX_DEPTH} levels deep, with the alias resolved");
            return Err(self.stop(ProblemKind::TooLarge, bytes.span(), message));
        }
        Ok(Child {
            node: Node {
                bytes,
                origin: Origin::Alias,
                flow: target.flow,
                repr: Repr::Shared(target.kind),
            },
            height: target.height,
            end: token.end,
            merge: false,
        })
    }
}
