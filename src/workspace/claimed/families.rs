//! Releases of one chart with values files of one family are one app, whatever the releases are called: `shop-beta` with
//! `values-dev.yaml`, `shop` with `values-prod.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Called, chart_key};
use super::place::Place;
use super::{Claimed, ClaimedApp};
use crate::evidence::Chart;
use crate::workspace::discover::{FoundApp, app_name, is_telling};

/// What makes several apps one: the chart, and the family of the environments' own files.
type Kinship = (Option<String>, usize);

impl Claimed {
    /// Puts together apps of one chart and one family of files, where no two of them are deployed to one environment.
    pub(super) fn unite_families(&mut self, found: &[FoundApp], called: &Called<'_>) {
        if self.apps.len() < 2 {
            return;
        }
        let by_file: BTreeMap<&str, usize> = found
            .iter()
            .enumerate()
            .flat_map(|(index, app)| {
                app.values
                    .iter()
                    .map(move |file| (file.path.as_str(), index))
            })
            .collect();
        let mut groups: BTreeMap<Kinship, Vec<usize>> = BTreeMap::new();
        for (index, app) in self.apps.iter().enumerate() {
            if let Some(family) = app.family(&by_file) {
                let kinship = (chart_key(app.chart.as_ref()), family);
                groups.entry(kinship).or_default().push(index);
            }
        }
        let mut gone: BTreeSet<usize> = BTreeSet::new();
        for ((_, family), group) in groups {
            let [first, others @ ..] = group.as_slice() else {
                continue;
            };
            let of = |index: &usize| self.apps.get(*index);
            let environments: Vec<&String> = group
                .iter()
                .filter_map(of)
                .flat_map(|app| app.places.keys())
                .collect();
            let distinct: BTreeSet<&&String> = environments.iter().collect();
            if others.is_empty() || distinct.len() != environments.len() {
                continue;
            }
            let members: Vec<&ClaimedApp> = group.iter().filter_map(of).collect();
            let pattern = found.get(family).map_or("", |app| app.pattern.as_str());
            let name = common_name(&members, pattern, called);
            for index in others {
                let places = self
                    .apps
                    .get_mut(*index)
                    .map(|app| std::mem::take(&mut app.places));
                if let Some(app) = self.apps.get_mut(*first) {
                    app.places.extend(places.into_iter().flatten());
                }
                gone.insert(*index);
            }
            if let Some(app) = self.apps.get_mut(*first) {
                app.name = name;
            }
        }
        let apps = std::mem::take(&mut self.apps).into_iter().enumerate();
        let left = apps.filter(|(index, _)| !gone.contains(index));
        self.apps = left.map(|(_, app)| app).collect();
    }
}

impl ClaimedApp {
    /// The family that the own files of all its environments are of.
    fn family(&self, by_file: &BTreeMap<&str, usize>) -> Option<usize> {
        let of = |place: &Place| {
            let own = place.own().filter(|own| own.part.is_none())?;
            by_file.get(own.path.as_str()).copied()
        };
        let mut families = self.places.values().map(of);
        let first = families.next()??;
        families
            .all(|family| family == Some(first))
            .then_some(first)
    }
}

/// What a person calls an app whose releases have different names: what is left without the environments' names, the name
/// that all others begin with, that of the files, the chart's own; else that of the last one.
fn common_name(members: &[&ClaimedApp], pattern: &str, called: &Called<'_>) -> String {
    let names: Vec<&str> = members.iter().map(|app| app.name.as_str()).collect();
    let bare: Vec<&str> = members.iter().map(|app| without_glued(app)).collect();
    let is_start = |name: &&&str| names.iter().all(|other| other.starts_with(**name));
    let is_same = |first: &&&str| !first.is_empty() && bare.iter().all(|name| name == *first);
    let same = bare.first().filter(is_same);
    let start = || names.iter().find(is_start).filter(|name| is_telling(name));
    let of_chart = || match &members.first()?.chart {
        Some(Chart::Local(chart)) => (called.chart)(chart).filter(|name| is_telling(name)),
        _ => None,
    };
    same.or_else(start)
        .map(|name| (*name).to_owned())
        .or_else(|| app_name(pattern))
        .or_else(of_chart)
        .or_else(|| names.last().map(|name| (*name).to_owned()))
        .unwrap_or_default()
}

/// The name of an app in one environment without the environment's name at its beginning or end: `shopdev` is `shop`.
fn without_glued(app: &ClaimedApp) -> &str {
    let mut environments = app.places.keys();
    let (name, first) = (app.name.as_str(), environments.next());
    let Some(environment) = first.filter(|_| environments.next().is_none()) else {
        return name;
    };
    let bare = name.strip_suffix(environment.as_str());
    let bare = bare.or_else(|| name.strip_prefix(environment.as_str()));
    bare.map_or(name, |bare| bare.trim_matches(['-', '_', '.']))
}
