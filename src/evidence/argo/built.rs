//! Applications that Kustomize builds: a base with an Application, and an overlay for each environment that takes it up
//! and patches it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Document, Node, Value, emit};

use super::spec::{self, Inline, Spec};
use super::{GROUP, Known, application};
use crate::evidence::claim::{Claims, Evidence};
use crate::evidence::files::Files;
use crate::evidence::kustomize::{Built, Directories, Reach, operations, pointer};
use crate::evidence::nodes::{at, is_kind, items, leaves};
use crate::evidence::tells::Names;
use crate::source::{Location, Source};

/// What the Applications say that directories of environments build. Gives the files that they stand in: alone, they say
/// nothing more.
pub(in crate::evidence) fn claims(
    sources: &[Arc<Source>],
    known: &Known,
    directories: &Directories,
    reach: &Reach,
    files: &Files<'_>,
    names: &Names,
    said: &mut Claims,
) -> BTreeSet<String> {
    let by_path: BTreeMap<&str, &Arc<Source>> = sources
        .iter()
        .map(|source| (source.path.as_str(), source))
        .collect();
    let mut built = BTreeSet::new();
    if by_path.is_empty() {
        return built;
    }
    for directory in &reach.tops {
        let build = directories.build(directory, files);
        let cx = Cx {
            environment: names.of_folders(directory),
            known,
            files,
            names,
        };
        for resource in &build.resources {
            let Some(source) = by_path.get(resource.path.as_str()) else {
                continue;
            };
            built.insert(resource.path.clone());
            let patches = resource.steps.iter().flat_map(|step| step.files());
            built.extend(patches.map(str::to_owned));
            for object in source.document.documents() {
                if let Some(made) = resource.object(object) {
                    cx.add(source, object, &made, said);
                }
            }
        }
    }
    built
}

struct Cx<'c, 'f> {
    environment: Option<String>,
    known: &'c Known,
    files: &'c Files<'f>,
    names: &'c Names,
}

impl Cx<'_, '_> {
    fn add(&self, source: &Arc<Source>, object: &Node, built: &Built<'_>, said: &mut Claims) {
        if is_kind(object, GROUP, "Application") {
            let spec = self.spec(source, object, built);
            application::claims(&spec, source, self.files, self.names, said);
            return;
        }
        if !is_kind(object, GROUP, "ApplicationSet") {
            return;
        }
        let node = built.node(object);
        let hints: Vec<String> = self.environment.iter().cloned().collect();
        let mut found = Claims::default();
        let place = at(object, &["metadata", "name"]).map_or(object.span(), Node::span);
        let evidence = Evidence::at(&Location::new(source, place), "");
        let changed = Arc::new(Source::new(source.path.as_str(), emit(&node.to_value())));
        for document in changed.document.documents() {
            let (files, names) = (self.files, self.names);
            super::of_object(
                &changed, document, self.known, &hints, files, names, &mut found,
            );
        }
        said.add_moved(found, &changed, &evidence, "the overlay");
    }

    /// What an Application says with what changes it. Values that stand in its own manifest keep their place, and so do those
    /// that a patch lays over them; where a patch changes them in another way, only their names are known.
    fn spec(&self, source: &Arc<Source>, object: &Node, built: &Built<'_>) -> Spec {
        let node = built.node(object);
        let plain = |text: &str| Some(text.to_owned());
        let own = spec::read(source, object, object, &plain);
        let changed = Arc::new(Source::new(source.path.as_str(), emit(&node.to_value())));
        let node = changed.document.root().unwrap_or(node);
        let mut spec = spec::read(&changed, node, node, &plain);
        let is_same = inline_values(object) == inline_values(node);
        let over = match is_same {
            true => Some(Vec::new()),
            false => patched(built),
        };
        let mut owned = own.sources.into_iter();
        for helm in &mut spec.sources {
            let own = owned.next().map(|helm| helm.inline).unwrap_or_default();
            helm.inline = match &over {
                Some(over) => own.into_iter().chain(over.iter().cloned()).collect(),
                None => helm
                    .inline
                    .drain(..)
                    .map(|inline| inline.names(&changed))
                    .collect(),
            };
        }
        Spec {
            place: own.place,
            first_name: Some(own.name),
            environment: self.environment.clone(),
            ..spec
        }
    }
}

/// The values that stand in the manifest of an Application.
fn inline_values(object: &Node) -> Vec<Value> {
    let single = at(object, &["spec", "source"]).into_iter();
    let sources = single.chain(items(object, &["spec", "sources"]));
    let keys = ["values", "valuesObject"];
    let of_source = |node| keys.iter().filter_map(move |key| at(node, &["helm", key]));
    sources.flat_map(of_source).map(Node::to_value).collect()
}

/// The values that patches lay over those of an Application with one source, the lowest first. None where one changes them in
/// another way.
fn patched(built: &Built<'_>) -> Option<Vec<Inline>> {
    const HOME: [&str; 4] = ["spec", "source", "helm", "valuesObject"];
    let mut found = Vec::new();
    for change in &built.changes {
        let part = change.part;
        if part.as_sequence().is_none() {
            let helm = at(part, &HOME[..3]);
            let text = helm.and_then(|helm| at(helm, &["values"]));
            if text.is_some() || at(part, &["spec", "sources"]).is_some() {
                return None;
            }
            let Some(map) = helm.and_then(|helm| at(helm, &HOME[3..])) else {
                continue;
            };
            // `$patch: replace` is no value.
            map.as_mapping().filter(|map| map.get("$patch").is_none())?;
            found.push(match change.patch.is_placed {
                true => Inline::Patch(change.patch.file.clone(), map.span()),
                false => Inline::Names(leaves(map)),
            });
            continue;
        }
        for operation in operations(part) {
            let path = pointer(operation);
            let is_at = |home: &[&str]| path.iter().zip(home).all(|(key, known)| key == known);
            if !is_at(&HOME) {
                let is_text = path.len() == HOME.len()
                    && is_at(&HOME[..3])
                    && path.ends_with(&["values".to_owned()]);
                if is_text || path.get(1).is_some_and(|key| key == "sources") {
                    return None;
                }
                continue;
            }
            let rest = path.get(HOME.len()..).filter(|rest| !rest.is_empty())?;
            let keys = rest.iter().map(|key| key.replace('.', "\\."));
            found.push(Inline::Names(vec![keys.collect::<Vec<_>>().join(".")]));
        }
    }
    Some(found)
}

impl Inline {
    /// Values that have no place in a file, by their names.
    fn names(self, source: &Source) -> Inline {
        match self {
            Inline::Part(span) => {
                let text = source.text().get(span.start..span.end).unwrap_or_default();
                let document = Document::parse(text);
                let root = document.root();
                Inline::Names(root.map(leaves).unwrap_or_default())
            }
            names => names,
        }
    }
}
