//! Where a value goes: which fields it reaches, or what keeps it from them.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_helm::{Read, Stop};
use envlint_yaml::{Path, Segment};

use super::places::{MOST_PLACES, places, places_of};
use super::{MOST_VALUES, Set, Untraced, set_at};
use crate::manifests::{Field, Probe, Reach, place_of_read};
use crate::resolve::{EnvironmentValues, ResolvedApp, resolve};
use crate::source::{Location, nearest};
use crate::values::Located;
use crate::workspace::{App, ChartFiles, Workspace};

/// What a value does in an environment.
#[derive(Debug)]
pub struct ValueTrace {
    /// Where it is set; none where nothing sets it
    pub set: Option<Set>,
    /// Whether it is given when the app is deployed, and nothing here says what it is then
    pub is_given: bool,
    /// What becomes of it
    pub end: End,
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
        let trace = ValueTrace {
            set: set(values, path),
            is_given: is_unknown(values, path),
            end: end(&cx, values, path),
        };
        (Arc::clone(values.name()), trace)
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

/// Whether what a path is may be another value once the app is deployed, which nobody here knows.
fn is_unknown(values: &EnvironmentValues<'_>, path: &Path) -> bool {
    let mut given = values.file.unknown_given();
    values.file.is_given(path) && given.any(|pattern| pattern.covers(path))
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
