//! Objects of Argo CD and Flux that Terraform makes: `argocd_application`, `argocd_application_set`, `argocd_cluster`, and the
//! manifests of `kubernetes_manifest` and `kubectl_manifest`.
//!
//! Each file becomes one with the objects in YAML, in which everything stands in the line where Terraform has it. All that is
//! known of these objects holds for them, too. What an expression gives is a part that is not known.
//!
//! <https://registry.terraform.io/providers/argoproj-labs/argocd/latest/docs>

mod hcl;
mod known;
mod objects;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::claim::{Claims, given};
use super::files::{Files, directory_of};
use super::nodes::leaves;
use super::scan::Candidate;
use crate::source::Source;
use known::Known;

/// Larger files are not read, in bytes.
const LARGEST: usize = 1 << 20;

/// The objects that files of Terraform make, a source for each file.
pub(super) fn objects<'c>(
    candidates: impl Iterator<Item = &'c Candidate>,
    files: &Files<'_>,
) -> Vec<Arc<Source>> {
    let mut known: BTreeMap<&str, Known> = BTreeMap::new();
    let mut found = Vec::new();
    for candidate in candidates.filter(|file| file.text.len() <= LARGEST) {
        let path = candidate.path.as_str();
        let directory = directory_of(path);
        let known = known
            .entry(directory)
            .or_insert_with(|| Known::of(directory, files));
        let text = objects::as_yaml(&candidate.text, known);
        found.extend(text.map(|text| Arc::new(Source::new(path, text))));
    }
    found
}

/// Values that stand in such an object have no place in a file that is values: their names are given. And what an object is
/// refused for stands in no YAML.
pub(super) fn give_inline(sources: &[Arc<Source>], said: &mut Claims) {
    let by_path: BTreeMap<&str, &Arc<Source>> = sources
        .iter()
        .map(|source| (source.path.as_str(), source))
        .collect();
    for claim in &mut said.claims {
        let is_inline = |path: &str| by_path.contains_key(path);
        let parts = claim
            .layers
            .extract_if(.., |layer| layer.part.is_some() && is_inline(&layer.path));
        let parts: Vec<_> = parts.collect();
        for layer in parts {
            let Some(source) = by_path.get(layer.path.as_str()) else {
                continue;
            };
            let document = layer.read(source.text().to_owned());
            let names: BTreeSet<String> =
                document.root().map(leaves).into_iter().flatten().collect();
            claim
                .given
                .extend(names.iter().filter_map(|name| given(name)));
        }
    }
    said.refused
        .retain(|refused| !by_path.contains_key(refused.file.as_str()));
}
