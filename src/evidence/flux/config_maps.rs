//! ConfigMaps of the workspace, from which HelmReleases have values.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use envlint_yaml::Node;

use crate::evidence::claim::{LayerPath, block};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, text};
use crate::source::{Source, is_yaml};

/// A ConfigMap that stands in a file.
#[derive(Debug)]
struct ConfigMap {
    file: String,
    namespace: Option<String>,
    /// Its texts by their keys; none where one has no place in the file.
    data: BTreeMap<String, Option<LayerPath>>,
}

/// The ConfigMaps of a workspace, by name. They are looked for when the first one is asked for.
#[derive(Debug)]
pub(super) struct ConfigMaps<'c, 'f> {
    files: &'c Files<'f>,
    by_name: OnceCell<BTreeMap<String, Vec<ConfigMap>>>,
}

/// Larger files hold no values of a cluster.
const LARGEST: usize = 1 << 20;

impl<'c, 'f> ConfigMaps<'c, 'f> {
    pub(super) fn of(files: &'c Files<'f>) -> ConfigMaps<'c, 'f> {
        ConfigMaps {
            files,
            by_name: OnceCell::new(),
        }
    }

    /// The text under a key of a ConfigMap, where exactly one may be meant. `built` tells the files that are built together
    /// with what asks, which come before all others; `fits` those that the same cluster synchronizes, and those that only
    /// others do, which are never meant.
    pub(super) fn text(
        &self,
        name: &str,
        key: &str,
        namespace: Option<&str>,
        built: &dyn Fn(&str) -> bool,
        fits: &dyn Fn(&str) -> Option<bool>,
    ) -> Option<&LayerPath> {
        let all = self.by_name.get_or_init(|| self.read());
        let is_there = |map: &&ConfigMap| match (&map.namespace, namespace) {
            (Some(own), Some(asked)) => own == asked,
            _ => true,
        };
        let named = all.get(name).into_iter().flatten();
        let mut named: Vec<&ConfigMap> = named.filter(is_there).collect();
        if named.iter().any(|map| built(&map.file)) {
            named.retain(|map| built(&map.file));
        } else {
            named.retain(|map| fits(&map.file) != Some(false));
        }
        if named.iter().any(|map| fits(&map.file) == Some(true)) {
            named.retain(|map| fits(&map.file) == Some(true));
        }
        match named.as_slice() {
            [one] => one.data.get(key)?.as_ref(),
            _ => None,
        }
    }

    fn read(&self) -> BTreeMap<String, Vec<ConfigMap>> {
        let mut by_name: BTreeMap<String, Vec<ConfigMap>> = BTreeMap::new();
        for path in self.files.below("") {
            if !is_yaml(path) {
                continue;
            }
            let text = self.files.text(path);
            let Some(text) =
                text.filter(|text| text.len() <= LARGEST && text.contains("ConfigMap"))
            else {
                continue;
            };
            let source = Source::new(*path, text);
            for object in source.document.documents() {
                if let Some((name, map)) = config_map(&source, object) {
                    by_name.entry(name).or_default().push(map);
                }
            }
        }
        by_name
    }
}

fn config_map(source: &Source, object: &Node) -> Option<(String, ConfigMap)> {
    let is_one = text(object, &["kind"]) == Some("ConfigMap");
    let name = text(object, &["metadata", "name"]).filter(|_| is_one)?;
    let entries = at(object, &["data"])?.as_mapping()?.iter();
    let data = entries.map(|(key, node)| (key.text().to_owned(), block(source, node)));
    let map = ConfigMap {
        file: source.path.clone(),
        namespace: text(object, &["metadata", "namespace"]).map(str::to_owned),
        data: data.collect(),
    };
    Some((name.to_owned(), map))
}
