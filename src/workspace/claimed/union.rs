//! Which claims are of one app, and what they come to together.

use std::collections::BTreeMap;

use super::names::chart_key;
use super::place::{Place, has_word};
use super::{Claimed, ClaimedApp, unread_at};
use crate::evidence::{Chart, Evidence, LayerPath};
use crate::masking::{Name, text};

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
        let is_home = |index: &&usize| {
            let mut places = of(index).into_iter().flat_map(|app| app.places.values());
            places.any(|known| known.home == place.home)
        };
        let has_room = |index: &&usize| {
            let known = of(index).and_then(|app| app.places.get(environment));
            known.is_none_or(|known| known.own() == place.own())
        };
        let mut homes = candidates.iter().filter(is_home);
        let mut roomy = candidates.iter().filter(has_room);
        homes.next().or_else(|| roomy.next()).copied()
    }

    /// Takes a trial as evidence of the deployment of the same chart in the same environment that has all of its layers, and
    /// more: a lint may leave some out.
    pub(super) fn is_tried(
        &mut self,
        chart: Option<&String>,
        environment: &str,
        trial: &Place,
    ) -> bool {
        let has_all = |known: &Place| {
            let mut layers = trial.claim.layers.iter();
            !known.claim.rank.is_trial() && layers.all(|layer| known.claim.layers.contains(layer))
        };
        let apps = self.apps.iter_mut();
        let mut of_chart = apps.filter(|app| chart_key(app.chart.as_ref()).as_ref() == chart);
        let known = of_chart.find_map(|app| {
            let known = app.places.get_mut(environment);
            known.filter(|known| has_all(known))
        });
        let Some(known) = known.filter(|_| chart.is_some()) else {
            return false;
        };
        known.evidence.extend(trial.evidence.iter().cloned());
        true
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
        let is_same_place = known.evidence.contains(&place.claim.evidence);
        if known.own() == place.own() {
            if !is_same_place {
                known.add(place);
            }
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
        self.unread.push(unread_at(&place.claim.evidence, reason));
        let other = text!(
            "`{}` has other values in {}",
            Name(&app.name),
            Name(&environment)
        );
        self.name_files(&place.claim, other);
    }

    /// Two that have one name and the same files are one app, though they name different charts: the one that lies here is
    /// taken, and the other said.
    pub(super) fn unite(&mut self) {
        let mut apps: Vec<ClaimedApp> = Vec::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for app in std::mem::take(&mut self.apps) {
            let known = by_name.entry(app.name.clone()).or_default();
            let is_same =
                |index: &&usize| apps.get(**index).is_some_and(|known| known.is_same(&app));
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
        shares && other.places.iter().all(agrees)
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
            unread_at(&other, reason)
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
                let is_told = own.part.is_none() && has_word(&own.path, environment);
                !is_told && counts.get(own).is_some_and(|count| *count > 1)
            };
            if place.own().is_some_and(is_shared) {
                place.own = None;
            }
        }
    }
}
