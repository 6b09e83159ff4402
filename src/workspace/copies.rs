//! Copies: folders that keep what is deployed no more, charts that lie beside the ones they were made from, and charts in
//! other charts. Nothing deploys from them, as long as nothing that is read says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::discover::{FoundApp, is_telling};
use super::fitting::Fitting;
use crate::evidence::{Chart, Claims, Unread};
use crate::masking::{Name, Text, text};
use crate::naming::is_among;
use crate::source::{ancestors, directory_of};

/// Names of folders that keep what is deployed no more, without underscores and dots around them.
const ARCHIVES: [&str; 6] = [
    "archived",
    "attic",
    "deprecated",
    "obsolete",
    "old",
    "unused",
];

/// Names of such folders that apps have as well: what makes backups lies in `backup`.
const MAYBE: [&str; 5] = ["archive", "archives", "backup", "backups", "bak"];

/// Words in names of charts that are copies of others.
const COPIES: [&str; 6] = ["backup", "bak", "copy", "old", "orig", "deprecated"];

/// Takes out what archives deploy, and the files of copies that only their names tell; each is said. Gives the files.
pub(super) fn leave_out(
    said: &mut Claims,
    found: &mut Vec<FoundApp>,
    fitting: &Fitting<'_>,
) -> BTreeSet<String> {
    let is_real = said
        .claims
        .iter()
        .any(|claim| claim.environment.is_some() && archive_of(&claim.evidence.file).is_none())
        || found.iter().any(|app| archive_of(&app.pattern).is_none());
    let archive = |path: &str| archive_of(path).filter(|_| is_real).map(str::to_owned);
    let mut archives: BTreeMap<String, usize> = BTreeMap::new();
    said.claims.retain(|claim| {
        let archive = archive(&claim.evidence.file);
        let is_kept = archive.is_none();
        *archives.entry(archive.unwrap_or_default()).or_default() += 1;
        is_kept
    });
    let used = Used::of(said);
    let parents: BTreeSet<String> = found.iter().filter_map(|app| app.chart.clone()).collect();
    let mut dropped = BTreeSet::new();
    found.retain(|app| {
        let archive = archive(&app.pattern);
        let reason = archive
            .is_none()
            .then(|| copied(app, &parents, &used, fitting));
        let is_kept = used.has(app) || reason.as_ref().is_some_and(Option::is_none);
        if !is_kept {
            dropped.extend(app.files().map(|file| file.path.clone()));
            let reason = reason.flatten();
            let files = app.files().filter_map(|file| {
                Some(Unread {
                    file: file.path.clone(),
                    place: None,
                    reason: reason.clone()?,
                    is_values: false,
                })
            });
            said.unread.extend(files);
            *archives.entry(archive.unwrap_or_default()).or_default() += app.values.len();
        }
        is_kept
    });
    archives.remove("");
    said.unread
        .extend(archives.into_iter().map(|(folder, count)| Unread {
            file: folder,
            place: None,
            reason: text!(
                "an archive by its name, so envlint checks no app in it; {} would be deployed",
                count
            ),
            is_values: false,
        }));
    dropped
}

/// Whether a file lies in an archive, of which is said as a whole that it was left out.
pub(super) fn is_left_out(path: &str, unread: &[Unread]) -> bool {
    archive_of(path).is_some_and(|folder| {
        let mut known = unread.iter();
        known.any(|known| known.place.is_none() && known.file == folder)
    })
}

/// What claims name.
struct Used {
    files: BTreeSet<String>,
    charts: BTreeSet<String>,
    /// The environments that a chart is deployed to, as far as they are told.
    environments: BTreeMap<String, BTreeSet<String>>,
}

impl Used {
    fn of(said: &Claims) -> Used {
        let layers = said.claims.iter().flat_map(|claim| &claim.layers);
        let charts = said.claims.iter().filter_map(|claim| match &claim.chart {
            Some(Chart::Local(chart)) => Some(chart.clone()),
            _ => None,
        });
        let mut environments: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for claim in &said.claims {
            if let (Some(Chart::Local(chart)), Some(environment)) =
                (&claim.chart, &claim.environment)
            {
                let known = environments.entry(chart.clone()).or_default();
                known.insert(environment.clone());
            }
        }
        Used {
            files: layers.map(|layer| layer.path.clone()).collect(),
            charts: charts.collect(),
            environments,
        }
    }

    fn has(&self, app: &FoundApp) -> bool {
        let chart = app.chart.as_ref();
        app.files().any(|file| self.files.contains(&file.path))
            || chart.is_some_and(|chart| self.charts.contains(chart))
    }
}

/// The outermost archive that a file lies in. Where its name may be an app's, others lie in it, each in a folder of its own.
fn archive_of(path: &str) -> Option<&str> {
    // `backup/helm/{env}/values.yaml` is of an app that is called `backup`.
    let home = || {
        let mut above = ancestors(directory_of(path));
        above.find(|folder| folder.rsplit('/').next().is_some_and(is_telling))
    };
    let lies_in = |folder: &str| {
        let below = home().and_then(|home| home.strip_prefix(folder));
        below.is_some_and(|below| below.starts_with('/'))
    };
    let is_one = |folder: &&str| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let name = name.trim_matches(['_', '.']);
        is_among(&ARCHIVES, name) || is_among(&MAYBE, name) && lies_in(folder)
    };
    ancestors(directory_of(path)).filter(is_one).last()
}

/// Why the chart of an app is none that is deployed by itself.
fn copied(
    app: &FoundApp,
    parents: &BTreeSet<String>,
    used: &Used,
    fitting: &Fitting<'_>,
) -> Option<Text> {
    let chart = app.chart.as_deref()?;
    let same_name = |other: &str| other != chart && fitting.name(other) == fitting.name(chart);
    let is_app = |other: &str| parents.contains(other) || used.charts.contains(other);
    let inner = chart.rsplit_once("/charts/");
    let inner = inner.or_else(|| Some(("", chart.strip_prefix("charts/")?)));
    let inner = inner.filter(|(parent, folder)| fitting.is_chart(parent) && !folder.contains('/'));
    if let Some((parent, _)) = inner {
        let has_source = || fitting.outer().iter().any(|other| same_name(other));
        let is_part = is_app(parent) || has_source();
        return is_part.then(|| {
            text!(
                "it lies in the chart `{}`, and Helm reads no file but `values.yaml` of a chart in another one",
                Name(parent)
            )
        });
    }
    if let Some(twin) = twin(app, chart, used, fitting) {
        return Some(text!(
            "the chart `{}` of the same name is deployed to the same environments, and nothing that envlint reads deploys this one",
            Name(twin)
        ));
    }
    let folder = chart.rsplit('/').next().unwrap_or(chart);
    let bare = without_copy(folder)?;
    let mut originals = fitting.outer().iter().filter(|other| {
        let is_original = other.rsplit('/').next() == Some(bare);
        is_original && same_name(other) && is_app(other) && archive_of(other).is_none()
    });
    originals.next().map(|original| {
        text!(
            "it belongs to a copy of the chart `{}` by its name",
            Name(original)
        )
    })
}

/// The chart that is deployed in place of an app's own one: it has the same name, which is the app's, too, and goes to all of
/// its environments. `frontend/helm` stays behind when `helm/services/frontend` is deployed.
fn twin<'u>(app: &FoundApp, chart: &str, used: &'u Used, fitting: &Fitting<'_>) -> Option<&'u str> {
    let name = fitting.name(chart)?;
    let folders = ancestors(directory_of(&app.pattern));
    let mut folders = folders.map(|folder| folder.rsplit('/').next().unwrap_or(folder));
    if folders.find(|folder| is_telling(folder))? != name {
        return None;
    }
    let is_twin = |other: &str, environments: &BTreeSet<String>| {
        other != chart
            && app
                .values
                .iter()
                .all(|file| environments.contains(&file.environment))
            && fitting.name(other).as_ref() == Some(&name)
    };
    let mut others = used.environments.iter();
    let twin = others.find(|(other, environments)| is_twin(other, environments));
    twin.map(|(other, _)| other.as_str())
}

/// The name of the folder that one is a copy of, by its name: `shop` of `shop-copy`, `shop_old`, `old-shop`.
fn without_copy(folder: &str) -> Option<&str> {
    COPIES.iter().find_map(|word| {
        let separators = ['-', '_', '.'];
        let before = folder.strip_suffix(word);
        let before = before.and_then(|rest| rest.strip_suffix(separators));
        before.or_else(|| folder.strip_prefix(word)?.strip_prefix(separators))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_and_copies_are_told_by_their_names() {
        for (path, expected) in [
            ("old/shop/values-prod.yaml", Some("old")),
            (
                "apps/_archive/2021/shop/values-{env}.yaml",
                Some("apps/_archive"),
            ),
            ("backup/shop/values-prod.yaml", Some("backup")),
            ("backup/velero-values.yaml", None),
            ("backup/helm/{env}/values.yaml", None),
            ("argocd/old/shop.yaml", Some("argocd/old")),
            ("apps/old-shop/values-prod.yaml", None),
            ("apps/backup.yaml", None),
        ] {
            assert_eq!(archive_of(path), expected, "{path}");
        }
        for (folder, expected) in [
            ("shop-copy", Some("shop")),
            ("shop_old", Some("shop")),
            ("old-shop", Some("shop")),
            ("shop", None),
            ("scaffold", None),
        ] {
            assert_eq!(without_copy(folder), expected, "{folder}");
        }
    }
}
