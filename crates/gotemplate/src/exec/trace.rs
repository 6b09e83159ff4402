//! Where output comes from: which part of which text made each stretch of it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use crate::tree::Template;

/// A part of a template's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The name under which the whole text was parsed
    pub file: Arc<str>,
    /// The text from the asked byte on, or the action that printed it, without its delimiters
    pub span: Range<usize>,
    /// Whether it is text, and no action
    pub is_text: bool,
}

/// What an execution printed, and where each part of it comes from.
#[derive(Debug)]
pub struct Traced {
    text: Vec<u8>,
    segments: Vec<Segment>,
}

/// A stretch of output that one node made.
#[derive(Debug)]
struct Segment {
    /// Where it ends; it starts where the one before ends
    end: usize,
    origin: Origin,
    /// The `template` action that the node was reached by
    call: Option<Arc<Call>>,
    maker: Maker,
}

/// What makes a stretch of output.
#[derive(Debug)]
enum Maker {
    /// Text, copied
    Text,
    /// An action, of what functions executed for it, as `include` does
    Results(Vec<Made>),
    /// An action for which none did, and which reads what may hold what they executed before
    Variables(Vec<Made>),
}

/// What an action may print, and where it stands in that: found when somebody asks.
#[derive(Debug)]
struct Made {
    result: Arc<Traced>,
    aligned: OnceLock<Aligned>,
}

impl Made {
    fn of(results: impl IntoIterator<Item = Arc<Traced>>) -> Vec<Made> {
        let made = results.into_iter().map(|result| Made {
            result,
            aligned: OnceLock::new(),
        });
        made.collect()
    }

    fn aligned(&self, printed: &[u8], left: &AtomicUsize) -> &Aligned {
        let of = || Aligned::of(printed, &self.result.text, left);
        self.aligned.get_or_init(of)
    }
}

/// A `template` action, and the one that it was reached by itself.
#[derive(Debug)]
pub(super) struct Call {
    origin: Origin,
    outer: Option<Arc<Call>>,
}

/// What is known of the output of a running execution.
#[derive(Default)]
pub(super) struct Trace {
    segments: Vec<Segment>,
    call: Option<Arc<Call>>,
    /// What functions executed; the last ones may still be in variables
    results: Vec<Arc<Traced>>,
    /// How many of them were there when the pipeline began
    known: usize,
}

/// Results that stay in variables: more are not held against what an action prints.
const MOST_RESULTS: usize = 8;

/// Longer stretches are not held against the results that they were made of, in bytes.
const LONGEST: usize = 1 << 18;

/// Of how many stretches of one output the origin is kept: nobody asks for all of them.
const MOST_SEGMENTS: usize = 50_000;

impl Trace {
    /// Notes that a pipeline begins.
    pub(super) fn begin(&mut self) {
        let old = self.results.len().saturating_sub(MOST_RESULTS);
        self.results.drain(..old);
        self.known = self.results.len();
    }

    /// Takes what a function executed.
    pub(super) fn add(&mut self, result: Arc<Traced>) {
        self.results.push(result);
    }

    /// Notes that nothing keeps the value of the pipeline: a condition was looked at.
    pub(super) fn forget(&mut self) {
        self.results.truncate(self.known);
    }

    /// Whether functions executed something for the pipeline.
    pub(super) fn has_new(&self) -> bool {
        self.results.len() > self.known
    }

    /// Whether variables and `.` may hold what functions executed.
    pub(super) fn has_any(&self) -> bool {
        !self.results.is_empty()
    }

    /// Notes that a text was copied to the output, which ends here.
    pub(super) fn text(&mut self, tree: &Template, span: &Range<usize>, end: usize) {
        self.push(tree, span, end, Maker::Text);
    }

    /// Notes that an action printed to the output, which ends here: what was executed for it; else, where it reads what may hold
    /// that, what was executed before.
    pub(super) fn action(&mut self, tree: &Template, span: &Range<usize>, end: usize, reads: bool) {
        let own = self.results.split_off(self.known.min(self.results.len()));
        let maker = match reads && own.is_empty() {
            true => Maker::Variables(Made::of(self.results.iter().cloned())),
            false => Maker::Results(Made::of(own)),
        };
        self.push(tree, span, end, maker);
    }

    fn push(&mut self, tree: &Template, span: &Range<usize>, end: usize, maker: Maker) {
        let is_new = end > self.segments.last().map_or(0, |segment| segment.end);
        if is_new && self.segments.len() < MOST_SEGMENTS {
            self.segments.push(Segment {
                end,
                origin: Origin::of(tree, span, matches!(maker, Maker::Text)),
                call: self.call.clone(),
                maker,
            });
        }
    }

    /// Enters a template by an action; gives what [`Trace::leave`] goes back to.
    pub(super) fn enter(&mut self, tree: &Template, span: &Range<usize>) -> Option<Arc<Call>> {
        let outer = self.call.clone();
        let origin = Origin::of(tree, span, false);
        self.call.replace(Arc::new(Call { origin, outer }))
    }

    /// Leaves a template.
    pub(super) fn leave(&mut self, outer: Option<Arc<Call>>) {
        self.call = outer;
    }

    /// What was printed, with all that is known of it.
    pub(super) fn finish(self, text: Vec<u8>) -> Traced {
        Traced {
            text,
            segments: self.segments,
        }
    }
}

impl Origin {
    fn of(tree: &Template, span: &Range<usize>, is_text: bool) -> Origin {
        Origin {
            file: Arc::clone(&tree.file),
            span: span.clone(),
            is_text,
        }
    }
}

impl Traced {
    /// What was printed.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// What made a byte of the output, the innermost first: the text in a named template, the action that executed it, the
    /// action that executed the template of that one. What a function returned is found in what an action printed line by
    /// line, so that `include … | nindent 4` is seen through: as long as there are bytes `left` that may be compared for it.
    pub fn origins(&self, offset: usize, left: &AtomicUsize) -> Vec<Origin> {
        let mut found = Vec::new();
        self.add_origins(offset, left, &mut found);
        found
    }

    /// How much memory it takes, in bytes.
    pub fn weight(&self) -> usize {
        let of_segment = |segment: &Segment| {
            let results = match &segment.maker {
                Maker::Text => 0,
                Maker::Results(results) | Maker::Variables(results) => results.len(),
            };
            size_of::<Segment>() + results * size_of::<Made>()
        };
        let segments = self.segments.iter().map(of_segment);
        size_of::<Traced>() + self.text.len() + segments.sum::<usize>()
    }

    fn add_origins(&self, offset: usize, left: &AtomicUsize, found: &mut Vec<Origin>) {
        let at = self
            .segments
            .partition_point(|segment| segment.end <= offset);
        let Some(segment) = self.segments.get(at) else {
            return;
        };
        let start = match at.checked_sub(1) {
            Some(before) => self.segments[before].end,
            None => 0,
        };
        let mut origin = segment.origin.clone();
        let printed = self.text.get(start..segment.end).unwrap_or_default();
        match &segment.maker {
            Maker::Text => origin.span.start += offset - start,
            // `tpl (include …)`: the last one is made of those before.
            Maker::Results(results) => {
                for made in results.iter().rev() {
                    if let Some(offset) = made.aligned(printed, left).at(offset - start) {
                        made.result.add_origins(offset, left, found);
                    }
                }
            }
            Maker::Variables(results) => {
                let held = results.iter().rev().find_map(|made| {
                    let aligned = made.aligned(printed, left);
                    let offset = aligned.is_whole().then(|| aligned.at(offset - start))??;
                    Some((&made.result, offset))
                });
                if let Some((result, offset)) = held {
                    result.add_origins(offset, left, found);
                }
            }
        }
        found.push(origin);
        let mut call = segment.call.as_deref();
        while let Some(Call { origin, outer }) = call {
            found.push(origin.clone());
            call = outer.as_deref();
        }
    }
}

/// What a line counts for besides its bytes: it is looked up and kept.
const LINE: usize = 32;

/// The lines of what was printed, each with its place in the text that it may be printed of: by what stands in the line without
/// the white space around it.
#[derive(Debug)]
struct Aligned {
    /// The beginning and the end of a line, and the place in the text
    lines: Vec<(usize, usize, Option<usize>)>,
}

impl Aligned {
    fn of(printed: &[u8], text: &[u8], left: &AtomicUsize) -> Aligned {
        let none = Aligned { lines: Vec::new() };
        if text.is_empty() || printed.len() > LONGEST || text.len() > LONGEST {
            return none;
        }
        let cost = cost_of(printed) + cost_of(text);
        let spend = |left: usize| left.checked_sub(cost);
        if left.fetch_update(Relaxed, Relaxed, spend).is_err() {
            return none;
        }
        let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for (start, line) in lines(text) {
            places.entry(line).or_default().push(start);
        }
        // Lines of the text come in its order; of equal ones, the first behind the one before.
        let mut from = 0;
        let aligned = lines(printed).map(|(start, line)| {
            let known = places.get(line).map(Vec::as_slice).unwrap_or_default();
            let place = known.get(known.partition_point(|place| *place < from));
            from = place.map_or(from, |place| place + 1);
            (start, start + line.len(), place.copied())
        });
        Aligned {
            lines: aligned.collect(),
        }
    }

    /// Whether every line is one of the text.
    fn is_whole(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|(_, _, place)| place.is_some())
    }

    /// The place in the text of a byte of what was printed.
    fn at(&self, offset: usize) -> Option<usize> {
        let line = self.lines.partition_point(|(_, end, _)| *end <= offset);
        let (start, _, place) = self.lines.get(line)?;
        Some((*place)? + offset.saturating_sub(*start))
    }
}

/// What it takes to go through the lines of a text.
fn cost_of(text: &[u8]) -> usize {
    let ends = text.iter().filter(|byte| **byte == b'\n');
    text.len() + LINE * (1 + ends.count())
}

/// The lines of a text that are not blank, without the white space around them, with their places.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    text.split(|byte| *byte == b'\n').filter_map(move |line| {
        let start = next;
        next += line.len() + 1;
        let trimmed = line.trim_ascii();
        let before = line.len() - line.trim_ascii_start().len();
        (!trimmed.is_empty()).then_some((start + before, trimmed))
    })
}
