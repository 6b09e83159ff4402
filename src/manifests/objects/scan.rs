//! The objects that a workspace keeps as plain YAML, found by a bounded walk.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use envlint_budget::Budget;
use envlint_yaml::{Node, Path as FieldPath, Span};
use rayon::prelude::*;

use super::kustomized::{Changes, is_directive, is_taken_away};
use super::{DELIVERING, Definition, Delivery, KINDS, Violation, check};
use crate::expressions::MOST_TOGETHER;
use crate::naming::{is_copied_from, is_in_showing, is_put_aside};
use crate::source::{Location, Source, directory_of, normal, read_text};
use crate::workspace::{Deployment, Workspace};

/// The objects of a workspace, looked for when a rule first asks.
#[derive(Debug, Default)]
pub struct Manifests(OnceLock<(Vec<Scanned>, Delivery)>);

/// One file with objects of known kinds, and what is wrong with them.
#[derive(Debug)]
pub struct Scanned {
    /// The file.
    pub source: Arc<Source>,
    /// What is wrong, with the number of the document in the file.
    pub violations: Vec<(usize, Violation)>,
}

impl Manifests {
    /// The files, in the order of their paths.
    pub fn of(&self, workspace: &Workspace, definitions: &[Definition]) -> &[Scanned] {
        &self.all(workspace, definitions).0
    }

    /// What Argo CD may deploy where.
    pub fn delivery(&self, workspace: &Workspace, definitions: &[Definition]) -> &Delivery {
        &self.all(workspace, definitions).1
    }

    fn all(&self, workspace: &Workspace, definitions: &[Definition]) -> &(Vec<Scanned>, Delivery) {
        self.0.get_or_init(|| scan(workspace, definitions))
    }
}

impl Scanned {
    fn says_something(&self) -> bool {
        let is_other = |(_, object): (usize, &Node)| !is_delivering(object);
        !self.violations.is_empty() || self.objects().any(is_other)
    }

    /// The objects of the file.
    pub fn objects(&self) -> impl Iterator<Item = (usize, &Node)> {
        let documents = self.source.document.documents().iter().enumerate();
        documents.filter(|(_, node)| node.as_mapping().is_some())
    }

    /// Where a field of an object is written: its key when the key is what is wrong, or the nearest place above it.
    pub fn location(&self, object: usize, path: &FieldPath, key: bool) -> Location {
        let root = self.source.document.documents().get(object);
        Location::new(
            &self.source,
            root.map_or(Span::new(0, 0), |root| place(root, path, key)),
        )
    }
}

fn place(root: &Node, path: &FieldPath, key: bool) -> Span {
    let mut span = first_key(root);
    let mut at = root;
    let last = path.segments().len();
    for (index, segment) in path.segments().iter().enumerate() {
        let entry = match segment {
            envlint_yaml::Segment::Key(name) => at.as_mapping().and_then(|map| map.entry(name)),
            _ => None,
        };
        let Some(below) = at.child(segment) else {
            break;
        };
        let is_collection = below.as_scalar().is_none();
        span = match entry {
            Some((name, _)) if (key && index + 1 == last) || is_collection => name.span(),
            _ => below.span(),
        };
        at = below;
    }
    span
}

/// A whole object is pointed at by its first key.
fn first_key(root: &Node) -> Span {
    let key = root.as_mapping().and_then(|map| map.iter().next());
    key.map_or(root.span(), |(key, _)| key.span())
}

fn scan(workspace: &Workspace, user: &[Definition]) -> (Vec<Scanned>, Delivery) {
    let values: BTreeSet<&str> = workspace
        .apps
        .iter()
        .flat_map(|app| app.deployments.iter().filter_map(Deployment::values_file))
        .collect();
    let own = user
        .iter()
        .flat_map(|definition| definition.kinds.iter().map(String::as_str));
    let kinds: Vec<&str> = KINDS.into_iter().chain(own).collect();
    let files = workspace.yaml_files().par_iter();
    let files = files.filter(|path| !values.contains(path.as_str()));
    let read: Vec<(Option<Arc<Source>>, Changes)> = files
        .filter_map(|path| {
            let text = read_text(&workspace.root, path).ok()?;
            let beside = |file: &str| {
                let path = normal(directory_of(path), file)?;
                read_text(&workspace.root, &path).ok()
            };
            let changes = match Changes::may_be_in(&text) {
                true => Changes::of(&text, &beside),
                false => Changes::default(),
            };
            let source = mentions(&text, &kinds).then(|| Source::new(path.as_str(), text));
            Some((source.map(Arc::new), changes))
        })
        .collect();
    let (sources, changes): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let changes = changes.into_iter().fold(Changes::default(), Changes::and);
    let sources: Vec<Arc<Source>> = sources.into_iter().flatten().collect();
    let steps = Budget::new(MOST_TOGETHER);
    let scanned: Vec<(Scanned, Delivery)> = sources
        .into_par_iter()
        .map(|source| look(source, user, &changes, &steps))
        .collect();
    let (scanned, delivery): (Vec<_>, Vec<_>) = scanned.into_iter().unzip();
    // Of the thousands of Applications that a workspace may have, those without a mistake say nothing more.
    let scanned = scanned.into_iter().filter(Scanned::says_something);
    let delivery = delivery
        .into_iter()
        .fold(Delivery::default(), Delivery::and);
    (scanned.collect(), delivery)
}

/// Looks at the objects of a file, each by itself.
fn look(
    source: Arc<Source>,
    user: &[Definition],
    changes: &Changes,
    steps: &Budget,
) -> (Scanned, Delivery) {
    let mut delivery = Delivery::default();
    let mut found = Vec::new();
    let path = source.path.as_str();
    let is_aside = is_put_aside(path);
    let is_shown = is_in_showing(path) || is_copied_from(path);
    for (index, node) in source.document.documents().iter().enumerate() {
        if is_taken_away(node) || (is_aside && is_delivering(node)) {
            continue;
        }
        let is_changed = || changes.reach(node);
        // What says of projects besides is no object of Argo CD.
        if !is_shown && (!is_delivering(node) || !is_changed()) {
            delivery.add(node, path);
        }
        let mut violations = check(node, user, steps);
        violations.retain(|violation| !is_directive_of(violation));
        // What is missing or is no value here, a patch may add.
        if !violations.is_empty() && is_changed() {
            violations.retain(|violation| !violation.own.may_be_patched());
        }
        found.extend(violations.into_iter().map(|violation| (index, violation)));
    }
    let violations = found;
    (Scanned { source, violations }, delivery)
}

/// Whether an object says what is deployed.
fn is_delivering(object: &Node) -> bool {
    let version = object.as_mapping().and_then(|map| map.get("apiVersion"));
    let group = version.and_then(|version| version.as_str()?.split_once('/'));
    group.is_some_and(|(group, _)| DELIVERING.contains(&group))
}

fn is_directive_of(violation: &Violation) -> bool {
    violation.own.is_of_name() && violation.path.as_ref().is_some_and(is_directive)
}

/// Whether a line says that an object of one of the kinds begins: cheaper than to read the file as YAML.
fn mentions(text: &str, kinds: &[&str]) -> bool {
    text.contains("apiVersion")
        && text.lines().any(|line| {
            let kind = line.trim_start_matches(['-', ' ']).strip_prefix("kind:");
            kind.is_some_and(|kind| {
                let kind = kind.split('#').next().unwrap_or(kind);
                kinds.contains(&kind.trim().trim_matches(['"', '\'']))
            })
        })
}

/// The custom resource definitions that `schemas.crds` of the configuration names, read when they are first needed.
#[derive(Debug, Default)]
pub struct Definitions(OnceLock<Vec<Definition>>);

impl Definitions {
    /// The definitions of a workspace.
    pub fn of(&self, workspace: &Workspace) -> &[Definition] {
        self.0.get_or_init(|| user_definitions(workspace))
    }
}

/// The definitions in the files that the configuration names. A file that holds none is passed over.
fn user_definitions(workspace: &Workspace) -> Vec<Definition> {
    let patterns = &workspace.config.schemas.crds;
    if patterns.is_empty() {
        return Vec::new();
    }
    let files = workspace.files_matching(patterns.iter().map(|pattern| pattern.value.as_str()));
    files
        .iter()
        .filter_map(|path| Source::read(&workspace.root, path).ok())
        .flat_map(|source| {
            let documents = source.document.documents().iter();
            let values = documents.filter_map(|node| serde_json::to_value(node.to_value()).ok());
            values
                .filter_map(|value| Definition::of_crd(&value))
                .collect::<Vec<_>>()
        })
        .collect()
}
