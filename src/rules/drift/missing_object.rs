//! `drift/missing-object`.

use std::collections::{BTreeMap, BTreeSet};

use envlint_helm::Branch;
use envlint_yaml::Path;

use super::nameless;
use crate::manifests::RenderedObject;
use crate::manifests::objects::KINDS;
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
use crate::values::{Row, Tree};
use crate::workspace::Tier;

rule! {
    /// An object that one environment has is missing in the one that is promoted to.
    ///
    /// ## What it does
    ///
    /// Holds the objects that the chart makes for an environment against those of the environment before, by their templates,
    /// kinds and names; the names of the environments in them do not count. It reports objects that the later environment
    /// lacks where a value decides it that only the earlier environment sets: the template reads it, and the later
    /// environment has nothing, `false` or an empty value there, which none of its own files says.
    ///
    /// It is a warning where production lacks a policy that the environment before has (`NetworkPolicy`, `AuthorizationPolicy`,
    /// …), else an info. All objects of one template are one finding.
    ///
    /// Ignored: objects that a file of the later environment turns off (`networkPolicy: {enabled: false}`), objects that only
    /// the later environment has, hooks, tests, subcharts that are off as a whole, and the objects of a secret backend
    /// (`ExternalSecret`, `SealedSecret`, …) where the later environment has those of another one.
    ///
    /// ## Why it matters
    ///
    /// The object was turned on in staging, tested there, and forgotten on the way. Nothing fails in production: it runs without.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/values.yaml
    /// networkPolicy: {enabled: false}
    ///
    /// # environments/staging/values.yaml
    /// networkPolicy: {enabled: true}
    ///
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// networkPolicy: {enabled: true}
    /// ```
    ///
    /// If production is to run without it, say so there: `networkPolicy: {enabled: false}`.
    ///
    /// ## References
    ///
    /// - [Helm: flow control](https://helm.sh/docs/chart_template_guide/control_structures/)
    "drift/missing-object", Warning, Check::App(check)
}

/// Kinds that keep others out.
const POLICIES: [&str; 6] = [
    "AuthorizationPolicy",
    "CiliumNetworkPolicy",
    "LimitRange",
    "NetworkPolicy",
    "PeerAuthentication",
    "ResourceQuota",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    if !cx.has_one_chart() {
        return;
    }
    for (index, values) in cx.environments.iter().enumerate() {
        let Some(before) = cx.promoted_from(index) else {
            continue;
        };
        for lost in lost(cx, before, index) {
            if let Some(finding) = finding(cx, values, before, &lost, out) {
                out.push(finding);
            }
        }
    }
}

/// The objects of one template that an environment lacks.
struct Lost<'c> {
    objects: Vec<&'c RenderedObject>,
    /// What the environment before sets, and decides it.
    path: &'c Path,
    set: Tree<'c>,
}

/// What an environment lacks that the one before has, because it lacks a value.
fn lost<'c>(cx: &'c AppContext<'_>, before: usize, index: usize) -> Vec<Lost<'c>> {
    let objects = |index: usize| {
        let objects = cx.manifests.objects(cx.name(index))?;
        let kept = objects.iter().filter(|object| is_kept(object));
        Some(kept.collect::<Vec<_>>())
    };
    let (Some(there), Some(here)) = (objects(before), objects(index)) else {
        return Vec::new();
    };
    let mut by_template: BTreeMap<&str, Vec<&RenderedObject>> = BTreeMap::new();
    for &object in &there {
        let same = |other: &&&RenderedObject| {
            other.template == object.template && other.kind == object.kind
        };
        let is_here = here.iter().filter(same).any(|other| {
            general(&other.name, cx.name(index)) == general(&object.name, cx.name(before))
        });
        // A subchart that is off brings nothing.
        let is_on = here.iter().any(|other| chart_of(other) == chart_of(object));
        if !is_here && is_on {
            by_template
                .entry(&object.template)
                .or_default()
                .push(object);
        }
    }
    let has_other_backend = has_other_backend(&there, &here);
    let all = by_template.into_iter();
    all.filter_map(|(template, objects)| {
        // As many, with names that only the environment tells apart.
        let count = |all: &[&RenderedObject]| {
            let of_template = all.iter().filter(|object| object.template == template);
            of_template.count()
        };
        let is_replaced = has_other_backend && objects.iter().any(|object| is_of_backend(object));
        if is_replaced || count(&here) >= objects.len() {
            return None;
        }
        let (path, set) = deciding(cx, template, &objects, before, index)?;
        Some(Lost { objects, path, set })
    })
    .collect()
}

/// Whether an environment gets its secrets from another backend than the one before: it has objects of a kind for that alone.
fn has_other_backend(there: &[&RenderedObject], here: &[&RenderedObject]) -> bool {
    let mut own = here.iter().filter(|object| is_of_backend(object));
    own.any(|object| there.iter().all(|other| other.kind != object.kind))
}

fn is_of_backend(object: &RenderedObject) -> bool {
    KINDS.contains(&object.kind.as_str())
}

fn is_kept(object: &RenderedObject) -> bool {
    !object.is_hook && !object.name.is_empty() && !object.template.contains("/tests/")
}

/// The directory of the chart that a template belongs to.
fn chart_of(object: &RenderedObject) -> &str {
    let chart = object.template.rsplit_once("/templates/");
    chart.map_or("", |(chart, _)| chart)
}

fn general(name: &str, environment: &str) -> String {
    nameless(name, environment).unwrap_or_else(|| name.replace(['-', '_', '.', '/', ':'], "."))
}

/// The value that an environment lacks and that a template reads; none where the environment says something else there on
/// purpose.
fn deciding<'c>(
    cx: &'c AppContext<'_>,
    template: &str,
    objects: &[&RenderedObject],
    before: usize,
    index: usize,
) -> Option<(&'c Path, Tree<'c>)> {
    let reads = cx.chart?.reads()?;
    let values = cx.environments.get(index)?;
    let mut found: Vec<(&Path, Tree<'_>)> = Vec::new();
    for (row, class) in cx.rows() {
        let (there, here) = (value(row, before), value(row, index));
        if is_nothing(there) || !is_nothing(here) {
            // A template may ask for the name of the environment.
            continue;
        }
        let is_read = || {
            let read = reads.reading(&row.path);
            read.iter().any(|read| read.file() == template)
        };
        if !is_read() {
            continue;
        }
        // Somebody decided, or `drift/undeclared-difference` says it.
        let is_said = cx.workspace.config.declares_paths() && !class.is_per_environment();
        if values.mentions(&row.path) || values.file.is_given(&row.path) || is_said {
            return None;
        }
        found.push((&row.path, there?.clone()));
    }
    // Of several, the one that turns the object on; else a switch.
    let switches = switches(cx, template, objects, index);
    let by_template = found.iter().position(|(path, _)| switches.contains(*path));
    let is_switch = |(_, tree): &(&Path, Tree<'_>)| tree.as_bool() == Some(true);
    let at = by_template.or_else(|| found.iter().position(is_switch));
    match found.is_empty() {
        true => None,
        false => Some(found.swap_remove(at.unwrap_or_default())),
    }
}

/// The values that would bring the objects to an environment, as their template asks for them.
fn switches(
    cx: &AppContext<'_>,
    template: &str,
    objects: &[&RenderedObject],
    index: usize,
) -> BTreeSet<Path> {
    let reads = cx.chart.and_then(|chart| chart.reads());
    let overlaid = cx.environments.get(index).map(|values| &values.overlaid);
    let (Some(reads), Some(Some(Ok(effective)))) = (reads, overlaid) else {
        return BTreeSet::new();
    };
    let is_theirs = |branch: &Branch<'_>| {
        let mut objects = objects.iter();
        branch.file() == template && objects.any(|object| object.kind == branch.kind())
    };
    let branches = reads.branches().filter(is_theirs);
    let settings = branches.filter_map(|branch| branch.settings(effective));
    settings.flatten().map(|(path, _)| path).collect()
}

fn value<'t, 'a>(row: &'t Row<'a>, index: usize) -> Option<&'t Tree<'a>> {
    let mut values = row.values();
    values.find_map(|(known, tree)| (known == index).then_some(tree))
}

/// Whether a template takes a value for false.
fn is_nothing(tree: Option<&Tree<'_>>) -> bool {
    tree.is_none_or(|tree| tree.is_empty() || tree.as_bool() == Some(false))
}

fn finding(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    before: usize,
    lost: &Lost<'_>,
    out: &Reporter<'_>,
) -> Option<Finding> {
    /// How many objects are named.
    const MOST: usize = 4;
    let place = values.place_of(lost.path)?;
    let called = lost.objects.iter().map(|object| object.called());
    let objects = match lost.objects.len() {
        0..=MOST => Text::sentence(called),
        _ => Text::first(called, MOST),
    };
    let message = text!(
        "{} {} in {} and missing in {}, which does not set `{}`",
        objects,
        if lost.objects.len() == 1 { "is" } else { "are" },
        Name(cx.name(before)),
        Name(values.name()),
        lost.path
    );
    let finding = out
        .finding(place, message)
        .at(lost.path.clone())
        .environment(values.name())
        .note(
            lost.set.location(),
            text!("{} sets it", Name(cx.name(before))),
        )
        .help(text!(
            "set `{}` in {}, too; if {} is to run without, turn it off there",
            lost.path,
            values.file.called(),
            Name(values.name())
        ));
    let is_policy = |object: &&RenderedObject| POLICIES.contains(&object.kind.as_str());
    let is_bad = values.environment.tier == Tier::Production && lost.objects.iter().any(is_policy);
    Some(match is_bad {
        true => finding,
        false => out.lower_severity(Severity::Info, finding),
    })
}
