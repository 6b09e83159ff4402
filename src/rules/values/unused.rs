//! `values/unused`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_helm::{Coverage, Reads};
use envlint_yaml::{Origin, Path, Resolved, Scalar, Segment};

use super::dependency::meant_dependency;
use super::meant::meant;
use super::other_readers::OtherReaders;
use super::restated::{is_rendered, is_restated};
use super::wrapper;
use crate::masking::{Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Confidence, Severity, Source};
use crate::values::{Located, Tree, is_off, is_off_on_the_way, same};
use crate::workspace::{App, ChartFiles, Tier};

rule! {
    /// A value is set that no template of the chart reads.
    ///
    /// ## What it does
    ///
    /// Reads the templates of the app's chart and of its subcharts without executing them, down every branch, and looks
    /// for values of the environments that none of them reads in any environment. `global` and what subcharts import
    /// count, and so do the conditions and tags of dependencies, templates in values that `tpl` executes, and files
    /// that the chart executes as templates. One finding names the topmost map that nothing is read of, with all files
    /// that set it.
    ///
    /// It is an error where production sets something that is not the chart's own default, and a warning elsewhere, and
    /// for maps that are turned off (`enabled: false`) and what is in them, for values that only say what the deployment is
    /// (the environment's own name, the namespace, the app, `description`, `owner`), where only a named template reads
    /// the value that nothing includes, for whole sections that the chart's own values have, too, for texts with a
    /// comment that other values of the file are made of, and where the value turns on (`enabled: true`) a section that templates read in any case, and where the objects have just
    /// these values. Where a path is read that nobody sets and that is written
    /// almost the same, or that has the same key at another place, the finding suggests it; so it does where a section at the
    /// root has nearly the name of a dependency that the values say nothing of. Of a chart without templates, only what stands under
    /// the name of a dependency is read.
    ///
    /// Nothing is said of a part of the values that a template takes as a whole (`toYaml`, a computed key), of the
    /// values of a subchart that is not in the workspace, of empty values, of anchors that other values use, of the
    /// selection of a secret backend, of paths that another YAML file of the chart's folder names (`if: cache.enabled`) or that a
    /// script which deploys the app reads (`.Values.cache`), of what SOPS writes about a file, of `enabled` at the root where nothing tells how the
    /// app is deployed, of files that other charts read, too, and of files of a chart whose templates read YAML
    /// files (`.Files`, `fromYaml`).
    ///
    /// ## Why it matters
    ///
    /// Whoever wrote the value believes that it has an effect. Production runs without the disruption budget, the limit or
    /// the address that its values file promises, and no tool that looks only at YAML sees that.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// replicas: {{ .Values.replicaCount }}
    ///
    /// # environments/prod/values.yaml
    /// replicaCuont: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicaCount: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "values/unused", Error, Check::App(check)
}

/// How many values that nothing reads are reported of one app.
const MOST: usize = 100;
/// How many values one finding names.
const MOST_NAMED: usize = 10;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let reads = cx.chart.and_then(|chart| chart.reads());
    if reads.is_none_or(Reads::is_empty) {
        for values in &cx.environments {
            if let Some(finding) = wrapper::unused(cx, values, out) {
                out.push(finding);
            }
        }
        return;
    }
    if !cx.has_one_chart() {
        return;
    }
    let readers = OtherReaders::of(cx);
    let mut unused: BTreeMap<String, Unused<'_>> = BTreeMap::new();
    for (index, values) in cx.environments.iter().enumerate() {
        for source in layers(cx, values) {
            let Some(tree) = Tree::of(source).filter(Tree::is_mapping) else {
                continue;
            };
            let mut search = Search {
                cx,
                index,
                found: &mut unused,
            };
            search.map(&Located::root(&tree));
        }
    }
    let mut groups: BTreeMap<Mark, Vec<&Unused<'_>>> = BTreeMap::new();
    for value in unused
        .values()
        .filter(|value| !value.is_ignored(out) && !readers.name(&value.path))
        .take(MOST)
    {
        groups.entry(value.mark(cx, out)).or_default().push(value);
    }
    for (mark, group) in &mut groups {
        group.sort_by_key(|unused| {
            unused
                .place(cx)
                .map(|(_, tree)| tree.key_location().span.start)
        });
        if let Some(finding) = finding(cx, mark, group, out) {
            out.push(finding);
        }
    }
}

/// What values that are reported together have in common: keys of one map have one cause.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    map: String,
    /// Apart from the others: a section at the root, and what is probably misspelt
    alone: Option<String>,
    near: Option<Path>,
    /// The map in which templates read what has the same name
    elsewhere: Option<Path>,
    /// Whether a named template would read it that nothing executes
    is_idle: bool,
    is_decided: bool,
}

/// The files whose values only this chart reads.
fn layers<'c>(
    cx: &'c AppContext<'_>,
    values: &'c EnvironmentValues<'_>,
) -> impl Iterator<Item = &'c Arc<Source>> {
    let own = values.file.source.as_ref().ok();
    let others = values
        .file
        .others()
        .filter_map(|layer| layer.source.as_ref().ok());
    let defaults = cx.chart.and_then(|chart| chart.values.as_ref().ok());
    let is_default =
        move |source: &Source| defaults.is_some_and(|defaults| defaults.path == source.path);
    let chart = cx
        .chart
        .filter(|chart| chart.reads().is_some_and(Reads::reads_files));
    let is_file_of_chart = move |source: &Source| {
        let inside = |chart: &ChartFiles| {
            let rest = source.path.strip_prefix(chart.directory.as_str());
            chart.directory.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        chart.is_some_and(inside)
    };
    own.into_iter().chain(others).filter(move |source| {
        !is_default(source)
            && !is_file_of_chart(source)
            && !cx.workspace.is_read_by_others(cx.app, &source.path)
    })
}

/// A value that nothing reads.
struct Unused<'c> {
    path: Path,
    /// Where it is set, and by which environment
    places: Vec<(usize, Tree<'c>)>,
}

struct Search<'s, 'c, 'a> {
    cx: &'c AppContext<'a>,
    index: usize,
    found: &'s mut BTreeMap<String, Unused<'c>>,
}

impl<'c> Search<'_, 'c, '_> {
    /// Looks at what is in a map or a list that is read.
    fn map(&mut self, value: &Located<'c>) {
        let children = value.children();
        let unread: Vec<bool> = children.iter().map(|child| self.is_unread(child)).collect();
        // Whether there is anything in it is all that templates ask of it.
        if !value.path().is_root()
            && !unread.is_empty()
            && unread.iter().all(|unread| *unread)
            && value.tree().is_mapping()
            && !self.reads_below(value.path())
        {
            return;
        }
        for (child, is_unread) in children.iter().zip(unread) {
            match is_unread {
                true => self.add(child),
                false if self.cx.coverage(child.path()) == Coverage::Read => self.map(child),
                false => {}
            }
        }
    }

    /// Whether templates read anything in a map by its name.
    fn reads_below(&self, path: &Path) -> bool {
        let reads = self.cx.chart.and_then(|chart| chart.reads());
        reads.is_some_and(|reads| !reads.keys_below(path).is_empty())
    }

    fn is_unread(&self, value: &Located<'_>) -> bool {
        let values = self.cx.environments.get(self.index);
        self.cx.coverage(value.path()) == Coverage::Unread
            || values.is_some_and(|values| meant_dependency(self.cx, values, value).is_some())
    }

    fn add(&mut self, value: &Located<'c>) {
        let tree = value.tree();
        let document = &tree.source().document;
        let is_foreign = tree.is_empty()
            || tree.node().origin() == Origin::Merge
            || document.is_used_elsewhere(tree.node().span())
            || is_selection(self.cx, value.path())
            || is_of_sops(value)
            || is_name_of_item(value.path())
            || is_switch_of_the_app(self.cx, value.path());
        if is_foreign {
            return;
        }
        let unused = self
            .found
            .entry(general(value.path()))
            .or_insert_with(|| Unused {
                path: value.path().clone(),
                places: Vec::new(),
            });
        unused.places.push((self.index, tree.clone()));
    }
}

/// The path with any item in place of a certain one: items of a list lack the same reader.
fn general(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Segment::Index(_) | Segment::Match { .. } => text.push_str("[*]"),
        }
    }
    text
}

/// Whether a value is what SOPS writes about its own encryption: decrypting removes it.
/// <https://github.com/getsops/sops#encrypting-using-sops>
fn is_of_sops(value: &Located<'_>) -> bool {
    let is_at_root = value.path().segments() == [Segment::Key("sops".to_owned())];
    is_at_root && value.tree().get("mac").is_some()
}

/// Whether a value only says which item of a list it is: people and envlint tell the items by it.
fn is_name_of_item(path: &Path) -> bool {
    matches!(path.segments(), [.., Segment::Match { field, .. }, Segment::Key(key)] if field == key)
}

/// Whether a value selects a secret backend: envlint reads it.
fn is_selection(cx: &AppContext<'_>, path: &Path) -> bool {
    let is_below = matches!(path.segments().first(), Some(Segment::Key(key)) if key == "secrets");
    is_below && cx.secrets().enabled().next().is_some()
}

/// The values of a map that nothing reads.
fn finding(
    cx: &AppContext<'_>,
    mark: &Mark,
    group: &[&Unused<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let first = group.first()?;
    let (index, tree) = first.place(cx)?;
    let values = cx.environments.get(index)?;
    let places = || group.iter().flat_map(|unused| &unused.places);
    let setting: BTreeSet<usize> = places().map(|(index, _)| *index).collect();
    let names: Vec<&str> = setting.iter().map(|index| cx.name(*index)).collect();
    let paths = group.iter().map(|unused| text!("`{}`", unused.path));
    let paths = match group.len() {
        0..=MOST_NAMED => Text::sentence(paths),
        _ => Text::first(paths, MOST_NAMED),
    };
    let (are, them) = match group {
        [_] => ("is", "it"),
        _ => ("are", "them"),
    };
    let message = text!(
        "{} {} set in {}, but no template of the chart reads {}",
        paths,
        are,
        Text::listed(&names),
        them
    );
    let path = match group {
        [one] => one.path.clone(),
        _ => first.path.parent()?,
    };
    let meant = mark.elsewhere.as_ref().filter(|_| group.len() == 1);
    let meant = meant.and_then(|map| match first.path.last()? {
        Segment::Key(key) => Some(map.key(key.as_str())),
        _ => None,
    });
    let mut finding = out
        .finding(tree.key_location(), message)
        .at(path)
        .of_paths(group.iter().map(|unused| unused.path.clone()))
        .environment(values.name())
        .suggest_or(
            mark.near.as_ref().or(meant.as_ref()),
            match &mark.elsewhere {
                Some(map) if map.is_root() => "the chart reads such values at the root".into(),
                Some(map) => text!("the chart reads such values in `{}`", map),
                None => text!("remove {}, or let a template of the chart read {0}", them),
            },
        );
    // What is not here may read it in theory.
    if cx.coverage(&first.path) != Coverage::Unread {
        finding = finding.confidence(Confidence::Medium);
    }
    let mut files = BTreeSet::from([tree.source().path.as_str()]);
    for (_, other) in places() {
        if files.insert(&other.source().path) {
            finding = finding.note(
                other.key_location(),
                text!(
                    "{} {} set here, too",
                    if group.len() == 1 { "it" } else { "they" },
                    are
                ),
            );
        }
    }
    let reads = cx.chart.and_then(|chart| chart.reads());
    let idle = reads.and_then(|reads| reads.idle(&first.path));
    if let Some(place) = idle.and_then(|read| cx.place_of_read(&read)) {
        finding = finding.note(
            place,
            "this is in a named template that no template includes",
        );
    }
    // Nobody may deploy what only names of files tell, where the repository says how the others are deployed.
    let is_deployed = cx.app.declared.is_some()
        || cx.app.has_evidence()
        || !cx.workspace.apps.iter().any(App::has_evidence);
    let severity = match mark.is_decided && !mark.is_idle && is_deployed {
        true => Severity::Error,
        // Nothing would come of it, whoever read it.
        false if places().all(|(_, tree)| is_off(tree) && tree.len() == 1) => Severity::Info,
        false => Severity::Warning,
    };
    Some(out.lower_severity(severity, finding))
}

/// What the chart's own values have at a path.
fn default_of<'c>(cx: &'c AppContext<'_>, path: &Path) -> Option<Tree<'c>> {
    let defaults = cx.chart.and_then(|chart| chart.values.as_ref().ok());
    defaults.and_then(Tree::of)?.at(path)
}

/// Whether a value is a note: it has a comment, and another value of the file has its text in it, and more.
fn is_note(tree: &Tree<'_>) -> bool {
    /// Shorter ones stand in other words by chance.
    const SHORTEST: usize = 6;
    let Some(text) = tree.as_str().filter(|text| text.len() >= SHORTEST) else {
        return false;
    };
    let (file, own) = (tree.source().text(), tree.location().span);
    let behind = file.get(own.end..).unwrap_or_default();
    if !behind
        .lines()
        .next()
        .is_some_and(|line| line.contains(" #"))
    {
        return false;
    }
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '-' | '.' | '/' | '@');
    let mut found = file.match_indices(text);
    found.any(|(at, _)| {
        let before = file.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = file.get(at + text.len()..).unwrap_or_default();
        let is_in_more = before.ends_with(is_part) || rest.starts_with(is_part);
        is_in_more && !(own.start..own.end).contains(&at) && !line.contains('#')
    })
}

fn is_production(cx: &AppContext<'_>, index: usize) -> bool {
    let values = cx.environments.get(index);
    values.is_some_and(|values| values.environment.tier == Tier::Production)
}

/// Whether a value says whether the app is deployed at all: who deploys it may read that, where nothing tells who does.
fn is_switch_of_the_app(cx: &AppContext<'_>, path: &Path) -> bool {
    !cx.app.has_evidence() && matches!(path.segments(), [Segment::Key(key)] if key == "enabled")
}

impl<'c> Unused<'c> {
    fn is_ignored(&self, out: &Reporter<'_>) -> bool {
        let mut places = self.places.iter();
        places.any(|(_, tree)| out.ignores(&self.path, tree.source()))
    }

    /// Where it is reported: in production, or else in the last environment that sets it.
    fn place(&self, cx: &AppContext<'_>) -> Option<(usize, &Tree<'c>)> {
        let mut places = self.places.iter();
        let first = places.find(|(index, _)| is_production(cx, *index));
        let (index, tree) = first.or(self.places.last())?;
        Some((*index, tree))
    }

    fn mark(&self, cx: &AppContext<'_>, out: &Reporter<'_>) -> Mark {
        let map = self.path.parent().unwrap_or_default();
        let values = self
            .place(cx)
            .and_then(|(index, _)| cx.environments.get(index));
        let near = values.and_then(|values| {
            let (index, tree) = self.places.first()?;
            let first = (*index, &Located::new(self.path.clone(), tree));
            meant(cx, first, &self.places, values, out)
        });
        let is_section = || {
            let mut places = self.places.iter();
            places.any(|(_, tree)| tree.as_scalar().is_none())
        };
        let is_moved = |near: &Path| near.last() == self.path.last();
        let elsewhere = near.as_ref().filter(|near| is_moved(near));
        let elsewhere = elsewhere.and_then(Path::parent);
        let near = near.filter(|_| elsewhere.is_none());
        let is_alone = near.is_some() || (map.is_root() && is_section() && elsewhere.is_none());
        let reads = cx.chart.and_then(|chart| chart.reads());
        let mut places = self.places.iter();
        Mark {
            map: general(&map),
            alone: is_alone.then(|| general(&self.path)),
            is_idle: reads.is_some_and(|reads| reads.idle(&self.path).is_some()),
            near,
            elsewhere,
            is_decided: places.any(|(index, tree)| {
                let is_off = is_off(tree) || self.is_in_what_is_off(cx, *index);
                is_production(cx, *index)
                    && !is_off
                    && !self.says_what_is_so(cx, tree)
                    && !self.is_default(cx, tree)
                    && !self.is_section_of_chart(cx, tree)
                    && !is_note(tree)
                    && !self.is_restated(cx, *index, tree)
            }),
        }
    }

    /// Whether an environment has switched off the section that the value belongs to: nothing would come of it if it were read.
    fn is_in_what_is_off(&self, cx: &AppContext<'_>, index: usize) -> bool {
        let effective = cx.environments.get(index);
        let effective = effective.and_then(|values| values.effective.as_ref());
        effective.is_some_and(|effective| is_off_on_the_way(effective, &self.path))
    }

    /// Whether a value turns on a section that templates read in any case: what runs is what it says.
    fn says_what_is_so(&self, cx: &AppContext<'_>, tree: &Tree<'_>) -> bool {
        let is_switch = matches!(self.path.last(), Some(Segment::Key(key)) if key == "enabled");
        let section = self.path.parent().filter(|section| !section.is_root());
        is_switch
            && matches!(
                tree.as_scalar().map(Scalar::resolved),
                Some(Resolved::Bool(true))
            )
            && section.is_some_and(|section| cx.coverage(&section) == Coverage::Read)
    }

    /// Whether a value only says what the deployment is, or what the chart makes of it in any case.
    fn is_restated(&self, cx: &AppContext<'_>, index: usize, tree: &Tree<'_>) -> bool {
        let values = cx.environments.get(index);
        let value = Located::new(self.path.clone(), tree);
        values.is_some_and(|values| {
            is_restated(cx, values, &value) || is_rendered(cx, values, &value)
        })
    }

    /// Whether a value is the chart's own default, once more.
    fn is_default(&self, cx: &AppContext<'_>, tree: &Tree<'_>) -> bool {
        default_of(cx, &self.path).is_some_and(|default| same(&default, tree))
    }

    /// Whether a value is a section that the chart's own values have, too: its author left the templates for it out.
    fn is_section_of_chart(&self, cx: &AppContext<'_>, tree: &Tree<'_>) -> bool {
        let default = default_of(cx, &self.path);
        tree.is_mapping() && default.is_some_and(|default| default.is_mapping())
    }
}
