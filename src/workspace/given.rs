//! What the place that deploys an app gives it, where it stands there: parameters of an Argo CD Application, `set:` of a
//! release of helmfile or of Terraform, `--set` of a command.

mod written;

use std::sync::Arc;

use envlint_yaml::{Kind, Node};

use super::{Deployment, Workspace};
use crate::source::{Location, Source, is_yaml};

/// A value that is given, as it is written.
#[derive(Debug, Clone)]
pub struct Given {
    /// The path, as the place names it.
    pub path: String,
    /// The value.
    pub text: String,
    /// Where it is written.
    pub place: Location,
}

/// How deep values are looked for.
const DEEPEST: usize = 30;
/// More values of one place are not looked at.
const MOST: usize = 1000;

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
                found.push(Given {
                    path: name.to_owned(),
                    text: text.text().to_owned(),
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
