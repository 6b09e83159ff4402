//! What the templates of a chart read of its values, found without executing them: which paths, behind which tests, and
//! whether a template fails or prints nothing where one is missing.
//!
//! Templates are followed through `with`, `range`, variables, named templates and the functions that build and choose
//! values; a subchart's reads are those of its part of the values. Where a value goes where nobody can follow (a named
//! template whose name is computed, a map that a template changes), all that is in it counts as read: it may be more than
//! what a render reads, never less. Texts that `tpl` executes are followed where they are known: those of the templates, of
//! the chart's own values and files, and of values files ([`Reads::of_texts`]).

mod abstraction;
mod arguments;
mod branches;
mod charts;
mod condition;
mod flow;
mod functions;
mod path;
mod record;
#[cfg(test)]
mod tests;
mod texts;
mod types;
mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use envlint_yaml::{Path, Segment};

use crate::chart::Chart;
use crate::layer::Layer;
use crate::values::{Effective, Given, Table};
pub use branches::Branch;
use charts::{Charts, Member};
use condition::Condition;
use flow::GLOBAL;
use path::{Step, run_together};
use record::{At, Context, Guard, Object, Record, Recorder};
pub use types::Type;

/// What the templates of a chart and of those in it read.
#[derive(Debug)]
pub struct Reads {
    charts: Arc<Charts>,
    reads: Vec<(Record, At)>,
    again: Vec<(usize, At)>,
    /// The reads by their first key.
    by_key: HashMap<Arc<str>, Vec<usize>>,
    /// Those that begin with any key, and of all values
    of_any: Vec<usize>,
    guards: Vec<(Condition, Guard)>,
    objects: Vec<Object>,
    written: Vec<path::Steps>,
    is_complete: bool,
    contexts: Vec<Context>,
    reads_files: bool,
    walked: HashSet<Arc<str>>,
    idle: OnceLock<Box<Reads>>,
    unset: OnceLock<Vec<Path>>,
}

/// One place where a template reads.
#[derive(Debug, Clone, Copy)]
pub struct Read<'r> {
    all: &'r Reads,
    index: usize,
    at: &'r At,
}

/// Why a render does not get to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The chart that it is in is turned off: by the path of its values.
    Chart(Path),
    /// A test on the way does not hold, which asks for these values.
    Test(Vec<Path>),
}

/// What is known of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// A template reads it, or something in it.
    Read,
    /// A template takes something that holds it, as a whole.
    Taken,
    /// No template reads it.
    Unread,
    /// The chart or a template that would read it is not there, or cannot be followed.
    Unknown,
}

impl Reads {
    /// Reads the templates of a chart and of those in it.
    pub fn of(chart: &Chart) -> Reads {
        let charts = Arc::new(charts::charts(chart));
        let found = walk::walk(&charts, chart);
        Reads::found(charts, found)
    }

    /// What texts of values files read where the templates execute them (`tpl`); none where they execute none.
    pub fn of_texts<'l>(&self, layers: impl Iterator<Item = &'l Layer>) -> Option<Reads> {
        if self.contexts.is_empty() {
            return None;
        }
        let texts = texts::of_layers(layers);
        if texts.is_empty() {
            return None;
        }
        let found = walk::walk_texts(&self.charts, &self.contexts, texts);
        Some(Reads::found(Arc::clone(&self.charts), found))
    }

    fn found(charts: Arc<Charts>, found: Recorder) -> Reads {
        let mut by_key: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        let mut of_any = Vec::new();
        for (index, (read, _)) in found.reads.iter().enumerate() {
            match read.steps.first() {
                Some(Step::Key(key)) => by_key.entry(Arc::clone(key)).or_default().push(index),
                Some(Step::Any) | None => of_any.push(index),
            }
        }
        Reads {
            is_complete: found.is_complete && charts.is_complete,
            charts,
            reads: found.reads,
            again: found.again,
            by_key,
            of_any,
            guards: found.guards,
            objects: found.objects,
            written: found.written.into_iter().collect(),
            contexts: found.contexts,
            reads_files: found.reads_files && found.reads_yaml,
            walked: found.walked,
            idle: OnceLock::new(),
            unset: OnceLock::new(),
        }
    }

    /// What is known of a path.
    pub fn coverage(&self, path: &Path) -> Coverage {
        let segments = path.segments();
        let mut found = Coverage::Unread;
        for read in self.candidates(segments) {
            let steps = &read.record().steps;
            if !run_together(steps, segments) {
                continue;
            }
            if steps.len() >= segments.len() {
                return Coverage::Read;
            }
            if read.record().is_whole() {
                found = Coverage::Taken;
            }
        }
        match found {
            Coverage::Unread if self.is_hidden(segments) => Coverage::Unknown,
            found => found,
        }
    }

    /// The places that read a path, something in it, or all that holds it.
    pub fn reading(&self, path: &Path) -> Vec<Read<'_>> {
        let segments = path.segments();
        let reads = |read: &Read<'_>| {
            let record = read.record();
            run_together(&record.steps, segments)
                && (record.steps.len() >= segments.len() || record.is_whole())
        };
        self.candidates(segments).filter(reads).collect()
    }

    /// The same with all other places that read it in the same way.
    pub fn places(&self, path: &Path) -> Vec<Read<'_>> {
        let mut found = self.reading(path);
        let known: BTreeSet<usize> = found.iter().map(|read| read.index).collect();
        let again = self.again.iter().filter(|(index, _)| known.contains(index));
        found.extend(again.map(|(index, at)| Read {
            all: self,
            index: *index,
            at,
        }));
        found
    }

    /// The places that fail or print nothing where a path is missing, though what holds it is there.
    pub fn needing(&self, path: &Path) -> Vec<Read<'_>> {
        let segments = path.segments();
        let depth = segments.len();
        let mut written = self.written.iter();
        if written.any(|steps| run_together(steps, segments)) {
            return Vec::new();
        }
        let needs = |read: &Read<'_>| {
            let record = read.record();
            let last = depth.checked_sub(1).and_then(|last| record.steps.get(last));
            // A template that goes through all items misses none.
            matches!(last, Some(Step::Key(_)))
                && (record.safe.saturating_add(1)..=record.needs()).contains(&depth)
                && run_together(&record.steps, segments)
                && !read.tests().any(|test| test.requires(segments))
        };
        self.candidates(segments).filter(needs).collect()
    }

    /// The paths that are read in a part of a file.
    pub fn paths_in(&self, file: &str, part: Range<usize>) -> BTreeSet<Path> {
        let reads = self.reads.iter().map(|(record, at)| (record, at));
        let again = self.again.iter();
        let again = again.filter_map(|(index, at)| Some((&self.reads.get(*index)?.0, at)));
        let inside = reads.chain(again).filter(|(_, at)| {
            *at.file == *file && part.start <= at.span.start && at.span.end <= part.end
        });
        let paths = inside.filter_map(|(record, _)| path::path_of(&record.steps));
        paths.collect()
    }

    /// A place in a named template that would read a path, if a template executed it.
    pub fn idle(&self, path: &Path) -> Option<Read<'_>> {
        let find = || {
            let found = walk::walk_idle(&self.charts, &self.walked);
            Box::new(Reads::found(Arc::clone(&self.charts), found))
        };
        self.idle.get_or_init(find).reading(path).into_iter().next()
    }

    /// Whether a template names the last key of a path, alone or on the way to a value below it. Of a map that templates
    /// only range over or copy as a whole, no key is named: it is free to have any.
    pub fn names(&self, path: &Path) -> bool {
        let segments = path.segments();
        let names = |read: Read<'_>| {
            let steps = &read.record().steps;
            let last = segments
                .len()
                .checked_sub(1)
                .and_then(|last| steps.get(last));
            matches!(last, Some(Step::Key(_))) && run_together(steps, segments)
        };
        self.candidates(segments).any(names)
    }

    /// Whether templates may read YAML files of the chart: values that stand in one of these need not be given as values.
    pub fn reads_files(&self) -> bool {
        self.reads_files
    }

    /// Whether there are no templates, and none is missing: then the chart is not whole, or is none.
    pub fn is_empty(&self) -> bool {
        let mut members = self.charts.members.iter();
        self.charts.absent.is_empty() && members.all(|member| member.templates.is_empty())
    }

    /// The paths that a template prints or gives to a function as they are, and that the chart's own values lack. Found
    /// once: `chart` is the one that was read.
    pub fn unset(&self, chart: &Chart) -> &[Path] {
        self.unset.get_or_init(|| {
            let given = Given::layers([]);
            let Ok(effective) = Effective::overlay(chart, given) else {
                return Vec::new();
            };
            let bare = self.reads.iter().filter(|(record, at)| {
                let depth = record.steps.len();
                record.is_whole()
                    && record.needs() == depth
                    && record.safe < depth
                    && !at.file.is_empty()
            });
            let paths: BTreeSet<Path> = bare
                .filter_map(|(record, _)| path::path_of(&record.steps))
                .filter(|path| {
                    !self
                        .written
                        .iter()
                        .any(|steps| run_together(steps, path.segments()))
                })
                .collect();
            let lacks = |path: &Path| effective.values().lacks(path).is_some();
            paths.into_iter().filter(lacks).collect()
        })
    }

    /// The keys that templates read right below a path.
    pub fn keys_below(&self, path: &Path) -> BTreeSet<&str> {
        let segments = path.segments();
        let below =
            self.reads
                .iter()
                .filter_map(|(record, _)| match record.steps.get(segments.len()) {
                    Some(Step::Key(key)) if run_together(&record.steps, segments) => Some(&**key),
                    _ => None,
                });
        below.collect()
    }

    /// The paths of keys that templates read and that end in this one.
    pub fn paths_to(&self, key: &str) -> BTreeSet<Path> {
        let is_last =
            |steps: &[Step]| matches!(steps.last(), Some(Step::Key(last)) if **last == *key);
        let ending = self
            .reads
            .iter()
            .filter(|(record, _)| is_last(&record.steps));
        let paths = ending.filter_map(|(record, _)| path::path_of(&record.steps));
        paths.collect()
    }

    /// Whether something that may read the path cannot be seen.
    fn is_hidden(&self, path: &[Segment]) -> bool {
        let is_global =
            |path: &[Segment]| matches!(path.first(), Some(Segment::Key(key)) if key == GLOBAL);
        let mut absent = self.charts.absent.iter();
        !self.is_complete
            || absent.any(|steps| {
                let above = steps.len().saturating_sub(1);
                run_together(steps, path)
                    || (run_together(steps.get(..above).unwrap_or_default(), path)
                        && is_global(path.get(above..).unwrap_or_default()))
            })
    }

    /// The tests on the way to a place, from the inside out.
    fn tests(&self, guard: Guard) -> impl Iterator<Item = &Condition> {
        let entry = |guard: Guard| self.guards.get(guard as usize).filter(|_| guard != 0);
        let first = entry(guard);
        std::iter::successors(first, move |(_, outer)| entry(*outer)).map(|(test, _)| test)
    }

    /// Whether these tests hold.
    fn passes(&self, guard: Guard, values: &Table<'_>, path: &[Segment]) -> Option<bool> {
        let mut all = Some(true);
        for test in self.tests(guard) {
            match test.holds(values, path) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    fn candidates<'r>(&'r self, path: &[Segment]) -> impl Iterator<Item = Read<'r>> + use<'r> {
        let key = match path.first() {
            Some(Segment::Key(key)) => self.by_key.get(key.as_str()),
            _ => None,
        };
        let indices = key.into_iter().flatten().chain(&self.of_any);
        indices.filter_map(|index| {
            let (_, at) = self.reads.get(*index)?;
            Some(Read {
                all: self,
                index: *index,
                at,
            })
        })
    }
}

impl<'r> Read<'r> {
    fn record(&self) -> &'r Record {
        // The index was taken from the list.
        &self.all.reads[self.index].0
    }

    /// The whole name of the template's file: `shop/charts/db/templates/a.yaml`.
    pub fn file(&self) -> &'r str {
        &self.at.file
    }

    /// Whether all values are read, as a whole: what takes them does not say which.
    pub fn is_of_all(&self) -> bool {
        self.record().steps.is_empty()
    }

    /// Whether the template that reads is executed for one of the chart that this one is of: a file, by its whole name.
    pub fn is_of_chart_of(&self, template: &str) -> bool {
        let member = self.all.charts.members.get(self.at.member);
        member.is_some_and(|member| {
            let inside = template.strip_prefix(&*member.base_path);
            inside.is_some_and(|inside| inside.starts_with('/'))
        })
    }

    /// The bytes of the file that read.
    pub fn span(&self) -> Range<usize> {
        self.at.span.clone()
    }

    /// Whether a render with these values gets to this place; `path` says which item is meant where it reads any item of a
    /// list. None when nobody knows before.
    pub fn is_reached(&self, effective: &Effective<'_>, path: &Path) -> Option<bool> {
        let record = self.record();
        let member = self.all.charts.members.get(record.member)?;
        if !is_deployed(member, effective) {
            return Some(false);
        }
        self.all
            .passes(self.record().guard, effective.values(), path.segments())
    }

    /// Whether the chart that reads a value of `global` here brings it itself: who shares it sees none.
    pub fn is_supplied(&self, effective: &Effective<'_>, path: &Path) -> bool {
        let is_global = matches!(path.segments().first(), Some(Segment::Key(key)) if key == GLOBAL);
        let member = self.all.charts.members.get(self.record().member);
        let own = member.filter(|member| is_global && !member.steps.is_empty());
        own.is_some_and(|member| {
            let steps = member.steps.iter().map(|step| match step {
                Step::Key(key) => Some(Segment::Key(key.to_string())),
                Step::Any => None,
            });
            let whole = steps.chain(path.segments().iter().cloned().map(Some));
            let whole: Option<Path> = whole.collect();
            whole.is_some_and(|path| effective.values().lacks(&path).is_none())
        })
    }

    /// Why a render with these values does not get to this place; none where it does, or where nobody knows.
    pub fn stop(&self, effective: &Effective<'_>, path: &Path) -> Option<Stop> {
        let member = self.all.charts.members.get(self.record().member)?;
        if !is_deployed(member, effective) {
            return path::path_of(&member.steps).map(Stop::Chart);
        }
        let fails =
            |test: &&Condition| test.holds(effective.values(), path.segments()) == Some(false);
        let test = self.tests().find(fails)?;
        let mut asked = BTreeSet::new();
        test.add_asked(&mut asked);
        Some(Stop::Test(asked.into_iter().collect()))
    }

    /// The tests on the way, from the inside out.
    fn tests(&self) -> impl Iterator<Item = &'r Condition> {
        self.all.tests(self.record().guard)
    }
}

/// Whether a chart of the tree is among those that are turned on.
fn is_deployed(member: &Member, effective: &Effective<'_>) -> bool {
    member.steps.is_empty()
        || effective.levels().iter().any(|level| {
            level.path.len() == member.steps.len()
                && level
                    .path
                    .iter()
                    .zip(&member.steps)
                    .all(|(key, step)| matches!(step, Step::Key(known) if **known == **key))
        })
}
