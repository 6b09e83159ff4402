//! Where a value goes, and where a field comes from: the chain from a line of a values file over the line of a template to the
//! field of an object. Which fields a value reaches is found by rendering ([`Probe`]); the lines of templates are those that
//! read the value ([`Reads`](envlint_helm::Reads)).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use envlint_helm::{Read, Rendered, Stop};
use envlint_yaml::{Items, Node, Path, Segment, Value};
use rayon::prelude::*;

use super::{Field, Probe, Reach, all, place_in, place_of_read, template_file};
use crate::resolve::{EnvironmentValues, ResolvedApp, resolve};
use crate::source::{Location, Source, nearest};
use crate::values::{Located, Tree};
use crate::workspace::{App, ChartFiles, Workspace};

/// Of more values than that, no field is traced.
const MOST_VALUES: usize = 5_000;
/// How often the chart is rendered to find the values of a field.
const MOST_RENDERS: usize = 1_000;
/// Of how many reads of one value the lines are looked for.
const MOST_READS: usize = 10_000;
/// How many lines of templates are listed for one value.
const MOST_PLACES: usize = 5;

/// What a value does in an environment.
#[derive(Debug)]
pub struct ValueTrace {
    /// Where it is set; none where nothing sets it
    pub set: Option<Set>,
    /// What becomes of it
    pub end: End,
}

/// Where a value is set.
#[derive(Debug)]
pub struct Set {
    /// The value's place
    pub place: Location,
    /// Whether it is a default of the chart, and not in any layer
    pub is_default: bool,
    /// The value
    pub value: Value,
}

/// What becomes of a value.
#[derive(Debug)]
pub enum End {
    /// It reaches these fields.
    Fields(Vec<(Field, Vec<Location>)>),
    /// There is no chart here that it could reach anything in.
    NoChart,
    /// The chart does not render in this environment.
    NotRendered,
    /// It is an item of a list, or in one, that nothing sets.
    NoItem,
    /// No template reads it.
    Unread,
    /// Templates read it where the values of this environment do not get to.
    Stopped(Vec<(Option<Location>, Option<Stop>)>),
    /// Templates read it, and no object is another one with another value.
    Nothing(Vec<Location>),
    /// The chart renders with no other value that was tried.
    Refused(Vec<Location>),
}

/// Where a field comes from.
#[derive(Debug)]
pub struct FieldTrace {
    /// The whole name of the object's template
    pub template: String,
    /// Where the object begins in it; none where the template is no file of the workspace
    pub object: Option<Location>,
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

/// Why a field cannot be traced.
#[derive(Debug, PartialEq, Eq)]
pub enum Untraced {
    /// The app has no values for this environment.
    NoValues,
    /// The app has no chart here.
    NoChart,
    /// The chart does not render in this environment.
    NotRendered,
    /// Nothing sets the value, and where there is a chart, no template reads it.
    NoValue {
        /// The path that may be meant
        near: Option<String>,
        /// The keys that environments have
        known: Vec<String>,
        /// Whether the templates are known
        is_unread: bool,
    },
    /// There is no such object; those that there are.
    NoObject(Vec<String>),
    /// The object has no such field; the keys next to it.
    NoField(Vec<String>),
    /// The environment has more values than are traced.
    TooMany,
}

/// What becomes of a value in each environment of an app, or in one of them.
///
/// # Errors
/// When there is no such environment, or no such value in any of them.
pub fn trace_value(
    workspace: &Workspace,
    app: &App,
    chart: Option<&ChartFiles>,
    environment: Option<&str>,
    path: &Path,
) -> Result<Vec<(Arc<str>, ValueTrace)>, Untraced> {
    let files = app.load(workspace);
    let cx = resolve(workspace, app, &files, chart);
    let is_wanted =
        |values: &&EnvironmentValues<'_>| environment.is_none_or(|name| *name == **values.name());
    let trace = |values: &EnvironmentValues<'_>| {
        let (set, end) = (set(values, path), end(&cx, values, path));
        (Arc::clone(values.name()), ValueTrace { set, end })
    };
    let wanted: Vec<_> = cx.environments.iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        return Err(Untraced::NoValues);
    }
    let traces: Vec<_> = wanted.iter().copied().map(trace).collect();
    let is_nothing = |(values, (_, trace)): (&&EnvironmentValues<'_>, &(_, ValueTrace))| {
        let is_nowhere = matches!(trace.end, End::NoChart | End::NoItem | End::Unread);
        is_nowhere && trace.set.is_none() && !values.file.is_given(path)
    };
    match wanted.iter().zip(&traces).all(is_nothing) {
        true => Err(Untraced::NoValue {
            near: near(&wanted, path),
            known: keys(&wanted),
            is_unread: traces
                .iter()
                .all(|(_, trace)| matches!(trace.end, End::Unread)),
        }),
        false => Ok(traces),
    }
}

fn end(cx: &ResolvedApp<'_>, values: &EnvironmentValues<'_>, path: &Path) -> End {
    let Some(chart) = cx.chart else {
        return End::NoChart;
    };
    let Some(reads) = chart.reads() else {
        return End::NotRendered;
    };
    let Some(probe) = Probe::of(cx.app, chart, values) else {
        return match set(values, path) {
            None if !cx.may_read(path) => End::Unread,
            _ => End::NotRendered,
        };
    };
    let reading = reads.places(path);
    let places = || places(cx, reading.iter());
    match probe.reach(path) {
        Reach::Fields(fields) => {
            let with_places = fields.into_iter().map(|field| {
                let places = places_of(cx, values, (path, &reading), &field);
                (field, places)
            });
            End::Fields(with_places.collect())
        }
        Reach::Refused if is_in_missing_list(values, path) => End::NoItem,
        Reach::Refused => End::Refused(places()),
        Reach::Nothing if !cx.may_read(path) => End::Unread,
        Reach::Nothing => {
            let Some(Ok(effective)) = &values.overlaid else {
                return End::NotRendered;
            };
            let is_stopped = |read: &&Read<'_>| read.is_reached(effective, path) == Some(false);
            match !reading.is_empty() && reading.iter().all(|read| is_stopped(&read)) {
                true => {
                    let stops = reading.iter().take(MOST_PLACES).map(|read| {
                        let place = place_of_read(cx.workspace, chart, read);
                        (place, read.stop(effective, path))
                    });
                    End::Stopped(stops.collect())
                }
                false => End::Nothing(places()),
            }
        }
    }
}

/// Whether a path leads through a list, and nothing is there.
fn is_in_missing_list(values: &EnvironmentValues<'_>, path: &Path) -> bool {
    let is_key = |segment: &Segment| matches!(segment, Segment::Key(_));
    !path.segments().iter().all(is_key) && set(values, path).is_none()
}

fn set(values: &EnvironmentValues<'_>, path: &Path) -> Option<Set> {
    let tree = values.effective.as_ref()?.at(path)?;
    Some(set_at(values, &tree))
}

/// The keys at the top of the values.
fn keys(environments: &[&EnvironmentValues<'_>]) -> Vec<String> {
    let roots = environments
        .iter()
        .filter_map(|values| values.effective.as_ref());
    let keys: BTreeSet<&str> = roots
        .flat_map(|root| root.entries().into_iter().map(|(key, _)| key))
        .collect();
    keys.into_iter().map(str::to_owned).collect()
}

/// The path that was probably meant, of all that environments have: one that is spelt nearly so, else the only one with this
/// end.
fn near(environments: &[&EnvironmentValues<'_>], path: &Path) -> Option<String> {
    let mut known: BTreeSet<Path> = BTreeSet::new();
    for values in environments {
        let mut found = Vec::new();
        if let Some(root) = &values.effective {
            add_paths(&Located::root(root), &mut found);
        }
        known.extend(found);
    }
    let texts: Vec<String> = known.iter().map(Path::to_string).collect();
    if let Some(near) = nearest(&path.to_string(), texts.iter().map(String::as_str)) {
        return Some(near.to_owned());
    }
    let mut ending = known
        .iter()
        .filter(|known| known.segments().ends_with(path.segments()));
    match (ending.next(), ending.next()) {
        (Some(only), None) => Some(only.to_string()),
        _ => None,
    }
}

/// The paths of a value and of all that is in it.
fn add_paths(value: &Located<'_>, found: &mut Vec<Path>) {
    for child in value.children() {
        if found.len() > MOST_VALUES {
            return;
        }
        found.push(child.path().clone());
        add_paths(&child, found);
    }
}

fn set_at(values: &EnvironmentValues<'_>, tree: &Tree<'_>) -> Set {
    let place = match tree.as_scalar() {
        Some(_) => tree.location(),
        None => tree.key_location(),
    };
    Set {
        is_default: !values.file.is_written_in(tree.source()),
        place,
        value: tree.to_value(),
    }
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
        object: super::template_of(cx.workspace, chart, manifest),
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

/// The lines that read a value for a field: those that write its key, else those of its template, of its chart, of all.
fn places_of(
    cx: &ResolvedApp<'_>,
    values: &EnvironmentValues<'_>,
    (path, reading): (&Path, &[Read<'_>]),
    field: &Field,
) -> Vec<Location> {
    let effective = values
        .overlaid
        .as_ref()
        .and_then(|overlaid| overlaid.as_ref().ok());
    let is_reached = |read: &&Read<'_>| {
        effective.is_none_or(|effective| read.is_reached(effective, path) != Some(false))
    };
    let reached: Vec<&Read<'_>> = reading.iter().filter(is_reached).collect();
    let of = |directory: &str| {
        let inside = reached
            .iter()
            .filter(|read| read.file().starts_with(directory));
        places(cx, inside.copied())
    };
    let own = of(&field.template);
    let key = field
        .path
        .segments()
        .iter()
        .rev()
        .find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        });
    let writes = |place: &&Location| {
        let text = place.source.text();
        let start = text
            .get(..place.span.start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next());
        let line = line
            .unwrap_or_default()
            .trim_start_matches([' ', '-', '"', '\'']);
        key.is_some_and(|key| {
            let rest = line.strip_prefix(key).unwrap_or_default();
            rest.starts_with(':') || rest.starts_with("\":")
        })
    };
    let exact: Vec<Location> = own.iter().filter(writes).cloned().collect();
    if !exact.is_empty() {
        return exact;
    }
    let chart = field
        .template
        .rsplit_once("/templates/")
        .map_or("", |(chart, _)| chart);
    let wider = [own, of(&format!("{chart}/templates/")), of("")];
    wider
        .into_iter()
        .find(|places| !places.is_empty())
        .unwrap_or_default()
}

fn places<'r>(cx: &ResolvedApp<'_>, reading: impl Iterator<Item = &'r Read<'r>>) -> Vec<Location> {
    let Some(chart) = cx.chart else {
        return Vec::new();
    };
    let mut found: Vec<Location> = Vec::new();
    let mut files: HashMap<String, Option<Arc<Source>>> = HashMap::new();
    for read in reading.take(MOST_READS) {
        let file = files
            .entry(read.file().to_owned())
            .or_insert_with(|| template_file(cx.workspace, chart, read.file()));
        let Some(place) = file.as_ref().and_then(|file| place_in(file, read)) else {
            continue;
        };
        let is_known = |known: &Location| {
            known.source.path == place.source.path && known.start().line == place.start().line
        };
        if !found.iter().any(is_known) {
            found.push(place);
        }
    }
    found.truncate(MOST_PLACES);
    found
}
