//! Lists and maps, in blocks and between brackets. Every function stands for the states of goyaml's parser that bear its name
//! (`parserc.go`, `yaml_parser_parse_block_sequence_entry` and so on), with what they do on a mistake.

use super::Composer;
use super::part::{Before, Child, Place, Read};
use crate::node::{Kind, Node, Sequence};
use crate::parse::mapping::{self, Item};
use crate::parse::scan::{Mark, TokenKind};
use crate::problem::ProblemKind;
use crate::span::Span;

/// A collection that is being read.
struct Open<'s> {
    before: Before<'s>,
    flow: bool,
    start: usize,
    end: usize,
    height: usize,
}

impl<'s> Open<'s> {
    fn new(before: Before<'s>, flow: bool, start: usize) -> Open<'s> {
        Open {
            before,
            flow,
            start,
            end: start,
            height: 0,
        }
    }

    /// Takes in a child.
    fn add(&mut self, child: &Child) {
        self.height = self.height.max(child.height);
        self.end = self.end.max(child.end);
    }
}

impl<'s> Composer<'s> {
    /// `- a` behind its indentation.
    pub(super) fn block_sequence(&mut self, before: Before<'s>) -> Read<Child> {
        let first = self.take()?.start;
        self.enter(before, first.at)?;
        let mut open = Open::new(before, false, first.at);
        let mut items = Vec::new();
        loop {
            match self.peek()?.kind {
                TokenKind::BlockEntry => {
                    self.take()?;
                    let item = match self.peek()?.kind {
                        TokenKind::BlockEntry | TokenKind::BlockEnd => {
                            self.absent(Before::default())
                        }
                        _ => self.node(Place::Block)?,
                    };
                    self.item(&mut open, &mut items, item);
                }
                TokenKind::BlockEnd => {
                    self.skip()?;
                    return self.sequence(open, items);
                }
                _ => {
                    let problem = "did not find expected '-' indicator";
                    return self.unexpected("while parsing a block collection", first, problem);
                }
            }
        }
    }

    /// `- a` in the column of the key.
    pub(super) fn list(&mut self, before: Before<'s>) -> Read<Child> {
        let first = self.peek()?.start;
        self.enter(before, first.at)?;
        let mut open = Open::new(before, false, first.at);
        let mut items = Vec::new();
        while matches!(self.peek()?.kind, TokenKind::BlockEntry) {
            self.take()?;
            let item = match self.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.absent(Before::default())
                }
                _ => self.node(Place::Block)?,
            };
            self.item(&mut open, &mut items, item);
        }
        self.sequence(open, items)
    }

    pub(super) fn block_mapping(&mut self, before: Before<'s>) -> Read<Child> {
        let first = self.take()?.start;
        self.enter(before, first.at)?;
        let mut open = Open::new(before, false, first.at);
        let mut items = Vec::new();
        loop {
            match self.peek()?.kind {
                TokenKind::Key => {
                    self.take()?;
                    let key = self.block_part()?;
                    let value = match self.peek()?.kind {
                        TokenKind::Value => {
                            self.take()?;
                            self.block_part()?
                        }
                        _ => self.absent(Before::default()),
                    };
                    self.entry(&mut open, &mut items, &key, value);
                }
                TokenKind::BlockEnd => {
                    self.skip()?;
                    return self.mapping(open, items);
                }
                _ => {
                    let problem = "did not find expected key";
                    return self.unexpected("while parsing a block mapping", first, problem);
                }
            }
        }
    }

    /// A key or a value of a block, which may be absent.
    fn block_part(&mut self) -> Read<Child> {
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.absent(Before::default()))
            }
            _ => self.node(Place::BlockOrList),
        }
    }

    pub(super) fn flow_sequence(&mut self, before: Before<'s>) -> Read<Child> {
        let first = self.peek()?.start;
        self.enter(before, first.at)?;
        self.take()?;
        let mut open = Open::new(before, true, first.at);
        let mut items = Vec::new();
        while !matches!(self.peek()?.kind, TokenKind::FlowSequenceEnd) {
            if !items.is_empty() {
                let problem = "did not find expected ',' or ']'";
                self.comma("while parsing a flow sequence", first, problem)?;
            }
            let item = match self.peek()?.kind {
                TokenKind::Key => self.single_pair()?,
                TokenKind::FlowSequenceEnd => break,
                _ => self.node(Place::Flow)?,
            };
            self.item(&mut open, &mut items, item);
        }
        open.end = self.take()?.end;
        self.sequence(open, items)
    }

    /// A map with one entry, without brackets of its own: `[a: b]`.
    fn single_pair(&mut self) -> Read<Child> {
        let token = self.take()?;
        self.enter(Before::default(), token.start.at)?;
        let mut open = Open::new(Before::default(), false, token.start.at);
        let key = match self.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // goyaml goes over the token here, whatever it is.
                self.take()?;
                self.absent(Before::default())
            }
            _ => self.node(Place::Flow)?,
        };
        let value = self.flow_value(|kind| matches!(kind, TokenKind::FlowSequenceEnd))?;
        let mut items = Vec::with_capacity(1);
        self.entry(&mut open, &mut items, &key, value);
        self.mapping(open, items)
    }

    pub(super) fn flow_mapping(&mut self, before: Before<'s>) -> Read<Child> {
        let first = self.peek()?.start;
        self.enter(before, first.at)?;
        self.take()?;
        let mut open = Open::new(before, true, first.at);
        let mut items = Vec::new();
        while !matches!(self.peek()?.kind, TokenKind::FlowMappingEnd) {
            if !items.is_empty() {
                let problem = "did not find expected ',' or '}'";
                self.comma("while parsing a flow mapping", first, problem)?;
            }
            let (key, value) = match self.peek()?.kind {
                TokenKind::FlowMappingEnd => break,
                TokenKind::Key => {
                    self.take()?;
                    let is_end = |kind: &TokenKind<'_>| matches!(kind, TokenKind::FlowMappingEnd);
                    (self.flow_part()?, self.flow_value(is_end)?)
                }
                // Without a colon behind it.
                _ => (self.node(Place::Flow)?, self.absent(Before::default())),
            };
            self.entry(&mut open, &mut items, &key, value);
        }
        open.end = self.take()?.end;
        self.mapping(open, items)
    }

    /// A value between brackets, with its colon; both may be absent.
    fn flow_value(&mut self, is_end: impl Fn(&TokenKind<'s>) -> bool) -> Read<Child> {
        if !matches!(self.peek()?.kind, TokenKind::Value) {
            return Ok(self.absent(Before::default()));
        }
        self.take()?;
        match &self.peek()?.kind {
            TokenKind::FlowEntry => Ok(self.absent(Before::default())),
            kind if is_end(kind) => Ok(self.absent(Before::default())),
            _ => self.node(Place::Flow),
        }
    }

    /// Takes the comma before an item that is not the first one.
    fn comma(&mut self, context: &'static str, first: Mark, problem: &'static str) -> Read<()> {
        match self.peek()?.kind {
            TokenKind::FlowEntry => self.take().map(|_| ()),
            _ => self.unexpected(context, first, problem),
        }
    }

    /// A key between brackets, which may be absent.
    fn flow_part(&mut self) -> Read<Child> {
        match self.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                Ok(self.absent(Before::default()))
            }
            _ => self.node(Place::Flow),
        }
    }

    fn unexpected<T>(
        &mut self,
        context: &'static str,
        first: Mark,
        problem: &'static str,
    ) -> Read<T> {
        let at = self.peek()?.start;
        Err(self.refuse(context, Some(first), problem, at))
    }

    /// Takes the end of a block, which is no text: an absent value is never behind it.
    fn skip(&mut self) -> Read<()> {
        let behind = self.behind;
        self.take()?;
        self.behind = behind;
        Ok(())
    }

    fn item(&mut self, open: &mut Open<'_>, items: &mut Vec<Node>, child: Child) {
        self.check_number(&child, false);
        open.add(&child);
        items.push(child.node);
    }

    fn entry(&mut self, open: &mut Open<'_>, items: &mut Vec<Item>, key: &Child, value: Child) {
        open.add(key);
        open.add(&value);
        let merge = key.merge;
        let key = self.key(key);
        self.check_number(&value, false);
        items.push(Item {
            key,
            value: value.node,
            merge,
        });
    }

    fn sequence(&mut self, open: Open<'s>, items: Vec<Node>) -> Read<Child> {
        Ok(self.collection(open, Kind::Sequence(Sequence::new(items))))
    }

    fn mapping(&mut self, open: Open<'s>, items: Vec<Item>) -> Read<Child> {
        let mapping = mapping::finish(items, &self.merged, &mut self.loaded.problems);
        if self.merged.is_spent() {
            let message = "merge keys and aliases expand to too many entries";
            let bytes = self.bytes(open.start, open.end);
            let span = Span::new(bytes.start as usize, bytes.end as usize);
            return Err(self.stop(ProblemKind::InvalidAlias, span, message));
        }
        Ok(self.collection(open, Kind::Mapping(mapping)))
    }

    fn collection(&mut self, open: Open<'s>, kind: Kind) -> Child {
        self.depth -= 1;
        let child = Child {
            node: self.written(kind, open.flow, open.start, open.end),
            height: open.height + 1,
            end: open.end,
            merge: false,
        };
        self.complete(child, open.before.anchor)
    }
}
