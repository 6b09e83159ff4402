//! Charts that K3s and RKE2 deploy: a `HelmChart`, and a `HelmChartConfig` with values over those of a chart that is there,
//! such as Traefik, which K3s brings along.
//!
//! <https://docs.k3s.io/helm>

use std::sync::Arc;

use envlint_yaml::Node;

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Rank, block, given};
use super::nodes::{at, is_kind, text};
use super::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source, directory_of};

/// The group of the objects.
const GROUP: &str = "helm.cattle.io/";

/// Values that stand in an object, with what they are for.
struct Config<'c> {
    source: &'c Arc<Source>,
    object: &'c Node,
    name: &'c str,
}

impl Config<'_> {
    /// The values, where they are YAML as they stand.
    fn layer(&self) -> Option<LayerPath> {
        block(self.source, at(self.object, &["spec", "valuesContent"])?)
    }

    fn evidence(&self, kind: &'static str) -> Evidence {
        let place = at(self.object, &["metadata", "name"]);
        let place = place.map_or(self.object.span(), Node::span);
        let words = said_text!("the {} `{}`", kind, ObjectName(self.name));
        Evidence::at(&Location::new(self.source, place), words)
    }

    /// The environments: that of the path, or those that bring the file.
    fn environments(&self, names: &Names, said: &Claims) -> Vec<Option<String>> {
        let own = names.of_path(&self.source.path);
        let brought = said
            .brought
            .get(&self.source.path)
            .filter(|_| own.is_none());
        match brought.filter(|by| !by.is_empty()) {
            Some(by) => by.iter().cloned().map(Some).collect(),
            None => vec![own],
        }
    }

    /// The claim of a chart with no values but those of the object.
    fn claim(&self, chart: String, kind: &'static str) -> Claim {
        let spec = |key: &str| text(self.object, &["spec", key]).map(str::to_owned);
        let set = at(self.object, &["spec", "set"]).and_then(Node::as_mapping);
        let set = set.into_iter().flat_map(|map| map.iter());
        let namespace = text(self.object, &["metadata", "namespace"]).map(str::to_owned);
        Claim {
            names: vec![self.name.to_owned()],
            environment: None,
            release: Some(self.name.to_owned()),
            namespace: spec("targetNamespace").or(namespace),
            cluster: None,
            chart: Some(Chart::Remote(chart)),
            layers: self.layer().into_iter().collect(),
            given: set.filter_map(|(key, _)| given(key.text())).collect(),
            evidence: self.evidence(kind),
            rank: Rank::Declared,
            tool: None,
            also: Vec::new(),
            is_loose: false,
        }
    }
}

/// What the objects of some files say.
pub(super) fn claims(sources: &[Arc<Source>], names: &Names, said: &mut Claims) {
    let of_kind = |kind: &'static str| -> Vec<Config<'_>> {
        let objects = sources.iter().flat_map(|source| {
            let documents = source.document.documents().iter();
            documents.map(move |object| (source, object))
        });
        let of_kind = objects.filter(|(_, object)| is_kind(object, GROUP, kind));
        let named = of_kind.filter_map(|(source, object)| {
            Some(Config {
                source,
                object,
                name: text(object, &["metadata", "name"])?,
            })
        });
        named.collect()
    };
    let mut configs = of_kind("HelmChartConfig");
    for chart in of_kind("HelmChart") {
        let spec = |key: &str| text(chart.object, &["spec", key]);
        let Some(name) = spec("chart") else { continue };
        let repository = spec("repo").map(|repository| repository.trim_end_matches('/'));
        let reference = repository.map_or_else(|| name.to_owned(), |of| format!("{of}/{name}"));
        let version = spec("version").map_or_else(String::new, |version| format!("@{version}"));
        let mut claim = chart.claim(format!("{reference}{version}"), "HelmChart");
        let home = directory_of(&chart.source.path);
        let over = configs.extract_if(.., |config| {
            config.name == chart.name && directory_of(&config.source.path) == home
        });
        for config in over {
            claim.layers.extend(config.layer());
            claim.also.push(config.evidence("HelmChartConfig"));
        }
        for environment in chart.environments(names, said) {
            said.claims.push(Claim {
                environment,
                ..claim.clone()
            });
        }
    }
    for config in configs {
        let claim = config.claim(config.name.to_owned(), "HelmChartConfig");
        for environment in config.environments(names, said) {
            said.claims.push(Claim {
                // The chart is one of a cluster, and nothing here says of which.
                is_loose: environment.is_none(),
                environment,
                ..claim.clone()
            });
        }
    }
}
