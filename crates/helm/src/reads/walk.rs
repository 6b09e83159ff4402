//! Walks through templates as the evaluator would, down all branches at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_gotemplate::GoString;
use envlint_gotemplate::tree::{
    Branch, Command, Expr, ExprKind, FunctionRef, List, Node, NodeKind, Pipe, Template,
};

use super::abstraction::{Known, Place};
use super::charts::Charts;
use super::condition::Condition;
use super::flow::Flow;
use super::functions;
use super::record::{At, Context, Guard, OPEN, Object, Recorder, Use};
use super::texts::{self, Texts};
use crate::chart::Chart;

/// How many nodes of templates are looked at: named templates are walked once for each kind of data that they get.
const MOST_NODES: u64 = 200_000;
/// Under how many tests the same call is walked: a template is called from everywhere.
const MOST_GUARDS: usize = 16;
/// Actions and parentheses deeper than any chart has: the thread's own stack holds so many.
const DEEPEST: usize = 80;
/// How many named templates a computed name may stand for.
const MOST_NAMES: usize = 200;

/// How many pairs of a text of the values and of data that it gets are walked.
const MOST_EVALUATED: usize = 20_000;
/// A template that is to be walked, with what it gets.
struct Call {
    template: Arc<Template>,
    dot: Known,
    guard: Guard,
    member: usize,
}

/// Walks through all templates of the charts, and through those that stand in the values of a chart and in its files.
pub(super) fn walk(charts: &Charts, chart: &Chart) -> Recorder {
    let mut walker = Walker::new(charts);
    let (mut notes, is_notes) = (Vec::new(), |name: &str| name.ends_with("/NOTES.txt"));
    for (number, member) in charts.members.iter().enumerate() {
        for name in &member.templates {
            match is_notes(name) {
                true => notes.push((name, number)),
                false => walker.call(name, Known::Dot(number), 0, number),
            }
        }
        for steps in &member.imports {
            walker.flow.import(number, steps);
        }
    }
    for switch in &charts.switches {
        let place = Known::Place(Place::new(switch.clone()));
        walker.flow.take(&place, Use::Tested, 0);
    }
    walker.drain();
    // What takes all values only to tell something makes nothing of them.
    walker.flow.is_told = true;
    for (name, number) in notes {
        walker.call(name, Known::Dot(number), 0, number);
    }
    walker.drain();
    walker.flow.is_told = false;
    if !walker.flow.record.contexts.is_empty() {
        walker.evaluate(texts::of_chart(chart));
    }
    walker.flow.record
}

/// Walks through the named templates that no template executes.
pub(super) fn walk_idle(charts: &Charts, walked: &HashSet<Arc<str>>) -> Recorder {
    let mut walker = Walker::new(charts);
    for name in charts.names.iter().filter(|name| !walked.contains(*name)) {
        let Some(template) = charts.templates.lookup(name) else {
            continue;
        };
        let members = charts.members.iter().enumerate();
        let around = members.filter(|(_, member)| template.file().starts_with(&*member.base_path));
        if let Some((number, _)) = around.max_by_key(|(_, member)| member.base_path.len()) {
            walker.call(name, Known::Dot(number), OPEN, number);
        }
    }
    walker.drain();
    walker.flow.record
}

/// Walks through texts of values that templates execute with this data.
pub(super) fn walk_texts(charts: &Charts, contexts: &[Context], texts: Texts) -> Recorder {
    let mut walker = Walker::new(charts);
    walker.flow.record.contexts = contexts.to_vec();
    walker.evaluate(texts);
    walker.flow.record
}

/// What a named template was walked with: the template and its data.
type Walked = (Arc<str>, Known);

pub(super) struct Walker<'c> {
    charts: &'c Charts,
    pub(super) flow: Flow<'c>,
    queue: VecDeque<Call>,
    /// The tests under which a template was walked with some data
    seen: HashMap<Walked, Vec<Guard>>,
    /// Nodes that may be looked at
    nodes: Budget,
    depth: usize,
    /// The text of the template that is walked
    text: GoString,
}

impl<'c> Walker<'c> {
    fn new(charts: &'c Charts) -> Walker<'c> {
        Walker {
            charts,
            flow: Flow::new(charts),
            queue: VecDeque::new(),
            seen: HashMap::new(),
            nodes: Budget::new(MOST_NODES),
            depth: 0,
            text: GoString::default(),
        }
    }

    fn drain(&mut self) {
        while let Some(call) = self.queue.pop_front() {
            self.template(&call);
        }
    }

    /// Walks through texts with all data with which templates execute any. Where that does not end, the data count as read.
    fn evaluate(&mut self, texts: Texts) {
        let was_complete = std::mem::replace(&mut self.flow.record.is_complete, true);
        self.nodes = Budget::new(MOST_NODES);
        let is_known = !self.flow.record.computes_templates && self.walk_evaluated(texts);
        if !is_known || !self.flow.record.is_complete {
            self.queue.clear();
            for (data, member) in self.flow.record.contexts.clone() {
                self.flow.at.member = member;
                self.flow.take(&data, Use::Lost, OPEN);
            }
        }
        self.flow.record.is_complete = was_complete;
    }

    /// Whether all of them could be walked.
    fn walk_evaluated(&mut self, texts: Texts) -> bool {
        let mut trees = texts.trees();
        let (mut known_trees, mut known_contexts) = (0, 0);
        loop {
            for text in std::mem::take(&mut self.flow.record.texts) {
                trees.extend(texts::parse(&text));
            }
            let contexts = self.flow.record.contexts.clone();
            if (known_trees, known_contexts) == (trees.len(), contexts.len()) {
                return true;
            }
            if trees.len().saturating_mul(contexts.len()) > MOST_EVALUATED {
                return false;
            }
            for (number, (data, member)) in contexts.iter().enumerate() {
                let from = if number < known_contexts {
                    known_trees
                } else {
                    0
                };
                let new = trees.get(from..).unwrap_or_default().iter();
                self.queue.extend(new.map(|template| Call {
                    template: Arc::clone(template),
                    dot: data.clone(),
                    guard: OPEN,
                    member: *member,
                }));
            }
            (known_trees, known_contexts) = (trees.len(), contexts.len());
            self.drain();
        }
    }

    /// Another template, unless it is known what it reads with this data.
    fn call(&mut self, name: &str, dot: Known, guard: Guard, member: usize) {
        let Some(template) = self.charts.templates.lookup(name) else {
            // Not for a text that may be no template at all: rendering would fail.
            if !self.flow.at.file.is_empty() || !self.charts.absent.is_empty() {
                self.flow.take(&dot, Use::Lost, guard);
            }
            return;
        };
        let template = Arc::clone(template);
        if !self.flow.record.walked.contains(name) {
            self.flow.record.walked.insert(name.into());
        }
        let walked = self.seen.entry((name.into(), dot.clone())).or_default();
        let record = &self.flow.record;
        if walked.iter().any(|outer| record.implies(guard, *outer)) {
            return;
        }
        let is_last = walked.len() >= MOST_GUARDS;
        // Once more for all others, which every later call implies.
        let guard = if is_last { OPEN } else { guard };
        walked.push(if is_last { 0 } else { guard });
        self.queue.push_back(Call {
            template,
            dot,
            guard,
            member,
        });
    }

    fn template(&mut self, call: &Call) {
        self.text = call.template.text().clone();
        self.flow.enter(
            At {
                file: call.template.file().into(),
                span: 0..0,
                member: call.member,
            },
            &call.dot,
        );
        self.list(call.template.root(), &call.dot, call.guard);
    }

    fn list(&mut self, list: &List, dot: &Known, guard: Guard) {
        let scope = self.flow.variables.len();
        self.depth += 1;
        for node in &list.nodes {
            if !self.nodes.spend(1) || self.depth > DEEPEST {
                self.flow.record.is_complete = false;
                break;
            }
            self.node(node, dot, guard);
        }
        self.depth -= 1;
        self.flow.variables.truncate(scope);
    }

    fn node(&mut self, node: &Node, dot: &Known, guard: Guard) {
        match &node.kind {
            NodeKind::Text => self.objects(node, guard),
            NodeKind::Break | NodeKind::Continue => {}
            NodeKind::Action(pipe) => {
                let value = self.pipe(pipe, dot, guard);
                if pipe.decl.is_empty() {
                    self.flow.take(&value, Use::Printed, guard);
                }
            }
            NodeKind::If(branch) => self.branch(branch, dot, guard, false),
            NodeKind::With(branch) => self.branch(branch, dot, guard, true),
            NodeKind::Range(branch) => self.range(branch, dot, guard),
            NodeKind::Template(call) => {
                let data = call.pipe.as_ref().map(|pipe| self.pipe(pipe, dot, guard));
                let member = self.flow.at.member;
                self.call(&call.name, data.unwrap_or(Known::Other), guard, member);
            }
        }
    }

    /// The objects of the root chart that begin in a text. What a named template writes is an object of whoever executes it.
    fn objects(&mut self, node: &Node, guard: Guard) {
        let at = &self.flow.at;
        let is_named = at
            .file
            .rsplit('/')
            .next()
            .is_none_or(|name| name.starts_with('_'));
        if at.member != 0 || is_named {
            return;
        }
        let text = self.text.as_bytes().get(node.span.clone());
        let Some(text) = text.and_then(|text| std::str::from_utf8(text).ok()) else {
            return;
        };
        let mut start = node.span.start;
        for line in text.split_inclusive('\n') {
            if let Some(kind) = line.strip_prefix("kind:").map(str::trim)
                && !kind.is_empty()
            {
                let span = start..start + line.trim_end().len();
                let at = At {
                    span,
                    ..self.flow.at.clone()
                };
                let kind = kind.trim_matches(['"', '\'']).into();
                self.flow.record.object(Object { kind, at, guard });
            }
            start += line.len();
        }
    }

    fn branch(&mut self, branch: &Branch, dot: &Known, guard: Guard, is_with: bool) {
        let scope = self.flow.variables.len();
        let value = self.pipe(&branch.pipe, dot, guard);
        self.flow.take(&value, Use::Tested, guard);
        let truth = value.truth();
        let inside = self.flow.record.guard(truth.clone(), guard);
        self.list(&branch.body, if is_with { &value } else { dot }, inside);
        if let Some(otherwise) = &branch.otherwise {
            let outside = self.flow.record.guard(truth.not(), guard);
            self.list(otherwise, dot, outside);
        }
        self.flow.variables.truncate(scope);
    }

    fn range(&mut self, branch: &Branch, dot: &Known, guard: Guard) {
        let scope = self.flow.variables.len();
        let value = self.commands(&branch.pipe, dot, guard);
        self.flow.take(&value, Use::Tested, guard);
        let item = self.flow.item(&value);
        // Which items there are is read, whatever becomes of them.
        self.flow.take(&item, Use::Tested, guard);
        match branch.pipe.decl.as_slice() {
            [item_name] => self.flow.declare(&item_name.name, item.clone()),
            [key, item_name] => {
                self.flow.declare(&key.name, Known::Other);
                self.flow.declare(&item_name.name, item.clone());
            }
            _ => {}
        }
        let outside_of_loop =
            std::mem::replace(&mut self.flow.loop_start, self.flow.variables.len());
        let inside = self.flow.record.guard(value.truth(), guard);
        self.list(&branch.body, &item, inside);
        self.flow.loop_start = outside_of_loop;
        if let Some(otherwise) = &branch.otherwise {
            let outside = self.flow.record.guard(value.truth().not(), guard);
            self.list(otherwise, dot, outside);
        }
        self.flow.variables.truncate(scope);
    }

    /// A pipeline with its variables.
    fn pipe(&mut self, pipe: &Pipe, dot: &Known, guard: Guard) -> Known {
        let value = self.commands(pipe, dot, guard);
        for variable in &pipe.decl {
            match pipe.is_assign {
                true => self.flow.assign(&variable.name, value.clone(), guard),
                false => self.flow.declare(&variable.name, value.clone()),
            }
        }
        value
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Known, guard: Guard) -> Known {
        self.depth += 1;
        let mut value = None;
        for command in &pipe.commands {
            if !self.nodes.spend(1) || self.depth > DEEPEST {
                self.flow.record.is_complete = false;
                break;
            }
            value = Some(self.command(command, value, dot, guard));
        }
        self.depth -= 1;
        value.unwrap_or(Known::Other)
    }

    fn command(
        &mut self,
        command: &Command,
        last: Option<Known>,
        dot: &Known,
        guard: Guard,
    ) -> Known {
        let Some((first, rest)) = command.args.split_first() else {
            return Known::Other;
        };
        if let ExprKind::Function(function) = &first.kind {
            return self.function(*function, rest, last, dot, guard);
        }
        let value = self.operand(first, dot, guard);
        // A method, such as `.Files.Get`.
        let mut arguments: Vec<Known> = rest
            .iter()
            .map(|arg| self.operand(arg, dot, guard))
            .collect();
        arguments.extend(last);
        for argument in &arguments {
            self.flow.take(argument, Use::Taken, guard);
        }
        value
    }

    pub(super) fn operand(&mut self, expr: &Expr, dot: &Known, guard: Guard) -> Known {
        self.flow.at.span = expr.span.clone();
        match &expr.kind {
            ExprKind::Bool(known) => Known::Constant(*known),
            ExprKind::Dot => dot.clone(),
            ExprKind::Nil => Known::Nil,
            ExprKind::Number(number) => Known::text(number.text()),
            ExprKind::String(_, text) => Known::text(text.to_str_lossy()),
            ExprKind::Field(names) => self.fields(dot, names, guard, expr),
            ExprKind::Variable(variable, names) => {
                let value = self.flow.variable(&variable.name);
                self.fields(&value, names, guard, expr)
            }
            ExprKind::Chain(inner, names) => {
                let value = self.operand(inner, dot, guard);
                // Go: a field of nothing in parentheses is nothing, not an error.
                self.fields(&value.safe(false), names, guard, expr)
            }
            ExprKind::Function(function) => self.function(*function, &[], None, dot, guard),
            ExprKind::Pipe(pipe) => self.pipe(pipe, dot, guard),
        }
    }

    fn fields(&mut self, value: &Known, names: &[GoString], guard: Guard, expr: &Expr) -> Known {
        self.flow.at.span = expr.span.clone();
        let mut value = value.clone();
        for (depth, name) in names.iter().enumerate() {
            if depth > 0 {
                self.flow.take(&value, Use::Entered, guard);
            }
            value = self.flow.field(&value, &name.to_str_lossy(), guard);
        }
        value
    }

    fn function(
        &mut self,
        function: FunctionRef,
        rest: &[Expr],
        last: Option<Known>,
        dot: &Known,
        guard: Guard,
    ) -> Known {
        let name = function.name();
        let span = self.flow.at.span.clone();
        let arguments = self.arguments(name, rest, last, dot, guard);
        if rest.is_empty() {
            self.flow.at.span = span;
        }
        match name {
            "include" => {
                self.include(&arguments, guard);
                Known::Other
            }
            _ => {
                let is_fresh = rest.first().is_some_and(functions::is_fresh);
                functions::call(&mut self.flow, name, arguments, is_fresh, guard)
            }
        }
    }

    fn include(&mut self, arguments: &[Known], guard: Guard) {
        let member = self.flow.at.member;
        let [name, data] = arguments else { return };
        match name {
            Known::Text(name) => self.call(&Arc::clone(name), data.clone(), guard, member),
            Known::Prefix(start) if !start.is_empty() => {
                let names = &self.charts.names;
                let from = names.partition_point(|name| **name < **start);
                let names = names.get(from..).unwrap_or_default().iter();
                let fitting: Vec<Arc<str>> = names
                    .take_while(|name| name.starts_with(&**start))
                    .take(MOST_NAMES + 1)
                    .cloned()
                    .collect();
                if fitting.len() > MOST_NAMES {
                    self.flow.take(data, Use::Lost, guard);
                } else {
                    for name in fitting {
                        let open = self.flow.record.guard(Condition::Open, guard);
                        self.call(&name, data.clone(), open, member);
                    }
                }
                self.flow.take(name, Use::Taken, guard);
            }
            _ => {
                self.flow.take(name, Use::Taken, guard);
                self.flow.take(data, Use::Lost, guard);
            }
        }
    }
}
