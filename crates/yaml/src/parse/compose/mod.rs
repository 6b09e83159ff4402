//! From tokens to nodes, by goyaml's grammar (`parserc.go`, `decode.go`): what it refuses is refused here.

mod anchors;
mod collections;
mod part;
mod scalars;
mod targets;

use std::collections::HashMap;
use std::sync::Arc;

use envlint_budget::Budget;

use super::documents::Part;
use super::loaded::{Loaded, MAX_DEPTH, MAX_SIZE, Properties, report};
use super::mapping::{self, MOST_MERGED};
use super::scan::{Mark, Mistake, Scanner, TagToken, Token, TokenKind};
use crate::node::{Bytes, Kind, Node, Origin, Repr, Sequence, Source, Style};
use crate::problem::ProblemKind;
use crate::scalar::Tag;
use crate::span::Span;
use part::{Before, Child, Place, Read, Stop};
use targets::Targets;

/// Composes the nodes of a file, text by text.
pub(super) struct Composer<'s> {
    /// The source as texts share it.
    shared: Arc<Source>,
    scanner: Scanner<'s>,
    /// Where the text begins in the source.
    base: usize,
    /// Where the last token that was taken ends: an absent value is there.
    behind: usize,
    /// How many collections are open.
    depth: usize,
    targets: Targets<'s>,
    /// What directives let the handles of tags stand for.
    handles: HashMap<&'s str, String>,
    /// Entries that merge keys may copy.
    merged: Budget,
    pub(super) loaded: Loaded,
}

impl<'s> Composer<'s> {
    pub(super) fn new(source: &Arc<str>) -> Composer<'s> {
        Composer {
            shared: Arc::new(Source(Arc::clone(source))),
            scanner: Scanner::new("", 1, false),
            base: 0,
            behind: 0,
            depth: 0,
            targets: Targets::default(),
            handles: HashMap::new(),
            merged: Budget::new(MOST_MERGED),
            loaded: Loaded::default(),
        }
    }

    /// Reads the first document of a text. What follows the document is dropped, as goyaml drops it.
    pub(super) fn read(&mut self, part: &'s Part<'_>) -> Read<()> {
        self.scanner = Scanner::new(&part.text, part.line, part.is_cut);
        let base = part.start;
        (self.base, self.behind, self.depth) = (base, 0, 0);
        self.targets.next_document();
        self.handles.clear();
        let read = self.document();
        let comments = std::mem::take(&mut self.scanner.comments);
        self.loaded
            .comments
            .extend(comments.into_iter().map(|mut comment| {
                comment.span = Span::new(comment.span.start + base, comment.span.end + base);
                comment
            }));
        read
    }

    fn document(&mut self) -> Read<()> {
        let has_directive = self.directives()?;
        let root = match self.peek()?.kind {
            TokenKind::StreamEnd if !has_directive => return Ok(()),
            TokenKind::DocumentStart => {
                self.take()?;
                match self.peek()?.kind {
                    TokenKind::Version(_)
                    | TokenKind::TagDirective(..)
                    | TokenKind::DocumentStart
                    | TokenKind::DocumentEnd
                    | TokenKind::StreamEnd => self.absent(Before::default()),
                    _ => self.node(Place::Block)?,
                }
            }
            _ if has_directive => {
                let start = self.peek()?.start;
                return Err(self.refuse("", None, "did not find expected <document start>", start));
            }
            _ => self.node(Place::Block)?,
        };
        self.check_number(&root, false);
        self.loaded.documents.push(root.node);
        self.end()
    }

    /// Reads directives; whether there are any.
    fn directives(&mut self) -> Read<bool> {
        let mut has_version = false;
        let mut is_there = false;
        loop {
            let (is_version, is_known) = match self.peek()?.kind {
                TokenKind::Version(is_known) => (true, is_known),
                TokenKind::TagDirective(..) => (false, true),
                _ => return Ok(is_there),
            };
            let start = self.peek()?.start;
            if is_version && has_version {
                return Err(self.refuse("", None, "found duplicate %YAML directive", start));
            }
            if !is_known {
                return Err(self.refuse("", None, "found incompatible YAML document", start));
            }
            has_version |= is_version;
            is_there = true;
            if let TokenKind::TagDirective(handle, prefix) = self.take()?.kind {
                self.handles.insert(handle, prefix);
            }
        }
    }

    /// The end of the document, and what is dropped behind it.
    fn end(&mut self) -> Read<()> {
        let is_marked = matches!(self.peek()?.kind, TokenKind::DocumentEnd);
        if is_marked {
            self.take()?;
        }
        // goyaml reads no further, so whatever it is, it is no mistake.
        let at = match self.scanner.peek() {
            Ok(token) if matches!(token.kind, TokenKind::StreamEnd) => return Ok(()),
            Ok(token) => token.start.at,
            Err(mistake) => mistake.at,
        };
        let message = match is_marked {
            true => "Helm ignores everything after `...`; begin a new document with `---`",
            false => "Helm ignores everything after the end of the document",
        };
        let span = self.character(at);
        self.problem(ProblemKind::Dropped, span, message);
        Ok(())
    }

    fn peek(&mut self) -> Read<&Token<'s>> {
        // A mistake is asked for once more, since the borrow of a token would last.
        if let Err(mistake) = self.scanner.peek() {
            return Err(self.mistake(mistake));
        }
        self.scanner.peek().map_err(|_| Stop)
    }

    fn take(&mut self) -> Read<Token<'s>> {
        match self.scanner.take() {
            Ok(token) => {
                self.behind = token.end;
                Ok(token)
            }
            Err(mistake) => Err(self.mistake(mistake)),
        }
    }

    /// Notes what goyaml refuses.
    fn mistake(&mut self, mistake: Mistake) -> Stop {
        let span = self.character(mistake.at);
        let message = match mistake.context {
            "" => mistake.problem.to_owned(),
            context => format!("{context}, {}", mistake.problem),
        };
        report(
            &mut self.loaded.problems,
            ProblemKind::Syntax,
            span,
            message,
            None,
        );
        if let Some(problem) = self.loaded.problems.last_mut() {
            problem.line = mistake.line;
        }
        Stop
    }

    /// A mistake of the grammar. goyaml: `decode.go`, `fail`: it counts lines from 0, and names that of the context only
    /// where the mistake is on the first line.
    fn refuse(
        &mut self,
        context: &'static str,
        from: Option<Mark>,
        problem: &'static str,
        at: Mark,
    ) -> Stop {
        let lines = [Some(at), from].into_iter().flatten().map(|mark| mark.line);
        self.mistake(Mistake {
            context,
            problem,
            at: at.at,
            line: lines.into_iter().find(|line| *line > 0),
        })
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        report(&mut self.loaded.problems, kind, span, message.into(), None);
    }

    fn stop(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) -> Stop {
        self.problem(kind, span, message);
        Stop
    }

    /// A byte of the text, as one of the source. A text may have one line feed more than the source has.
    fn offset(&self, at: usize) -> usize {
        (self.base + at).min(self.shared.0.len())
    }

    fn bytes(&self, start: usize, end: usize) -> Bytes {
        Bytes {
            start: narrow(self.offset(start)),
            end: narrow(self.offset(end)),
        }
    }

    /// The character at a byte of the text.
    fn character(&self, at: usize) -> Span {
        let start = self.offset(at);
        let rest = self.shared.0.get(start..).unwrap_or_default();
        let length = rest.chars().next().map_or(0, char::len_utf8);
        Span::new(start, start + length)
    }

    /// One node, with what is written before it.
    fn node(&mut self, place: Place) -> Read<Child> {
        let first = self.peek()?.start;
        self.loaded.size += 1;
        if self.loaded.size > MAX_SIZE {
            let message = format!("more than {MAX_SIZE} keys and values in one file");
            let span = self.character(first.at);
            return Err(self.stop(ProblemKind::TooLarge, span, message));
        }
        if matches!(self.peek()?.kind, TokenKind::Alias(_)) {
            return self.alias();
        }
        let before = self.properties()?;
        let is_block = place != Place::Flow;
        let child = match self.peek()?.kind {
            TokenKind::BlockEntry if place == Place::BlockOrList => self.list(before)?,
            TokenKind::Scalar(..) => {
                let token = self.take()?;
                let TokenKind::Scalar(text, style) = token.kind else {
                    return Err(Stop);
                };
                self.scalar(&text, style, before, token.start.at, token.end)
            }
            TokenKind::FlowSequenceStart => self.flow_sequence(before)?,
            TokenKind::FlowMappingStart => self.flow_mapping(before)?,
            TokenKind::BlockSequenceStart if is_block => self.block_sequence(before)?,
            TokenKind::BlockMappingStart if is_block => self.block_mapping(before)?,
            _ if before.is_there() => self.absent(before),
            _ => {
                let context = match is_block {
                    true => "while parsing a block node",
                    false => "while parsing a flow node",
                };
                let start = self.peek()?.start;
                let problem = "did not find expected node content";
                return Err(self.refuse(context, Some(first), problem, start));
            }
        };
        Ok(child)
    }

    /// The anchor and the tag before a value, in either order.
    fn properties(&mut self) -> Read<Before<'s>> {
        let mut before = Before::default();
        loop {
            match self.peek()?.kind {
                TokenKind::Anchor(_) if before.anchor.is_none() => {}
                TokenKind::Tag(_) if before.tag.is_none() => {}
                _ => break,
            }
            let token = self.take()?;
            if !before.is_there() {
                before.start = token.start.at;
            }
            before.end = token.end;
            match token.kind {
                TokenKind::Anchor(name) => before.anchor = Some(name),
                TokenKind::Tag(tag) => {
                    before.is_bare = tag == TagToken::Bare;
                    before.tag = Some(self.tag(tag, token.start)?);
                }
                _ => {}
            }
        }
        if let Some(name) = before.anchor {
            self.targets.begin(name);
        }
        Ok(before)
    }

    fn tag(&mut self, tag: TagToken<'s>, start: Mark) -> Read<Tag> {
        match tag {
            TagToken::Bare => Ok(Tag::Other),
            TagToken::Known(tag) => Ok(tag),
            TagToken::Short(handle, suffix) => match self.handles.get(handle) {
                Some(prefix) => Ok(Tag::from_full(&format!("{prefix}{suffix}"))),
                None => {
                    let problem = "found undefined tag handle";
                    Err(self.refuse("while parsing a node", Some(start), problem, start))
                }
            },
        }
    }

    /// Remembers what is written before a value that begins at a byte.
    fn note_properties(&mut self, before: Before<'_>, value: usize) {
        if before.is_there() && before.start < value {
            let properties = Properties {
                value: narrow(self.offset(value)),
                start: narrow(self.offset(before.start)),
            };
            self.loaded.properties.push(properties);
        }
    }

    /// A value that is not written: behind what is written before it, or behind the last token.
    fn absent(&mut self, before: Before<'s>) -> Child {
        let at = match before.is_there() {
            true => before.end,
            false => self.behind,
        };
        self.scalar("", Style::Plain, before, at, at)
    }

    /// Gives a value to its anchor.
    fn complete(&mut self, mut child: Child, anchor: Option<&'s str>) -> Child {
        if let Some(name) = anchor {
            let nothing = Repr::Own(Kind::Sequence(Sequence::default()));
            let kind = match std::mem::replace(&mut child.node.repr, nothing) {
                Repr::Own(kind) => Arc::new(mapping::share(kind)),
                Repr::Shared(kind) => kind,
            };
            self.targets.complete(name, &kind, &child, &mut self.loaded);
            child.node.repr = Repr::Shared(kind);
        }
        child
    }

    /// A node that is written at these bytes of the text.
    fn written(&self, kind: Kind, flow: bool, start: usize, end: usize) -> Node {
        Node {
            bytes: self.bytes(start, end),
            origin: Origin::Written,
            flow,
            repr: Repr::Own(kind),
        }
    }

    /// Begins a collection at a byte of the text.
    fn enter(&mut self, before: Before<'_>, start: usize) -> Read<()> {
        if self.depth >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            let span = self.character(start);
            return Err(self.stop(ProblemKind::TooLarge, span, message));
        }
        self.note_properties(before, start);
        self.depth += 1;
        Ok(())
    }
}

/// Sources are below 4 GiB, see `load`.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
