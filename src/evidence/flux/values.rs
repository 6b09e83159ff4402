//! The values of a HelmRelease: files of its chart, ConfigMaps and Secrets, its own, and those of patches.

use std::sync::Arc;

use envlint_yaml::{Document, Node};

use super::{Cx, Release};
use crate::evidence::claim::{Claims, Evidence, LayerPath};
use crate::evidence::kustomize::{Built, operations, pointer};
use crate::evidence::nodes::{at, items, leaves, text};
use crate::masking::{Name, ObjectName, Text, text as said_text};
use crate::source::Source;

/// Files of one kustomization; in more no encrypted Secret is looked for.
const MOST_RESOURCES: usize = 100;

/// What the values of a release come to.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The layers, the lowest first.
    pub layers: Vec<LayerPath>,
    /// Names of values that are given, as `--set` has them.
    pub given: Vec<String>,
    /// What is not here.
    pub open: Vec<Text>,
}

impl Cx<'_, '_> {
    /// `valuesFiles`: paths in the source of the chart.
    pub(super) fn add_files(
        &self,
        release: &Release<'_>,
        is_here: bool,
        evidence: &Evidence,
        values: &mut Values,
        said: &mut Claims,
    ) {
        let chart = at(release.node, &["spec", "chart", "spec"]);
        let files = chart.map(|chart| items(chart, &["valuesFiles"]));
        let may_miss = chart
            .and_then(|chart| at(chart, &["ignoreMissingValuesFiles"]))
            .and_then(Node::as_bool);
        let files = files.unwrap_or_default().iter().filter_map(Node::as_str);
        for file in files.filter(|file| !is_for_each_cluster(file)) {
            let path = self.files.of_repository(file.trim_start_matches("./"));
            match path {
                Some(path) if is_here && self.files.is_file(&path) => {
                    values.layers.push(LayerPath::file(path));
                }
                Some(path) if is_here && may_miss != Some(true) => {
                    said.add_missing(release.name, path, evidence.clone(), self.files);
                }
                Some(_) if is_here => {}
                _ => values.open.push(said_text!(
                    "the values file `{}` of `{}` is not in this repository, so its values are not known",
                    ObjectName(file),
                    ObjectName(release.name)
                )),
            }
        }
    }

    /// `valuesFrom`: ConfigMaps that lie here or that Kustomize makes, as layers. What lies elsewhere is not known.
    /// <https://fluxcd.io/flux/components/helm/helmreleases/#values-references>
    pub(super) fn add_references(&self, release: &Release<'_>, values: &mut Values) {
        for reference in items(release.node, &["spec", "valuesFrom"]) {
            let name = text(reference, &["name"]).unwrap_or_default();
            let key = text(reference, &["valuesKey"]).unwrap_or("values.yaml");
            // A single value, which goes where it is told.
            if let Some(path) = text(reference, &["targetPath"]) {
                values.given.push(path.to_owned());
                continue;
            }
            let namespace = text(release.node, &["metadata", "namespace"]);
            let made = self
                .build
                .and_then(|build| build.generated_file(name, key, namespace));
            let kind = text(reference, &["kind"]).unwrap_or("object");
            let written = || {
                let built = |file: &str| {
                    let mut built = self.build.iter().flat_map(|build| &build.resources);
                    built.any(|resource| resource.path == file)
                };
                let fits = |file: &str| self.is_of_cluster(file);
                self.config_maps
                    .text(name, key, namespace, &built, &fits)
                    .filter(|_| kind == "ConfigMap")
                    .cloned()
            };
            let made = made.filter(|path| self.files.is_file(path));
            let made = made.map(LayerPath::file);
            if let Some(layer) = made.or_else(written) {
                values.layers.push(layer);
                continue;
            }
            values.open.push(match self.sealed_in(name) {
                Some(path) => said_text!(
                    "the {} `{}`, from which `{}` has values, is encrypted in {}, so envlint cannot read this layer",
                    ObjectName(kind),
                    ObjectName(name),
                    ObjectName(release.name),
                    Name(&path)
                ),
                None => said_text!(
                    "no file here is `{}` of the {} `{}`, from which `{}` has values",
                    ObjectName(key),
                    ObjectName(kind),
                    ObjectName(name),
                    ObjectName(release.name)
                ),
            });
        }
    }

    /// The file with the Secret of a name that is encrypted there: by SOPS, or for the controller of sealed secrets.
    fn sealed_in(&self, name: &str) -> Option<String> {
        let resources = self.build?.resources.iter().take(MOST_RESOURCES);
        let is_it = |node: &Node| {
            let is_sealed = text(node, &["kind"]) == Some("SealedSecret")
                || text(node, &["kind"]) == Some("Secret") && at(node, &["sops"]).is_some();
            is_sealed && text(node, &["metadata", "name"]) == Some(name)
        };
        let mut files = resources.map(|resource| &resource.path);
        let found = files.find(|path| {
            let text = self.files.text(path).unwrap_or_default();
            let may_be =
                text.contains(name) && (text.contains("sops") || text.contains("SealedSecret"));
            may_be && Document::parse(text).documents().iter().any(is_it)
        });
        found.cloned()
    }
}

impl Values {
    /// The values in the manifest, and what patches say of them.
    pub(super) fn add_own(&mut self, source: &Arc<Source>, object: &Node, built: &Built<'_>) {
        self.add_part(&source.path, object, true);
        for change in &built.changes {
            if change.part.as_sequence().is_none() {
                self.add_part(&change.patch.file, change.part, change.patch.is_placed);
                continue;
            }
            for operation in operations(change.part) {
                let path = pointer(operation);
                let Some((["spec", "values"], rest)) = path
                    .split_at_checked(2)
                    .map(|(head, rest)| ([head[0].as_str(), head[1].as_str()], rest))
                else {
                    continue;
                };
                let above = rest.iter().map(|key| key.replace('.', "\\."));
                let above = above.collect::<Vec<_>>().join(".");
                if above.is_empty() {
                    let value = at(operation, &["value"]);
                    self.given.extend(value.map(leaves).unwrap_or_default());
                } else {
                    self.given.push(above);
                }
            }
        }
    }

    /// `spec.values` of an object or of a patch: a layer where they have a place in a file.
    fn add_part(&mut self, file: &str, object: &Node, is_placed: bool) {
        let values = at(object, &["spec", "values"]);
        let values = values.filter(|node| node.as_mapping().is_some_and(|map| !map.is_empty()));
        match values {
            Some(values) if is_placed => self.layers.push(LayerPath::part(file, values.span())),
            Some(values) => self.given.extend(leaves(values)),
            None => {}
        }
    }
}

/// Whether a text has a variable that Flux fills in for each cluster.
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
fn is_for_each_cluster(text: &str) -> bool {
    text.contains("${")
}
