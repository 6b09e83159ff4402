//! What the walk through the templates finds: the reads, the tests on the way to each, and what templates change.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::abstraction::{Known, Place};
use super::condition::Condition;
use super::path::{Step, Steps};

/// More reads than any chart has.
const MOST_READS: usize = 200_000;

/// More objects than any chart writes.
const MOST_OBJECTS: usize = 2_000;

/// More tests on the way to one place are not told apart.
const MOST_TESTS: u32 = 100;

/// A place in the list of tests: the innermost test and those around it. Nothing is tested at 0.
pub(super) type Guard = u32;

/// Nobody knows what is tested.
pub(super) const OPEN: Guard = 1;

/// One place where a template reads a part of the values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Record {
    pub(super) steps: Steps,
    pub(super) how: Use,
    /// How many of the steps the template can do without.
    pub(super) safe: usize,
    pub(super) guard: Guard,
    /// The chart that reads it
    pub(super) member: usize,
}

impl Record {
    /// How many of the steps have to be there.
    pub(super) fn needs(&self) -> usize {
        match self.how {
            Use::Entered | Use::Taken | Use::Printed | Use::Counted => self.steps.len(),
            Use::Tested | Use::Compared | Use::Sorted | Use::Copied | Use::Lost => 0,
        }
    }

    /// Whether everything inside is read with it.
    pub(super) fn is_whole(&self) -> bool {
        self.how.takes_all()
    }
}

/// The text of a template that reads.
#[derive(Debug, Clone)]
pub(super) struct At {
    /// The whole name of the file
    pub(super) file: Arc<str>,
    pub(super) span: Range<usize>,
    /// The chart whose template is executed
    pub(super) member: usize,
}

/// An object that a template of the chart writes, and the tests before it.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// What stands behind `kind:`
    pub(super) kind: Arc<str>,
    pub(super) at: At,
    pub(super) guard: Guard,
}

/// How a part of the values is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// Something in it is read: without it, the template fails.
    Entered,
    /// It is given to a function.
    Taken,
    /// It is printed, whatever type it has.
    Printed,
    /// It is taken for a number, also where it is a text.
    Counted,
    /// The template asks whether it is there, or does without it.
    Tested,
    /// It is held against a constant, or against another value.
    Compared,
    /// The template asks for its type.
    Sorted,
    /// It is handed on as YAML or JSON. Nothing is `null` then, which is what Kubernetes takes for nothing.
    Copied,
    /// It goes where nobody follows it.
    Lost,
}

impl Use {
    /// Whether it is of all that is in a value.
    pub(super) fn takes_all(self) -> bool {
        matches!(
            self,
            Use::Taken | Use::Printed | Use::Counted | Use::Copied | Use::Lost
        )
    }
}

#[derive(Debug)]
pub(super) struct Recorder {
    pub(super) reads: Vec<(Record, At)>,
    /// Other places that read the same in the same way, by the number of the read
    pub(super) again: Vec<(usize, At)>,
    known: HashMap<Record, usize>,
    /// Each test, and the one around it
    pub(super) guards: Vec<(Condition, Guard)>,
    /// How many tests there are around each
    depths: Vec<u32>,
    /// What templates set
    pub(super) written: HashSet<Steps>,
    /// Whether nothing was left out
    pub(super) is_complete: bool,
    /// The data with which templates execute texts of values as templates (`tpl`), and the chart that does
    pub(super) contexts: Vec<Context>,
    /// Whether a template makes such texts of parts that nobody knows
    pub(super) computes_templates: bool,
    /// Whether a template reads files of the chart
    pub(super) reads_files: bool,
    /// Whether a template reads YAML that it gets as a text
    pub(super) reads_yaml: bool,
    /// The named templates that were walked
    pub(super) walked: HashSet<Arc<str>>,
    /// Texts of templates that are executed so, too
    pub(super) texts: BTreeSet<Arc<str>>,
    /// The objects that templates of the root chart write
    pub(super) objects: Vec<Object>,
}

/// What a text that is executed as a template gets as `.`, and the chart that executes it.
pub(super) type Context = (Known, usize);

impl Recorder {
    pub(super) fn new() -> Recorder {
        Recorder {
            reads: Vec::new(),
            again: Vec::new(),
            known: HashMap::new(),
            guards: vec![(Condition::Always(true), 0), (Condition::Open, 0)],
            depths: vec![0, 1],
            written: HashSet::new(),
            is_complete: true,
            contexts: Vec::new(),
            computes_templates: false,
            reads_files: false,
            reads_yaml: false,
            walked: HashSet::new(),
            texts: BTreeSet::new(),
            objects: Vec::new(),
        }
    }

    /// One test more.
    pub(super) fn guard(&mut self, condition: Condition, outer: Guard) -> Guard {
        if condition == Condition::Always(true) {
            return outer;
        }
        let depth = self.depths.get(outer as usize).map_or(0, |depth| depth + 1);
        let Ok(new) = Guard::try_from(self.guards.len()) else {
            return OPEN;
        };
        if depth > MOST_TESTS {
            return OPEN;
        }
        self.guards.push((condition, outer));
        self.depths.push(depth);
        new
    }

    /// The test that is the nearest to a place.
    pub(super) fn innermost(&self, guard: Guard) -> &Condition {
        let entry = self.guards.get(guard as usize);
        entry.map_or(&Condition::Open, |(test, _)| test)
    }

    /// An object that a template writes.
    pub(super) fn object(&mut self, object: Object) {
        if self.objects.len() < MOST_OBJECTS {
            self.objects.push(object);
        }
    }

    /// Whether who passes the tests of `inner` passes those of `outer`.
    pub(super) fn implies(&self, inner: Guard, outer: Guard) -> bool {
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            match self.guards.get(at as usize) {
                Some((_, next)) if at != 0 => at = *next,
                _ => return false,
            }
        }
    }

    pub(super) fn place(&mut self, place: &Place, how: Use, guard: Guard, at: &At) {
        let record = Record {
            steps: Arc::clone(&place.steps),
            how,
            safe: place.safe,
            guard,
            member: at.member,
        };
        if self.reads.len() >= MOST_READS {
            self.is_complete = false;
            return;
        }
        match self.known.get(&record) {
            None => {
                self.known.insert(record.clone(), self.reads.len());
                self.reads.push((record, at.clone()));
            }
            Some(known) if self.again.len() < MOST_READS => {
                let last = self.again.last();
                let is_said = |other: &At| other.span == at.span && other.file == at.file;
                let is_first = self
                    .reads
                    .get(*known)
                    .is_some_and(|(_, first)| is_said(first));
                if !is_first && !last.is_some_and(|(index, last)| index == known && is_said(last)) {
                    self.again.push((*known, at.clone()));
                }
            }
            Some(_) => {}
        }
    }

    /// Something that a template makes known under a key of a map.
    pub(super) fn write(&mut self, map: &Known, key: Option<&Arc<str>>) {
        match map {
            Known::Place(place) => {
                let step = key.map_or(Step::Any, |key| Step::Key(Arc::clone(key)));
                let steps = place.steps.iter().cloned().chain([step]);
                self.written.insert(steps.collect());
            }
            other => {
                for part in other.parts() {
                    self.write(part, key);
                }
            }
        }
    }
}
