//! Values files that only their names tell, next to what something deploys without them: what deploys is believed, and the
//! files are said to be unread.

use std::collections::BTreeSet;

use super::place::Place;
use super::{Claimed, ClaimedApp, Others};
use crate::evidence::{Chart, Claim, Evidence, Rank, Unread};
use crate::masking::{Name, Text, text};
use crate::naming::{family, is_no_environment};
use crate::source::directory_of;
use crate::workspace::app::PLACEHOLDER;
use crate::workspace::discover::{FoundApp, FoundFile, app_name};

/// A chart of the workspace that something declares to be deployed, with values files that are all known, to an environment
/// that nothing tells.
#[derive(Debug)]
pub(super) struct Nowhere {
    chart: String,
    files: BTreeSet<String>,
    evidence: Evidence,
}

impl Nowhere {
    /// What a claim without an environment says. Where something of it is not known (`unread`), it may read any file.
    pub(super) fn of(claim: &Claim, unread: &[Unread]) -> Option<Nowhere> {
        let Some(Chart::Local(chart)) = &claim.chart else {
            return None;
        };
        let evidence = &claim.evidence;
        let place = Some((evidence.line, evidence.column));
        let is_open = claim.given.iter().any(|given| given.to_string() == "**")
            || unread
                .iter()
                .any(|known| known.file == evidence.file && known.place == place);
        (claim.rank == Rank::Declared && !is_open).then(|| Nowhere {
            chart: chart.clone(),
            files: claim
                .layers
                .iter()
                .map(|layer| layer.path.clone())
                .collect(),
            evidence: evidence.clone(),
        })
    }
}

/// A file in the folder of an environment in that of what it is for: `apps/shop/prod/values.yaml`.
struct Alike<'p> {
    above: &'p str,
    name: &'p str,
    file: &'p str,
}

impl<'p> Alike<'p> {
    fn of(path: &'p str, environment: &str) -> Option<Alike<'p>> {
        let (directory, file) = path.rsplit_once('/')?;
        let home = directory.strip_suffix(environment)?.strip_suffix('/')?;
        let (above, name) = home.rsplit_once('/').unwrap_or(("", home));
        (!name.is_empty()).then_some(Alike { above, name, file })
    }
}

/// How many charts of a folder are deployed where one without a word is left out on purpose.
const NEAR: usize = 3;

impl Claimed {
    /// Whether nothing deploys the chart of some files, though manifests declare deployments of those next to it to the same
    /// environments: `charts/queue`, where `charts/api`, `charts/web` and `charts/db` are deployed.
    pub(super) fn is_beside_deployed(&mut self, found: &FoundApp) -> bool {
        let Some(chart) = found.chart.as_ref().filter(|chart| chart.contains('/')) else {
            return false;
        };
        let home = directory_of(chart);
        let deploys = |app: &&ClaimedApp| {
            let is_near = matches!(&app.chart, Some(Chart::Local(other)) if other != chart && directory_of(other) == home);
            let mut files = found.values.iter();
            let is_declared = |file: &FoundFile| {
                let place = app.place_of(&file.environment);
                place.is_some_and(|place| place.claim.rank == Rank::Declared)
            };
            is_near && files.any(is_declared)
        };
        let near: Vec<&ClaimedApp> = self.apps.iter().filter(deploys).collect();
        let charts = near.iter().filter_map(|app| match &app.chart {
            Some(Chart::Local(chart)) => Some(chart.as_str()),
            _ => None,
        });
        let charts: BTreeSet<&str> = charts.collect();
        let Some(place) = near.first().and_then(|app| app.places.values().next()) else {
            return false;
        };
        if charts.len() < NEAR {
            return false;
        }
        for file in found.files() {
            let reason = text!(
                "nothing deploys the chart `{}`, though {} and others deploy those next to it",
                Name(chart),
                place.claim.evidence.place()
            );
            self.named.entry(file.path.clone()).or_insert(reason);
        }
        true
    }

    /// Whether files without a chart are no app's: something deploys others of the same folders to their environments, or
    /// their names tell neither an app nor values, and their environments have values elsewhere. They are alternatives, settings of
    /// clusters, or left over; that nothing reads them is said of each.
    pub(super) fn is_among_deployed(&mut self, found: &FoundApp, others: &Others<'_>) -> bool {
        if found.chart.is_some() || others.fits(found) {
            return false;
        }
        let Some(reasons) = self
            .beside_layers(found)
            .or_else(|| self.without_name(found))
            .or_else(|| self.beside_alike(found))
        else {
            return false;
        };
        for (file, reason) in reasons {
            let name = file.rsplit('/').next().unwrap_or(&file);
            if name.contains("values") {
                self.named.entry(file).or_insert(reason);
                continue;
            }
            // A file that is not called values may be something else.
            self.dropped.insert(file.clone());
            self.unread.push(Unread {
                file,
                place: None,
                reason,
                is_values: false,
            });
        }
        true
    }

    /// The reason of a single file in a folder of an environment, where something declares deployments with the files of just that
    /// place of several others: `graphs/prod/values.yaml` next to `shop/prod/values.yaml`, which a kustomization there takes.
    fn beside_alike(&self, found: &FoundApp) -> Option<Vec<(String, Text)>> {
        let [file] = found.values.as_slice() else {
            return None;
        };
        let own = Alike::of(&file.path, &file.environment)?;
        let places = self.apps.iter().flat_map(|app| &app.places);
        let declared = places.filter(|(_, place)| place.claim.rank == Rank::Declared);
        let alike = declared.flat_map(|(environment, place)| {
            let layers = place.claim.layers.iter();
            let others = layers.filter_map(|layer| Alike::of(&layer.path, environment));
            others.map(move |other| (other, place))
        });
        let is_near = |other: &Alike<'_>| {
            other.above == own.above && other.file == own.file && other.name != own.name
        };
        let near: Vec<(Alike<'_>, &Place)> = alike.filter(|(other, _)| is_near(other)).collect();
        let names: BTreeSet<&str> = near.iter().map(|(other, _)| other.name).collect();
        let (_, first) = near.first().filter(|_| names.len() >= NEAR)?;
        let reason = text!(
            "nothing deploys this file, though {} and others deploy those that lie like it",
            first.claim.evidence.place()
        );
        Some(vec![(file.path.clone(), reason)])
    }

    /// The reasons of files next to layers of what is deployed to the same environment.
    fn beside_layers(&self, found: &FoundApp) -> Option<Vec<(String, Text)>> {
        let is_near = |file: &FoundFile, place: &Place| {
            let layers = place.claim.layers.iter();
            let mut whole = layers.filter(|layer| layer.part.is_none());
            whole.any(|layer| directory_of(&layer.path) == directory_of(&file.path))
        };
        let by = |file: &FoundFile| {
            let mut apps = self.apps.iter().filter_map(|app| {
                let place = app.place_of(&file.environment)?;
                (!place.claim.rank.is_trial() && is_near(file, place)).then_some((app, place))
            });
            apps.next()
        };
        let first = found.values.iter().find_map(by)?;
        let reasons = found.files().map(|file| {
            let (app, place) = by(file).unwrap_or(first);
            let reason = text!(
                "nothing reads this file, though {} deploys `{}` with others of its folder",
                place.claim.evidence.place(),
                Name(&app.name)
            );
            (file.path.clone(), reason)
        });
        Some(reasons.collect())
    }

    /// The reasons of files whose names tell neither values nor an app, where something is deployed with values of its own to each of their
    /// environments.
    fn without_name(&self, found: &FoundApp) -> Option<Vec<(String, Text)>> {
        let file = found.pattern.rsplit('/').next().unwrap_or(&found.pattern);
        if app_name(&found.pattern).is_some() || file.contains("values") {
            return None;
        }
        let deploys = |app: &&ClaimedApp, file: &FoundFile| {
            let place = app.place_of(&file.environment);
            place.is_some_and(|place| !place.claim.rank.is_trial() && place.own().is_some())
        };
        let mut reasons = Vec::new();
        for file in found.files() {
            let app = self.apps.iter().find(|app| deploys(app, file))?;
            let reason = text!(
                "nothing reads this file, and its name tells no app; `{}` and what else is deployed to {} has other values",
                Name(&app.name),
                Name(&file.environment)
            );
            reasons.push((file.path.clone(), reason));
        }
        Some(reasons)
    }

    /// Whether something declares that the chart of some files is deployed, without any of them and nobody knows where.
    pub(super) fn is_deployed_without(&mut self, found: &FoundApp) -> bool {
        let is_it = |nowhere: &&Nowhere| {
            let mut files = found.values.iter();
            Some(&nowhere.chart) == found.chart.as_ref()
                && !files.any(|file| nowhere.files.contains(&file.path))
        };
        let Some(nowhere) = self.nowhere.iter().find(is_it) else {
            return false;
        };
        for file in found.files() {
            let reason = text!(
                "nothing reads this file: {} deploys the chart `{}` without it",
                nowhere.evidence.place(),
                Name(&nowhere.chart)
            );
            self.named.entry(file.path.clone()).or_insert(reason);
        }
        true
    }

    /// Whether files of this form are layers that lie below the environments' own files of an app with the same chart:
    /// `values-alpha.yaml` below `values-eks-demo.yaml`, next to `values-prod.yaml`. Then they are no app, and that nothing
    /// reads them is said of each.
    pub(super) fn is_of_layers(&mut self, found: &FoundApp) -> bool {
        let Some((before, after)) = found.pattern.split_once(PLACEHOLDER) else {
            return false;
        };
        let name_in = |path: &str| -> Option<String> {
            let name = path.strip_prefix(before)?.strip_suffix(after)?;
            (!name.contains('/') && !is_no_environment(name)).then(|| name.to_owned())
        };
        let is_below = |app: &ClaimedApp, place: &Place| {
            let below = place.own.and_then(|own| place.claim.layers.get(..own));
            let mut names = below
                .into_iter()
                .flatten()
                .filter_map(|layer| name_in(&layer.path));
            names.any(|name| !app.places.contains_key(&name))
        };
        let is_it = |app: &&ClaimedApp| {
            let is_chart = matches!((&app.chart, &found.chart), (Some(Chart::Local(chart)), Some(near)) if chart == near);
            is_chart && app.places.values().any(|place| is_below(app, place))
        };
        let Some(app) = self.apps.iter().find(is_it) else {
            return false;
        };
        for file in found.files() {
            let reason = text!(
                "nothing reads this file: files of this form are layers below the environments' own files of `{}`",
                Name(&app.name)
            );
            self.named.entry(file.path.clone()).or_insert(reason);
        }
        true
    }

    /// Whether something deploys the app of some files, in all of their environments, without any of them; or the chart that
    /// they lie next to; or with other files that lie next to them: `values-prod-minimal.yaml`. Then they are no app, and that nothing reads them is said of each.
    pub(super) fn is_passed_over(&mut self, found: &FoundApp, makers: &BTreeSet<String>) -> bool {
        let name = app_name(&found.pattern);
        let is_alone = self.apps.len() == 1;
        let is_it = |app: &&ClaimedApp| {
            let by_chart = match (&app.chart, &found.chart) {
                (Some(Chart::Local(chart)), Some(near)) => chart == near,
                _ => false,
            };
            let by_name = name.as_ref().is_some_and(|name| *name == app.name);
            let is_only = is_alone && name.is_none() && found.chart.is_none();
            let lacks_own = |environment: &str| {
                let place = app.place_of(environment);
                place.is_some_and(|place| place.own().is_none())
            };
            let is_deployed = |environment: &str| {
                let place = app.place_of(environment);
                place.is_some_and(|place| !place.claim.rank.is_trial())
            };
            let mut files = found.values.iter();
            match by_chart {
                true => files.any(|file| is_deployed(&file.environment)),
                false => (by_name || is_only) && files.all(|file| lacks_own(&file.environment)),
            }
        };
        let app = self.apps.iter().find(is_it);
        let Some(app) = app.or_else(|| self.deployed_beside(found)) else {
            return false;
        };
        let is_maker = matches!(&app.chart, Some(Chart::Local(chart)) if makers.contains(chart));
        let reason = |file: &FoundFile| {
            let Some(place) = app.place_of(&file.environment) else {
                return text!(
                    "nothing reads this file, though others next to it are deployed as `{}`",
                    Name(&app.name)
                );
            };
            let by = place.claim.evidence.place();
            let (name, environment) = (Name(&app.name), Name(&file.environment));
            match is_maker {
                // One of the Applications that the chart makes may read it.
                true => text!(
                    "{} deploys `{}` to {} without it, and what reads it is not known",
                    by,
                    name,
                    environment
                ),
                false => text!(
                    "nothing reads this file: {} deploys `{}` to {} without it",
                    by,
                    name,
                    environment
                ),
            }
        };
        let reasons: Vec<(String, Text)> = found
            .values
            .iter()
            .map(|file| (file.path.clone(), reason(file)))
            .collect();
        for (path, reason) in reasons {
            self.named.entry(path).or_insert(reason);
        }
        true
    }

    /// Takes out what only a folder says to be values of a chart whose values files next to it tell the same environments:
    /// `chart/values/prod/all.yaml` next to `chart/values-prod.yaml`. No name tells two apps of it.
    pub(in crate::workspace) fn drop_second(&mut self, left: &mut Vec<FoundApp>) {
        let is_first = |app: &FoundApp| {
            let file = app.pattern.rsplit('/').next().unwrap_or(&app.pattern);
            let chart = app.chart.as_deref();
            file.contains("values") && chart == Some(directory_of(&app.pattern))
        };
        let first: Vec<(Option<String>, BTreeSet<String>)> = left
            .iter()
            .filter(|app| is_first(app) && app_name(&app.pattern).is_none())
            .map(|app| {
                let told = app.values.iter().map(|file| file.environment.clone());
                (app.chart.clone(), told.collect())
            })
            .collect();
        left.retain(|app| {
            let is_second = |(chart, told): &(Option<String>, BTreeSet<String>)| {
                let mut files = app.values.iter();
                *chart == app.chart && files.all(|file| told.contains(&file.environment))
            };
            let is_it = !is_first(app)
                && first.iter().any(is_second)
                && app_name(&app.pattern).is_none();
            for file in app.files().filter(|_| is_it) {
                let reason = text!(
                    "values files next to the chart tell {}, too, and nothing that envlint reads deploys this one",
                    Name(&file.environment)
                );
                self.named.entry(file.path.clone()).or_insert(reason);
            }
            !is_it
        });
    }

    /// The one app with values of its own next to some files, where the names of the files begin with the environment and so
    /// tell none of several apps: `values-prod.yaml` and `values-prod-minimal.yaml`.
    fn deployed_beside(&self, found: &FoundApp) -> Option<&ClaimedApp> {
        let (directory, file) = found
            .pattern
            .rsplit_once('/')
            .unwrap_or(("", &found.pattern));
        let is_variant = ["values-{env}", "values.{env}", "values_{env}"]
            .iter()
            .any(|start| file.starts_with(start));
        if !is_variant || directory.contains('{') {
            return None;
        }
        let is_beside = |app: &&ClaimedApp| {
            let owns = app.places.values().filter_map(Place::own);
            let mut owns = owns.filter(|own| own.part.is_none());
            owns.any(|own| directory_of(&own.path) == directory)
        };
        let mut beside = self.apps.iter().filter(is_beside);
        let app = beside.next().filter(|_| beside.next().is_none())?;
        let mut files = found.values.iter();
        files
            .any(|file| app.place_of(&file.environment).is_some())
            .then_some(app)
    }
}

impl ClaimedApp {
    /// Why a file is none of the app: it is deployed to that environment, which is spelled in another way there, and has no
    /// values of its own: `environments/staging/values.yaml` where `environments/stage/values.yaml` is asked for.
    pub(super) fn is_without(&self, file: &FoundFile) -> Option<Text> {
        let mut places = self.places.iter();
        let (name, place) = places.find(|(name, _)| {
            **name != file.environment && family(name) == family(&file.environment)
        })?;
        let is_it = place.own().is_none() && !self.places.contains_key(&file.environment);
        is_it.then(|| {
            text!(
                "nothing reads this file: {} deploys `{}` to {} without it",
                place.claim.evidence.place(),
                Name(&self.name),
                Name(name)
            )
        })
    }

    /// Why a file next to those of the app is none of it: manifests declare each place that the app is deployed to, and none
    /// of them is the file's. A command may be run for others, too.
    pub(super) fn is_left_over(&self, file: &FoundFile) -> Option<Text> {
        let is_declared = |place: &Place| place.claim.rank == Rank::Declared;
        let is_all = self.places.values().all(is_declared);
        if !is_all || self.place_of(&file.environment).is_some() {
            return None;
        }
        let (name, place) = self.places.iter().next_back()?;
        Some(text!(
            "nothing reads this file: {} deploys `{}` to {}, and nothing deploys it to {}",
            place.claim.evidence.place(),
            Name(&self.name),
            Name(name),
            Name(&file.environment)
        ))
    }
}
