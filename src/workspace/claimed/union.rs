//! Which claims are of one app, and what they come to together.

use std::collections::{BTreeMap, BTreeSet};

use super::names::chart_key;
use super::place::Place;
use super::{Claimed, ClaimedApp};
use crate::evidence::{Chart, Evidence, LayerPath, Rank, Unread};
use crate::masking::{Name, text};
use crate::naming::word_in;

impl Claimed {
    /// The one of several apps of one name that a place belongs to: one whose files lie where its own lies, else one that has
    /// room for it. None where it is another app of that name.
    pub(super) fn app_for(
        &self,
        candidates: &[usize],
        environment: &str,
        place: &Place,
    ) -> Option<usize> {
        let of = |index: &usize| self.apps.get(*index);
        let is_other = |index: &usize| {
            let known = of(index).and_then(|app| app.places.get(environment));
            known.is_some_and(|known| known.is_other_release(place))
        };
        let is_home = |index: &&usize| {
            let mut places = of(index).into_iter().flat_map(|app| app.places.values());
            places.any(|known| known.home == place.home) && !is_other(index)
        };
        let has_room = |index: &&usize| {
            let known = of(index).and_then(|app| app.places.get(environment));
            known.is_none_or(|known| known.own() == place.own()) && !is_other(index)
        };
        // One command that is run in several ways is of one app.
        let is_by_same = |index: &&usize| {
            let known = of(index).and_then(|app| app.places.get(environment));
            place.claim.rank == Rank::Command
                && known.is_some_and(|known| known.is_said_at(&place.claim.evidence))
                && !is_other(index)
        };
        // What a place declares for several environments is of one app, whatever else is called so.
        let is_declared_with = |index: &&usize| {
            let mut places = of(index).into_iter().flat_map(|app| &app.places);
            places.any(|(other, known)| known.is_declared_with(other, place, environment))
                && !is_other(index)
        };
        let mut declared = candidates.iter().filter(is_declared_with);
        let mut homes = candidates.iter().filter(is_home);
        let mut roomy = candidates.iter().filter(has_room);
        let same = || candidates.iter().find(is_by_same);
        let near = declared.next().or_else(|| homes.next());
        near.or_else(|| roomy.next()).or_else(same).copied()
    }

    /// The app that a trial with some layers is evidence of.
    pub(super) fn tried_by(
        &self,
        candidates: &[usize],
        environment: &str,
        place: &Place,
    ) -> Option<usize> {
        self.first_at(candidates, environment, |known| place.is_trial_of(known))
    }

    /// The app whose release another tool deploys, too.
    pub(super) fn of_other_tool(
        &self,
        candidates: &[usize],
        environment: &str,
        place: &Place,
    ) -> Option<usize> {
        self.first_at(candidates, environment, |known| {
            known.is_of_other_tool(place)
        })
    }

    /// Whether a command deploys a release that another one deploys, with the same chart or one that is not known.
    pub(super) fn is_once_more(&self, index: usize, environment: &str, place: &Place) -> bool {
        let app = self.apps.get(index);
        let known = app.and_then(|app| app.places.get(environment));
        known.is_some_and(|known| {
            let is_same =
                chart_key(known.claim.chart.as_ref()) == chart_key(place.claim.chart.as_ref());
            (is_same || place.claim.has_open_chart()) && !known.is_said_at(&place.claim.evidence)
        })
    }

    /// Adds what another command says of a release: it is one deployment. Where it has values that the other one lacks, they
    /// contradict each other.
    pub(super) fn add_once_more(&mut self, index: usize, environment: String, place: Place) {
        let app = self.apps.get_mut(index);
        let known = app.and_then(|app| app.places.get_mut(&environment));
        let Some(known) = known else { return };
        let mut layers = place.claim.layers.iter();
        let is_told = layers.all(|layer| known.claim.layers.contains(layer));
        match is_told || known.claim.layers.is_empty() {
            true => known.add(place),
            false => self.add(index, environment, place),
        }
    }

    /// The first of some apps whose deployment to an environment is one of these.
    fn first_at(
        &self,
        candidates: &[usize],
        environment: &str,
        is_it: impl Fn(&Place) -> bool,
    ) -> Option<usize> {
        let mut candidates = candidates.iter().copied();
        candidates.find(|index| {
            let known = self.apps.get(*index);
            let known = known.and_then(|app| app.places.get(environment));
            known.is_some_and(&is_it)
        })
    }

    /// Adds what another tool says of a release: it is one deployment. Where the two say other values, that is said.
    pub(super) fn add_of_other_tool(&mut self, index: usize, environment: &str, place: Place) {
        let Some(app) = self.apps.get_mut(index) else {
            return;
        };
        let Some(known) = app.places.get_mut(environment) else {
            return;
        };
        let (own, other) = (&known.claim, &place.claim);
        let first = known.evidence.first();
        if (&own.layers, &own.given) != (&other.layers, &other.given)
            && let Some((first, (tool, by))) = first.zip(own.tool.zip(other.tool))
        {
            let reason = text!(
                "{} deploys `{}` to {} here with other values than {} by {}, and each overwrites what the other one sets",
                by,
                Name(&app.name),
                Name(environment),
                tool,
                first.place()
            );
            self.unread.push(Unread::of(&other.evidence, reason));
        }
        known.add(place);
    }

    /// Adds a trial to the evidence of a deployment.
    pub(super) fn add_trial(&mut self, index: usize, environment: &str, place: Place) {
        let app = self.apps.get_mut(index);
        let known = app.and_then(|app| app.places.get_mut(environment));
        if let Some(known) = known {
            known.evidence.extend(place.evidence);
        }
    }

    /// Adds a place to an app, or says that it contradicts what is known.
    pub(super) fn add(&mut self, index: usize, environment: String, place: Place) {
        let Some(app) = self.apps.get_mut(index) else {
            return;
        };
        let Some(known) = app.places.get_mut(&environment) else {
            app.places.insert(environment, place);
            return;
        };
        let is_same_place = known.is_said_at(&place.claim.evidence);
        if known.own() == place.own() {
            if known.evidence.contains(&place.claim.evidence) {
                return;
            }
            let is_said = known.contradicts(&place);
            let by = known.evidence.first().filter(|_| is_said).cloned();
            let reason = by.map(|first| {
                let reason = text!(
                    "`{}` has other layers in {} here than by {}",
                    Name(&app.name),
                    Name(&environment),
                    first.place()
                );
                Unread::of(&place.claim.evidence, reason)
            });
            let Some(reason) = reason else {
                known.add(place);
                return;
            };
            self.unread.push(reason);
            let other = text!(
                "`{}` has other layers in {}",
                Name(&app.name),
                Name(&environment)
            );
            self.name_files(&place.claim, other);
            return;
        }
        let Some(first) = known.evidence.first() else {
            return;
        };
        let reason = match is_same_place {
            true => text!(
                "`{}` has several values files in {} here, and which is deployed is not known",
                Name(&app.name),
                Name(&environment)
            ),
            false => text!(
                "`{}` has other values in {} here than by {}",
                Name(&app.name),
                Name(&environment),
                first.place()
            ),
        };
        self.unread.push(Unread::of(&place.claim.evidence, reason));
        let other = text!(
            "`{}` has other values in {}",
            Name(&app.name),
            Name(&environment)
        );
        self.name_files(&place.claim, other);
    }

    /// Two that have one name and the same files are one app, though they name different charts: the one that lies here is
    /// taken, and the other said.
    ///
    /// A release of that chart and of its published copy are one app, too: `helm upgrade shop ./chart` for one environment,
    /// `helm upgrade shop acme/shop` for another one.
    pub(super) fn unite(&mut self, chart_name: &dyn Fn(&str) -> Option<String>) {
        let mut apps: Vec<ClaimedApp> = Vec::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for app in std::mem::take(&mut self.apps) {
            let known = by_name.entry(app.name.clone()).or_default();
            let is_same = |index: &&usize| {
                let known = apps.get(**index);
                known.is_some_and(|known| known.is_same(&app) || known.is_copy(&app, chart_name))
            };
            let same = known.iter().find(is_same).copied();
            match same.and_then(|index| apps.get_mut(index)) {
                Some(known) => self.unread.extend(known.unite(app)),
                None => {
                    known.push(apps.len());
                    apps.push(app);
                }
            }
        }
        self.apps = apps;
    }
}

impl Claimed {
    /// A part of a manifest that several apps have is none's own: the values of a cluster in a ConfigMap.
    pub(super) fn release_shared_parts(&mut self) {
        let mut users: BTreeMap<LayerPath, BTreeSet<usize>> = BTreeMap::new();
        for (index, app) in self.apps.iter().enumerate() {
            let layers = app.places.values().flat_map(|place| &place.claim.layers);
            for layer in layers.filter(|layer| layer.part.is_some()) {
                users.entry(layer.clone()).or_default().insert(index);
            }
        }
        let is_shared = |own: &LayerPath| users.get(own).is_some_and(|users| users.len() > 1);
        for place in self.apps.iter_mut().flat_map(|app| app.places.values_mut()) {
            if place.own().is_some_and(is_shared) {
                place.own = None;
            }
        }
    }
}

impl ClaimedApp {
    /// Whether another one is the same app by its files; the names are the same.
    fn is_same(&self, other: &ClaimedApp) -> bool {
        let agrees = |(environment, place): (&String, &Place)| {
            let known = self.places.get(environment);
            known.is_none_or(|known| known.shares_own(place))
        };
        let shares = other.places.iter().any(|(environment, place)| {
            let known = self.places.get(environment);
            known.is_some_and(|known| known.shares_own(place))
        });
        let is_other = |(environment, place): (&String, &Place)| {
            let known = self.places.get(environment);
            known.is_some_and(|known| known.is_other_release(place))
        };
        shares && other.places.iter().all(agrees) && !other.places.iter().any(is_other)
    }

    /// Whether another one deploys the chart of this one from a registry, or the other way round, to other environments.
    fn is_copy(&self, other: &ClaimedApp, chart_name: &dyn Fn(&str) -> Option<String>) -> bool {
        let (local, remote) = match (&self.chart, &other.chart) {
            (Some(Chart::Local(local)), Some(Chart::Remote(remote)))
            | (Some(Chart::Remote(remote)), Some(Chart::Local(local))) => (local, remote),
            _ => return false,
        };
        let reference = remote.rsplit_once('@').map_or(&**remote, |(name, _)| name);
        let published = reference.rsplit('/').next().unwrap_or(reference);
        let releases = |app: &ClaimedApp| -> Vec<Option<String>> {
            let places = app.places.values();
            places.map(|place| place.claim.release.clone()).collect()
        };
        let (own, others) = (releases(self), releases(other));
        chart_name(local).as_deref() == Some(published)
            && others
                .iter()
                .all(|name| name.is_some() && own.contains(name))
            && other
                .places
                .keys()
                .all(|name| !self.places.contains_key(name))
    }

    /// Takes in the places of the same app by another chart; what contradicts it is left out, and said.
    fn unite(&mut self, other: ClaimedApp) -> Option<crate::evidence::Unread> {
        let (mut kept, left) = match (&self.chart, &other.chart) {
            (Some(Chart::Local(_)), _) | (None, None) => {
                (std::mem::replace(self, ClaimedApp::empty()), other)
            }
            _ => (other, std::mem::replace(self, ClaimedApp::empty())),
        };
        let is_other = chart_key(left.chart.as_ref()) != chart_key(kept.chart.as_ref());
        let mut contradiction: Option<(Evidence, Evidence)> = None;
        for (environment, place) in left.places {
            match kept.places.get_mut(&environment) {
                None => {
                    kept.places.insert(environment, place);
                }
                Some(known) if is_other => {
                    let first = known.evidence.first().cloned();
                    contradiction =
                        contradiction.or(first.map(|first| (first, place.claim.evidence)));
                }
                Some(_) => {}
            }
        }
        let unread = contradiction.map(|(first, other)| {
            let reason = text!(
                "`{}` has another chart here than by {}",
                Name(&kept.name),
                first.place()
            );
            Unread::of(&other, reason)
        });
        *self = kept;
        unread
    }

    fn empty() -> ClaimedApp {
        ClaimedApp {
            name: String::new(),
            chart: None,
            places: BTreeMap::new(),
            pattern: None,
        }
    }

    /// A layer that several environments have is none's own, but for the one that its path tells: nothing can be promoted
    /// from a file to itself.
    pub(super) fn release_shared(&mut self) {
        let mut counts: BTreeMap<LayerPath, usize> = BTreeMap::new();
        for layer in self.places.values().flat_map(|place| &place.claim.layers) {
            *counts.entry(layer.clone()).or_default() += 1;
        }
        for (environment, place) in &mut self.places {
            let is_shared = |own: &LayerPath| {
                let is_told = own.part.is_none() && word_in(&own.path, environment).is_some();
                !is_told && counts.get(own).is_some_and(|count| *count > 1)
            };
            if place.own().is_some_and(is_shared) {
                place.own = None;
            }
        }
    }
}
