//! The charts of HelmReleases, and the repositories that they come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::Node;

use super::Cx;
use crate::evidence::claim::Chart;
use crate::evidence::nodes::{at, is_kind, text};
use crate::source::Source;

/// The group of Flux's sources.
const GROUP: &str = "source.toolkit.fluxcd.io/";

/// Repositories and charts that files of the workspace define, by kind and name, each with its file.
#[derive(Debug, Default)]
pub(super) struct Repositories<'s> {
    by_name: BTreeMap<(&'s str, &'s str), (&'s str, &'s Node)>,
    /// The addresses of repositories by their kinds and names; none where several have one name.
    addresses: BTreeMap<(&'s str, &'s str), Option<&'s str>>,
}

impl<'s> Repositories<'s> {
    pub(super) fn of(sources: &'s [Arc<Source>]) -> Repositories<'s> {
        let mut by_name = BTreeMap::new();
        let mut addresses: BTreeMap<(&str, &str), Option<&str>> = BTreeMap::new();
        let objects = sources.iter().flat_map(|source| {
            let objects = source.document.documents().iter();
            objects.map(|object| (source.path.as_str(), object))
        });
        for (path, object) in objects {
            let Some(name) = text(object, &["metadata", "name"]) else {
                continue;
            };
            for kind in ["OCIRepository", "HelmRepository", "HelmChart"] {
                if is_kind(object, GROUP, kind) {
                    by_name.entry((kind, name)).or_insert((path, object));
                }
            }
            let address = text(object, &["spec", "url"]).map(|url| url.trim_end_matches('/'));
            for kind in ["HelmRepository", "GitRepository"] {
                if is_kind(object, GROUP, kind) {
                    let known = addresses.entry((kind, name)).or_insert(address);
                    *known = known.filter(|known| Some(*known) == address);
                }
            }
        }
        Repositories { by_name, addresses }
    }

    /// What a repository is called: its address, where one is known. Two objects may be one repository: `shop-main` and
    /// `shop-dev`, each of a branch.
    fn called<'n>(&self, kind: &'n str, name: &'n str) -> &'n str
    where
        's: 'n,
    {
        let address = self.addresses.get(&(kind, name)).copied().flatten();
        address
            .filter(|address| !address.contains("${"))
            .unwrap_or(name)
    }

    fn get(&self, kind: &str, name: &str) -> Option<(&'s str, &'s Node)> {
        self.by_name.get(&(kind, name)).copied()
    }
}

/// The chart that an `OCIRepository` is: its address, and the version.
/// <https://fluxcd.io/flux/components/source/ocirepositories/>
fn image(repository: &Node) -> Option<String> {
    let spec = at(repository, &["spec"])?;
    let url = text(spec, &["url"])?.trim_end_matches('/');
    let keys = ["digest", "semver", "tag"];
    let mut versions = keys.iter().filter_map(|key| text(spec, &["ref", key]));
    Some(format!("{url}@{}", versions.next().unwrap_or("latest")))
}

impl Cx<'_, '_> {
    pub(super) fn chart(&self, release: &Node) -> Option<Chart> {
        if let Some(spec) = at(release, &["spec", "chart", "spec"]) {
            return self.chart_of(spec);
        }
        let name = text(release, &["spec", "chartRef", "name"])?;
        let is_chart = text(release, &["spec", "chartRef", "kind"]) == Some("HelmChart");
        let chart = match is_chart {
            // <https://fluxcd.io/flux/components/source/helmcharts/>
            true => self.built("HelmChart", name, |chart| {
                self.chart_of(at(chart, &["spec"])?)
            }),
            false => self.built("OCIRepository", name, image).map(Chart::Remote),
        };
        chart.or_else(|| Some(Chart::Remote(name.to_owned())))
    }

    /// The chart that a `spec` with a source describes.
    fn chart_of(&self, spec: &Node) -> Option<Chart> {
        let chart = text(spec, &["chart"])?;
        let is_git = matches!(
            text(spec, &["sourceRef", "kind"]),
            Some("GitRepository" | "Bucket")
        );
        let path = self.files.of_repository(chart.trim_start_matches("./"));
        if let Some(path) = path.filter(|path| is_git && self.files.is_chart(path)) {
            return Some(Chart::Local(path));
        }
        let repository = text(spec, &["sourceRef", "name"]).unwrap_or_default();
        let repository = match text(spec, &["sourceRef", "kind"]) {
            Some(kind) => self.repositories.called(kind, repository),
            None => repository,
        };
        let name = chart.trim_start_matches("./").trim_end_matches('/');
        // A chart in git has the version of its branch: Flux ignores another one.
        let version = match is_git {
            true => String::new(),
            false => format!("@{}", text(spec, &["version"]).unwrap_or("latest")),
        };
        Some(Chart::Remote(format!("{repository}/{name}{version}")))
    }

    /// What an object says, as the directory builds it.
    fn built<T>(&self, kind: &str, name: &str, read: impl FnOnce(&Node) -> Option<T>) -> Option<T> {
        let (path, object) = self.repositories.get(kind, name)?;
        let resources = self.build.into_iter().flat_map(|build| &build.resources);
        let mut same = resources.filter(|resource| resource.path == path);
        let built = same.find_map(|resource| resource.object(object));
        read(built.as_ref().map_or(object, |built| built.node(object)))
    }
}
