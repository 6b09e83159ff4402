//! `drift/missing-key`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_helm::Read;
use envlint_yaml::{Path, Segment, Span};

use super::{in_flow, listed};
use crate::masking::{Name, Text, text};
use crate::naming::{family, told};
use crate::resolve::{EnvironmentValues, Reading};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Severity, Source, slip};
use crate::values::{Row, Tree, is_off};
use crate::workspace::Tier;

rule! {
    /// A path that one environment has is missing in another.
    ///
    /// ## What it does
    ///
    /// Compares the effective values of all environments and looks for paths that some environments have and another
    /// lacks. Effective values are all layers over the chart's defaults, so a key in the chart's own `values.yaml` is
    /// never missing. What it reports depends on what it knows:
    ///
    /// - An environment lacks a path that a later one has, and a template reads it there without a guard (`if`, `with`,
    ///   `default`, `required` and the like): one error for each map, with the paths. The template fails there, or
    ///   prints nothing.
    /// - The same without such a template, where `envlint.yaml` declares `perEnvironment:` paths and this is none of
    ///   them: an error when production has the path, else a warning.
    /// - An environment lacks a path, and has a key of nearly the same name that the others lack: one of the two is
    ///   misspelt.
    /// - A later environment lacks a path that an earlier one has: the path is pending. One info for each app and
    ///   environment lists all of them, as far as a template needs them or `envlint.yaml` declares paths.
    /// - The chart is not known, and `envlint.yaml` declares nothing: one info for each app and environment lists the
    ///   paths.
    ///
    /// Ignored: per-environment paths, paths below `secrets:`, paths that are given at deploy time (`--set`), maps that
    /// are turned off (`enabled: false`), one of two alternatives (`minAvailable`, `maxUnavailable`), items and keys
    /// whose names differ only in the environment's name, paths that no template reads, and paths that an environment
    /// removes on purpose, with null or an empty map.
    ///
    /// ## Why it matters
    ///
    /// The environments share one chart. When one of them lacks a key, the template does whatever it does without it,
    /// and nobody has tested that.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/ingress.yaml
    /// host: {{ .Values.ingress.host }}
    ///
    /// # environments/staging/values.yaml
    /// ingress: {className: nginx}
    ///
    /// # environments/prod/values.yaml
    /// ingress: {className: nginx, host: shop.example.com}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// ingress: {className: nginx, host: shop-staging.example.com}
    /// ```
    ///
    /// If the path belongs to the environment, declare it in `envlint.yaml`: `perEnvironment: [{path: ingress.host}]`.
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "drift/missing-key", Error, Check::App(check)
}

/// Keys of which one stands for the other.
const ALTERNATIVES: [[&str; 2]; 2] = [["maxUnavailable", "minAvailable"], ["digest", "tag"]];

/// More paths are counted, not listed.
const MOST_LISTED: usize = 10;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut gaps = Gaps {
        // `chart/does-not-render` says so.
        said: (0..cx.environments.len())
            .map(|index| cx.stumbles_over(index))
            .collect(),
        ..Gaps::default()
    };
    let mut seen: BTreeSet<(usize, Path)> = BTreeSet::new();
    for (row, class) in cx.rows().filter(|(row, _)| row.is_missing_somewhere()) {
        if class.is_per_environment() {
            continue;
        }
        for (index, depth) in row.missing() {
            let path: Path = row.path.segments().iter().take(depth).cloned().collect();
            let lacks = cx.environments.get(index).is_some_and(|values| {
                !values.lacks_on_purpose(&path) && !values.file.is_given(&row.path)
            });
            if lacks && seen.insert((index, path.clone())) {
                gaps.add(cx, row, index, path, out);
            }
        }
    }
    for gap in &gaps.misspelt {
        if let Some(finding) = misspelt(cx, gap, out) {
            out.push(finding);
        }
    }
    for (group, gaps) in &grouped(&gaps.wrong) {
        if let Some(finding) = wrong(cx, group, gaps, out) {
            out.push(finding);
        }
    }
    for (index, gaps) in gaps.pending.iter().enumerate() {
        if let Some(finding) = pending(cx, index, gaps, out) {
            out.push(finding);
        }
    }
}

/// A path that an environment lacks.
struct Gap<'c> {
    index: usize,
    path: Path,
    /// The environments that have it
    having: Vec<usize>,
    /// Its value in one of them
    example: Tree<'c>,
    /// The template that needs it
    read: Option<Read<'c>>,
    /// The key there that may be meant
    alike: Option<String>,
}

/// What gaps of one cause have in common: the map that they are in, and who lacks and who has them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    parent: Path,
    lacking: Vec<usize>,
    having: Vec<usize>,
    is_needed: bool,
}

#[derive(Default)]
struct Gaps<'c> {
    misspelt: Vec<Gap<'c>>,
    wrong: Vec<Gap<'c>>,
    /// By the environment that lacks them
    pending: Vec<Vec<Gap<'c>>>,
    /// The path that rendering fails for, by environment
    said: Vec<Option<Path>>,
}

impl<'c> Gaps<'c> {
    fn add(
        &mut self,
        cx: &'c AppContext<'_>,
        row: &Row<'c>,
        index: usize,
        path: Path,
        out: &Reporter<'_>,
    ) {
        let Some(gap) = Gap::of(cx, row, index, path, out) else {
            return;
        };
        if self
            .said
            .get(index)
            .is_some_and(|said| said.as_ref() == Some(&gap.path))
        {
            return;
        }
        let is_declaring = !cx.declarations.is_empty();
        let travels_on = |having: &usize| cx.travels(index, *having);
        let comes_from = |having: &usize| cx.travels(*having, index);
        let is_ahead = gap.having.iter().any(travels_on);
        let is_behind = gap.having.iter().any(comes_from);
        let is_rare = gap.having.len() * 2 < cx.environments.len();
        let reading = cx.reading(index, &gap.path);
        let gap = match reading {
            Reading::Needed(read) => Gap {
                read: Some(read),
                ..gap
            },
            _ => gap,
        };
        match reading {
            Reading::Unread => {}
            _ if gap.alike.is_some() && !is_rare => self.misspelt.push(gap),
            Reading::Needed(_) if is_ahead || !is_behind => self.wrong.push(gap),
            Reading::Unknown | Reading::Optional if is_declaring && is_ahead => {
                self.wrong.push(gap);
            }
            Reading::Needed(_) => self.pending(gap),
            Reading::Unknown if is_ahead || is_behind => self.pending(gap),
            Reading::Optional if is_declaring && is_behind => self.pending(gap),
            Reading::Unknown | Reading::Optional => {}
        }
    }

    fn pending(&mut self, gap: Gap<'c>) {
        if self.pending.len() <= gap.index {
            self.pending.resize_with(gap.index + 1, Vec::new);
        }
        if let Some(gaps) = self.pending.get_mut(gap.index) {
            gaps.push(gap);
        }
    }
}

/// Gaps in the same map that the same environments have, and have not.
fn grouped<'g, 'c>(gaps: &'g [Gap<'c>]) -> BTreeMap<Group, Vec<&'g Gap<'c>>> {
    let mut lacking: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for gap in gaps {
        lacking.entry(&gap.path).or_default().push(gap.index);
    }
    let mut groups: BTreeMap<Group, Vec<&Gap<'_>>> = BTreeMap::new();
    for gap in gaps {
        let group = Group {
            parent: gap.path.parent().unwrap_or_default(),
            lacking: lacking.get(&gap.path).cloned().unwrap_or_default(),
            having: gap.having.clone(),
            is_needed: gap.read.is_some(),
        };
        groups.entry(group).or_default().push(gap);
    }
    groups
}

impl<'c> Gap<'c> {
    /// The gap, unless the values or the configuration say that it is none.
    fn of(
        cx: &'c AppContext<'_>,
        row: &Row<'c>,
        index: usize,
        path: Path,
        out: &Reporter<'_>,
    ) -> Option<Gap<'c>> {
        let values = cx.environments.get(index)?;
        let source = values.file.source.as_ref().ok()?;
        let effective = values.effective.as_ref()?;
        let having: Vec<usize> = row.values().map(|(other, _)| other).collect();
        let found = |other: &usize| cx.environments.get(*other)?.effective.as_ref()?.at(&path);
        let examples: Vec<Tree<'_>> = having.iter().filter_map(found).collect();
        let example = examples.first()?.clone();
        let is_meant = is_turned_off(effective, &path)
            || examples.iter().all(is_off)
            || has_alternative(effective, &path)
            || has_namesake(cx, effective, index, &having, &path);
        if is_meant || out.ignores(&path, source) {
            return None;
        }
        let alike = alike(cx, row, index, &path).map(str::to_owned);
        Some(Gap {
            index,
            path,
            having,
            example,
            read: None,
            alike,
        })
    }
}

/// Whether a map on the way is turned off.
fn is_turned_off(effective: &Tree<'_>, path: &Path) -> bool {
    let mut tree = Some(effective.clone());
    path.segments().iter().any(|segment| {
        let here = tree.take();
        tree = here.as_ref().and_then(|here| here.step(segment));
        here.as_ref().is_some_and(is_off)
    })
}

/// Whether a key stands next to it that is set instead.
fn has_alternative(effective: &Tree<'_>, path: &Path) -> bool {
    let (Some(Segment::Key(key)), Some(above)) = (path.last(), path.parent()) else {
        return false;
    };
    let mut pairs = ALTERNATIVES.iter();
    let Some(pair) = pairs.find(|pair| pair.contains(&key.as_str())) else {
        return false;
    };
    let above = effective.at(&above);
    above.is_some_and(|above| pair.iter().any(|key| above.get(key).is_some()))
}

/// Whether the environment has an item or key there whose name is the same but for the environment's name in it.
fn has_namesake(
    cx: &AppContext<'_>,
    effective: &Tree<'_>,
    index: usize,
    having: &[usize],
    path: &Path,
) -> bool {
    let (Some(last), Some(above)) = (path.last(), path.parent()) else {
        return false;
    };
    let Some(siblings) = effective.at(&above) else {
        return false;
    };
    let name = match last {
        Segment::Key(key) => key,
        Segment::Match { value, .. } => value,
        Segment::Index(_) => return false,
    };
    let wanted = having
        .iter()
        .filter_map(|other| nameless(name, cx.name(*other)));
    let wanted: BTreeSet<String> = wanted.collect();
    if wanted.is_empty() {
        return false;
    }
    let own = cx.name(index);
    let is_namesake = |name: &str| nameless(name, own).is_some_and(|name| wanted.contains(&name));
    match last {
        Segment::Match { field, .. } => {
            let items = siblings.node().as_sequence().unwrap_or_default();
            items
                .iter()
                .filter_map(|item| item.named(field))
                .any(is_namesake)
        }
        _ => siblings.entries().iter().any(|(key, _)| is_namesake(key)),
    }
}

/// The name without the words that name the environment; none when there are none in it. `shop-prod.example.com` and
/// `shop.example.com` are one: production often has no word of its own.
fn nameless(name: &str, environment: &str) -> Option<String> {
    const JOINTS: [char; 5] = ['-', '_', '.', '/', ':'];
    let told = told(environment);
    let names_it = |word: &&str| {
        word.eq_ignore_ascii_case(environment)
            || told.as_ref().is_some_and(|told| family(word) == told.stage)
    };
    let words: Vec<&str> = name.split(JOINTS).collect();
    let kept: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !names_it(word))
        .collect();
    let is_host = name.contains('.');
    (is_host || kept.len() < words.len()).then(|| kept.join("."))
}

/// A key that is probably the missing one, written wrongly.
fn misspelt(cx: &AppContext<'_>, gap: &Gap<'_>, out: &Reporter<'_>) -> Option<Finding> {
    let values = cx.environments.get(gap.index)?;
    let place = values.place_beside(&gap.path, gap.example.source())?;
    let known = gap.alike.as_deref().unwrap_or_default();
    let message = text!(
        "`{}` is missing in {}; {} {} it",
        gap.path,
        Name(values.name()),
        named(cx, &gap.having),
        has(&gap.having)
    );
    let help = text!(
        "is `{}` misspelt there? Otherwise {}",
        Name(&known),
        ways("it", &gap.path, values)
    );
    Some(
        out.finding(place, message)
            .help(help)
            .at(gap.path.clone())
            .environment(values.name())
            .note(gap.example.key_location(), "it is set here"),
    )
}

/// Paths that a later environment has, and the chart or the configuration wants everywhere.
fn wrong(
    cx: &AppContext<'_>,
    group: &Group,
    gaps: &[&Gap<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let gap = gaps.last()?;
    let index = *group.lacking.last()?;
    let values = cx.environments.get(index)?;
    let place = values.place_beside(&gap.path, gap.example.source())?;
    let paths = distinct(gaps.iter().copied());
    let needed = match (group.is_needed, paths.len()) {
        (true, 1) => "; the chart reads it there without a default",
        (true, _) => "; the chart reads them there without a default",
        (false, _) => "",
    };
    let message = match paths.as_slice() {
        [path] => text!(
            "`{}` is missing in {}; {} {} it{}",
            path,
            named(cx, &group.lacking),
            named(cx, &group.having),
            has(&group.having),
            needed
        ),
        paths => text!(
            "{} paths{} are missing in {}; {} {} them{}: {}",
            paths.len(),
            match group.parent.is_root() {
                true => Text::new(),
                false => text!(" of `{}`", group.parent),
            },
            named(cx, &group.lacking),
            named(cx, &group.having),
            has(&group.having),
            needed,
            several(paths)
        ),
    };
    let near = gap.alike.as_deref().filter(|_| paths.len() == 1);
    let of_all = (!group.parent.is_root()).then(|| group.parent.clone());
    let mut finding = out
        .finding(place, message)
        .suggest(near)
        .help(match &of_all {
            Some(parent) if paths.len() > 1 => ways("them", parent, values),
            _ => ways("it", &gap.path, values),
        })
        .environment(values.name())
        .note(gap.example.key_location(), "it is set here");
    finding.path = match paths.len() {
        1 => Some(gap.path.clone()),
        _ => of_all,
    };
    if let Some(place) = gap.read.and_then(|read| template_of(cx, &read)) {
        finding = finding.note(place, "it is read here");
    }
    let is_of_production = group.having.iter().any(|index| {
        let values = cx.environments.get(*index);
        values.is_some_and(|values| values.environment.tier == Tier::Production)
    });
    Some(match group.is_needed || is_of_production {
        true => finding,
        false => out.lower_severity(Severity::Warning, finding),
    })
}

/// All paths that an environment does not have yet, or of which nobody knows whether it needs them.
fn pending(
    cx: &AppContext<'_>,
    index: usize,
    gaps: &[Gap<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let gap = gaps.first()?;
    let values = cx.environments.get(index)?;
    let place = values.place_beside(&gap.path, gap.example.source())?;
    let paths = distinct(gaps.iter());
    let is_pending = |gap: &Gap<'_>| !gap.having.iter().any(|having| cx.travels(index, *having));
    let having: BTreeSet<usize> = gaps
        .iter()
        .flat_map(|gap| gap.having.iter().copied())
        .collect();
    let having: Vec<usize> = having.into_iter().collect();
    let message = match paths.as_slice() {
        [path] => text!(
            "`{}` is missing in {}; {} {} it",
            path,
            Name(values.name()),
            named(cx, &having),
            has(&having)
        ),
        paths => text!(
            "{} paths of `{}` are missing in {}; {} {} them: {}",
            paths.len(),
            Name(&cx.app.name),
            Name(values.name()),
            named(cx, &having),
            has(&having),
            several(paths)
        ),
    };
    let from = cx
        .promoted_from(index)
        .filter(|_| gaps.iter().all(is_pending));
    let help = match from {
        Some(from) => text!(
            "promote {} (`envlint promote --from {} --to {}`), or allow the difference under `perEnvironment:` in envlint.yaml",
            if paths.len() == 1 { "it" } else { "them" },
            Name(cx.name(from)),
            Name(values.name())
        ),
        None => text!(
            "name the chart in envlint.yaml, and envlint finds out which of them it needs; `envlint init` writes a first one"
        ),
    };
    let finding = out
        .finding(place, message)
        .help(help)
        .environment(values.name());
    let finding = match paths.as_slice() {
        [path] => finding.at((*path).clone()),
        _ => finding,
    };
    Some(out.lower_severity(Severity::Info, finding))
}

/// The paths of gaps, each once.
fn distinct<'g, 'c: 'g>(gaps: impl Iterator<Item = &'g Gap<'c>>) -> Vec<&'g Path> {
    let paths: BTreeSet<&Path> = gaps.map(|gap| &gap.path).collect();
    paths.into_iter().collect()
}

/// Paths in a sentence; the last of many are counted.
fn several(paths: &[&Path]) -> Text {
    let shown = paths
        .iter()
        .take(MOST_LISTED)
        .map(|path| text!("`{}`", path));
    let shown = Text::join(shown.collect::<Vec<_>>(), ", ");
    match paths.len().saturating_sub(MOST_LISTED) {
        0 => shown,
        more => text!("{} and {} more", shown, more),
    }
}

fn named(cx: &AppContext<'_>, indices: &[usize]) -> Text {
    let names: Vec<&str> = indices.iter().map(|index| cx.name(*index)).collect();
    listed(&names)
}

fn has(having: &[usize]) -> &'static str {
    if having.len() == 1 { "has" } else { "have" }
}

fn ways(what: &'static str, path: &Path, values: &EnvironmentValues<'_>) -> Text {
    text!(
        "add {} to {}, or allow the difference under `perEnvironment:` in envlint.yaml: `path: {}`",
        what,
        Name(&values.file.path),
        Name(&in_flow(path))
    )
}

/// The place in a template that reads, where the template is a file of the workspace.
fn template_of(cx: &AppContext<'_>, read: &Read<'_>) -> Option<Location> {
    let chart = cx.chart.filter(|chart| !chart.is_archive())?;
    let (_, inside) = read.file().split_once('/')?;
    let source = Source::read(&cx.workspace.root, &chart.path(inside)).ok()?;
    let span = read.span();
    let is_inside = source.text().get(span.clone()).is_some();
    is_inside.then(|| Location::new(&Arc::new(source), Span::new(span.start, span.end)))
}

/// A key much like the missing one in its place, which those that have the missing one do not set: one of the two is
/// likely misspelt.
fn alike<'a>(cx: &AppContext<'a>, row: &Row<'_>, index: usize, missing: &Path) -> Option<&'a str> {
    let Some(Segment::Key(key)) = missing.last() else {
        return None;
    };
    let above = missing.parent()?;
    let siblings = cx.environments.get(index)?.effective.as_ref()?.at(&above)?;
    let known = slip(key, siblings.entries().into_iter().map(|(known, _)| known))?;
    let mut path = above;
    path.push(Segment::Key(known.into()));
    let mut having = row
        .values()
        .filter_map(|(other, _)| cx.environments.get(other));
    having
        .all(|values| !values.mentions(&path))
        .then_some(known)
}
