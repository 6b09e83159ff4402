//! A helmfile as it is for one environment: its templates evaluated, its bases below it.

use std::collections::BTreeSet;

use envlint_yaml::{Document, Map, Node, Value};

use crate::evidence::files::{Files, directory_of, normal};
use crate::evidence::holes::hole;
use crate::evidence::nodes::{at, items};
use crate::evidence::template::evaluate;

/// Helmfiles in helmfiles, and bases in bases.
const DEEPEST: usize = 8;
/// More environments are not looked at in one helmfile.
const MOST: usize = 200;

/// What is known when the texts of a helmfile are evaluated.
#[derive(Debug, Clone)]
pub(super) struct Situation {
    /// The environment.
    pub environment: String,
    /// `.Values`.
    pub values: Map,
}

impl Situation {
    fn data(&self) -> Map {
        let environment: Map = [
            ("Name".to_owned(), Value::String(self.environment.clone())),
            ("KubeContext".to_owned(), Value::String(hole("KubeContext"))),
        ]
        .into_iter()
        .collect();
        [
            ("Environment".to_owned(), Value::Map(environment)),
            ("Values".to_owned(), Value::Map(self.values.clone())),
            ("StateValues".to_owned(), Value::Map(self.values.clone())),
            ("Namespace".to_owned(), Value::String(String::new())),
        ]
        .into_iter()
        .collect()
    }

    /// A text, evaluated; with what is known of the release, where it is one of a release.
    pub(super) fn text(&self, text: &str, release: Option<&Map>) -> Option<String> {
        let mut data = self.data();
        if let Some(release) = release {
            data.insert("Release".to_owned(), Value::Map(release.clone()));
        }
        evaluate(text, &data).or_else(|| Some(lenient(text, self)))
    }
}

/// A template that cannot be evaluated, as far as its texts go: lines of control are left out, and what is not known is open.
fn lenient(text: &str, situation: &Situation) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            out += before;
            let Some((action, behind)) = after.split_once("}}") else {
                rest = "";
                break;
            };
            out += &match action.contains("Environment.Name") {
                true => situation.environment.clone(),
                false => hole("value"),
            };
            rest = behind;
        }
        out += rest;
        out.push('\n');
    }
    out
}

/// The documents of a helmfile for an environment. Each part between `---` is evaluated by itself, as helmfile does.
pub(super) fn documents(text: &str, situation: &Situation) -> Vec<Document> {
    let parts = text.split("\n---");
    parts
        .filter_map(|part| situation.text(part, None))
        .map(Document::parse)
        .collect()
}

/// The names of the environments that a helmfile and its bases declare, in their order.
pub(super) fn environments(path: &str, text: &str, files: &Files<'_>) -> Vec<String> {
    let mut found = Vec::new();
    add_environments(path, text, files, &mut BTreeSet::new(), &mut found);
    found.truncate(MOST);
    found
}

fn add_environments(
    path: &str,
    text: &str,
    files: &Files<'_>,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<String>,
) {
    if seen.len() >= DEEPEST || !seen.insert(path.to_owned()) {
        return;
    }
    let situation = Situation {
        environment: "default".to_owned(),
        values: Map::new(),
    };
    for document in documents(text, &situation) {
        let Some(root) = document.root() else {
            continue;
        };
        let declared = at(root, &["environments"]).and_then(Node::as_mapping);
        for (name, _) in declared.into_iter().flat_map(|map| map.iter()) {
            let name = name.text().to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        for (base, text) in bases(path, root, files) {
            add_environments(&base, &text, files, seen, found);
        }
    }
}

/// The files that a helmfile lies on.
fn bases(path: &str, root: &Node, files: &Files<'_>) -> Vec<(String, String)> {
    let paths = items(root, &["bases"]).iter().filter_map(Node::as_str);
    paths
        .filter_map(|base| {
            let base = normal(directory_of(path), base)?;
            let text = files.text(&base)?;
            Some((base, text))
        })
        .collect()
}

/// `.Values` of an environment: what its `values` say, in the helmfile and in its bases; and the files that say it.
pub(super) fn values(
    path: &str,
    text: &str,
    environment: &str,
    files: &Files<'_>,
) -> (Map, BTreeSet<String>) {
    let mut situation = Situation {
        environment: environment.to_owned(),
        values: Map::new(),
    };
    let mut read = BTreeSet::new();
    add_values(
        path,
        text,
        files,
        &mut BTreeSet::new(),
        &mut read,
        &mut situation,
    );
    (situation.values, read)
}

fn add_values(
    path: &str,
    text: &str,
    files: &Files<'_>,
    seen: &mut BTreeSet<String>,
    read: &mut BTreeSet<String>,
    situation: &mut Situation,
) {
    if seen.len() >= DEEPEST || !seen.insert(path.to_owned()) {
        return;
    }
    for document in documents(text, situation) {
        let Some(root) = document.root() else {
            continue;
        };
        for (base, text) in bases(path, root, files) {
            add_values(&base, &text, files, seen, read, situation);
        }
        let own = at(
            root,
            &["environments", situation.environment.as_str(), "values"],
        );
        for entry in own.and_then(Node::as_sequence).unwrap_or_default() {
            let map = match entry.as_str() {
                None => entry.to_value(),
                Some(file) => {
                    let Some(file) = normal(directory_of(path), file) else {
                        continue;
                    };
                    read.insert(file.clone());
                    let Some(text) = files.text(&file) else {
                        continue;
                    };
                    let text = match file.ends_with(".gotmpl") {
                        true => situation.text(&text, None).unwrap_or_default(),
                        false => text,
                    };
                    Document::parse(text)
                        .root()
                        .map_or(Value::Null, Node::to_value)
                }
            };
            if let Value::Map(map) = map {
                lay_over(&mut situation.values, map);
            }
        }
    }
}

fn lay_over(below: &mut Map, above: Map) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_evaluated_is_read_as_far_as_it_goes() {
        let situation = Situation {
            environment: "prod".to_owned(),
            values: Map::new(),
        };
        let text = "releases:\n{{ range nothing }}\n- name: shop\n  values: [\"{{ .Environment.Name }}.yaml\"]\n{{ end }}\n";
        assert_eq!(
            lenient(text, &situation),
            "releases:\n- name: shop\n  values: [\"prod.yaml\"]\n"
        );
    }
}
