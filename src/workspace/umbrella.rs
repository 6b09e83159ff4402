//! Values of several charts in one file: its keys are the names of charts that are deployed one by one, each with its part.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::{Node, Span};

use super::Environment;
use super::app::App;
use super::deployment::{Deployment, Own};
use super::discover::{FoundApp, FoundFile};
use super::fitting::Fitting;
use crate::evidence::{Evidence, LayerPath, Unread};
use crate::masking::{Name, text};
use crate::source::{Location, Source};

/// The part of one chart in a file.
struct Part {
    path: String,
    span: Span,
    evidence: Evidence,
}

/// The parts of some files, by chart and environment.
type Parts = BTreeMap<String, BTreeMap<String, Part>>;

/// The apps of files that hold the values of several charts; the files are taken out of `found`. Only charts count that
/// lie in no other one: a chart with charts in it has their values below their names, too, and is one app.
pub(super) fn apps(
    found: &mut Vec<FoundApp>,
    fitting: &Fitting<'_>,
    environments: &[Environment],
    used: &mut BTreeSet<String>,
    root: &Path,
    unread: &mut Vec<Unread>,
) -> Vec<App> {
    let by_name = by_name(fitting);
    if by_name.len() < 2 {
        return Vec::new();
    }
    let mut made = Vec::new();
    found.retain(|app| {
        let (parts, others) = match parts(app, &by_name, fitting, root) {
            Umbrella::None => return true,
            Umbrella::OfNames => {
                unread.extend(app.files().map(unfit));
                return false;
            }
            Umbrella::Of(parts, others) => (parts, others),
        };
        unread.extend(others);
        for (name, parts) in parts {
            let Some(chart) = by_name.get(name.as_str()) else {
                continue;
            };
            let deployments = deployments(chart, &parts, environments);
            let is_free = used.insert(name.clone());
            let name = match is_free {
                true => name,
                false => (*chart).to_owned(),
            };
            made.push(App {
                name: Arc::from(name),
                chart: Some((*chart).to_owned()),
                deployments,
                patterns: Vec::new(),
                schema: None,
                declared: None,
            });
        }
        false
    });
    made
}

/// Whether the keys of an app's files are names of charts.
pub(super) fn is_of_charts(app: &FoundApp, fitting: &Fitting<'_>, root: &Path) -> bool {
    let by_name = by_name(fitting);
    by_name.len() > 1 && !matches!(parts(app, &by_name, fitting, root), Umbrella::None)
}

/// The charts that lie in no other one, by the names of their folders.
fn by_name<'w>(fitting: &Fitting<'w>) -> BTreeMap<&'w str, &'w str> {
    let charts = fitting.outer().iter();
    charts
        .filter_map(|chart| Some((chart.rsplit('/').next()?, *chart)))
        .collect()
}

fn deployments(
    chart: &str,
    parts: &BTreeMap<String, Part>,
    environments: &[Environment],
) -> Vec<Deployment> {
    let of = |environment: &Environment| {
        let part = environment.names().find_map(|name| parts.get(name))?;
        let own = Own::Layer(LayerPath::part(&part.path, part.span));
        Some(Deployment {
            chart: Some(chart.to_owned()),
            evidence: vec![part.evidence.clone()],
            ..Deployment::new(environment.clone(), own)
        })
    };
    environments.iter().filter_map(of).collect()
}

/// What files with keys that are names of charts hold.
enum Umbrella {
    /// The values of one app.
    None,
    /// The values of these charts, and what else.
    Of(Parts, Vec<Unread>),
    /// Something that others than the charts read: `redis: {namespace: redis, release: redis}`.
    OfNames,
}

/// A file that has the names of charts and no values of theirs.
fn unfit(file: &FoundFile) -> Unread {
    Unread {
        file: file.path.clone(),
        place: None,
        reason: "its keys are names of charts, but the own values of these charts have other keys"
            .into(),
        is_values: false,
    }
}

/// What an app's files hold.
fn parts(
    app: &FoundApp,
    charts: &BTreeMap<&str, &str>,
    fitting: &Fitting<'_>,
    root: &Path,
) -> Umbrella {
    let is_free = app.chart.is_none();
    let read = is_free.then(|| parts_of(app, charts, fitting, root));
    match read.flatten() {
        Some((parts, others, are_values)) => match are_values {
            true => Umbrella::Of(parts, others),
            false => Umbrella::OfNames,
        },
        None => Umbrella::None,
    }
}

/// The parts of an app's files, what else stands in them, and whether they are values of the charts whose names they
/// have; none where the files are the values of one app.
fn parts_of(
    app: &FoundApp,
    charts: &BTreeMap<&str, &str>,
    fitting: &Fitting<'_>,
    root: &Path,
) -> Option<(Parts, Vec<Unread>, bool)> {
    let mut parts = Parts::new();
    let mut others = Vec::new();
    let (mut named, mut misfits) = (0, 0);
    for file in &app.values {
        let source = Arc::new(Source::read(root, &file.path).ok()?);
        let map = source.document.root()?.as_mapping()?;
        for (key, value) in map.iter() {
            let name = key.text();
            // What all charts share, and anchors for the parts.
            let is_shared = name == "global" || name.starts_with("x-");
            if is_shared || value.as_mapping().is_none() {
                continue;
            }
            let location = Location::new(&source, key.span());
            let Some(chart) = charts.get(name) else {
                others.push(Unread::at(
                    &location,
                    text!(
                        "`{}` is no chart of the repository, as the other keys of this file are",
                        Name(name)
                    ),
                ));
                continue;
            };
            named += 1;
            let keys = map_keys(value);
            misfits += usize::from(fitting.fits(&keys, chart) == Some(false));
            let part = Part {
                path: file.path.clone(),
                span: value.span(),
                evidence: Evidence::at(
                    &location,
                    text!(
                        "the values of the chart `{}` in a file of several",
                        Name(name)
                    ),
                ),
            };
            let known = parts.entry(name.to_owned()).or_default();
            known.insert(file.environment.clone(), part);
        }
    }
    let are_values = named > 2 * misfits;
    (parts.len() > 1 && named > 2 * others.len()).then_some((parts, others, are_values))
}

/// The keys of a map.
fn map_keys(node: &Node) -> BTreeSet<String> {
    let map = node.as_mapping().into_iter();
    map.flat_map(|map| map.iter())
        .map(|(key, _)| key.text().to_owned())
        .collect()
}
