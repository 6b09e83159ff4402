//! Two environments of an app: how their values files came to differ.

use std::sync::Arc;

use envlint_yaml::{Document, Node, Path};

use super::History;
use super::file::{Moment, Side, Step, Steps, Texts};
use super::state::{Since, State, Why};
use crate::source::Source;
use crate::values::{
    Aspect, Tree, is_ciphertext, names_of, same, same_as_before, same_nodes, same_order,
};

/// A path that differs.
#[derive(Debug, Clone)]
pub struct Query<'q> {
    /// The path.
    pub path: &'q Path,
    /// What of it differs.
    pub aspect: Aspect<'q>,
}

/// The pasts of an app's environments, two by two.
#[derive(Debug)]
pub struct Between<'h> {
    history: &'h History<'h>,
    texts: Texts,
}

/// What is asked of the past.
struct Open<'q, 's> {
    at: usize,
    query: &'q Query<'q>,
    /// The value that the later environment has.
    value: Option<Tree<'s>>,
    /// The value that a promotion would give it.
    theirs: Option<Tree<'s>>,
    /// When the earlier environment got that one.
    arrived: Option<Moment>,
    /// Texts with the values that the earlier one had, each value once.
    had: Vec<Arc<Document>>,
}

/// The texts of the earlier environment, and when they came, the newest first.
type Timeline = Vec<(Moment, Option<Arc<Document>>)>;

impl<'q, 's> Open<'q, 's> {
    fn of(at: usize, query: &'q Query<'q>, [theirs, value]: [Option<Tree<'s>>; 2]) -> Open<'q, 's> {
        Open {
            at,
            query,
            value,
            theirs,
            arrived: None,
            had: Vec::new(),
        }
    }
}

impl Open<'_, '_> {
    /// Whether a text of the past had the later environment's value there.
    fn is_had(&self, document: &Document) -> bool {
        self.holds(document, self.value.as_ref())
    }

    /// Whether a text of the past had the value there that a promotion would bring.
    fn is_theirs(&self, document: &Document) -> bool {
        self.holds(document, self.theirs.as_ref())
    }

    fn holds(&self, document: &Document, value: Option<&Tree<'_>>) -> bool {
        let node = document.get(self.query.path);
        match (value, node, self.query.aspect) {
            (None, None, _) => true,
            (Some(tree), Some(node), Aspect::Value) => same_as_before(tree, node),
            (Some(tree), Some(node), Aspect::Order { field }) => {
                same_order(&names_of(tree, field), &names(node, field))
            }
            _ => false,
        }
    }

    /// Remembers when the earlier environment got the value that it has. A merge that one side of had it brought nothing new.
    fn arrive(&mut self, step: &Step) {
        let mut before = step.before.iter().flatten();
        if self.arrived.is_none() && before.all(|text| !self.is_theirs(text)) {
            self.arrived = Some(step.moment());
        }
    }

    /// Whether a change of the later environment left the value that a promotion would bring, after the earlier one got it.
    fn is_taken_back(&self, step: &Step) -> bool {
        let mut before = step.before.iter().flatten().peekable();
        let is_other = match (&step.since, &step.after) {
            (Since::Uncommitted, _) => true,
            (Since::Commit(_), after) => after.as_ref().is_some_and(|text| !self.is_theirs(text)),
        };
        is_other && before.peek().is_some() && before.all(|text| self.is_theirs(text))
    }

    fn was_had_before(&self, step: &Step) -> bool {
        step.before.iter().flatten().any(|text| self.is_had(text))
    }

    /// Whether a file had the value before a change or with it: what a merge did not take was there all the same.
    fn was_had_around(&self, step: &Step) -> bool {
        let after = step.after.as_ref();
        self.was_had_before(step) || after.is_some_and(|text| self.is_had(text))
    }
}

impl Open<'_, '_> {
    /// Remembers a text of the earlier environment for the value in it.
    fn remember(&mut self, text: &Arc<Document>) {
        if self.value_in(text).is_some() && !self.has_known(text) {
            self.had.push(Arc::clone(text));
        }
    }

    fn value_in<'d>(&self, text: &'d Document) -> Option<&'d Node> {
        text.get(self.query.path)
    }

    /// Whether the earlier environment had the value of a text.
    fn has_known(&self, text: &Document) -> bool {
        self.had.iter().any(|known| self.are_same(known, text))
    }

    fn are_same(&self, left: &Document, right: &Document) -> bool {
        match (self.value_in(left), self.value_in(right), self.query.aspect) {
            (None, None, _) => true,
            (Some(left), Some(right), Aspect::Value) => same_nodes(left, right),
            (Some(left), Some(right), Aspect::Order { field }) => {
                same_order(&names(left, field), &names(right, field))
            }
            _ => false,
        }
    }

    /// What a change of the later environment tells: that it left what the earlier one had, which is a hotfix; that both
    /// were given their values at once or each its own, which is none; or nothing.
    fn judge(&self, step: &Step, timeline: &Timeline) -> Option<bool> {
        if step.is_creation {
            return Some(false);
        }
        let before = step.before.iter().flatten().next()?;
        if self.is_had(before) {
            return None;
        }
        let older = timeline.iter().find(|(moment, _)| step.is_after(moment));
        let Some((_, Some(earlier))) = older else {
            // What an environment had before the earlier one was there did not go past it.
            return Some(false);
        };
        let now = timeline.iter().find(|(moment, _)| step.is_with(moment));
        let now = now.and_then(|(_, text)| text.as_ref());
        let changes_too = now.is_some_and(|now| !self.are_same(now, earlier));
        match self.value_in(before) {
            Some(_) => self.has_known(before).then_some(!changes_too),
            None => {
                // Keys may be the environment's own: each got one in the same map.
                let own = now.is_some_and(|now| self.is_set_beside(before, earlier, now));
                Some(self.value_in(earlier).is_none() && !changes_too && !own)
            }
        }
    }

    /// Whether a commit that added the path to a text changed the map or list around it in the other one, too.
    fn is_set_beside(&self, lacking: &Document, earlier: &Document, now: &Document) -> bool {
        let path = self.query.path;
        let mut above = (1..path.segments().len())
            .rev()
            .map(|depth| path.beginning(depth));
        let around =
            above.find(|above| lacking.get(above).is_some() && earlier.get(above).is_some());
        match around {
            Some(around) => match (earlier.get(&around), now.get(&around)) {
                (Some(earlier), Some(now)) => !same_nodes(earlier, now),
                _ => true,
            },
            // Of the whole file, that it got something new.
            None => {
                let count = |text: &Document| text.root().map_or(0, |root| root.children().count());
                count(now) > count(earlier)
            }
        }
    }
}

fn names<'n>(list: &'n Node, field: &str) -> Vec<&'n str> {
    let items = list.as_sequence().unwrap_or_default();
    items.iter().filter_map(|item| item.named(field)).collect()
}

impl<'h> Between<'h> {
    /// What is read of one app.
    pub fn new(history: &'h History<'h>) -> Self {
        Between {
            history,
            texts: Texts::default(),
        }
    }

    /// The states of paths that differ between an environment and the one that it is promoted to, in their order.
    pub fn states(&self, from: Side<'_>, to: Side<'_>, queries: &[Query<'_>]) -> Vec<State> {
        let mut states: Vec<Option<State>> = vec![None; queries.len()];
        let carried = from.carried();
        let (Some(source), Some(target)) = (values(&carried), values(to.source)) else {
            let count = |source: &Source| source.document.documents().len();
            let why = match count(&carried).max(count(to.source)) {
                0 | 1 => Why::NoValues,
                _ => Why::SeveralDocuments,
            };
            return vec![State::Unknown(why); queries.len()];
        };
        let mut open: Vec<Open<'_, '_>> = Vec::new();
        for (at, query) in queries.iter().enumerate() {
            let (theirs, value) = (source.at(query.path), target.at(query.path));
            match no_question(query, theirs.as_ref(), value.as_ref()) {
                Some(why) => put(&mut states, at, State::Unknown(why)),
                None => open.push(Open::of(at, query, [theirs, value])),
            }
        }
        if !open.is_empty()
            && let Err(why) = self.decide([from, to], &carried, &mut open, &mut states)
        {
            for open in open {
                put(&mut states, open.at, State::Unknown(why.clone()));
            }
        }
        let own = from.transforms.and_then(|_| values(from.source));
        let is_transformed = |query: &Query<'_>| {
            let both = own
                .as_ref()
                .and_then(|own| own.at(query.path))
                .zip(source.at(query.path));
            both.is_some_and(|(own, carried)| !same(&own, &carried))
        };
        let known = states.into_iter().zip(queries);
        known
            .map(|(state, query)| {
                state.unwrap_or_else(|| {
                    State::Unknown(match is_transformed(query) {
                        true => Why::Transformed,
                        false => Why::NeverEqual,
                    })
                })
            })
            .collect()
    }

    /// Whether an environment ever had the values that another one has, at each of these paths; none where the history
    /// does not tell.
    pub fn had(&self, from: Side<'_>, to: Side<'_>, paths: &[Query<'_>]) -> Vec<Option<bool>> {
        let carried = from.carried();
        let (Some(present), Some(target)) = (values(&carried), values(to.source)) else {
            return vec![None; paths.len()];
        };
        let open = |query| {
            let value = target.at(Query::path(query));
            Open::of(0, query, [None, value])
        };
        let open: Vec<Open<'_, '_>> = paths.iter().map(open).collect();
        let mut had: Vec<Option<bool>> = open
            .iter()
            .map(|open| match (&open.value, present.at(open.query.path)) {
                (Some(value), Some(own)) if same(value, &own) => Some(true),
                (None, None) => Some(true),
                _ => None,
            })
            .collect();
        let Some(mut steps) = self.steps(from).ok() else {
            return had;
        };
        for step in steps.by_ref() {
            for (open, had) in open.iter().zip(&mut had) {
                if had.is_none() && open.was_had_around(&step) {
                    *had = Some(true);
                }
            }
            if had.iter().all(Option::is_some) {
                return had;
            }
        }
        match steps.incomplete() {
            Some(_) => had,
            None => had.into_iter().map(|had| had.or(Some(false))).collect(),
        }
    }

    /// When an environment got each of these paths, which it did not have when its file was added; none for those that
    /// it always had, or of which the history does not tell.
    pub fn began(&self, side: Side<'_>, paths: &[&Path]) -> Vec<Option<Since>> {
        let mut began: Vec<Option<Since>> = vec![None; paths.len()];
        let mut open: Vec<usize> = (0..paths.len()).collect();
        let Ok(mut steps) = self.steps(side) else {
            return began;
        };
        while !open.is_empty() {
            let Some(step) = steps.next().filter(|step| !step.is_creation) else {
                break;
            };
            open.retain(|at| {
                let Some(path) = paths.get(*at) else {
                    return false;
                };
                let mut before = step.before.iter().flatten();
                let is_new = before.all(|text| text.get(path).is_none());
                if is_new && let Some(slot) = began.get_mut(*at) {
                    *slot = Some(step.since.clone());
                }
                !is_new
            });
        }
        began
    }

    fn steps<'s>(&'s self, side: Side<'s>) -> Result<Steps<'s>, Why> {
        Steps::of(self.history, self.history.past()?, &self.texts, side)
    }

    /// Takes out of `open` what is decided. What is left has differed since the later file was added.
    fn decide(
        &self,
        [from, to]: [Side<'_>; 2],
        carried: &Source,
        open: &mut Vec<Open<'_, '_>>,
        states: &mut [Option<State>],
    ) -> Result<(), Why> {
        let mut steps = self.steps(from)?;
        let mut own = self.steps(to)?;
        let mut creation: Option<Since> = None;
        let mut timeline: Timeline = Vec::new();
        let present = Some(Arc::clone(&carried.document));
        let mut pending: Vec<Open<'_, '_>> = Vec::new();
        while !open.is_empty() {
            let Some(step) = steps.next() else { break };
            open.iter_mut().for_each(|open| open.arrive(&step));
            let all = open.drain(..);
            let (had, others): (Vec<_>, Vec<_>) = all.partition(|open| open.was_had_around(&step));
            *open = others;
            for mut had in had {
                put(states, had.at, State::Pending(step.since.clone()));
                had.arrived.get_or_insert_with(|| step.moment());
                pending.push(had);
            }
            let moment = step.moment();
            let after = match step.since {
                Since::Commit(_) => step.after,
                Since::Uncommitted => present.clone(),
            };
            for text in step.before.iter().flatten().chain(&after) {
                open.iter_mut().for_each(|open| open.remember(text));
            }
            timeline.push((moment, after));
            if step.is_creation {
                creation = Some(step.since);
            }
        }
        self.find_taken_back(to, pending, states);
        if open.is_empty() {
            return Ok(());
        }
        // Only who knows all of a history can say that something was never there.
        if let Some(why) = steps.incomplete() {
            return Err(why);
        }
        let Some(created) = creation else {
            return Err(Why::NeverEqual);
        };
        while !open.is_empty() {
            let Some(step) = own.next() else { break };
            open.retain(|open| {
                let judged = open.judge(&step, &timeline);
                if judged == Some(true) {
                    put(states, open.at, State::Hotfix(step.since.clone()));
                }
                // What was never there before is an addition of the earlier environment.
                judged.is_none() || (judged == Some(false) && open.value.is_none())
            });
        }
        if let Some(why) = own.incomplete().filter(|_| !open.is_empty()) {
            return Err(why);
        }
        for added in open.drain(..).filter(|open| open.value.is_none()) {
            put(states, added.at, State::Pending(created.clone()));
        }
        Ok(())
    }

    /// Finds out which pending paths the later environment had already, and somebody took back there: a rollback, or a key
    /// that was removed. What the earlier one got since then is new to it.
    fn find_taken_back(
        &self,
        to: Side<'_>,
        mut pending: Vec<Open<'_, '_>>,
        states: &mut [Option<State>],
    ) {
        let is_committed = |open: &Open<'_, '_>| {
            let arrived = open.arrived.as_ref();
            arrived.is_some_and(|moment| moment.since != Since::Uncommitted)
        };
        pending.retain(is_committed);
        let Some(mut steps) = self.steps(to).ok().filter(|_| !pending.is_empty()) else {
            return;
        };
        while !pending.is_empty() {
            let Some(step) = steps.next().filter(|step| !step.is_creation) else {
                break;
            };
            pending.retain(|open| {
                let is_later = open
                    .arrived
                    .as_ref()
                    .is_some_and(|moment| step.is_after(moment));
                let is_taken_back = is_later && open.is_taken_back(&step);
                if is_taken_back {
                    put(states, open.at, State::TakenBack(step.since.clone()));
                }
                is_later && !is_taken_back
            });
        }
    }
}

impl<'q> Query<'q> {
    fn path(query: &Query<'q>) -> &'q Path {
        query.path
    }
}

/// Why the past is not asked.
fn no_question(query: &Query<'_>, from: Option<&Tree<'_>>, to: Option<&Tree<'_>>) -> Option<Why> {
    let is_encrypted = |tree: Option<&Tree<'_>>| tree.is_some_and(is_ciphertext);
    match (from, to, query.aspect) {
        (None, None, _) => Some(Why::OtherLayer),
        (Some(from), Some(to), Aspect::Value) if same(from, to) => Some(Why::OtherLayer),
        _ if is_encrypted(from) || is_encrypted(to) => Some(Why::Encrypted),
        _ => None,
    }
}

fn put(states: &mut [Option<State>], at: usize, state: State) {
    if let Some(slot) = states.get_mut(at) {
        *slot = Some(state);
    }
}

/// The values of a file; none where they are those of several documents, which only Helm's version puts together.
fn values(source: &Arc<Source>) -> Option<Tree<'_>> {
    match source.document.documents() {
        [_] => Tree::of(source),
        _ => None,
    }
}
