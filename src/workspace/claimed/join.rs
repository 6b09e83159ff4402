//! Files that only their names tell beside what is claimed: those of an app that is claimed are added to it, those that
//! are layers of one are no apps of their own.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::place::Place;
use super::remains::{Layers, Wholes};
use super::{Claimed, ClaimedApp, Others};
use crate::evidence::{Chart, Evidence, LayerPath, Rank, Unread};
use crate::masking::{Name, Text, text};
use crate::naming::{environment_name, family, mentions};
use crate::source::directory_of;
use crate::workspace::discover::{FoundApp, FoundFile, of_known};
use crate::workspace::programs::OF_PROGRAMS;

/// Folders that hold what a chart is tried with, and are environments only next to others.
const TRIALS: [&str; 5] = ["ci", "test", "tests", "testing", "e2e"];

/// The name of a file, with that of its folder.
fn end_of(path: &str) -> &str {
    let (above, _) = path.rsplit_once('/').unwrap_or_default();
    let start = above.rfind('/').map_or(0, |at| at + 1);
    path.get(start..).unwrap_or(path)
}

/// The values files of a trial: that it is one says what they are for.
fn trial_files(place: &Place) -> impl Iterator<Item = String> + '_ {
    let layers = place.claim.layers.iter();
    let files = layers.filter(|layer| layer.part.is_none());
    files.map(|layer| layer.path.clone())
}

impl Claimed {
    /// Takes the files that names tell. What is left is found by names alone.
    pub(in crate::workspace) fn join(
        &mut self,
        found: Vec<FoundApp>,
        others: &Others<'_>,
        is_file: &dyn Fn(&str) -> bool,
    ) -> Vec<FoundApp> {
        let mut layers = self.files();
        layers.extend(others.taken.iter().chain(others.left.keys()).cloned());
        let owners = self.owners();
        let mut left = Vec::new();
        let mut unowned = Vec::new();
        for app in found {
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
                for file in app
                    .values
                    .iter()
                    .filter(|file| !layers.contains(&file.path))
                {
                    let reason = claimed.is_without(file);
                    if let Some(reason) = reason.or_else(|| claimed.is_left_over(file)) {
                        self.named.entry(file.path.clone()).or_insert(reason);
                    } else {
                        claimed.add_found(&file.environment, &file.path, is_file);
                    }
                }
                for (file, reason) in claimed.unused(&app.parts) {
                    self.named.entry(file).or_insert(reason);
                }
                continue;
            }
            unowned.push((app, owners.is_empty()));
        }
        // With the layers of what was added: `preview-db.yaml` lies below `preview-import.yaml`, as the other ones do.
        layers.extend(self.files());
        let (read, wholes) = (Layers::new(others.root), OnceCell::new());
        let homes: BTreeSet<&str> = others.taken.iter().map(|path| directory_of(path)).collect();
        for (mut app, is_free) in unowned {
            let siblings = app.values.iter().map(|file| &file.path);
            let siblings: Vec<String> = siblings
                .filter(|path| layers.contains(*path))
                .cloned()
                .collect();
            app.values.retain(|file| !layers.contains(&file.path));
            app.parts.retain(|file| !layers.contains(&file.path));
            if is_free
                && !app.values.is_empty()
                && !self.is_of_helmfile(&app, &homes)
                && !self.are_parameters(&app, others.parameters)
                && !self.is_of_layers(&app)
                && !self.is_passed_over(&app, others.makers)
                && !self.is_deployed_without(&app)
                && !self.is_left_by_deployed(&app, &siblings, others, (&read, &wholes))
                && !self.is_deployed_by_nothing(&app, others)
            {
                left.push(app);
            }
        }
        left
    }

    /// Whether what is deployed explains why nothing reads the files of an app.
    fn is_left_by_deployed(
        &mut self,
        found: &FoundApp,
        siblings: &[String],
        others: &Others<'_>,
        (read, wholes): (&Layers<'_>, &OnceCell<Wholes>),
    ) -> bool {
        if self.apps.is_empty() {
            return false;
        }
        self.is_beside_deployed(found)
            || self.is_among_deployed(found, others)
            || self.is_left_beside(found, siblings)
            || self.is_part_of_deployed(found, others, wholes)
            || self.is_copy_of_deployed(found, others, read)
    }

    /// Whether the files lie where a helmfile has what it knows of its environments (`homes`): then they are no app, and that no
    /// helmfile reads them is said of each.
    fn is_of_helmfile(&mut self, found: &FoundApp, homes: &BTreeSet<&str>) -> bool {
        let mut files = found.values.iter();
        let is_it = found.chart.is_none()
            && files.all(|file| {
                !file.path.contains("values") && homes.contains(directory_of(&file.path))
            });
        if is_it {
            for file in found.files() {
                let reason = || {
                    "nothing reads this file, though others next to it are what a helmfile knows of its environments"
                        .into()
                };
                self.named.entry(file.path.clone()).or_insert_with(reason);
            }
        }
        is_it
    }

    /// Whether files that only their names tell are no app: they belong to no chart, and what is deployed is declared in other
    /// files, which name none of them.
    fn is_deployed_by_nothing(&mut self, found: &FoundApp, others: &Others<'_>) -> bool {
        let mut places = self.apps.iter().flat_map(|app| app.places.values());
        let is_declared = places.any(|place| {
            place.claim.rank == Rank::Declared && place.claim.tool != Some(OF_PROGRAMS)
        });
        // What a place names in another folder may be meant.
        let is_meant = |file: &FoundFile| {
            let mut missing = others.missing.iter();
            missing.any(|missing| end_of(&missing.path) == end_of(&file.path))
        };
        let is_it = is_declared && !others.fits(found) && !found.files().any(is_meant);
        if is_it {
            for file in found.files() {
                let reason = of_known(&file.environment);
                self.named.entry(file.path.clone()).or_insert(reason);
            }
        }
        is_it
    }

    /// Whether a generator reads some of the files: the others of that form are parameters, too, and no values.
    fn are_parameters(&mut self, found: &FoundApp, parameters: &BTreeSet<String>) -> bool {
        let is_it = found.files().any(|file| parameters.contains(&file.path));
        if is_it {
            self.dropped
                .extend(found.files().map(|file| file.path.clone()));
        }
        is_it
    }

    /// Takes out what is only tried, with files of its own, where files next to the chart tell the same environments:
    /// `kind/values-dev.yaml` next to `chart/values/dev.yaml`.
    pub(in crate::workspace) fn drop_tried(&mut self, left: &[FoundApp]) {
        let of_chart = |app: &ClaimedApp| -> Vec<&FoundApp> {
            let Some(Chart::Local(chart)) = &app.chart else {
                return Vec::new();
            };
            let same = left
                .iter()
                .filter(|found| found.chart.as_ref() == Some(chart));
            same.collect()
        };
        let (dropped, kept) =
            std::mem::take(&mut self.apps)
                .into_iter()
                .partition(|app: &ClaimedApp| {
                    let found = of_chart(app);
                    let mut places = app.places.iter();
                    places.all(|(environment, place)| {
                        let mut files = found.iter().flat_map(|found| &found.values);
                        place.claim.rank.is_trial()
                            && files.any(|file| file.environment == *environment)
                    })
                });
        self.apps = kept;
        for (environment, place) in dropped.into_iter().flat_map(|app| app.places) {
            let reason = text!(
                "this only tries {}, with other values than those next to the chart",
                Name(&environment)
            );
            self.unread.push(Unread::of(&place.claim.evidence, reason));
            self.dropped.extend(trial_files(&place));
        }
    }

    /// Takes out what has no environment but a folder of trials: `ci/values-kafka.yaml` is a scenario of a chart's tests,
    /// where nothing deploys the app to any other environment.
    pub(in crate::workspace) fn drop_trials(&mut self, left: &mut Vec<FoundApp>) {
        let is_trial = |environment: &str, path: &str| {
            let (folders, _) = path.rsplit_once('/').unwrap_or_default();
            // `test/k8s/release.yaml` is of `test-k8s`.
            let stage = environment.split('-').next().unwrap_or(environment);
            TRIALS.contains(&stage) && folders.split('/').any(|folder| folder == stage)
        };
        let (dropped, kept) =
            std::mem::take(&mut self.apps)
                .into_iter()
                .partition(|app: &ClaimedApp| {
                    let mut places = app.places.iter();
                    places.all(|(environment, place)| {
                        let is_tried = place.claim.rank.is_trial();
                        place.own().is_some_and(|own| {
                            is_trial(environment, &own.path)
                                || is_tried && TRIALS.contains(&environment.as_str())
                        })
                    })
                });
        self.apps = kept;
        for app in dropped {
            for (environment, place) in app.places {
                let reason = text!(
                    "`{}` is tried here, and nothing tells another environment of `{}`",
                    Name(&environment),
                    Name(&app.name)
                );
                self.unread.push(Unread::of(&place.claim.evidence, reason));
                self.dropped.extend(trial_files(&place));
            }
        }
        left.retain(|app| {
            let mut files = app.values.iter();
            let is_real = !files.all(|file| is_trial(&file.environment, &file.path));
            if !is_real {
                for file in app.files() {
                    let reason = text!(
                        "`{}` is a folder of trials, and nothing that envlint reads deploys this file",
                        Name(&file.environment)
                    );
                    self.named.entry(file.path.clone()).or_insert(reason);
                }
            }
            is_real
        });
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
    pub(in crate::workspace) fn files(&self) -> BTreeSet<String> {
        let places = self.apps.iter().flat_map(|app| app.places.values());
        let mut files: BTreeSet<String> = BTreeSet::new();
        for place in places {
            let layers = place.claim.layers.iter();
            files.extend(layers.map(|layer| layer.path.clone()));
            // The chart's own values are read with it.
            files.extend(place.chart().map(|chart| match chart {
                "" => "values.yaml".to_owned(),
                chart => format!("{chart}/values.yaml"),
            }));
        }
        files
    }

    /// The environments that the apps are deployed to.
    pub(in crate::workspace) fn environments(&self) -> BTreeSet<&str> {
        let names = self.apps.iter().flat_map(|app| app.places.keys());
        names.map(String::as_str).collect()
    }
}

impl ClaimedApp {
    /// Where it is deployed to an environment, in any spelling of it.
    pub(super) fn place_of(&self, environment: &str) -> Option<&Place> {
        let spelled = || {
            let mut places = self.places.iter();
            places.find(|(name, _)| family(name) == family(environment))
        };
        let place = self.places.get(environment);
        place.or_else(|| spelled().map(|(_, place)| place))
    }

    /// Which of the files that hold parts of environments' values by their names are no layers, each with the reason.
    fn unused(&self, parts: &[FoundFile]) -> Vec<(String, Text)> {
        let unused = parts.iter().filter_map(|part| {
            let place = self.places.get(&part.environment)?;
            let mut layers = place.claim.layers.iter();
            if layers.any(|layer| layer.path == part.path) {
                return None;
            }
            let reason = text!(
                "nothing reads this file: {} deploys `{}` to {} without it",
                place.claim.evidence.place(),
                Name(&self.name),
                Name(&part.environment)
            );
            Some((part.path.clone(), reason))
        });
        unused.collect()
    }

    /// Adds an environment that only the name of a file tells, as one that is claimed.
    fn add_found(&mut self, environment: &str, path: &str, is_file: &dyn Fn(&str) -> bool) {
        if self.places.contains_key(environment) {
            return;
        }
        // One of the same tier is made as this one is.
        let tier = environment_name(environment).map(|told| told.tier);
        let is_alike = |name: &str| environment_name(name).map(|told| told.tier) == tier;
        let models = self.places.iter().rev();
        let mut models = models.filter(|(_, place)| place.own.is_some());
        let model = models.clone().find(|(name, _)| is_alike(name));
        let Some((sibling, model)) = model.or_else(|| models.next()) else {
            return;
        };
        let mut claim = model.claim.clone();
        let mut layers = Vec::new();
        let mut own = 0;
        for (index, layer) in model.claim.layers.iter().enumerate() {
            if Some(index) == model.own {
                own = layers.len();
                layers.push(LayerPath::file(path));
                continue;
            }
            let other = layer.path.replace(sibling.as_str(), environment);
            let is_others = mentions(&other).any(|mention| Some(mention.tier) != tier);
            if layer.part.is_none() && is_file(&other) && !(is_others && tier.is_some()) {
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
        // What is tried may be of any release, and be given anything.
        if claim.rank.is_trial() {
            claim.release = None;
            claim.namespace = None;
            claim.given = Vec::new();
        }
        claim.also = Vec::new();
        claim.evidence = Evidence::of_file(path, "the path of the file tells the environment");
        let place = Place {
            home: model.home.clone(),
            evidence: vec![claim.evidence.clone()],
            claim,
            own: Some(own),
        };
        self.places.insert(environment.to_owned(), place);
    }
}
