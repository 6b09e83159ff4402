//! Values of several charts in one file: its keys are the names of charts that are deployed one by one, each with its part.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::Span;

use super::Environment;
use super::app::App;
use super::deployment::{Deployment, Own};
use super::discover::FoundApp;
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

/// The apps of files that hold the values of several charts; the files are taken out of `found`. `charts` are those that
/// lie in no other one: a chart with charts in it has their values below their names, too, and is one app.
pub(super) fn apps(
    found: &mut Vec<FoundApp>,
    charts: &[&str],
    environments: &[Environment],
    used: &mut BTreeSet<String>,
    root: &Path,
    unread: &mut Vec<Unread>,
) -> Vec<App> {
    let by_name: BTreeMap<&str, &str> = charts
        .iter()
        .filter_map(|chart| Some((chart.rsplit('/').next()?, *chart)))
        .collect();
    if by_name.len() < 2 {
        return Vec::new();
    }
    let mut made = Vec::new();
    found.retain(|app| {
        let Some((parts, others)) = parts(app, &by_name, root) else {
            return true;
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

/// The parts of an app's files, and what else stands in them; none where the files are the values of one app.
fn parts(
    app: &FoundApp,
    charts: &BTreeMap<&str, &str>,
    root: &Path,
) -> Option<(Parts, Vec<Unread>)> {
    if app.chart.is_some() {
        return None;
    }
    let mut parts = Parts::new();
    let mut others = Vec::new();
    let mut named = 0;
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
            if !charts.contains_key(name) {
                others.push(Unread::at(
                    &location,
                    text!(
                        "`{}` is no chart of the repository, as the other keys of this file are",
                        Name(name)
                    ),
                ));
                continue;
            }
            named += 1;
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
    (parts.len() > 1 && named > 2 * others.len()).then_some((parts, others))
}
