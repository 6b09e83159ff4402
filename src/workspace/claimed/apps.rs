//! Apps of what is claimed.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::place::Place;
use super::{Claimed, ClaimedApp};
use crate::evidence::{Chart, OWN_CLUSTER, Unread};
use crate::masking::{Name, text};
use crate::source::{ancestors, directory_of};
use crate::values::Pattern;
use crate::workspace::Environment;
use crate::workspace::app::App;
use crate::workspace::deployment::{Deployment, Own};
use crate::workspace::discover::is_telling;

impl Claimed {
    /// The apps, in the order of their names; `used` are the names that are taken.
    pub(in crate::workspace) fn into_apps(
        self,
        environments: &[Environment],
        used: &mut BTreeSet<String>,
        unread: &mut Vec<Unread>,
    ) -> Vec<App> {
        let mut claimed = self.apps;
        // Of several apps with one name, the one whose releases are called so has it: `shop` before `shop-docs` in `docs`.
        claimed.sort_by(|left, right| {
            let key = |app: &ClaimedApp| (app.name.clone(), !app.is_named_as_released());
            key(left).cmp(&key(right))
        });
        let apps = claimed
            .into_iter()
            .map(|app| into_app(app, environments, used, unread));
        apps.filter(|app| !app.deployments.is_empty()).collect()
    }
}

impl ClaimedApp {
    /// Whether all of its releases have its name.
    fn is_named_as_released(&self) -> bool {
        let mut releases = self
            .places
            .values()
            .map(|place| place.claim.release.as_deref());
        releases.all(|release| release == Some(self.name.as_str()))
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
            unread.push(Unread::of(evidence, reason));
        }
    }
    let mut local = claimed.places.values().filter_map(Place::chart);
    let chart = local.next();
    // Where each environment has a chart of its own, none is the app's.
    let is_one = local.all(|other| Some(other) == chart);
    App {
        name,
        chart: chart.filter(|_| is_one).map(str::to_owned),
        deployments,
        patterns: claimed.pattern.into_iter().collect(),
        schema: None,
        declared: None,
    }
}

fn deployment(place: &Place, environment: &Environment) -> Option<Deployment> {
    let claim = &place.claim;
    let layers = &claim.layers;
    let (below, own, above) = match place.own {
        Some(at) => (
            layers.get(..at)?.to_vec(),
            Own::Layer(layers.get(at)?.clone()),
            layers.get(at + 1..)?.to_vec(),
        ),
        None => (
            layers.clone(),
            Own::Nothing(claim.evidence.clone()),
            Vec::new(),
        ),
    };
    let chart = claim.chart.as_ref().map(|chart| match chart {
        Chart::Local(path) if path.is_empty() => ".".to_owned(),
        Chart::Local(path) => path.clone(),
        Chart::Remote(reference) => without_credentials(reference),
    });
    // Two places of a list are one path.
    let mut seen: HashSet<&Pattern> = HashSet::new();
    let given = claim.given.iter().filter(|given| seen.insert(given));
    Some(Deployment {
        below,
        above,
        chart,
        given: given.cloned().collect(),
        release: claim.release.clone(),
        namespace: claim.namespace.clone(),
        cluster: claim
            .cluster
            .clone()
            .filter(|name| name != OWN_CLUSTER)
            .or_else(|| cluster_of(&claim.evidence.file)),
        tool: claim.tool,
        evidence: place.evidence.clone(),
        ..Deployment::new(environment.clone(), own)
    })
}

/// The folder of a cluster that a place lies in: `clusters/prod-eu/apps/shop.yaml`, with all that is above it.
fn cluster_of(path: &str) -> Option<String> {
    let mut above = ancestors(directory_of(path));
    let is_cluster = |folder: &&str| {
        let (home, name) = folder.rsplit_once('/').unwrap_or_default();
        home.rsplit('/').next() == Some("clusters") && !name.is_empty()
    };
    above.find(is_cluster).map(str::to_owned)
}

/// An address without what gives access to it: a user, a password, a token in a query.
fn without_credentials(reference: &str) -> String {
    let Some((scheme, rest)) = reference.split_once("://") else {
        return reference.to_owned();
    };
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // Without a path, what follows the last `@` may be a version.
    let host = match path {
        "" => host,
        _ => host.rsplit('@').next().unwrap_or(host),
    };
    let path = match (path.find('?'), path.rfind('/')) {
        (Some(query), Some(name)) if query < name => {
            let (before, behind) = (path.get(..query), path.get(name..));
            format!(
                "{}{}",
                before.unwrap_or_default(),
                behind.unwrap_or_default()
            )
        }
        (Some(query), _) => path.get(..query).unwrap_or_default().to_owned(),
        _ => path.to_owned(),
    };
    format!("{scheme}://{host}{path}")
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
    // Two releases of one chart: `shop-canary`.
    let mut releases = app
        .places
        .values()
        .map(|place| place.claim.release.as_deref());
    let release = releases.next().flatten();
    let is_one = releases.all(|other| other == release);
    let of_release = release.filter(|release| is_one && *release != app.name);
    let of_release = of_release.map(|release| match release.contains(&app.name) {
        true => release.to_owned(),
        false => format!("{}-{release}", app.name),
    });
    // One release in several namespaces.
    let mut namespaces = app
        .places
        .values()
        .map(|place| place.claim.namespace.as_deref());
    let namespace = namespaces.next().flatten();
    let is_one = namespaces.all(|other| other == namespace);
    let of_namespace = namespace.filter(|namespace| is_one && *namespace != app.name);
    let of_namespace = of_namespace.map(|namespace| format!("{namespace}/{}", app.name));
    let numbered = (2..).map(|number| format!("{}-{number}", app.name));
    let mut candidates = std::iter::once(app.name.clone())
        .chain(of_release)
        .chain(longer)
        .chain(of_namespace)
        .chain(numbered);
    let free = candidates
        .find(|name| !used.contains(name))
        .unwrap_or_default();
    used.insert(free.clone());
    Arc::from(free)
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn an_address_is_shown_without_what_gives_access() {
        for (reference, expected) in [
            (
                "https://u:tok@example.com/a/b@1.0",
                "https://example.com/a/b@1.0",
            ),
            (
                "https://tok@example.com/a?token=x/y/b@1.0",
                "https://example.com/a/b@1.0",
            ),
            ("oci://example.com/a@1.0", "oci://example.com/a@1.0"),
            ("https://example.com@1.0", "https://example.com@1.0"),
            ("bitnami/redis@1.0", "bitnami/redis@1.0"),
        ] {
            assert_eq!(without_credentials(reference), expected);
        }
    }
}
