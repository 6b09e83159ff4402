//! What tells an environment: names of files, folders, parameters, namespaces.

use std::collections::{BTreeMap, BTreeSet};

use super::{clusters, compounds};
use crate::naming::{around_values, environment_name, is_folder_of_place, read, word_in};
use crate::source::ancestors;

/// The names that stand for environments: the known ones, or those that the configuration declares.
#[derive(Debug, Clone, Default)]
pub struct Names {
    declared: Vec<String>,
    house: BTreeSet<String>,
    /// Folders of clusters whose names are not known, next to one whose name is.
    clusters: BTreeSet<String>,
    /// Folders of clusters that are environments by their whole names, with these.
    named: BTreeMap<String, String>,
    /// Names of folders and files that tell no environment, though one of their words is a stage.
    others: BTreeSet<String>,
}

impl Names {
    /// The declared names; without any, the known ones count.
    pub fn new(declared: Vec<String>) -> Names {
        Names {
            declared,
            ..Names::default()
        }
    }

    /// With the clusters that lie next to one of a known environment: `clusters/local` next to `clusters/production`. Where
    /// the names of several clusters tell one environment (`acme-prod` and `beta-prod`), each is one of its own.
    pub fn with_clusters<'p>(self, paths: impl Iterator<Item = &'p str> + Clone) -> Names {
        if !self.declared.is_empty() {
            return self;
        }
        let found = clusters::found(paths.clone(), &self);
        Names {
            clusters: found.unknown,
            named: found.named,
            others: compounds::without_environment(paths),
            ..self
        }
    }

    /// With more folders of clusters whose names are not known.
    pub(super) fn with_folders(mut self, folders: impl IntoIterator<Item = String>) -> Names {
        self.clusters.extend(folders);
        self
    }

    /// Whether the configuration declares environments, so that no others count.
    pub(super) fn are_declared(&self) -> bool {
        !self.declared.is_empty()
    }

    /// With names that pipelines tell, or files in a folder of environments: they count where a path has a part for the
    /// environment.
    pub fn with_house(mut self, house: impl IntoIterator<Item = String>) -> Names {
        self.house.extend(house);
        self
    }

    /// The environment that a part of a path tells which is not known before: `values-$ENV.yaml`.
    pub fn of_part(&self, part: &str) -> Option<String> {
        let is_house = self.declared.is_empty() && self.house.contains(part);
        self.of_word(part)
            .or_else(|| is_house.then(|| part.to_owned()))
    }

    /// The environment that a word tells: the word itself where it is a name, or the part of it that is one.
    pub fn of_word(&self, word: &str) -> Option<String> {
        if !self.declared.is_empty() {
            return self.declared_in(word);
        }
        let told = read(word)?;
        let is_whole = told.place.is_empty() || (told.has_usual_place() && !told.has_part());
        match is_whole {
            true => Some(word.to_owned()),
            // `infra.ci.jenkins.io` is no environment `ci`.
            false if told.sure => word.get(told.at).map(str::to_owned),
            false => None,
        }
    }

    /// The environment that the name of a release, a namespace or a cluster tells: what is called `demo` or `test` may be just
    /// that.
    pub fn of_name(&self, name: &str) -> Option<String> {
        let is_sure = !self.declared.is_empty() || read(name).is_some_and(|told| told.sure);
        self.of_word(name).filter(|_| is_sure)
    }

    fn declared_in(&self, word: &str) -> Option<String> {
        let declared = self.declared.iter();
        let found = declared.filter(|name| word_in(word, name).is_some());
        found.max_by_key(|name| name.len()).cloned()
    }

    /// The environment that a path tells: its file's name, else the nearest folder.
    pub fn of_path(&self, path: &str) -> Option<String> {
        let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.split(".yaml").next().unwrap_or(file);
        let stem = stem.strip_suffix(".yml").unwrap_or(stem);
        let of_file = match around_values(stem) {
            Some((before, after)) => self.of_word(after).or_else(|| self.of_word(before)),
            None => self.of_word(stem).filter(|_| !self.others.contains(stem)),
        };
        of_file.or_else(|| self.of_folders(directory))
    }

    /// The environment that layers tell, the lowest first: the last one that tells any. Where they tell several,
    /// `values-dev.yaml` below `values-live.yaml`, a part that is filled in says more than a name that is always the same
    /// (`bound`), and so does what else tells the environment (`others`: a release, a namespace).
    pub fn of_layers<'l>(
        &self,
        layers: impl DoubleEndedIterator<Item = &'l str>,
        bound: impl Iterator<Item = &'l str>,
        others: impl Iterator<Item = String>,
    ) -> Option<String> {
        let mut told: Vec<String> = layers
            .rev()
            .filter_map(|layer| self.of_path(layer))
            .collect();
        let last = told.first().cloned()?;
        if told.iter().all(|name| *name == last) {
            return Some(last);
        }
        let by_parts = bound.filter_map(|part| self.of_part(part));
        let by_names = others.filter_map(|name| self.of_name(&name));
        let known: Vec<String> = by_parts.chain(by_names).collect();
        told.retain(|name| known.contains(name));
        told.into_iter().next().or(Some(last))
    }

    /// The environment that the place of a helmfile tells: its path, or any name in a folder of environments
    /// (`clusters/blue.yaml`, `envs/blue/helmfile.yaml`).
    pub fn of_home(&self, path: &str) -> Option<String> {
        if let Some(told) = self.of_path(path) {
            return Some(told);
        }
        let mut parts = path.rsplit('/');
        let stem = parts.next()?.split('.').next()?;
        let (folder, above) = (parts.next()?, parts.next());
        let name = match stem {
            "helmfile" => Some(folder).filter(|_| above.is_some_and(is_home)),
            stem => Some(stem).filter(|_| is_home(folder)),
        };
        name.filter(|_| self.declared.is_empty()).map(str::to_owned)
    }

    /// The environment that the folders of a path tell, the nearest first; with the place that lies in it: `prod/eu`.
    pub fn of_folders(&self, directory: &str) -> Option<String> {
        let folders: Vec<&str> = directory.split('/').collect();
        for (index, folder) in folders.iter().enumerate().rev() {
            if !self.named.is_empty()
                && let Some(above) = folders.get(..=index)
                && let Some(name) = self.named.get(&above.join("/"))
            {
                return Some(name.clone());
            }
            // `.ci` is a folder of tools.
            let is_hidden = folder.starts_with('.') && self.declared.is_empty();
            if is_hidden || self.others.contains(*folder) {
                continue;
            }
            let Some(environment) = self.of_word(folder) else {
                continue;
            };
            let next = folders
                .get(index + 1)
                .filter(|next| is_folder_of_place(next) && environment_name(next).is_none());
            return Some(match next {
                Some(place) if environment == *folder && self.declared.is_empty() => {
                    format!("{environment}-{place}")
                }
                _ => environment,
            });
        }
        let is_known = |above: &&str| self.clusters.contains(*above);
        let cluster = ancestors(directory).find(is_known)?;
        cluster.rsplit('/').next().map(str::to_owned)
    }
}

/// Whether a folder holds environments, and nothing else.
fn is_home(folder: &str) -> bool {
    matches!(
        folder,
        "environments" | "environment" | "envs" | "env" | "stages" | "clusters"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_paths_tell_environments() {
        let names = Names::default();
        for (path, expected) in [
            ("values-prod.yaml", Some("prod")),
            ("envs/prod-eu-values.yaml", Some("prod-eu")),
            ("clusters/prod/eu/shop.yaml", Some("prod-eu")),
            ("apps/shop/staging/values.yaml", Some("staging")),
            ("shop/values.yaml", None),
        ] {
            assert_eq!(names.of_path(path).as_deref(), expected, "{path}");
        }
        assert_eq!(names.of_word("shop-prod").as_deref(), Some("prod"));
        assert_eq!(names.of_word("prod-eu").as_deref(), Some("prod-eu"));
        assert_eq!(names.of_name("shop-prod").as_deref(), Some("prod"));
        assert_eq!(names.of_name("demo"), None);
        let of_layers = |layers: &[&'static str], bound: &'static str, name: &str| {
            let bound = std::iter::once(bound);
            names.of_layers(
                layers.iter().copied(),
                bound,
                std::iter::once(name.to_owned()),
            )
        };
        let layers = ["values-dev.yaml", "chart/values-live.yaml"];
        assert_eq!(of_layers(&layers, "", "").as_deref(), Some("live"));
        assert_eq!(of_layers(&layers, "dev", "").as_deref(), Some("dev"));
        assert_eq!(of_layers(&layers, "", "shop-dev").as_deref(), Some("dev"));
        assert_eq!(of_layers(&layers[..1], "", "prod").as_deref(), Some("dev"));
        let paths = [
            "clusters/prod/a.yaml",
            "clusters/local/a.yaml",
            "clusters/base/a.yaml",
            "clusters/end-to-end-tests/a.yaml",
            "other/clusters/blue/a.yaml",
        ];
        let names = Names::default().with_clusters(paths.into_iter());
        for (path, expected) in [
            ("clusters/local/a.yaml", Some("local")),
            ("clusters/local/flux-system/a.yaml", Some("local")),
            ("clusters/base/a.yaml", None),
            ("clusters/end-to-end-tests/a.yaml", None),
            ("other/clusters/blue/a.yaml", None),
        ] {
            assert_eq!(names.of_path(path).as_deref(), expected, "{path}");
        }
        let paths = [
            "aws/1/clusters/acme-dev/a.yaml",
            "aws/2/clusters/acme-prod/a.yaml",
            "aws/3/clusters/beta-prod/a.yaml",
            "aws/4/clusters/beta-prod/a.yaml",
            "aws/4/clusters/beta-lab/a.yaml",
            "aws/5/clusters/acme-lab/a.yaml",
            "aws/5/clusters/other/a.yaml",
        ];
        let names = Names::default().with_clusters(paths.into_iter());
        for (path, expected) in [
            ("aws/1/clusters/acme-dev/apps/a.yaml", Some("acme-dev")),
            ("aws/2/clusters/acme-prod/a.yaml", Some("acme-prod")),
            ("aws/3/clusters/beta-prod/a.yaml", Some("beta-prod-3")),
            ("aws/4/clusters/beta-prod/a.yaml", Some("beta-prod-4")),
            ("aws/4/clusters/beta-lab/a.yaml", Some("beta-lab")),
            ("aws/5/clusters/acme-lab/a.yaml", Some("acme-lab")),
            ("aws/5/clusters/other/a.yaml", None),
        ] {
            assert_eq!(names.of_path(path).as_deref(), expected, "{path}");
        }
        let names = Names::new(vec!["blue".to_owned(), "blue-eu".to_owned()]);
        assert_eq!(names.of_word("shop-blue-eu").as_deref(), Some("blue-eu"));
        assert_eq!(names.of_word("prod"), None);
    }
}
