//! `drift/missing-key`: the rule and what it says; [`gaps`] finds what it speaks of.

mod gaps;

use std::collections::BTreeSet;

use envlint_yaml::{Path, Segment};

use self::gaps::{Gap, Gaps, Group, distinct};

use super::{in_flow, listed};
use crate::history::{PairStates, Since};
use crate::masking::{Name, ObjectName, Text, text};
use crate::resolve::{EnvironmentValues, Reading};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::is_off_on_the_way;
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
    ///   `default`, `required` and the like): one finding for each map, with the paths. The template fails there, or
    ///   prints nothing. It is an error where production lacks them, where an earlier environment has them, too, or where
    ///   `envlint.yaml` declares `perEnvironment:` paths, else a warning.
    /// - The same without such a template, where `envlint.yaml` declares `perEnvironment:` paths and this is none of
    ///   them: an error when production has the path, else a warning; in a shallow clone, where history does not tell
    ///   whether it is pending, a warning.
    /// - An environment lacks a path, and has a key of nearly the same name that the others lack: one of the two is
    ///   misspelt.
    /// - A later environment lacks a path that an earlier one has: the path is pending. One info for each app and
    ///   environment lists all of them, as far as a template needs them or `envlint.yaml` declares paths.
    /// - A per-environment path is new in an environment, as git history tells, and the environment that is promoted to
    ///   from there has no value for it: one warning for each pair of environments, unless the chart does without it.
    /// - The chart is not known, and `envlint.yaml` declares nothing: one info for each app and environment lists the
    ///   paths.
    ///
    /// Where git history tells why a path is only in one of two environments, it is pending or was changed out of order,
    /// and [drift/undeclared-difference](undeclared-difference.md) or [drift/out-of-order-change](out-of-order-change.md)
    /// reports it. A path that a template needs and that the later environment still has stays an error here.
    ///
    /// Ignored: other per-environment paths, paths below `secrets:`, paths that are given at deploy time (`--set`), maps that
    /// are turned off (`enabled: false`), one of two alternatives (`minAvailable`, `maxUnavailable`), items and keys
    /// whose names differ only in the environment's name, paths that no template reads, keys of maps that templates only
    /// range over or copy as a whole, maps whose keys are data (they have none in common), and paths that an environment
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

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let gaps = Gaps::of(cx, out);
    for gap in &gaps.misspelt {
        if let Some(finding) = misspelt(cx, gap, out) {
            out.push(finding);
        }
    }
    for (group, gaps) in &gaps.grouped() {
        if let Some(finding) = wrong(cx, group, gaps, out) {
            out.push(finding);
        }
    }
    for (index, gaps) in gaps.pending.iter().enumerate() {
        if let Some(finding) = pending(cx, index, gaps, out) {
            out.push(finding);
        }
    }
    for pair in cx.states() {
        if let Some(finding) = waiting(cx, pair, out) {
            out.push(finding);
        }
    }
}

/// Per-environment paths that are new in an environment and have no value in the one that it is promoted to: no promotion
/// brings one.
fn waiting(cx: &AppContext<'_>, pair: &PairStates, out: &Reporter<'_>) -> Option<Finding> {
    let (from, to) = (
        cx.environments.get(pair.from)?,
        cx.environments.get(pair.to)?,
    );
    let (source, effective) = (to.file.source.as_ref().ok()?, to.effective.as_ref()?);
    // How a stack of Pulumi is encrypted, no other one has to know.
    let is_config = |path: &Path| {
        let first = path.segments().first();
        matches!(first, Some(Segment::Key(key)) if **key == *"config")
    };
    let is_wanted = |path: &Path| {
        if cx.app.is_of_stacks() && !is_config(path) {
            return false;
        }
        let reading = cx.reading(pair.to, path);
        let is_needless = to.lacks_on_purpose(path)
            || to.file.is_given(path)
            || is_off_on_the_way(effective, path)
            || out.ignores(path, source);
        let is_read = match reading {
            Reading::Needed(_) | Reading::Unknown => true,
            // A promotion brings the item of a list with its name, and without the value of its own.
            Reading::Free => path.parent().is_some_and(|item| {
                let is_item = matches!(item.segments().last(), Some(Segment::Match { .. }));
                is_item && effective.at(&item).is_some()
            }),
            Reading::Optional | Reading::Unread => false,
        };
        is_read && !is_needless
    };
    let new = pair.waiting.iter();
    let new = new.filter_map(|(at, since)| Some((&cx.table.get(*at)?.path, since)));
    let new: Vec<(&Path, &Since)> = new.filter(|(path, _)| is_wanted(path)).collect();
    let (first, _) = new.first()?;
    let since = new.iter().map(|(_, since)| *since);
    let since = since.min_by_key(|since| since.time())?.said();
    let paths = listed(new.iter().map(|(path, _)| *path));
    let message = match new.len() {
        1 => text!(
            "{} is per-environment and new in {}, {}; {} has no value for it",
            paths,
            Name(from.name()),
            since,
            Name(to.name())
        ),
        count => text!(
            "{} per-environment paths are new in {}, the first {}; {} has no values for them: {}",
            count,
            Name(from.name()),
            since,
            Name(to.name()),
            paths
        ),
    };
    let finding = out
        .finding(to.place_of(first)?, message)
        .environment(to.name())
        .help(text!(
            "add {} to {}; write `null` there when {} needs none",
            if new.len() == 1 { "a value" } else { "values" },
            to.file.called(),
            Name(to.name())
        ));
    let finding = match new.as_slice() {
        [(path, _)] => finding.at((*path).clone()),
        _ => finding,
    };
    Some(out.lower_severity(Severity::Warning, finding))
}

/// A key that is probably the missing one, written wrongly.
fn misspelt(cx: &AppContext<'_>, gap: &Gap<'_>, out: &Reporter<'_>) -> Option<Finding> {
    let values = cx.environments.get(gap.index)?;
    let place = values.place_of(&gap.path)?;
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
    let place = values.place_of(&gap.path)?;
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
            listed(paths.iter().copied())
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
    if let Some(place) = gap.read.and_then(|read| cx.place_of_read(&read)) {
        finding = finding.note(place, "it is read here");
    }
    let is_any_production = |indices: &[usize]| {
        let mut all = indices
            .iter()
            .filter_map(|index| cx.environments.get(*index));
        all.any(|values| values.environment.tier == Tier::Production)
    };
    // Where nobody said what may differ, an early environment without a value may be as it is meant; one between others
    // that have it is not.
    let is_declared = cx.workspace.config.declares_paths();
    let is_between = group.having.first() < group.lacking.last();
    let is_bad = match group.is_needed {
        true => is_declared || is_between || is_any_production(&group.lacking),
        false => is_any_production(&group.having) && !gaps.iter().any(|gap| gap.is_cut),
    };
    Some(match is_bad {
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
    let place = values.place_of(&gap.path)?;
    let paths = distinct(gaps.iter());
    let is_pending = |gap: &Gap<'_>| !gap.having.iter().any(|having| cx.travels(index, *having));
    let having: BTreeSet<usize> = gaps
        .iter()
        .flat_map(|gap| gap.having.iter().copied())
        .collect();
    let having: Vec<usize> = having.into_iter().collect();
    let is_of_all = gaps.iter().all(|gap| gap.having == having);
    let message = match paths.as_slice() {
        [path] => text!(
            "`{}` is missing in {}; {} {} it",
            path,
            Name(values.name()),
            named(cx, &having),
            has(&having)
        ),
        paths if !is_of_all => text!(
            "{} paths of `{}` are missing in {}; at least one of {} has each of them: {}",
            paths.len(),
            Name(&cx.app.name),
            Name(values.name()),
            named(cx, &having),
            listed(paths.iter().copied())
        ),
        paths => text!(
            "{} paths of `{}` are missing in {}; {} {} them: {}",
            paths.len(),
            Name(&cx.app.name),
            Name(values.name()),
            named(cx, &having),
            has(&having),
            listed(paths.iter().copied())
        ),
    };
    let is_on_the_way = gaps.iter().all(is_pending) && cx.promoted_from(index).is_some();
    let step = is_on_the_way.then(|| first_step(cx, index, gaps)).flatten();
    let it = if paths.len() == 1 { "it" } else { "them" };
    let help = match step {
        Some((from, to)) if to == index => text!(
            "if {} needs {}, promote {1} (`{}`); otherwise allow the difference under `perEnvironment:` in envlint.yaml",
            Name(values.name()),
            it,
            super::promotion(cx, from, index)
        ),
        Some((from, to)) => text!(
            "if {} needs {}, promote {1} to {} first (`{}`); otherwise allow the difference under `perEnvironment:` in envlint.yaml",
            Name(values.name()),
            it,
            Name(cx.name(to)),
            super::promotion(cx, from, to)
        ),
        None if is_on_the_way => text!(
            "if {} needs {}, add {1} to {}; otherwise allow the difference under `perEnvironment:` in envlint.yaml",
            Name(values.name()),
            it,
            values.file.called()
        ),
        None if cx.app.is_of_stacks() => {
            "set it there if the program needs it, or allow the difference under `perEnvironment:` in envlint.yaml".into()
        }
        None => {
            let which = match paths.len() {
                1 => "whether the app needs it",
                _ => "which of them the app needs",
            };
            match cx
                .app
                .deployment(values.name())
                .and_then(|known| known.chart.as_deref())
            {
                Some(chart) => text!(
                    "the chart `{}` would tell {}, but envlint cannot read all of its templates here",
                    ObjectName(chart),
                    which
                ),
                None => text!(
                    "name the chart in envlint.yaml, and envlint finds out {}{}",
                    which,
                    match cx.workspace.config_source {
                        Some(_) => "",
                        None => "; `envlint init` writes a first one",
                    }
                ),
            }
        }
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

/// The step of promotion that brings the paths nearer to an environment: from the nearest one on the way that has all of them.
fn first_step(cx: &AppContext<'_>, index: usize, gaps: &[Gap<'_>]) -> Option<(usize, usize)> {
    let mut to = index;
    // Each environment is promoted from at most once on the way.
    for _ in 0..cx.environments.len() {
        let from = cx.promoted_from(to)?;
        if gaps.iter().all(|gap| gap.having.contains(&from)) {
            return Some((from, to));
        }
        to = from;
    }
    None
}

fn named(cx: &AppContext<'_>, indices: &[usize]) -> Text {
    let names: Vec<&str> = indices.iter().map(|index| cx.name(*index)).collect();
    Text::listed(&names)
}

fn has(having: &[usize]) -> &'static str {
    if having.len() == 1 { "has" } else { "have" }
}

fn ways(what: &'static str, path: &Path, values: &EnvironmentValues<'_>) -> Text {
    text!(
        "add {} to {}, or allow the difference under `perEnvironment:` in envlint.yaml: `- {{path: {}}}`",
        what,
        values.file.called(),
        Name(&in_flow(path))
    )
}
