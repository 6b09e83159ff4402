//! The generators of ApplicationSets, as far as files say what they give.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators/>

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use envlint_budget::Budget;
use envlint_yaml::{Document, Map, Node, Value};

use super::clusters::{Cluster, selects};
use super::generated::{Generated, OF_ENTRY};
use super::set::{Templates, evaluator};
use crate::evidence::files::Files;
use crate::evidence::nodes::{at, flat, items, text};
use crate::masking::{ObjectName, Text, text as said_text};

/// More Applications are not made of one set.
const MOST: usize = 10_000;
/// Generators in generators: Argo CD takes two.
const DEEPEST: usize = 4;

/// Adds what a generator gives. `outer` are the parameters of the generator before it in a matrix.
pub(super) fn generate(
    generator: &Node,
    templates: Templates<'_>,
    clusters: &[Cluster],
    files: &Files<'_>,
    outer: &Map,
    depth: usize,
    out: &mut Generated,
) {
    let Some(map) = generator.as_mapping().filter(|_| depth < DEEPEST) else {
        return;
    };
    let evaluate = evaluator(templates, outer);
    let cx = Cx {
        templates,
        clusters,
        files,
        depth,
    };
    let mut made = Generated::default();
    for (kind, node) in map.iter() {
        match kind.text() {
            "list" => list(node, templates.room, &evaluate, &mut made),
            "git" => git(node, &cx, &evaluate, &mut made),
            "clusters" => cx.of_clusters(node, &mut made),
            "matrix" => cx.matrix(node, outer, &mut made),
            "merge" => cx.merge(node, outer, &mut made),
            "selector" => {}
            other => made.unread.push(said_text!(
                "what the generator `{}` gives is not in the repository",
                ObjectName(other)
            )),
        }
    }
    if let Some(selector) = map.get("selector") {
        let size = selector.span().range().len() as u64;
        made.parameters.retain(|parameters| {
            let known = flat(parameters).into_iter().rev().collect();
            templates.room.spend(size) && selects(selector, &known)
        });
    }
    out.unread.extend(made.unread);
    out.read.extend(made.read);
    let room = MOST.saturating_sub(out.parameters.len());
    if made.parameters.len() > room {
        out.unread.push(said_text!(
            "more than {} Applications are not looked at",
            MOST
        ));
    }
    out.parameters
        .extend(made.parameters.into_iter().take(room));
}

/// What generators share.
pub(super) struct Cx<'c, 'f> {
    pub(super) templates: Templates<'c>,
    pub(super) clusters: &'c [Cluster],
    files: &'c Files<'f>,
    depth: usize,
}

fn list(
    node: &Node,
    room: &Budget,
    evaluate: &dyn Fn(&str) -> Option<String>,
    out: &mut Generated,
) {
    for element in items(node, &["elements"]) {
        if let Value::Map(map) = element.to_value() {
            out.add(evaluated(map, evaluate), room);
        }
    }
    let Some(elements) = text(node, &["elementsYaml"]).and_then(evaluate) else {
        return;
    };
    let document = Document::parse(elements);
    for element in document
        .root()
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        if let Value::Map(map) = element.to_value() {
            out.add(map, room);
        }
    }
}

/// A map whose texts may be templates.
fn evaluated(map: Map, evaluate: &dyn Fn(&str) -> Option<String>) -> Map {
    let entries = map.into_iter().map(|(key, value)| match value {
        Value::String(text) => {
            let text = evaluate(&text).unwrap_or(text);
            (key, Value::String(text))
        }
        other => (key, other),
    });
    entries.collect()
}

fn git(
    node: &Node,
    cx: &Cx<'_, '_>,
    evaluate: &dyn Fn(&str) -> Option<String>,
    out: &mut Generated,
) {
    let prefix = text(node, &["pathParamPrefix"]);
    let room = cx.templates.room;
    // Argo CD gives paths from the root of the repository.
    let mut before = String::new();
    let mut patterns = |key: &str| -> (Vec<String>, Vec<String>) {
        let (mut wanted, mut excluded) = (Vec::new(), Vec::new());
        for item in items(node, &[key]) {
            let path = text(item, &["path"]).and_then(evaluate);
            if let Some(path) = path.as_deref().filter(|_| before.is_empty()) {
                before = cx.files.before_workspace(path);
            }
            let path = path.and_then(|path| cx.files.of_repository(&path));
            let path = path.filter(|path| room.spend(cx.files.around(path) as u64));
            match at(item, &["exclude"]).and_then(Node::as_bool) {
                Some(true) => excluded.extend(path),
                _ => wanted.extend(path),
            }
        }
        (wanted, excluded)
    };
    let (directories, without_directories) = patterns("directories");
    let (wanted, without_files) = patterns("files");
    // Argo CD: applicationset/generators/git.go, `filterApps`: each directory once, whatever names it.
    let all = |patterns: &[String]| -> BTreeSet<&str> {
        let patterns: BTreeSet<&String> = patterns.iter().collect();
        let found = patterns
            .into_iter()
            .flat_map(|glob| cx.files.directories_matching(glob));
        found.collect()
    };
    let excluded = all(&without_directories);
    for directory in all(&directories).difference(&excluded).take(MOST + 1) {
        let mut map = Map::new();
        let directory = format!("{before}{directory}");
        add_path(&mut map, cx.templates.is_go(), prefix, &directory, None);
        out.add(map, room);
    }
    let all = |patterns: &[String]| -> BTreeSet<&str> {
        let patterns: BTreeSet<&String> = patterns.iter().collect();
        let found = patterns
            .into_iter()
            .flat_map(|glob| cx.files.matching(glob));
        found.collect()
    };
    let excluded = all(&without_files);
    let found: BTreeSet<&str> = all(&wanted);
    let read = found.iter().map(|path| (*path).to_owned());
    out.read.extend(read);
    for file in found.difference(&excluded).take(MOST + 1) {
        let text = cx.files.text(file);
        let Some(text) = text.filter(|text| room.spend(text.len() as u64)) else {
            continue;
        };
        let document = Document::parse(text);
        let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
        let directory = format!("{before}{directory}");
        let directory = directory.trim_end_matches('/');
        let name = file.rsplit('/').next();
        let single = document.root().into_iter();
        // A file that holds a list gives a set of parameters for each of its items.
        let roots: Vec<&Node> = single
            .flat_map(|root| match root.as_sequence() {
                Some(items) => items.iter().collect(),
                None => vec![root],
            })
            .collect();
        for root in roots {
            if let Value::Map(mut map) = root.to_value() {
                add_path(&mut map, cx.templates.is_go(), prefix, directory, name);
                out.add(map, room);
            }
        }
    }
    let is_empty = found.is_empty() && out.parameters.is_empty();
    if is_empty && !(wanted.is_empty() && directories.is_empty()) {
        let named = directories.iter().chain(&wanted);
        out.unread.push(said_text!(
            "the git generator names {}, and the repository has no such files",
            Text::names(named, ", ")
        ));
    }
    add_values(node, cx.templates, out);
}

/// `values` of a generator, which may be templates of the other parameters.
pub(super) fn add_values(node: &Node, templates: Templates<'_>, out: &mut Generated) {
    let values = at(node, &["values"]).and_then(Node::as_mapping);
    for (key, value) in values.into_iter().flat_map(|map| map.iter()) {
        for parameters in &mut out.parameters {
            let text = value.as_scalar().map(|value| value.text());
            let value = text.and_then(|text| evaluator(templates, parameters)(text));
            add_value(parameters, key.text(), value.unwrap_or_default());
        }
    }
}

/// `values` of a generator: `values.key`.
fn add_value(parameters: &mut Map, key: &str, value: String) {
    let mut values = match parameters.get("values") {
        Some(Value::Map(values)) => values.clone(),
        _ => Map::new(),
    };
    values.insert(key.to_owned(), Value::String(value));
    parameters.insert("values".to_owned(), Value::Map(values));
}

/// A name in the letters of a host.
pub(super) fn normal(text: &str) -> Value {
    let lower = text.to_ascii_lowercase();
    let letters = lower.chars().map(|char| match char {
        'a'..='z' | '0'..='9' | '-' | '.' => char,
        _ => '-',
    });
    Value::String(letters.collect())
}

/// The parameters about a path: a map for go templates, names with dots and brackets for the others.
fn add_path(map: &mut Map, is_go: bool, prefix: Option<&str>, directory: &str, file: Option<&str>) {
    let string = |text: &str| Value::String(text.to_owned());
    let base = directory.rsplit('/').next().unwrap_or(directory);
    let mut parts: Vec<(&str, Value)> = vec![
        ("basename", string(base)),
        ("basenameNormalized", normal(base)),
    ];
    if let Some(file) = file {
        parts.push(("filename", string(file)));
        parts.push(("filenameNormalized", normal(file)));
    }
    let segments = directory.split('/');
    let prefixed = |name: &str| match prefix {
        Some(prefix) => format!("{prefix}.{name}"),
        None => name.to_owned(),
    };
    if is_go {
        let mut path: Map = parts
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        path.insert("path".to_owned(), string(directory));
        path.insert(
            "segments".to_owned(),
            Value::Seq(segments.map(string).collect()),
        );
        match prefix {
            None => map.insert("path".to_owned(), Value::Map(path)),
            Some(prefix) => {
                let inner: Map = [("path".to_owned(), Value::Map(path))]
                    .into_iter()
                    .collect();
                map.insert(prefix.to_owned(), Value::Map(inner))
            }
        };
        return;
    }
    map.insert(prefixed("path"), string(directory));
    for (key, value) in parts {
        map.insert(prefixed(&format!("path.{key}")), value);
    }
    for (index, segment) in segments.enumerate() {
        map.insert(prefixed(&format!("path[{index}]")), string(segment));
        map.insert(
            prefixed(&format!("path.segments[{index}]")),
            string(segment),
        );
    }
}

impl Cx<'_, '_> {
    fn generate(&self, generator: &Node, outer: &Map) -> Generated {
        let mut made = Generated::default();
        generate(
            generator,
            self.templates,
            self.clusters,
            self.files,
            outer,
            self.depth + 1,
            &mut made,
        );
        made
    }

    /// All pairs of what two generators give; the second may use what the first gives.
    fn matrix(&self, node: &Node, outer: &Map, out: &mut Generated) {
        let mut sets = vec![outer.clone()];
        for generator in items(node, &["generators"]) {
            let mut joined = Generated::default();
            for set in &sets {
                // One more than is looked at, so that it is said.
                if joined.parameters.len() > MOST || self.templates.room.is_spent() {
                    break;
                }
                let made = self.generate(generator, set);
                out.read.extend(made.read);
                for reason in made.unread {
                    if !out.unread.contains(&reason) {
                        out.unread.push(reason);
                    }
                }
                let room = (MOST + 1).saturating_sub(joined.parameters.len());
                for parameters in made.parameters.into_iter().take(room) {
                    joined.add(laid_over(set, parameters), self.templates.room);
                }
            }
            sets = joined.parameters;
        }
        out.parameters.extend(sets);
    }

    /// What the first generator gives, with what later ones give for the same keys laid over it.
    fn merge(&self, node: &Node, outer: &Map, out: &mut Generated) {
        let keys: Vec<&str> = items(node, &["mergeKeys"])
            .iter()
            .filter_map(Node::as_str)
            .collect();
        let mut sets: Vec<Map> = Vec::new();
        let key = |map: &Map| -> Vec<Option<String>> {
            let known: BTreeMap<String, String> = flat(map).into_iter().rev().collect();
            let key: Vec<_> = keys.iter().map(|key| known.get(*key).cloned()).collect();
            let size = key.iter().flatten().map(String::len).sum::<usize>() as u64;
            self.templates
                .room
                .spend(OF_ENTRY * key.len() as u64 + size);
            key
        };
        // Argo CD: applicationset/generators/merge.go, `getParamSetsByMergeKey`, refuses both.
        if keys.is_empty() {
            out.unread
                .push("the merge generator has no `mergeKeys`, so Argo CD refuses it".into());
            return;
        }
        let mut by_key: HashMap<Vec<Option<String>>, usize> = HashMap::new();
        let mut is_unique = true;
        for (index, generator) in items(node, &["generators"]).iter().enumerate() {
            let made = self.generate(generator, outer);
            out.unread.extend(made.unread);
            out.read.extend(made.read);
            let mut seen = HashSet::new();
            for parameters in made.parameters {
                if self.templates.room.is_spent() {
                    break;
                }
                let key = key(&parameters);
                if !seen.insert(key.clone()) {
                    is_unique = false;
                } else if index == 0 {
                    by_key.insert(key, sets.len());
                    sets.push(parameters);
                } else if let Some(set) = by_key.get(&key).and_then(|at| sets.get_mut(*at)) {
                    *set = laid_over(set, parameters);
                }
            }
        }
        if !is_unique {
            out.unread.push(
                "the merge generator has several sets with the same `mergeKeys`, so Argo CD refuses it; the first of them is looked at".into(),
            );
        }
        out.parameters.extend(sets);
    }
}

fn laid_over(below: &Map, above: Map) -> Map {
    let mut joined = below.clone();
    for (key, value) in above {
        let value = match (joined.get(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => Value::Map(laid_over(below, above)),
            (_, value) => value,
        };
        joined.insert(key, value);
    }
    joined
}
