//! The single values of production, each with the name it goes by and with what the other environments have in its place.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::ops::ControlFlow;

use envlint_yaml::{Items, Path, Segment, Span, Step};

use super::{AppContext, drift, profile};
use crate::masking::{Text, text};
use crate::resolve::{Class, EnvironmentValues};
use crate::rules::{Finding, Reporter};
use crate::source::{Location, Severity, Source};
use crate::values::{Located, Row, Tree, TreeKind};
use crate::workspace::{RuleSetting, Tier};

/// One single value of one environment of the production tier.
#[derive(Debug, Clone)]
pub(super) struct Setting<'s, 'a> {
    /// The environment.
    pub(super) values: &'s EnvironmentValues<'a>,
    /// What it goes by: its key, or the name of the variable in a list of variables.
    pub(super) name: String,
    /// The value.
    pub(super) tree: Tree<'a>,
    /// The text of it.
    pub(super) text: &'a str,
    /// Whether it is an item of a list.
    pub(super) is_item: bool,
    path: Path,
    index: usize,
    class: Class<'a>,
    cx: &'s AppContext<'a>,
    row: &'a Row<'a>,
}

/// What another environment has in the place of a value.
#[derive(Debug, Clone)]
pub(super) struct Other<'s, 'a> {
    /// The environment.
    pub(super) values: &'s EnvironmentValues<'a>,
    /// Its value; it may be something else than a single value.
    pub(super) tree: Tree<'a>,
}

/// Values that are longer are texts, in which names and addresses say nothing of the value as a whole.
const LONGEST: usize = 500;

/// Longer texts are not searched.
const LONGEST_TEXT: usize = 100_000;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Values that say one thing.
    Value,
    /// Texts: files of a program, scripts, templates.
    Text,
}

impl Sort {
    fn is_of(self, text: &str) -> bool {
        let is_value = text.len() <= LONGEST && !text.contains("{{") && !text.contains('\n');
        match self {
            // Rules that look at parts of a value find them in short texts, too.
            Sort::Value => !text.is_empty() && text.len() <= LONGEST && !text.contains("{{"),
            Sort::Text => !is_value && text.len() <= LONGEST_TEXT,
        }
    }
}

/// All texts of the production tier that people write for this app, as [`of_production`] finds its values.
pub(super) fn texts_of_production<'s, 'a>(
    cx: &'s AppContext<'a>,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> Vec<Setting<'s, 'a>> {
    of_sort(cx, Sort::Text, is_wanted)
}

/// All single values of the production tier that people write for this app: in its layers, or in the defaults of its own
/// chart. Left out are those that are given when the app is deployed, those that no template of the chart reads, or only in
/// branches that production does not take, and sections that are turned off.
pub(super) fn of_production<'s, 'a>(
    cx: &'s AppContext<'a>,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> Vec<Setting<'s, 'a>> {
    of_sort(cx, Sort::Value, is_wanted)
}

fn of_sort<'s, 'a>(
    cx: &'s AppContext<'a>,
    sort: Sort,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> Vec<Setting<'s, 'a>> {
    let singles = cx.singles().iter();
    let wanted = singles.filter(|one| sort.is_of(one.text) && is_wanted(one.name, one.text));
    wanted.filter_map(|one| one.setting(cx)).collect()
}

/// One single value of production, before anybody asks for more of it: each of many rules looks at all of them.
#[derive(Debug)]
pub(super) struct Single<'a> {
    row: &'a Row<'a>,
    class: Class<'a>,
    index: usize,
    /// Below the path of the row.
    below: Vec<Step<'a>>,
    name: &'a str,
    tree: Tree<'a>,
    text: &'a str,
    is_item: bool,
}

/// The single values of an app in the production tier that people write for it.
pub(super) fn singles<'a>(cx: &AppContext<'a>) -> Vec<Single<'a>> {
    let mut found = Vec::new();
    for (row, class) in cx.resolved.rows() {
        for (index, tree) in row.values() {
            let Some(values) = cx.environments.get(index) else {
                continue;
            };
            if values.environment.tier == Tier::Production && is_ours(cx, values, tree) {
                let segments = row.path.segments();
                let is_item = matches!(segments.last(), Some(Segment::Index(_)));
                let mut walk = Walk {
                    found: &mut found,
                    below: Vec::new(),
                    row,
                    class,
                    index,
                };
                walk.visit(tree, name_in(segments), is_item);
            }
        }
    }
    found
}

impl<'a> Single<'a> {
    /// The value with what the other environments have in its place; none where it does not count.
    fn setting<'s>(&self, cx: &'s AppContext<'a>) -> Option<Setting<'s, 'a>> {
        let values = cx.environments.get(self.index)?;
        let above = self.row.path.segments().iter().cloned();
        let below = self.below.iter().map(|step| step.to_segment());
        let path: Path = above.chain(below).collect();
        // What nobody reads says nothing of production: `values/unused` is about it.
        let is_read = cx.may_read(&path) && cx.may_reach(values, &path);
        if values.is_off_above(&path) || values.file.is_given(&path) || !is_read {
            return None;
        }
        Some(Setting {
            values,
            name: self.name.to_owned(),
            tree: self.tree.clone(),
            text: self.text,
            is_item: self.is_item,
            path,
            index: self.index,
            class: self.class,
            cx,
            row: self.row,
        })
    }
}

/// Whether a value is written for this app, and not in a chart that others made.
fn is_ours(cx: &AppContext<'_>, values: &EnvironmentValues<'_>, tree: &Tree<'_>) -> bool {
    values.file.is_written_in(tree.source()) || is_of_chart(cx, tree.source())
}

/// Whether a file is the one with the defaults of the app's own chart.
fn is_of_chart(cx: &AppContext<'_>, source: &Source) -> bool {
    let defaults = cx.chart.and_then(|chart| chart.values.as_ref().ok());
    defaults.is_some_and(|own| own.path == source.path)
}

struct Walk<'w, 'a> {
    found: &'w mut Vec<Single<'a>>,
    below: Vec<Step<'a>>,
    row: &'a Row<'a>,
    class: Class<'a>,
    index: usize,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, tree: &Tree<'a>, name: Option<&'a str>, is_item: bool) {
        match tree.kind() {
            TreeKind::Scalar(_) => self.scalar(tree, name.unwrap_or_default(), is_item),
            TreeKind::Sequence(items) => {
                let addresses = Items::of(tree.node().as_sequence().unwrap_or_default());
                for (at, item) in items.iter().enumerate() {
                    self.below.push(addresses.step(at));
                    self.visit(item, name, true);
                    self.below.pop();
                }
            }
            TreeKind::Mapping(entries) => {
                let variable = entries.iter().find(|(key, _)| *key == "name");
                let variable = variable.and_then(|(_, name)| name.as_str());
                for (key, child) in &entries {
                    let name = match (*key, variable) {
                        ("value", Some(variable)) => variable,
                        (key, _) => key,
                    };
                    self.below.push(Step::Key(key));
                    self.visit(child, Some(name), false);
                    self.below.pop();
                }
            }
        }
    }

    fn scalar(&mut self, tree: &Tree<'a>, name: &'a str, is_item: bool) {
        self.found.extend(tree.as_str().map(|text| Single {
            row: self.row,
            class: self.class,
            index: self.index,
            below: self.below.clone(),
            name,
            tree: tree.clone(),
            text,
            is_item,
        }));
    }
}

/// What the value at a path goes by: `LOG_LEVEL` for `env[name=LOG_LEVEL].value`, else the last key.
fn name_in(segments: &[Segment]) -> Option<&str> {
    let named = segments
        .iter()
        .rev()
        .try_fold(None, |last: Option<&str>, segment| match (segment, last) {
            (Segment::Index(_), _) => ControlFlow::Continue(last),
            (Segment::Key(key), None) if key != "value" => ControlFlow::Break(key.as_str()),
            (Segment::Key(key), None) => ControlFlow::Continue(Some(key.as_str())),
            (Segment::Match { value, .. }, Some(_)) => ControlFlow::Break(value.as_str()),
            (Segment::Key(_), Some(key)) => ControlFlow::Break(key),
            (Segment::Match { .. }, None) => ControlFlow::Continue(None),
        });
    match named {
        ControlFlow::Break(name) => Some(name),
        ControlFlow::Continue(name) => name,
    }
}

impl<'s, 'a> Setting<'s, 'a> {
    /// The path of the value.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The value with its path.
    pub(super) fn located(&self) -> Located<'a> {
        Located::new(self.path.clone(), &self.tree)
    }

    /// The place of a part of its text, where the file has the part as it is.
    pub(super) fn place_of(&self, part: &str) -> Option<Location> {
        let all = self.tree.location();
        let written = all.source.text().get(all.span.range())?;
        let start = all.span.start + written.find(part)?;
        let span = Span::new(start, start + part.len());
        Some(Location::new(&all.source, span))
    }

    /// Whether it is a default of the chart, and no other values file of the environment sets it: the chart's own may be named
    /// as a layer, too.
    pub(super) fn is_default(&self) -> bool {
        let source = self.tree.source();
        is_of_chart(self.cx, source) || !self.values.file.is_written_in(source)
    }

    /// Whether nobody chose what another environment has in its place: it is a default of the chart.
    pub(super) fn is_default_in(&self, other: &Other<'_, '_>) -> bool {
        let source = other.tree.source();
        let is_own = other.values.file.path == source.path;
        !is_own && (is_of_chart(self.cx, source) || !other.values.file.is_written_in(source))
    }

    /// What the environments outside of production have in its place.
    pub(super) fn before_production(&self) -> impl Iterator<Item = Other<'s, 'a>> {
        let others = self.cx.environments.iter().enumerate();
        let before = others.filter(|(_, other)| other.environment.tier != Tier::Production);
        before.filter_map(|(index, _)| self.other(index))
    }

    /// What the environment that it is promoted from has in its place.
    pub(super) fn before(&self) -> Option<Other<'s, 'a>> {
        self.other(self.cx.promoted_from(self.index)?)
    }

    /// What another environment has in its place. It is looked up only when somebody asks: many values in many environments
    /// have the square of them in others.
    fn other(&self, index: usize) -> Option<Other<'s, 'a>> {
        let tree = self.row.presences.get(index)?.value()?;
        let mut below = self
            .path
            .segments()
            .iter()
            .skip(self.row.path.segments().len());
        Some(Other {
            values: self.cx.environments.get(index)?,
            tree: below.try_fold(tree.clone(), |tree, segment| tree.step(segment))?,
        })
    }

    /// Whether the configuration says what the path may be in each environment, so that a rule of drift reports it, and
    /// not only as an info: `envlint init` lowers what differs today until a person decides it.
    pub(super) fn is_declared(&self, cx: &AppContext<'_>) -> bool {
        let config = &cx.workspace.config;
        match self.class {
            Class::PerEnvironment(declaration) => {
                declaration.is_some_and(|declaration| declaration.expect.is_some())
            }
            Class::Shared => config.declares_paths() && self.is_said_to_differ(cx),
        }
    }

    /// Whether `drift/undeclared-difference` says more than an info of the path.
    fn is_said_to_differ(&self, cx: &AppContext<'_>) -> bool {
        let config = &cx.workspace.config;
        let rule = drift::UNDECLARED_DIFFERENCE;
        let setting = config.rules.get(rule.name);
        let mut ignored = setting.map_or(&[][..], RuleSetting::ignore).iter();
        profile::configured(config, rule).is_some_and(|severity| severity > Severity::Info)
            && !ignored.any(|pattern| {
                let values = self.values.effective.iter().cloned();
                pattern.value.covers_in(&self.path, values)
            })
    }

    /// The map that it stands in.
    pub(super) fn section(&self) -> Option<Tree<'a>> {
        self.values.effective.as_ref()?.at(&self.path.parent()?)
    }

    /// Whether a part of the path is a label or an annotation.
    pub(super) fn is_metadata(&self) -> bool {
        self.path.segments().iter().any(|segment| match segment {
            Segment::Key(key) => {
                let key = key.to_ascii_lowercase();
                key.ends_with("labels") || key.ends_with("annotations")
            }
            _ => false,
        })
    }
}

/// One cause: the settings that a rule says the same of.
#[derive(Debug)]
pub(super) struct Cause<'s, 'a, What> {
    /// What is said of them.
    pub(super) what: What,
    /// The first of them, at which it is said.
    pub(super) first: Setting<'s, 'a>,
    more: BTreeSet<Path>,
    environments: Vec<String>,
}

/// Brings together what has one cause: the same said of values of one file, or of one value that several environments have.
pub(super) fn causes<'s, 'a, What: Clone + Eq + Hash>(
    found: impl IntoIterator<Item = (Setting<'s, 'a>, What)>,
) -> Vec<Cause<'s, 'a, What>> {
    let mut causes: Vec<Cause<'s, 'a, What>> = Vec::new();
    let mut known: HashMap<(String, What), usize> = HashMap::new();
    for (setting, what) in found {
        let name = setting.values.name().to_string();
        let key = (setting.tree.source().path.clone(), what.clone());
        let at = *known.entry(key).or_insert(causes.len());
        match causes.get_mut(at) {
            Some(cause) => {
                if !cause.environments.contains(&name) {
                    cause.environments.push(name);
                }
                if cause.first.path != setting.path {
                    cause.more.insert(setting.path);
                }
            }
            None => causes.push(Cause {
                what,
                first: setting,
                more: BTreeSet::new(),
                environments: vec![name],
            }),
        }
    }
    causes
}

/// How many more paths are named.
const MOST_NAMED: usize = 2;

impl<What> Cause<'_, '_, What> {
    /// The environments, in a sentence.
    pub(super) fn environments(&self) -> Text {
        Text::listed(&self.environments)
    }

    /// A finding at the first of them, which names the others.
    pub(super) fn finding(&self, out: &Reporter<'_>, message: impl Into<Text>) -> Finding {
        let mut message = message.into();
        if !self.more.is_empty() {
            let more = self.more.iter().map(|path| text!("`{}`", path));
            message.push(text!("; also {}", Text::first(more, MOST_NAMED)));
        }
        out.value(self.first.values, &self.first.located(), message)
    }
}
