//! The objects of one file, as YAML.

use super::hcl::{Attribute, Block, Item, Value, read};
use super::known::Known;
use super::written::{Entry, Tree, Writer};
use crate::evidence::commands::LineStarts;

/// More objects are not looked at in one file.
const MOST: usize = 2000;
/// The objects of Argo CD's provider: its kind, and what it stands for.
const KINDS: [(&str, &str); 2] = [
    ("argocd_application", "Application"),
    ("argocd_application_set", "ApplicationSet"),
];
const CLUSTER: &str = "argocd_cluster";
/// Resources with a manifest, and its attribute.
const MANIFESTS: [(&str, &str); 3] = [
    ("kubernetes_manifest", "manifest"),
    ("kubectl_manifest", "yaml_body"),
    ("kubectl_manifest", "yaml_incluster"),
];
/// Groups of objects that deploy.
const GROUPS: [&str; 2] = ["argoproj.io/", "toolkit.fluxcd.io/"];
/// Blocks that are lists in the object, and what they are called there.
const LISTS: [(&str, &str); 5] = [
    ("generator", "generators"),
    ("parameter", "parameters"),
    ("file_parameter", "fileParameters"),
    ("match_expressions", "matchExpressions"),
    ("ignore_difference", "ignoreDifferences"),
];
/// Values of which nothing is known.
const OPEN: &str = "computed";

/// The objects of a file, each in the lines that make it. None where it makes none.
pub(super) fn as_yaml(text: &str, known: &Known) -> Option<String> {
    let blocks = read(text);
    let starts = LineStarts::of(text);
    let mut writer = Writer::new(&starts);
    let mut count = 0;
    let resources = blocks.iter().filter(|block| block.kind == "resource");
    for block in resources.take(MOST) {
        let Some(kind) = block.labels.first().map(String::as_str) else {
            continue;
        };
        let of_argo = KINDS.iter().find(|(resource, _)| *resource == kind);
        let manifest = MANIFESTS
            .iter()
            .filter(|(resource, _)| *resource == kind)
            .find_map(|(_, name)| attribute(block, name));
        if let Some((_, kind)) = of_argo {
            writer.begin(block.at);
            writer.object(&object(block, kind, known));
        } else if kind == CLUSTER {
            writer.begin(block.at);
            writer.object(&cluster(block, known));
        } else if !manifest
            .is_some_and(|manifest| add_manifest(block, manifest, known, &mut writer))
        {
            continue;
        }
        count += 1;
    }
    (count > 0).then(|| writer.text())
}

fn attribute<'b>(block: &'b Block, name: &str) -> Option<&'b Attribute> {
    block.items.iter().find_map(|item| match item {
        Item::Attribute(attribute) if attribute.name == name => Some(attribute),
        _ => None,
    })
}

/// An Application or a set of them.
fn object(block: &Block, kind: &str, known: &Known) -> Vec<Entry> {
    let text = |text: &str| Tree::Text(text.to_owned());
    let mut entries = vec![
        Entry::new("apiVersion", block.at, text("argoproj.io/v1alpha1")),
        Entry::new("kind", block.at, text(kind)),
    ];
    let inner = block.items.iter().filter(|item| {
        matches!(item, Item::Block(block) if matches!(block.kind.as_str(), "metadata" | "spec"))
    });
    entries.extend(entries_of(&inner.collect::<Vec<_>>(), "", known));
    entries
}

/// The Secret that registers a cluster.
fn cluster(block: &Block, known: &Known) -> Vec<Entry> {
    let text = |text: &str| Tree::Text(text.to_owned());
    let data = ["name", "server"].iter().filter_map(|name| {
        let attribute = attribute(block, name)?;
        Some(Entry::new(
            name,
            attribute.at,
            tree(&attribute.value, known),
        ))
    });
    let data: Vec<Entry> = data.collect();
    let metadata = block.items.iter().find_map(|item| match item {
        Item::Block(block) if block.kind == "metadata" => Some(block),
        _ => None,
    });
    let items: Vec<&Item> = metadata
        .into_iter()
        .flat_map(|block| &block.items)
        .collect();
    let mut metadata = entries_of(&items, "metadata", known);
    let secret = Entry::new("argocd.argoproj.io/secret-type", block.at, text("cluster"));
    match metadata.iter_mut().find(|entry| entry.key == "labels") {
        Some(Entry {
            value: Tree::Map(labels),
            ..
        }) => labels.push(secret),
        _ => metadata.push(Entry::new("labels", block.at, Tree::Map(vec![secret]))),
    }
    vec![
        Entry::new("apiVersion", block.at, text("v1")),
        Entry::new("kind", block.at, text("Secret")),
        Entry::new("stringData", block.at, Tree::Map(data)),
        Entry::new("metadata", block.at, Tree::Map(metadata)),
    ]
}

/// Adds a manifest, if it deploys.
fn add_manifest(
    block: &Block,
    manifest: &Attribute,
    known: &Known,
    writer: &mut Writer<'_>,
) -> bool {
    let value = match &manifest.value {
        Value::Call(_, inner) => inner,
        value => value,
    };
    match value {
        Value::Lines(lines, at) if GROUPS.iter().any(|group| lines.contains(group)) => {
            writer.begin(block.at);
            writer.lines(&known.filled(lines), *at);
            true
        }
        Value::Map(entries) => {
            let version = entries.iter().find(|entry| entry.name == "apiVersion");
            let is_wanted = version.is_some_and(|version| {
                matches!(&version.value, Value::Text(text)
                    if GROUPS.iter().any(|group| text.contains(group)))
            });
            if is_wanted {
                writer.begin(block.at);
                writer.object(&map(entries, known));
            }
            is_wanted
        }
        _ => false,
    }
}

/// What stands in a block, as the object has it.
fn entries_of(items: &[&Item], within: &str, known: &Known) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for item in items {
        match item {
            Item::Attribute(attribute) if within == "helm" && attribute.name == "values" => {
                let value = Tree::Text(values_text(&attribute.value));
                entries.push(Entry::new("values", attribute.at, value));
            }
            Item::Attribute(attribute) => entries.push(Entry::new(
                &camel(&attribute.name),
                attribute.at,
                tree(&attribute.value, known),
            )),
            Item::Block(block) => add_block(block, items, within, known, &mut entries),
        }
    }
    entries
}

/// Adds a block: to the list of its kind, or as a map.
fn add_block(
    block: &Block,
    beside: &[&Item],
    within: &str,
    known: &Known,
    entries: &mut Vec<Entry>,
) {
    let kind = block.kind.as_str();
    let inner: Vec<&Item> = block.items.iter().collect();
    let value = Tree::Map(entries_of(&inner, kind, known));
    let same = beside
        .iter()
        .filter(|item| matches!(item, Item::Block(other) if other.kind == kind));
    let list = match (within, kind) {
        ("git", "directory") => Some("directories"),
        ("git", "file") => Some("files"),
        (_, "source") if same.count() > 1 => Some("sources"),
        _ => LISTS
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, list)| *list),
    };
    let Some(list) = list else {
        entries.push(Entry::new(&camel(kind), block.at, value));
        return;
    };
    match entries.iter_mut().find(|entry| entry.key == list) {
        Some(Entry {
            value: Tree::List(items),
            ..
        }) => items.push(value),
        _ => entries.push(Entry::new(list, block.at, Tree::List(vec![value]))),
    }
}

/// The text of `values`: only what is written as it stands has names that are known.
fn values_text(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Lines(text, _) => text.clone(),
        Value::Call(name, inner) if name == "yamlencode" => {
            let tree = tree(inner, &Known::default());
            let mut out = String::new();
            add_names(&tree, &mut out);
            out
        }
        _ => OPEN.to_owned(),
    }
}

/// Names of values, in braces; what they are is not known.
fn add_names(tree: &Tree, out: &mut String) {
    let Tree::Map(entries) = tree else {
        *out += OPEN;
        return;
    };
    *out += "{";
    for entry in entries {
        *out += &format!("{}: ", serde_json::Value::from(entry.key.as_str()));
        add_names(&entry.value, out);
        *out += ", ";
    }
    *out += "}";
}

/// A value with what its references stand for.
fn tree(value: &Value, known: &Known) -> Tree {
    match value {
        Value::Text(text) | Value::Lines(text, _) => Tree::Text(known.filled(text)),
        Value::List(items) => Tree::List(items.iter().map(|item| tree(item, known)).collect()),
        Value::Map(entries) => Tree::Map(map(entries, known)),
        Value::Call(name, inner) if matches!(name.as_str(), "toset" | "tolist" | "tomap") => {
            tree(inner, known)
        }
        Value::Call(name, _) => Tree::Text(known.reference(&format!("{name}()"))),
        Value::Other(written) => {
            let is_digit = |byte: u8| byte.is_ascii_digit();
            let is_number = !written.is_empty() && written.bytes().all(is_digit);
            match is_number || matches!(written.as_str(), "true" | "false" | "null") {
                true => Tree::Bare(written.clone()),
                false => Tree::Text(known.reference(written)),
            }
        }
    }
}

fn map(entries: &[Attribute], known: &Known) -> Vec<Entry> {
    let entries = entries.iter();
    let entries = entries.map(|entry| Entry::new(&entry.name, entry.at, tree(&entry.value, known)));
    entries.collect()
}

/// The name of a field as the object has it: `target_revision` is `targetRevision`.
fn camel(name: &str) -> String {
    if name == "repo_url" {
        return "repoURL".to_owned();
    }
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut chars = word.chars();
        out.extend(chars.next().map(|char| char.to_ascii_uppercase()));
        out += chars.as_str();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stand_in_the_lines_that_make_them() {
        let text = "\
resource \"argocd_application\" \"shop\" {
  metadata {
    name = \"shop\"
  }
  spec {
    source {
      repo_url = var.url
      helm {
        value_files = [\"a.yaml\"]
        parameter {
          name = \"x\"
        }
        values = yamlencode({ image = { tag = var.tag } })
      }
    }
  }
}

resource \"kubectl_manifest\" \"x\" {
  yaml_body = <<-YAML
    apiVersion: argoproj.io/v1alpha1
    kind: Application
  YAML
}
";
        let yaml = as_yaml(text, &Known::default()).expect("objects");
        let lines: Vec<&str> = yaml.lines().collect();
        for (index, part) in [
            (0, "---"),
            (
                1,
                "{\"apiVersion\": \"argoproj.io/v1alpha1\", \"kind\": \"Application\"",
            ),
            (2, "\"name\": \"shop\""),
            (6, "\"repoURL\": "),
            (8, "\"valueFiles\": [\"a.yaml\"]"),
            (
                12,
                "\"values\": \"{\\\"image\\\": {\\\"tag\\\": computed, }, }\"",
            ),
            (18, "---"),
            (20, "    apiVersion: argoproj.io/v1alpha1"),
        ] {
            let line = lines.get(index).copied().unwrap_or_default();
            assert!(line.contains(part), "{part} in {line}");
        }
        let document = envlint_yaml::Document::parse(yaml.as_str());
        assert!(document.errors().is_empty(), "{:?}", document.errors());
        assert_eq!(document.documents().len(), 2);
    }
}
