//! helmsman: files of a desired state, of which several are laid over each other: `helmsman -f base.yaml -f dev.yaml`.
//!
//! <https://github.com/Praqma/helmsman/blob/master/docs/desired_state_specification.md>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Node, Span};

use super::claim::{Chart, Claim, Claims, Evidence, LayerPath, Rank, given};
use super::files::{Files, directory_of, normal};
use super::nodes::at;
use super::tells::Names;
use crate::masking::{ObjectName, text as said_text};
use crate::source::{Location, Source};

/// An app of a desired state: the file, its name there, the place of that, what is said of it.
type Entry<'s> = (&'s Arc<Source>, &'s str, Span, &'s Node);

/// What the desired states say.
pub(super) fn claims(sources: &[Arc<Source>], files: &Files<'_>, names: &Names, said: &mut Claims) {
    let entries: Vec<Entry<'_>> = sources.iter().flat_map(|source| apps(source)).collect();
    // A state of an environment leaves to the base what is the same everywhere.
    let mut bases: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for (_, app, _, node) in &entries {
        bases.entry(app).or_default().push(node);
    }
    let told = environments(sources, names);
    let is_told = |(source, ..): &Entry<'_>| told.contains_key(source.path.as_str());
    let of_states: BTreeSet<&str> = entries
        .iter()
        .filter(|entry| is_told(entry))
        .map(|(_, app, ..)| *app)
        .collect();
    for entry in &entries {
        // The base of an app that states of environments deploy deploys nothing by itself.
        if !is_told(entry) && of_states.contains(entry.1) {
            continue;
        }
        let others = bases.get(entry.1).map_or(&[][..], Vec::as_slice);
        let environment = told.get(entry.0.path.as_str());
        one(entry, environment, others, files, names, said);
    }
}

/// The environments of desired states, by the files: those that their names tell, and next to several of these those that
/// the names are.
fn environments<'s>(sources: &'s [Arc<Source>], names: &Names) -> BTreeMap<&'s str, String> {
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources {
        if let Some(environment) = names.of_path(&source.path) {
            told.insert(&source.path, environment);
            *folders.entry(directory_of(&source.path)).or_default() += 1;
        }
    }
    for source in sources {
        let path = source.path.as_str();
        let is_among = folders
            .get(directory_of(path))
            .is_some_and(|count| *count > 1);
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        if is_among && !told.contains_key(path) && !stem.is_empty() {
            told.insert(path, stem.to_owned());
        }
    }
    told
}

fn apps(source: &Arc<Source>) -> Vec<Entry<'_>> {
    let root = source.document.root();
    let apps = root.and_then(|root| at(root, &["apps"])?.as_mapping());
    let apps = apps.into_iter().flat_map(|map| map.iter());
    apps.map(|(key, node)| (source, key.text(), key.span(), node))
        .collect()
}

/// What an app says itself, or takes over from a template by `<<`.
fn said_of<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    at(node, &[key]).or_else(|| at(node, &["<<", key]))
}

fn one(
    (source, app, place, node): &Entry<'_>,
    state: Option<&String>,
    others: &[&Node],
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) {
    let location = Location::new(source, *place);
    let own = |key: &str| said_of(node, key).and_then(Node::as_str);
    let any = |key: &str| {
        own(key).or_else(|| others.iter().find_map(|node| said_of(node, key)?.as_str()))
    };
    if said_of(node, "enabled").and_then(Node::as_bool) == Some(false) {
        return;
    }
    let paths = own("valuesFile").into_iter();
    let paths = paths.chain(
        said_of(node, "valuesFiles")
            .and_then(Node::as_sequence)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str),
    );
    let mut layers = Vec::new();
    for path in paths.filter(|path| !path.contains("://") && !path.contains('$')) {
        let Some(path) = normal(directory_of(&source.path), path) else {
            continue;
        };
        match files.is_file(&path) {
            true => layers.push(LayerPath::file(path)),
            false => said.add_missing(app, path, Evidence::at(&location, ""), files),
        }
    }
    let namespace = own("namespace");
    let mut paths = layers.iter().rev();
    let environment = state
        .cloned()
        .or_else(|| paths.find_map(|layer| names.of_path(&layer.path)))
        .or_else(|| names.of_name(own("name")?))
        .or_else(|| names.of_name(namespace?));
    let chart = any("chart").map(|chart| {
        let local = normal(directory_of(&source.path), chart).filter(|path| files.is_chart(path));
        let version = any("version").map_or_else(String::new, |version| format!("@{version}"));
        local.map_or_else(|| Chart::Remote(format!("{chart}{version}")), Chart::Local)
    });
    let set = ["set", "setString", "setFile"].into_iter();
    let given_names = set
        .filter_map(|key| said_of(node, key)?.as_mapping())
        .flat_map(|map| map.iter());
    said.claims.push(Claim {
        cluster: None,
        names: vec![(*app).to_owned()],
        environment,
        release: own("name")
            .map(str::to_owned)
            .or_else(|| Some((*app).to_owned())),
        namespace: namespace.map(str::to_owned),
        chart,
        layers,
        given: given_names
            .filter_map(|(name, _)| given(name.text()))
            .collect(),
        evidence: Evidence::at(
            &location,
            said_text!("the app `{}` of helmsman", ObjectName(app)),
        ),
        rank: Rank::Declared,
        tool: Some("helmsman"),
        also: Vec::new(),
        is_loose: false,
    });
}
