//! Clusters that Secrets of the repository register, and the generator that gives them.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/>

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::{Map, Node, Value};

use super::generated::Generated;
use super::generators::{Cx, add_values, normal};
use crate::evidence::nodes::{at, flat, items, plain, text};
use crate::source::Source;

/// A cluster that is registered by a Secret of the repository.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    name: String,
    server: String,
    labels: Map,
    annotations: Map,
}

/// The clusters that Secrets of the repository register.
pub(super) fn clusters(sources: &[Arc<Source>]) -> Vec<Cluster> {
    let documents = sources
        .iter()
        .flat_map(|source| source.document.documents());
    documents.filter_map(cluster).collect()
}

fn cluster(object: &Node) -> Option<Cluster> {
    let labels = at(object, &["metadata", "labels"])?;
    let is_cluster = text(labels, &["argocd.argoproj.io/secret-type"]) == Some("cluster");
    if !is_cluster || text(object, &["kind"]) != Some("Secret") {
        return None;
    }
    let map = |node: Option<&Node>| match node.map(Node::to_value) {
        Some(Value::Map(map)) => map,
        _ => Map::new(),
    };
    let data = at(object, &["stringData"]).unwrap_or(object);
    Some(Cluster {
        name: text(data, &["name"])
            .or_else(|| text(object, &["metadata", "name"]))?
            .to_owned(),
        server: text(data, &["server"]).unwrap_or_default().to_owned(),
        labels: map(Some(labels)),
        annotations: map(at(object, &["metadata", "annotations"])),
    })
}

impl Cx<'_, '_> {
    /// The parameters of the clusters that a generator selects.
    pub(super) fn of_clusters(&self, node: &Node, out: &mut Generated) {
        let selector = at(node, &["selector"]);
        let known: Vec<&Cluster> = self
            .clusters
            .iter()
            .filter(|cluster| {
                selector.is_none_or(|selector| {
                    selects(selector, &flat(&cluster.labels).into_iter().collect())
                })
            })
            .collect();
        if known.is_empty() {
            out.unread.push("the clusters of the generator are not in the repository; files that are there stand for them".into());
            // What is not known of a cluster stays open.
            let labels = ("labels".to_owned(), Value::Map(hinted(selector)));
            let annotations = ("annotations".to_owned(), Value::Map(Map::new()));
            let metadata: Map = [labels, annotations].into_iter().collect();
            let open = [("metadata".to_owned(), Value::Map(metadata))];
            out.add(open.into_iter().collect(), self.templates.room);
        }
        for cluster in known {
            let metadata: Map = [
                ("labels", &cluster.labels),
                ("annotations", &cluster.annotations),
            ]
            .into_iter()
            .map(|(key, map)| (key.to_owned(), Value::Map(map.clone())))
            .collect();
            let string = |text: &String| Value::String(text.clone());
            let parameters = [
                ("name".to_owned(), string(&cluster.name)),
                ("nameNormalized".to_owned(), normal(&cluster.name)),
                ("server".to_owned(), string(&cluster.server)),
                ("metadata".to_owned(), Value::Map(metadata)),
            ];
            out.add(parameters.into_iter().collect(), self.templates.room);
        }
        add_values(node, self.templates, out);
    }
}

/// What a selector says of the labels of a cluster that is not known.
fn hinted(selector: Option<&Node>) -> Map {
    let labels = selector.and_then(|selector| at(selector, &["matchLabels"]));
    match labels.map(Node::to_value) {
        Some(Value::Map(map)) => map,
        _ => Map::new(),
    }
}

/// Whether labels or parameters are those that a selector wants.
pub(super) fn selects(selector: &Node, known: &BTreeMap<String, String>) -> bool {
    let value = |key: &str| known.get(key).map(String::as_str);
    let labels = at(selector, &["matchLabels"]).and_then(Node::as_mapping);
    let all = labels
        .into_iter()
        .flat_map(|map| map.iter())
        .all(|(key, wanted)| value(key.text()) == Some(plain(&wanted.to_value()).as_str()));
    all && items(selector, &["matchExpressions"])
        .iter()
        .all(|expression| {
            let Some(key) = text(expression, &["key"]) else {
                return true;
            };
            let values: Vec<String> = items(expression, &["values"])
                .iter()
                .map(|node| plain(&node.to_value()))
                .collect();
            let has = value(key).is_some_and(|value| values.iter().any(|wanted| wanted == value));
            match text(expression, &["operator"]) {
                Some("In") => has,
                Some("NotIn") => !has,
                Some("Exists") => value(key).is_some(),
                Some("DoesNotExist") => value(key).is_none(),
                _ => true,
            }
        })
}
