//! Where values go: variables, fields, items, and what is recorded on the way.

use std::sync::Arc;

use super::abstraction::{Known, MOST_PARTS, Place};
use super::charts::Charts;
use super::path::Step;
use super::record::{At, Guard, Recorder, Use};

/// The key of the values that a chart shares with its subcharts.
pub(super) const GLOBAL: &str = "global";
/// With how many kinds of data texts of values are executed.
const MOST_CONTEXTS: usize = 64;
/// Methods of Helm's type `common.Values`.
const METHODS: [&str; 5] = ["AsMap", "Encode", "PathValue", "Table", "YAML"];

/// What is known at one point of a template.
pub(super) struct Flow<'c> {
    charts: &'c Charts,
    pub(super) record: Recorder,
    pub(super) at: At,
    pub(super) variables: Vec<(Arc<str>, Known)>,
    /// Whether what is read only goes to who installs the chart, in its notes
    pub(super) is_told: bool,
    /// The variables that were declared outside of the innermost loop
    pub(super) loop_start: usize,
}

impl<'c> Flow<'c> {
    pub(super) fn new(charts: &'c Charts) -> Flow<'c> {
        Flow {
            charts,
            record: Recorder::new(),
            at: At {
                file: "".into(),
                span: 0..0,
                member: 0,
            },
            variables: Vec::new(),
            is_told: false,
            loop_start: 0,
        }
    }

    /// Begins with a template.
    pub(super) fn enter(&mut self, at: At, dot: &Known) {
        self.at = at;
        self.variables.clear();
        self.loop_start = 0;
        self.declare(&"$".into(), dot.clone());
    }

    /// A parent takes a part of the values out of this chart.
    pub(super) fn import(&mut self, member: usize, steps: &[Step]) {
        self.at.member = member;
        self.take(&Known::Place(Place::new(steps)), Use::Lost, 0);
    }

    /// A text of the values, or one that is made of them, is executed as a template with this data.
    pub(super) fn evaluate(&mut self, text: &Known, data: &Known, guard: Guard) {
        match text {
            Known::Text(text) => {
                self.record.texts.insert(Arc::clone(text));
            }
            text => self.take(text, Use::Taken, guard),
        }
        let context = (data.clone(), self.at.member);
        if self.record.contexts.contains(&context) {
            return;
        }
        match self.record.contexts.len() < MOST_CONTEXTS {
            true => self.record.contexts.push(context),
            false => self.take(data, Use::Lost, guard),
        }
    }

    pub(super) fn declare(&mut self, name: &Arc<str>, value: Known) {
        self.variables.push((Arc::clone(name), value));
    }

    pub(super) fn variable(&self, name: &str) -> Known {
        let mut known = self.variables.iter().rev();
        let found = known.find(|(known, _)| **known == *name);
        found.map_or(Known::Other, |(_, value)| value.clone())
    }

    /// A variable that is assigned, perhaps in a branch that is not taken: it keeps what it was.
    pub(super) fn assign(&mut self, name: &str, value: Known, guard: Guard) {
        let mut known = self.variables.iter().enumerate().rev();
        let Some((index, (_, old))) = known.find(|(_, (known, _))| **known == *name) else {
            return;
        };
        let old = old.clone();
        // The next round of a loop sees what this one assigns.
        if index < self.loop_start {
            self.take(&value, Use::Lost, guard);
        }
        let joined = match old == value {
            true => old,
            false => {
                let value = value.when(self.record.innermost(guard));
                self.join(vec![old, value], Known::Either, guard)
            }
        };
        if let Some((_, known)) = self.variables.get_mut(index) {
            *known = joined;
        }
    }

    /// Parts as one value, unless they are too many to be followed.
    pub(super) fn join(
        &mut self,
        parts: Vec<Known>,
        kind: fn(Arc<[Known]>) -> Known,
        guard: Guard,
    ) -> Known {
        let parts: Arc<[Known]> = parts.into();
        let joined = kind(parts);
        self.bounded(joined, guard)
    }

    /// A value, unless it is too large to be followed.
    pub(super) fn bounded(&mut self, value: Known, guard: Guard) -> Known {
        if value.size() <= MOST_PARTS {
            return value;
        }
        self.take(&value, Use::Lost, guard);
        Known::Other
    }

    /// Records that a value is read.
    pub(super) fn take(&mut self, value: &Known, how: Use, guard: Guard) {
        match value {
            Known::Place(place) if self.is_told && self.is_of_any(place) => {}
            Known::Place(place) => self.record.place(place, how, guard, &self.at),
            Known::Dot(_) if self.is_told => {}
            Known::Dot(member) if how.takes_all() => {
                let steps = self
                    .charts
                    .members
                    .get(*member)
                    .map(|member| member.steps.clone());
                let place = Place::new(steps.unwrap_or_default());
                self.record.place(&place, Use::Lost, guard, &self.at);
            }
            // What is in a structure of the template's own is read when it is.
            Known::Dict(map) if how.takes_all() => {
                for part in map.values() {
                    self.take(part, how, guard);
                }
            }
            Known::List(parts) | Known::Tuple(parts) if how.takes_all() => {
                for part in parts.iter() {
                    self.take(part, how, guard);
                }
            }
            Known::First(parts)
            | Known::Either(parts)
            | Known::Merged(parts)
            | Known::And(parts) => {
                for part in parts.iter() {
                    self.take(part, how, guard);
                }
            }
            Known::When(test, value) => {
                let inside = self.record.guard((**test).clone(), guard);
                self.take(value, how, inside);
            }
            _ => {}
        }
    }

    /// Whether a place may lie in any value of a chart.
    fn is_of_any(&self, place: &Place) -> bool {
        let mut members = self.charts.members.iter();
        members.any(|member| {
            let inside = place.steps.strip_prefix(member.steps.as_slice());
            inside.is_some_and(|inside| inside.first().is_none_or(|step| *step == Step::Any))
        })
    }

    /// A field of a value.
    pub(super) fn field(&mut self, value: &Known, key: &str, guard: Guard) -> Known {
        let charts = self.charts;
        if METHODS.contains(&key) && self.has_methods(value) {
            if key == "AsMap" {
                return value.clone();
            }
            self.take(value, Use::Lost, guard);
            return Known::Other;
        }
        match value {
            Known::Dot(number) => match key {
                "Values" => {
                    let steps = charts
                        .members
                        .get(*number)
                        .map(|member| member.steps.clone());
                    Known::Place(Place::new(steps.unwrap_or_default()))
                }
                "Template" => Known::Builtin(*number, "Template"),
                "Chart" => Known::Builtin(*number, "Chart"),
                "Subcharts" => Known::Builtin(*number, "Subcharts"),
                "Files" => {
                    self.record.reads_files = true;
                    Known::Other
                }
                _ => Known::Other,
            },
            Known::Builtin(number, of) => {
                let Some(member) = charts.members.get(*number) else {
                    return Known::Other;
                };
                match (*of, key) {
                    ("Template", "BasePath") => Known::Text(Arc::clone(&member.base_path)),
                    ("Chart", "Name") => Known::Text(Arc::clone(&member.name)),
                    ("Subcharts", name) => {
                        let mut subcharts = member.subcharts.iter().copied();
                        let is_named = |number: &usize| {
                            charts
                                .members
                                .get(*number)
                                .is_some_and(|member| *member.name == *name)
                        };
                        subcharts.find(is_named).map_or(Known::Other, Known::Dot)
                    }
                    _ => Known::Other,
                }
            }
            Known::Place(place) => self.step(place, Step::Key(key.into()), guard),
            Known::Dict(map) => map.get(key).cloned().unwrap_or(Known::Other),
            Known::Merged(parts) => {
                // A map that was made with other keys adds nothing to this one.
                let has =
                    |part: &&Known| !matches!(part, Known::Dict(map) if !map.contains_key(key));
                let parts: Arc<[Known]> = parts.iter().filter(has).cloned().collect();
                self.each(&Known::Merged(parts), guard, &mut |flow, part| {
                    flow.field(part, key, guard)
                })
            }
            other => self.each(other, guard, &mut |flow, part| flow.field(part, key, guard)),
        }
    }

    /// Whether it is one of the maps that Helm gives methods to: `.` and `.Values`.
    fn has_methods(&self, value: &Known) -> bool {
        match value {
            Known::Dot(_) => true,
            Known::Place(place) => {
                let mut members = self.charts.members.iter();
                members.any(|member| *member.steps == *place.steps)
            }
            _ => false,
        }
    }

    /// One step into a part of the values.
    pub(super) fn step(&mut self, place: &Place, step: Step, guard: Guard) -> Known {
        let is_global = step == Step::Key(GLOBAL.into());
        if is_global && let Some(shared) = self.global(place) {
            return shared;
        }
        match place.step(step) {
            Some(place) => Known::Place(place),
            None => {
                self.take(&Known::Place(place.clone()), Use::Lost, guard);
                Known::Other
            }
        }
    }

    /// `global` of a subchart, which holds that of the charts around it.
    fn global(&self, place: &Place) -> Option<Known> {
        let mut members = self.charts.members.iter();
        members.find(|member| !member.steps.is_empty() && *member.steps == *place.steps)?;
        let around = (0..=place.steps.len()).filter_map(|depth| {
            let steps = place.steps.get(..depth)?.iter().cloned();
            let mut found = Place::new(steps.chain([Step::Key(GLOBAL.into())]).collect::<Vec<_>>());
            found.safe = if depth == 0 { place.safe } else { usize::MAX };
            Some(Known::Place(found))
        });
        Some(Known::Merged(around.collect()))
    }

    /// Any item of a value.
    pub(super) fn item(&mut self, value: &Known) -> Known {
        match value {
            Known::Place(place) => self.step(place, Step::Any, 0),
            Known::Dict(map) => {
                let parts: Vec<Known> = map.values().cloned().collect();
                self.join(parts, Known::Either, 0)
            }
            Known::List(parts) | Known::Tuple(parts) => Known::Either(Arc::clone(parts)),
            other => self.each(other, 0, &mut |flow, part| flow.item(part)),
        }
    }

    /// The item of a value at a place, as far as its items are told apart.
    pub(super) fn item_at(&mut self, value: &Known, index: usize) -> Known {
        match value {
            // Rendering fails where there is no such item.
            Known::Tuple(parts) => parts.get(index).cloned().unwrap_or(Known::Other),
            Known::Place(_) | Known::Dict(_) | Known::List(_) => self.item(value),
            other => self.each(other, 0, &mut |flow, part| flow.item_at(part, index)),
        }
    }

    /// What becomes of each part that a value may be.
    fn each(
        &mut self,
        value: &Known,
        guard: Guard,
        change: &mut dyn FnMut(&mut Self, &Known) -> Known,
    ) -> Known {
        let kind = match value {
            Known::First(_) => Known::First,
            Known::Either(_) => Known::Either,
            Known::Merged(_) => Known::Merged,
            Known::And(parts) => {
                return parts.last().map_or(Known::Other, |last| change(self, last));
            }
            Known::When(test, value) => {
                let changed = change(self, value);
                return self.bounded(changed.when(test), guard);
            }
            _ => return Known::Other,
        };
        let parts: Vec<Known> = value
            .parts()
            .iter()
            .map(|part| change(self, part))
            .collect();
        // What is computed may be anything, so the others can be missing.
        self.join(parts, kind, guard)
    }
}
