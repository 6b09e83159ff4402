//! What the place that deploys an app gives it, where it stands there: parameters of an Argo CD Application, `set:` of a
//! release of helmfile or of Terraform, `--set` of a command.

mod written;

use std::sync::Arc;

use envlint_yaml::{Document, Kind, Node, Path, Setting};

use super::values_file::LayerFile;
use super::{App, Deployment, Evidence, Workspace};
use crate::source::{Location, Source, is_yaml};
use crate::values::Tree;

/// A value that is given, as it is written.
#[derive(Debug, Clone)]
pub struct Given {
    /// The path, as the place names it.
    pub path: String,
    /// The value.
    pub text: String,
    /// Whether it is a text, whatever it looks like.
    pub is_text: bool,
    /// Where it is written.
    pub place: Location,
}

/// How deep values are looked for.
const DEEPEST: usize = 30;
/// More values of one place are not looked at.
const MOST: usize = 1000;
/// In larger files, what is given is not laid over the layers, in bytes: each environment keeps a copy of the text.
const LARGEST: usize = 256 * 1024;

impl Workspace {
    /// The values that the evidence of a deployment gives it. Templates and variables are none.
    pub fn given_of(&self, deployment: &Deployment) -> Vec<Given> {
        let mut found = Vec::new();
        let names: Vec<String> = deployment.given.iter().map(ToString::to_string).collect();
        if names.is_empty() {
            return found;
        }
        for evidence in &deployment.evidence {
            let source = self.open_file(&evidence.file);
            let lines = source.text().split_inclusive('\n');
            let before = lines.take(evidence.line.saturating_sub(1));
            let at = before.map(str::len).sum::<usize>() + evidence.column.saturating_sub(1);
            let written = written::pairs(&evidence.file, source.text(), at).into_iter();
            let written = written.filter(|pair| names.contains(&pair.name));
            found.extend(written.map(|pair| Given {
                path: pair.name,
                text: pair.text,
                is_text: pair.is_text,
                place: Location::new(&source, pair.span),
            }));
            if !is_yaml(&evidence.file) {
                continue;
            }
            let documents = source.document.documents().iter();
            let Some(document) = documents.clone().find(|node| holds(node, at)) else {
                continue;
            };
            // A release of helmfile is an item of a list; an Application is a document.
            let scope = release_at(document, at, 0).unwrap_or(document);
            collect(scope, &source, &names, 0, &mut found);
        }
        found
    }

    /// What is given to an app in an environment when it is deployed, and that nothing here writes out: patterns. `**` is
    /// anything.
    pub fn unknown_given(&self, app: &App, environment: &str) -> Vec<String> {
        let Some(deployment) = app.deployment(environment) else {
            return Vec::new();
        };
        let written = self.written_of(app, deployment);
        let source = written
            .as_ref()
            .and_then(|layer| layer.source.as_ref().ok());
        let tree = source.and_then(Tree::of);
        let is_written = |path: Path| tree.as_ref().is_some_and(|tree| tree.at(&path).is_some());
        let given = deployment.given.iter();
        given
            .filter(|pattern| !pattern.as_path().is_some_and(is_written))
            .map(ToString::to_string)
            .collect()
    }

    /// What one place writes out of the values that it gives to a deployment, as a layer over all others: parameters, `--set`.
    /// Where several places deploy it, nobody knows which of them is the last to do so; and of an Application that is deployed to
    /// several environments, an overlay may give each another value.
    pub(super) fn written_of(&self, app: &App, deployment: &Deployment) -> Option<Arc<LayerFile>> {
        // The name of a file gives nothing.
        let is_place = |evidence: &&Evidence| {
            (evidence.line, evidence.column) != (1, 1) || !is_yaml(&evidence.file)
        };
        let mut places = deployment.evidence.iter().filter(is_place);
        let (Some(place), None) = (places.next(), places.next()) else {
            return None;
        };
        let is_same = |other: &&Deployment| {
            let mut evidence = other.evidence.iter();
            evidence.any(|evidence| evidence.is_at(place))
        };
        let is_of_argo = deployment.tool == Some("Argo CD");
        if is_of_argo && app.deployments.iter().filter(is_same).count() > 1 {
            return None;
        }
        let given = self.given_of(deployment);
        let source = Arc::clone(&given.first()?.place.source);
        let whole = source.text();
        let of_source = given
            .iter()
            .filter(|given| Arc::ptr_eq(&given.place.source, &source) && whole.len() < LARGEST);
        let settings = of_source.filter_map(|given| {
            let mut patterns = deployment.given.iter();
            let pattern = patterns.find(|pattern| pattern.to_string() == given.path)?;
            Some(Setting {
                path: pattern.as_path()?,
                text: given.text.clone(),
                is_text: given.is_text,
                span: given.place.span,
            })
        });
        let settings: Vec<Setting> = settings.collect();
        let document = Document::of_settings(whole, &settings);
        document.root()?;
        let written = Source::of(source.path.as_str(), Arc::new(document));
        Some(Arc::new(LayerFile::written(written)))
    }
}

fn holds(node: &Node, at: usize) -> bool {
    node.span().start <= at && at < node.span().end
}

/// The innermost map with a chart that holds a place.
fn release_at(node: &Node, at: usize, depth: usize) -> Option<&Node> {
    if depth > DEEPEST || !holds(node, at) {
        return None;
    }
    match node.kind() {
        Kind::Mapping(map) => {
            let mut inner = map.into_iter();
            let inner = inner.find_map(|(_, value)| release_at(value, at, depth + 1));
            inner.or_else(|| {
                (map.get("chart").is_some() && map.get("name").is_some()).then_some(node)
            })
        }
        Kind::Sequence(items) => items
            .iter()
            .find_map(|item| release_at(item, at, depth + 1)),
        Kind::Scalar(_) => None,
    }
}

/// The pairs of name and value whose names are given.
fn collect(
    node: &Node,
    source: &Arc<Source>,
    names: &[String],
    depth: usize,
    found: &mut Vec<Given>,
) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match node.kind() {
        Kind::Mapping(map) => {
            let pair = map.get("name").zip(map.get("value"));
            if let Some((name, value)) = pair
                && let (Some(name), Some(text)) = (name.as_str(), value.as_scalar())
                && names.iter().any(|known| known == name)
                && !text.text().contains(['{', '$'])
            {
                let forced = map.get("forceString").and_then(Node::as_bool);
                found.push(Given {
                    path: name.to_owned(),
                    text: text.text().to_owned(),
                    is_text: forced == Some(true),
                    place: Location::new(source, value.span()),
                });
                return;
            }
            for (_, value) in map {
                collect(value, source, names, depth + 1, found);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                collect(item, source, names, depth + 1, found);
            }
        }
        Kind::Scalar(_) => {}
    }
}
