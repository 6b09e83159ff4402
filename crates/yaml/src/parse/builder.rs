//! Events to nodes.

mod scalars;

use std::sync::Arc;

use saphyr_parser::{Event, ScanError};

use super::convert::{converted_key, own_style};
use super::gaps::Gaps;
use super::lenient::Lenient;
use super::loaded::{Anchor, Loaded, MAX_DEPTH, Properties, report};
use super::mapping::{self, Item};
use super::marks::Marks;
use super::strict::{self, Refusal};
use crate::node::{Bytes, Key, Kind, Node, Origin, Repr, Source, Text};
use crate::problem::ProblemKind;
use crate::scalar::Tag;
use crate::span::Span;

/// A collection that is being read.
struct Frame {
    /// Where its content begins.
    start: usize,
    /// Where its last child ends.
    end: usize,
    /// The anchor's number, or 0.
    anchor: usize,
    flow: bool,
    /// The depth of its deepest child.
    height: usize,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping {
        pending: Option<Pending>,
        items: Vec<Item>,
    },
}

/// A key whose value is not there yet.
struct Pending {
    key: Key,
    merge: bool,
}

/// What an anchor names, when it is complete.
struct Target {
    kind: Arc<Kind>,
    height: usize,
    flow: bool,
    /// The anchor's place in `Loaded::anchors`.
    place: usize,
}

/// A node, before it has its place.
struct Child {
    node: Node,
    height: usize,
    end: usize,
    /// The node would be a merge key in the place of a key.
    merge: bool,
}

pub(super) struct Builder<'s> {
    source: &'s str,
    /// The source as texts share it.
    shared: Arc<Source>,
    marks: Marks<'s>,
    gaps: Gaps<'s>,
    stack: Vec<Frame>,
    /// By the parser's number of the anchor; `None` while the value is incomplete.
    targets: Vec<Option<Target>>,
    budget: mapping::Budget,
    stopped: bool,
    /// There are tabs, so that indentation has to be looked at.
    has_tabs: bool,
    /// The parser's number of the first anchor of this YAML document.
    first_anchor: usize,
    loaded: Loaded,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s Arc<str>, lenient: &'s Lenient<'s>) -> Builder<'s> {
        Builder {
            source,
            shared: Arc::new(Source(Arc::clone(source))),
            marks: Marks::new(lenient),
            gaps: Gaps::new(source),
            stack: Vec::new(),
            targets: Vec::new(),
            budget: mapping::Budget::default(),
            stopped: false,
            has_tabs: source.contains('\t'),
            first_anchor: 0,
            loaded: Loaded::default(),
        }
    }

    /// True after a mistake that leaves nothing to read.
    pub(super) fn stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn finish(mut self) -> Loaded {
        for (span, message) in std::mem::take(&mut self.gaps.refused) {
            self.problem(ProblemKind::Syntax, span, message);
        }
        self.loaded.comments = self.gaps.comments;
        self.loaded
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        report(&mut self.loaded.problems, kind, span, message.into(), None);
    }

    fn stop(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problem(kind, span, message);
        self.stopped = true;
    }

    /// Notes a syntax error; returns where it is in the text that the parser saw.
    pub(super) fn syntax_error(&mut self, error: &ScanError) -> usize {
        let at = self.marks.byte(error.marker().index());
        let rest = self.source.get(at..).unwrap_or_default();
        let end = rest.chars().next().map_or(at, |char| at + char.len_utf8());
        // goyaml reads no further than the end of the first document.
        let is_behind = error.info() == "did not find expected <document start>";
        if is_behind && !self.loaded.documents.is_empty() {
            let message = "Helm ignores everything after the end of the document";
            self.stop(ProblemKind::Dropped, Span::new(at, end), message);
        } else {
            self.stop(ProblemKind::Syntax, Span::new(at, end), error.info());
        }
        self.marks.seen()
    }

    /// Notes what Helm refuses.
    fn refuse(&mut self, refusal: Option<Refusal>) {
        if let Some((span, message)) = refusal {
            self.problem(ProblemKind::Syntax, span, message);
        }
    }

    pub(super) fn event(&mut self, event: Event<'_>, span: saphyr_parser::Span) {
        let start = self.marks.byte(span.start.index());
        let end = self.marks.byte(span.end.index());
        match event {
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
            Event::DocumentStart(explicit) => {
                self.first_anchor = self.targets.len();
                if !explicit && !self.loaded.documents.is_empty() {
                    let message =
                        "Helm ignores everything after `...`; begin a new document with `---`";
                    self.stop(ProblemKind::Dropped, Span::new(start, end), message);
                }
            }
            Event::StreamEnd => self.gaps.walk_to(self.source.len()),
            Event::Alias(id) => self.alias(id, start, end),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map_or(Tag::Absent, |tag| {
                    Tag::from_full(&format!("{}{}", tag.handle, tag.suffix))
                });
                self.scalar(
                    &text,
                    (own_style(style), tag),
                    anchor,
                    Span::new(start, end),
                );
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(
                    Items::Sequence(Vec::new()),
                    anchor,
                    tag.is_some(),
                    Span::new(start, end),
                );
            }
            Event::MappingStart(anchor, tag) => {
                let items = Items::Mapping {
                    pending: None,
                    items: Vec::new(),
                };
                self.open(items, anchor, tag.is_some(), Span::new(start, end));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
        }
    }

    /// Walks to `start`; from there over the properties, if there are any, to the value, which begins at `limit` at the
    /// latest. Returns the end of the last property.
    fn properties(&mut self, present: bool, start: usize, limit: usize) -> usize {
        self.gaps.walk_to(start);
        if present {
            self.gaps.walk_properties(limit)
        } else {
            start
        }
    }

    fn note_properties(&mut self, value: usize, start: usize) {
        if start < value {
            self.loaded.properties.push(Properties {
                value: narrow(value),
                start: narrow(start),
            });
        }
    }

    fn open(&mut self, items: Items, anchor: usize, tagged: bool, event: Span) {
        if self.stack.len() >= MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} levels deep");
            return self.stop(ProblemKind::TooLarge, event, message);
        }
        let Span { start, end } = event;
        let mut bracket = start;
        if anchor > 0 || tagged {
            self.properties(true, start, end);
            bracket = self.gaps.at();
        }
        // The mark of a block collection is empty, or ends where its first entry begins.
        let flow = start < end && matches!(self.source.as_bytes().get(bracket), Some(b'{' | b'['));
        let in_mapping = matches!(
            self.stack.last(),
            Some(Frame {
                items: Items::Mapping { .. },
                ..
            })
        );
        let content = if flow {
            bracket
        } else if in_mapping && matches!(items, Items::Sequence(_)) {
            // A list that is not indented: the parser's mark is behind the dash.
            self.gaps.walk_to_byte(end, b"-")
        } else {
            end
        };
        if self.has_tabs && !flow && !self.in_flow() {
            self.refuse(strict::indentation(self.source, content, true));
        }
        self.gaps.walk_to(content);
        self.gaps.resume(content + usize::from(flow));
        self.note_properties(content, start);
        self.reserve(anchor);
        self.stack.push(Frame {
            start: content,
            end: content,
            anchor,
            flow,
            height: 0,
            items,
        });
    }

    /// True between brackets.
    fn in_flow(&self) -> bool {
        self.stack.iter().any(|frame| frame.flow)
    }

    fn close(&mut self) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let end = if frame.flow {
            // The mark of the end includes what follows the bracket; only commas, white space and comments precede it.
            let bracket = if matches!(frame.items, Items::Sequence(_)) {
                b"]"
            } else {
                b"}"
            };
            let end =
                (self.gaps.walk_to_byte(self.source.len(), bracket) + 1).min(self.source.len());
            self.gaps.resume(end);
            end
        } else {
            frame.end
        };
        let kind = match frame.items {
            Items::Sequence(items) => Kind::Sequence(items.into_boxed_slice()),
            Items::Mapping { items, .. } => Kind::Mapping(mapping::finish(
                items,
                &mut self.budget,
                &mut self.loaded.problems,
            )),
        };
        if self.budget.is_spent() {
            let message = "merge keys and aliases expand to too many entries";
            return self.stop(
                ProblemKind::InvalidAlias,
                Span::new(frame.start, end),
                message,
            );
        }
        let bytes = Bytes {
            start: narrow(frame.start),
            end: narrow(end),
        };
        let child = Child {
            node: Node {
                bytes,
                origin: Origin::Written,
                flow: frame.flow,
                repr: Repr::Own(kind),
            },
            height: frame.height + 1,
            end,
            merge: false,
        };
        self.complete(child, frame.anchor);
    }

    fn alias(&mut self, id: usize, start: usize, end: usize) {
        self.gaps.walk_to(start);
        self.gaps.resume(end);
        let span = Span::new(start, end);
        let name = self.source.get(start + 1..end).unwrap_or_default();
        self.refuse(strict::name(name, start + 1));
        let known = self.targets.get(id).filter(|_| id >= self.first_anchor);
        let Some(target) = known.and_then(Option::as_ref) else {
            let message = match known {
                Some(_) => format!("`*{name}` is inside the value that it refers to"),
                None => format!("the anchor of `*{name}` is in another YAML document"),
            };
            return self.stop(ProblemKind::InvalidAlias, span, message);
        };
        let bytes = Bytes {
            start: narrow(start),
            end: narrow(end),
        };
        let repr = Repr::Shared(Arc::clone(&target.kind));
        let (height, flow, place) = (target.height, target.flow, target.place);
        if let Some(anchor) = self.loaded.anchors.get_mut(place) {
            anchor.uses.push(bytes);
        }
        if self.stack.len() + height > MAX_DEPTH {
            let message =
                format!("nested more than {MAX_DEPTH} levels deep, with the alias resolved");
            return self.stop(ProblemKind::TooLarge, span, message);
        }
        self.place(Child {
            node: Node {
                bytes,
                origin: Origin::Alias,
                flow,
                repr,
            },
            height,
            end,
            merge: false,
        });
    }

    /// Makes room for an anchor whose value begins.
    fn reserve(&mut self, anchor: usize) {
        if anchor >= self.targets.len() && anchor > 0 {
            self.targets.resize_with(anchor + 1, || None);
        }
    }

    /// Gives a complete value to its anchor, and to the collection around it.
    fn complete(&mut self, mut child: Child, anchor: usize) {
        if anchor > 0 {
            let kind = match child.node.repr {
                Repr::Own(kind) => Arc::new(mapping::share(kind)),
                Repr::Shared(kind) => kind,
            };
            let place = self.loaded.anchors.len();
            self.loaded.anchors.push(Anchor {
                value: child.node.bytes,
                uses: Vec::new(),
            });
            let target = Target {
                kind: Arc::clone(&kind),
                height: child.height,
                flow: child.node.flow,
                place,
            };
            if let Some(slot) = self.targets.get_mut(anchor) {
                *slot = Some(target);
            }
            child.node.repr = Repr::Shared(kind);
        }
        self.place(child);
    }

    fn place(&mut self, child: Child) {
        self.check_number(&child.node);
        let Some(frame) = self.stack.last_mut() else {
            self.loaded.documents.push(child.node);
            return;
        };
        frame.height = frame.height.max(child.height);
        frame.end = frame.end.max(child.end);
        match &mut frame.items {
            Items::Sequence(items) => items.push(child.node),
            Items::Mapping { pending, items } => match pending.take() {
                Some(Pending { key, merge }) => items.push(Item {
                    key,
                    value: child.node,
                    merge,
                }),
                None => self.key(child),
            },
        }
    }

    fn key(&mut self, child: Child) {
        let span = child.node.span();
        if self.in_flow() {
            self.refuse(strict::flow_key(self.source, span));
        }
        let text = match child.node.kind() {
            Kind::Scalar(scalar) => converted_key(scalar),
            _ => Err("a list or a map cannot be a key"),
        };
        let text = text.unwrap_or_else(|message| {
            report(
                &mut self.loaded.problems,
                ProblemKind::InvalidKey,
                span,
                message.to_owned(),
                None,
            );
            Text::owned("")
        });
        let key = Key {
            text,
            bytes: child.node.bytes,
        };
        if let Some(Frame {
            items: Items::Mapping { pending, .. },
            ..
        }) = self.stack.last_mut()
        {
            *pending = Some(Pending {
                key,
                merge: child.merge,
            });
        }
    }
}

/// Sources are below 4 GiB, see `load`.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
