//! Where a field comes from: the values that it is made of, or that decide about it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use envlint_budget::Budget;
use envlint_helm::Rendered;
use envlint_yaml::{Items, Node, Path, Value};
use rayon::prelude::*;

use super::places::places_of;
use super::{MOST_VALUES, Set, Untraced, set_at};
use crate::manifests::{MOST_SEARCHED, Probe, Reach, all, written_in};
use crate::resolve::{EnvironmentValues, ResolvedApp, resolve};
use crate::source::Location;
use crate::values::{Located, Tree};
use crate::workspace::{App, ChartFiles, Workspace};

/// How often the chart is rendered to find the values of a field.
const MOST_RENDERS: usize = 1_000;

/// Where a field comes from.
#[derive(Debug)]
pub struct FieldTrace {
    /// The whole name of the object's template
    pub template: String,
    /// The line of a template that writes the field, which may be one of a named template; none where that is no file of the
    /// workspace
    pub line: Option<Location>,
    /// What the field is
    pub value: Value,
    /// The values that it is made of, or that decide about it
    pub origins: Vec<FieldOrigin>,
}

/// A value that a field is made of.
#[derive(Debug)]
pub struct FieldOrigin {
    /// The value's path
    pub path: Path,
    /// Where it is set
    pub set: Set,
    /// Whether it decides if the field is there at all, and is not a part of it
    pub is_switch: bool,
    /// The lines of templates that read it
    pub places: Vec<Location>,
}

/// Where a field of an object comes from; `object` is `Kind/name`.
///
/// # Errors
/// Why nobody can say.
pub fn trace_field(
    workspace: &Workspace,
    app: &App,
    chart: Option<&ChartFiles>,
    environment: &str,
    (object, field): (&str, &Path),
) -> Result<FieldTrace, Untraced> {
    let files = app.load(workspace);
    let cx = resolve(workspace, app, &files, chart);
    let mut environments = cx.environments.iter();
    let values = environments
        .find(|values| **values.name() == *environment)
        .ok_or(Untraced::NoValues)?;
    trace_field_of(&cx, values, object, field)
}

fn trace_field_of(
    cx: &ResolvedApp<'_>,
    values: &EnvironmentValues<'_>,
    object: &str,
    field: &Path,
) -> Result<FieldTrace, Untraced> {
    let chart = cx.chart.ok_or(Untraced::NoChart)?;
    let reads = chart.reads().ok_or(Untraced::NotRendered)?;
    let probe = Probe::of(cx.app, chart, values).ok_or(Untraced::NotRendered)?;
    let rendered = probe.rendered();
    let is_asked = |kind: &str, name: &str| {
        object
            .split_once('/')
            .is_some_and(|(asked, of)| asked.eq_ignore_ascii_case(kind) && of == name)
    };
    let mut manifests = all(rendered);
    let manifest = manifests
        .find(|manifest| is_asked(&manifest.kind, &manifest.name))
        .ok_or_else(|| Untraced::NoObject(objects(rendered)))?;
    let document = manifest.document();
    let (field, node) = document
        .root()
        .and_then(|root| located(root, field))
        .ok_or_else(|| Untraced::NoField(keys_beside(document.root(), field)))?;
    let field = &field;
    let mut leaves = Vec::new();
    if let Some(root) = &values.effective {
        add_leaves(cx, &Located::root(root), &mut leaves);
    }
    if leaves.len() > MOST_VALUES {
        return Err(Untraced::TooMany);
    }
    let origin = |leaf: &Located<'_>| {
        let Reach::Fields(fields) = probe.reach(leaf.path()) else {
            return None;
        };
        let touched = fields.into_iter().find(|found| {
            is_asked(&found.kind, &found.name)
                && (is_around(&found.path, field) || is_around(field, &found.path))
        })?;
        // What is taken away, or was not there, is not made of the value.
        let is_switch = touched.after.is_none() || touched.before.is_none() || is_bool(leaf.tree());
        Some(FieldOrigin {
            path: leaf.path().clone(),
            set: set_at(values, leaf.tree()),
            is_switch,
            places: places_of(
                cx,
                values,
                (leaf.path(), &reads.places(leaf.path())),
                &touched,
            ),
        })
    };
    let is_same = |rendered: &Rendered| {
        let mut manifests = all(rendered);
        let same = manifests.find(|manifest| is_asked(&manifest.kind, &manifest.name));
        let field = same.and_then(|same| same.document().root()?.get(field).map(Node::to_value));
        field.is_some_and(|field| field == node.to_value())
    };
    let (switches, parts): (Vec<_>, Vec<_>) = leaves.iter().partition(|leaf| is_bool(leaf.tree()));
    let left = AtomicUsize::new(MOST_RENDERS);
    let mut deciding = touching(&probe, &parts, &is_same, &left);
    deciding.extend(touching(&probe, &switches, &is_same, &left));
    if left.into_inner() == 0 {
        return Err(Untraced::TooMany);
    }
    let mut origins: Vec<FieldOrigin> = deciding.into_par_iter().filter_map(origin).collect();
    origins.sort_by_key(|origin| origin.is_switch);
    Ok(FieldTrace {
        template: manifest.template.clone(),
        line: written_in(
            cx.workspace,
            (chart, Some(rendered)),
            (manifest, Some(field)),
            &Budget::new(MOST_SEARCHED),
        ),
        value: node.to_value(),
        origins,
    })
}

/// The values that may change a field. Many are tried at once: where the field stays the same, it is made of none of them.
fn touching<'l, 'a>(
    probe: &Probe<'_>,
    leaves: &[&'l Located<'a>],
    is_same: &(dyn Fn(&Rendered) -> bool + Sync),
    left: &AtomicUsize,
) -> Vec<&'l Located<'a>> {
    if leaves.len() <= 1 {
        return leaves.to_vec();
    }
    let spend = |left: usize| left.checked_sub(1);
    if left.fetch_update(Relaxed, Relaxed, spend).is_err() {
        return Vec::new();
    }
    let paths: Vec<&Path> = leaves.iter().map(|leaf| leaf.path()).collect();
    if probe
        .variant()
        .rendered_with_others(&paths)
        .is_some_and(|rendered| is_same(&rendered))
    {
        return Vec::new();
    }
    let (first, second) = leaves.split_at(leaves.len() / 2);
    let (mut found, others) = rayon::join(
        || touching(probe, first, is_same, left),
        || touching(probe, second, is_same, left),
    );
    found.extend(others);
    found
}

fn is_bool(tree: &Tree<'_>) -> bool {
    tree.as_bool().is_some()
}

/// Whether a path is another one, or leads to what holds it.
fn is_around(outer: &Path, inner: &Path) -> bool {
    inner.segments().starts_with(outer.segments())
}

/// The single values that templates may read.
fn add_leaves<'a>(cx: &ResolvedApp<'_>, value: &Located<'a>, found: &mut Vec<Located<'a>>) {
    if found.len() > MOST_VALUES || (!value.path().is_root() && !cx.may_read(value.path())) {
        return;
    }
    let children = value.children();
    match children.is_empty() {
        true => found.push(value.clone()),
        false => children
            .iter()
            .for_each(|child| add_leaves(cx, child, found)),
    }
}

fn objects(rendered: &Rendered) -> Vec<String> {
    let name = |manifest: &envlint_helm::Manifest| format!("{}/{}", manifest.kind, manifest.name);
    all(rendered).map(name).collect()
}

/// A field with its path as differences name it: items by their names, where they have some.
fn located<'n>(root: &'n Node, field: &Path) -> Option<(Path, &'n Node)> {
    let (mut path, mut node) = (Path::root(), root);
    for segment in field.segments() {
        let next = node.child(segment)?;
        let step = match node.as_sequence() {
            None => segment.clone(),
            Some(items) => {
                let index = items.iter().position(|item| std::ptr::eq(item, next))?;
                Items::of(items).step(index).to_segment()
            }
        };
        path = path.join(step);
        node = next;
    }
    Some((path, node))
}

/// The keys of the map that lacks a field.
fn keys_beside(root: Option<&Node>, field: &Path) -> Vec<String> {
    let parent = field.parent().unwrap_or_default();
    let map = root
        .and_then(|root| root.get(&parent))
        .and_then(Node::as_mapping);
    let keys = map
        .into_iter()
        .flat_map(|map| map.iter().map(|(key, _)| key.text().to_owned()));
    keys.collect()
}
