//! From what a repository says it deploys to apps: claims of one app are put together, and the files that only their names
//! tell are added.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::app::{App, PLACEHOLDER};
use super::deployment::Deployment;
use super::discover::{FoundApp, is_telling};
use super::{Environment, environment};
use crate::evidence::{Chart, Claim, Evidence, LayerPath, Names, Unread};
use crate::masking::{Name, Text, text};
use crate::naming::is_part;

/// The apps that claims make.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// Each with a name that is not taken by another one.
    apps: Vec<ClaimedApp>,
    /// What contradicts something else, or cannot be placed.
    pub unread: Vec<Unread>,
}

#[derive(Debug)]
struct ClaimedApp {
    name: String,
    chart: Option<Chart>,
    /// By environment.
    places: BTreeMap<String, Place>,
    /// The pattern of a family of files that belongs to it.
    pattern: Option<String>,
}

/// One app in one environment.
#[derive(Debug, Clone)]
struct Place {
    claim: Claim,
    own: usize,
    /// Where its own file lies, with `{env}` for the environment.
    home: String,
    evidence: Vec<Evidence>,
}

impl Place {
    fn of(claim: Claim, environment: &str, names: &Names) -> Place {
        let own = own_layer(&claim.layers, Some(environment), names);
        let path = claim
            .layers
            .get(own)
            .map_or("", |layer| layer.path.as_str());
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        Place {
            home: directory.replace(environment, PLACEHOLDER),
            evidence: vec![claim.evidence.clone()],
            own,
            claim,
        }
    }

    fn own(&self) -> Option<&LayerPath> {
        self.claim.layers.get(self.own)
    }
}

/// Puts claims together.
pub(super) fn claimed(claims: Vec<Claim>, found: &[FoundApp], names: &Names) -> Claimed {
    let by_file: BTreeMap<&str, &str> = found
        .iter()
        .flat_map(|app| &app.values)
        .map(|file| (file.path.as_str(), file.environment.as_str()))
        .collect();
    let mut claimed = Claimed::default();
    let mut known: BTreeMap<(String, Option<String>), Vec<usize>> = BTreeMap::new();
    let mut nowhere: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        // Siblings say more than a name by itself.
        let told = claim.environment.as_deref();
        let own = claim.layers.get(own_layer(&claim.layers, told, names));
        let by_siblings = own.and_then(|own| by_file.get(own.path.as_str()));
        let says_more = |name: &&&str| told.is_none_or(|told| name.contains(told));
        let environment = by_siblings.filter(says_more).map(|name| (*name).to_owned());
        let Some(environment) = environment.or_else(|| claim.environment.clone()) else {
            nowhere
                .entry(claim.evidence.file.clone())
                .or_default()
                .push(claim);
            continue;
        };
        let name = name_of(&claim, &environment, names);
        let key = (name.clone(), chart_key(claim.chart.as_ref()));
        let candidates = known.entry(key).or_default();
        let place = Place::of(claim, &environment, names);
        let index = claimed.app_for(candidates, &environment, &place);
        let index = index.unwrap_or_else(|| {
            claimed.apps.push(ClaimedApp {
                name,
                chart: place.claim.chart.clone(),
                places: BTreeMap::new(),
                pattern: None,
            });
            candidates.push(claimed.apps.len() - 1);
            claimed.apps.len() - 1
        });
        if let Some(app) = claimed.apps.get_mut(index) {
            app.add(environment, place, &mut claimed.unread);
        }
    }
    claimed.unite();
    for claims in nowhere.into_values() {
        claimed.unread.extend(without_environment(&claims));
    }
    claimed
}

/// What is deployed to no environment that anything tells, once for each file.
fn without_environment(claims: &[Claim]) -> Option<Unread> {
    let first = claims.first()?;
    let names: BTreeSet<&str> = claims
        .iter()
        .filter_map(|claim| claim.names.first().map(String::as_str))
        .collect();
    let listed = Text::names(names.iter().take(3).map(|name| format!("`{name}`")), ", ");
    let reason = match names.len() {
        0..=3 => text!("nothing tells the environment of {}", listed),
        more => text!(
            "nothing tells the environment of {} and {} others",
            listed,
            more - 3
        ),
    };
    Some(unread_at(&first.evidence, reason))
}

fn unread_at(evidence: &Evidence, reason: crate::masking::Text) -> Unread {
    Unread {
        file: evidence.file.clone(),
        place: Some((evidence.line, evidence.column)),
        reason,
        is_values: false,
    }
}

/// What tells charts apart: the directory, or the reference without its version.
fn chart_key(chart: Option<&Chart>) -> Option<String> {
    match chart? {
        Chart::Local(path) => Some(path.clone()),
        Chart::Remote(reference) => {
            let name = reference
                .rsplit_once('@')
                .map_or(reference.as_str(), |(name, _)| name);
            Some(name.to_owned())
        }
    }
}

/// The name without the environment; the first that tells something.
fn name_of(claim: &Claim, environment: &str, names: &Names) -> String {
    let stripped = claim
        .names
        .iter()
        .map(|name| without(name, environment, names));
    let mut telling = stripped.clone().filter(|name| is_telling(name));
    telling
        .next()
        .or_else(|| stripped.clone().find(|name| !name.is_empty()))
        .unwrap_or_else(|| environment.to_owned())
}

/// A name without the environment's.
fn without(name: &str, environment: &str, names: &Names) -> String {
    let told = names.of_word(name);
    let part = [Some(environment), told.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| name.contains(part))
        .max_by_key(|part| part.len());
    let Some((before, after)) = part.and_then(|part| name.split_once(part)) else {
        return name.to_owned();
    };
    let separators = ['-', '_', '.', '/'];
    let is_edge = (before.is_empty() || before.ends_with(separators))
        && (after.is_empty() || after.starts_with(separators));
    if !is_edge {
        return name.to_owned();
    }
    let (before, after) = (
        before.trim_end_matches(separators),
        after.trim_start_matches(separators),
    );
    match (before.is_empty(), after.is_empty()) {
        (false, false) => format!("{before}-{after}"),
        _ => format!("{before}{after}"),
    }
}

/// The environment's own layer: the last file that tells this environment, or any, and holds no part of the values alone;
/// else the last one.
fn own_layer(layers: &[LayerPath], environment: Option<&str>, names: &Names) -> usize {
    let holds_a_part = |layer: &LayerPath| {
        let file = layer.path.rsplit('/').next().unwrap_or_default();
        let words = file.split(['-', '_', '.']);
        let is_word = |word: &str| word != "values" && word != "env" && is_part(word);
        words.into_iter().any(is_word)
            || layer
                .path
                .split('/')
                .any(|folder| matches!(folder, "secrets" | "sops"))
    };
    let tells = |layer: &LayerPath| layer.part.is_none() && names.of_path(&layer.path).is_some();
    let at = |wanted: &dyn Fn(&LayerPath) -> bool| layers.iter().rposition(wanted);
    let separators = ['/', '-', '_', '.'];
    let has_word = |path: &str, word: &str| {
        path.match_indices(word).any(|(at, _)| {
            let (before, after) = (path.get(..at), path.get(at + word.len()..));
            let is_edge = |text: Option<&str>, ends: bool| {
                text.is_some_and(|text| {
                    text.is_empty()
                        || if ends {
                            text.ends_with(separators)
                        } else {
                            text.starts_with(separators)
                        }
                })
            };
            is_edge(before, true) && is_edge(after, false)
        })
    };
    let tells_this = |layer: &LayerPath| {
        let told = environment.is_some_and(|environment| has_word(&layer.path, environment));
        layer.part.is_none() && told
    };
    at(&|layer| tells_this(layer) && !holds_a_part(layer))
        .or_else(|| at(&|layer| tells(layer) && !holds_a_part(layer)))
        .or_else(|| at(&|layer| layer.part.is_some()))
        .or_else(|| at(&|layer| !holds_a_part(layer)))
        .unwrap_or(layers.len().saturating_sub(1))
}

impl ClaimedApp {
    fn add(&mut self, environment: String, place: Place, unread: &mut Vec<Unread>) {
        let Some(known) = self.places.get_mut(&environment) else {
            self.places.insert(environment, place);
            return;
        };
        if known.evidence.contains(&place.claim.evidence) {
            return;
        }
        if known.own() == place.own() {
            known.evidence.push(place.claim.evidence.clone());
            // Who names more layers knows more.
            if place.claim.layers.len() > known.claim.layers.len() {
                let evidence = std::mem::take(&mut known.evidence);
                *known = Place { evidence, ..place };
            }
            for given in place_given(known) {
                if !known.claim.given.contains(&given) {
                    known.claim.given.push(given);
                }
            }
            return;
        }
        let Some(first) = known.evidence.first() else {
            return;
        };
        let reason = text!(
            "`{}` has other values in {} here than by {}:{}",
            Name(&self.name),
            Name(&environment),
            Name(&first.file),
            first.line
        );
        unread.push(unread_at(&place.claim.evidence, reason));
    }

    /// Whether another one is the same app by its name and its files.
    fn is_same(&self, other: &ClaimedApp) -> bool {
        let agrees = |(environment, place): (&String, &Place)| {
            let known = self.places.get(environment);
            known.is_none_or(|known| known.own() == place.own())
        };
        let shares = other.places.iter().any(|(environment, place)| {
            let known = self.places.get(environment);
            known.is_some_and(|known| known.own() == place.own())
        });
        self.name == other.name && shares && other.places.iter().all(agrees)
    }

    fn unite(&mut self, other: ClaimedApp, unread: &mut Vec<Unread>) {
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
        if let Some((first, other)) = contradiction {
            let reason = text!(
                "`{}` has another chart here than by {}:{}",
                Name(&kept.name),
                Name(&first.file),
                first.line
            );
            unread.push(unread_at(&other, reason));
        }
        *self = kept;
    }

    fn empty() -> ClaimedApp {
        ClaimedApp {
            name: String::new(),
            chart: None,
            places: BTreeMap::new(),
            pattern: None,
        }
    }

    /// Adds an environment that only the name of a file tells, as one that is claimed.
    fn add_found(&mut self, environment: &str, path: &str, is_file: &dyn Fn(&str) -> bool) {
        if self.places.contains_key(environment) {
            return;
        }
        let Some((sibling, model)) = self.places.iter().next_back() else {
            return;
        };
        let mut claim = model.claim.clone();
        let mut layers = Vec::new();
        let mut own = 0;
        for (index, layer) in model.claim.layers.iter().enumerate() {
            if index == model.own {
                own = layers.len();
                layers.push(LayerPath::file(path));
                continue;
            }
            let other = layer.path.replace(sibling.as_str(), environment);
            if layer.part.is_none() && is_file(&other) {
                layers.push(LayerPath::file(other));
            }
        }
        claim.layers = layers;
        claim.release = claim
            .release
            .filter(|release| !release.contains(sibling.as_str()));
        claim.namespace = claim
            .namespace
            .map(|name| name.replace(sibling.as_str(), environment));
        claim.evidence = Evidence::of_file(path, "the path of the file tells the environment");
        let place = Place {
            home: model.home.clone(),
            evidence: vec![claim.evidence.clone()],
            claim,
            own,
        };
        self.places.insert(environment.to_owned(), place);
    }
}

fn place_given(place: &Place) -> Vec<crate::values::Pattern> {
    place.claim.given.clone()
}

impl Claimed {
    /// The one of several apps of one name that a place belongs to: one whose files lie where its own lies, else one that has
    /// room for it. None where it is another app of that name.
    fn app_for(&self, candidates: &[usize], environment: &str, place: &Place) -> Option<usize> {
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

    /// Two that have one name and the same files are one app, though they name different charts: the one that lies here is
    /// taken, and the other said.
    fn unite(&mut self) {
        let mut apps: Vec<ClaimedApp> = Vec::new();
        for app in std::mem::take(&mut self.apps) {
            let same = apps.iter_mut().find(|known| known.is_same(&app));
            match same {
                Some(known) => known.unite(app, &mut self.unread),
                None => apps.push(app),
            }
        }
        self.apps = apps;
    }

    /// Takes the files that names tell: those of an app that is claimed are added to it, those that are layers of one are
    /// no apps of their own. What is left is found by names alone.
    pub(super) fn join(
        &mut self,
        found: Vec<FoundApp>,
        taken: &BTreeSet<String>,
        is_file: &dyn Fn(&str) -> bool,
    ) -> Vec<FoundApp> {
        let mut layers = self.files();
        layers.extend(taken.iter().cloned());
        let owners = self.owners();
        let mut left = Vec::new();
        for mut app in found {
            let mut owners: Vec<usize> = app
                .values
                .iter()
                .flat_map(|file| owners.get(&file.path).into_iter().flatten())
                .copied()
                .collect();
            owners.sort_unstable();
            owners.dedup();
            if let [owner] = owners.as_slice()
                && let Some(claimed) = self.apps.get_mut(*owner)
            {
                claimed.pattern = Some(app.pattern.clone());
                for file in &app.values {
                    if !layers.contains(&file.path) {
                        claimed.add_found(&file.environment, &file.path, is_file);
                    }
                }
                continue;
            }
            app.values.retain(|file| !layers.contains(&file.path));
            if owners.is_empty() && !app.values.is_empty() {
                left.push(app);
            }
        }
        left
    }

    /// The apps whose environments' own file a file is.
    fn owners(&self) -> BTreeMap<String, Vec<usize>> {
        let mut owners: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, app) in self.apps.iter().enumerate() {
            let own = app.places.values().filter_map(Place::own);
            for own in own.filter(|own| own.part.is_none()) {
                owners.entry(own.path.clone()).or_default().push(index);
            }
        }
        owners
    }

    /// All files that are layers of an app.
    pub(super) fn files(&self) -> BTreeSet<String> {
        let places = self.apps.iter().flat_map(|app| app.places.values());
        let layers = places.flat_map(|place| &place.claim.layers);
        layers.map(|layer| layer.path.clone()).collect()
    }

    /// The environments that the apps are deployed to.
    pub(super) fn environments(&self) -> BTreeSet<&str> {
        let names = self.apps.iter().flat_map(|app| app.places.keys());
        names.map(String::as_str).collect()
    }

    /// The apps, in the order of their names; `used` are the names that are taken.
    pub(super) fn into_apps(
        self,
        environments: &[Environment],
        used: &mut BTreeSet<String>,
        unread: &mut Vec<Unread>,
    ) -> Vec<App> {
        let mut claimed = self.apps;
        claimed.sort_by(|left, right| left.name.cmp(&right.name));
        let apps = claimed
            .into_iter()
            .map(|app| into_app(app, environments, used, unread));
        apps.filter(|app| !app.deployments.is_empty()).collect()
    }
}

fn into_app(
    claimed: ClaimedApp,
    environments: &[Environment],
    used: &mut BTreeSet<String>,
    unread: &mut Vec<Unread>,
) -> App {
    let name = unique(&claimed, used);
    let mut deployments = Vec::new();
    for environment in environments {
        let named = environment
            .names()
            .find_map(|name| claimed.places.get(name));
        deployments.extend(named.and_then(|place| deployment(place, environment)));
    }
    for (known, place) in &claimed.places {
        let is_known = environments
            .iter()
            .any(|environment| environment.names().any(|name| name == known));
        if !is_known && let Some(evidence) = place.evidence.first() {
            let reason = text!("`{}` is no environment of the configuration", Name(known));
            unread.push(unread_at(evidence, reason));
        }
    }
    App {
        name,
        chart: match &claimed.chart {
            Some(Chart::Local(path)) => Some(path.clone()),
            _ => None,
        },
        deployments,
        patterns: claimed.pattern.into_iter().collect(),
        schema: None,
        declared: None,
    }
}

fn deployment(place: &Place, environment: &Environment) -> Option<Deployment> {
    let claim = &place.claim;
    let own = place.own()?;
    let chart = claim.chart.as_ref().map(|chart| match chart {
        Chart::Local(path) if path.is_empty() => ".".to_owned(),
        Chart::Local(path) => path.clone(),
        Chart::Remote(reference) => reference.clone(),
    });
    Some(Deployment {
        below: claim.layers.get(..place.own)?.to_vec(),
        above: claim.layers.get(place.own + 1..)?.to_vec(),
        own_part: own.part,
        chart,
        given: Arc::from(claim.given.as_slice()),
        release: claim.release.clone(),
        namespace: claim.namespace.clone(),
        evidence: place.evidence.clone(),
        ..Deployment::new(environment.clone(), own.path.clone())
    })
}

/// The name, or one with the folder of its files or a number where it is taken.
fn unique(app: &ClaimedApp, used: &mut BTreeSet<String>) -> Arc<str> {
    let home = app
        .places
        .values()
        .next()
        .map_or("", |place| place.home.as_str());
    let chart = match &app.chart {
        Some(Chart::Local(path)) => path.as_str(),
        _ => "",
    };
    let folders = home.rsplit('/').chain(chart.rsplit('/'));
    let folder = folders
        .into_iter()
        .find(|folder| is_telling(folder) && *folder != app.name);
    let longer = folder.map(|folder| format!("{folder}/{}", app.name));
    let numbered = (2..).map(|number| format!("{}-{number}", app.name));
    let mut candidates = std::iter::once(app.name.clone())
        .chain(longer)
        .chain(numbered);
    let free = candidates
        .find(|name| !used.contains(name))
        .unwrap_or_default();
    used.insert(free.clone());
    Arc::from(free)
}

/// The environments of names that are told, in promotion order.
pub(super) fn environments(claimed: &Claimed, found: &[FoundApp]) -> Vec<Environment> {
    let of_files = found.iter().flat_map(|app| &app.values);
    let of_files = of_files.map(|file| file.environment.as_str());
    environment::in_order(claimed.environments().into_iter().chain(of_files))
}
