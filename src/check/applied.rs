//! Plain manifests and commands of the workspace that make what findings miss.

use std::collections::{BTreeSet, HashMap, HashSet};

use envlint_budget::Budget;
use envlint_yaml::{Document, Node};
use rayon::prelude::*;

use super::role::charts_around;
use crate::manifests::RenderedObject;
use crate::rules::{Finding, Wanted};
use crate::source::read_text;
use crate::workspace::Workspace;

/// The bytes of files that are searched for objects.
const MOST_SEARCHED: u64 = 200_000_000;
/// The comparisons of what one file makes with what is missing.
const MOST_COMPARED: u64 = 1_000_000;
/// The lines that a `scaleTargetRef` has with its three keys.
const MOST_OF_TARGET: usize = 4;
/// Files that are read side by side, before it is asked whether more is missing.
const AT_ONCE: usize = 256;

/// An object that a finding misses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Missed {
    kind: String,
    name: String,
    /// Whether it is what scales an object of that kind and name.
    scales: bool,
    /// None where nothing says which one it is.
    namespace: Option<String>,
    environment: Option<String>,
}

impl Missed {
    fn of(finding: &Finding) -> Option<Missed> {
        let absent = finding.absent.as_ref()?;
        let (kind, name, scales) = match &absent.what {
            Wanted::Object { kind, name } => (kind, name, false),
            Wanted::Scaler { kind, name } => (kind, name, true),
            Wanted::Pods(_) | Wanted::Services(_) => return None,
        };
        Some(Missed {
            kind: kind.clone(),
            name: name.clone(),
            scales,
            namespace: Some(absent.namespace.clone()).filter(|name| name != "default"),
            environment: finding.environment.as_deref().map(str::to_owned),
        })
    }
}

/// What a file makes: a manifest, also one that an operator makes an object of, or a command.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Made {
    kind: String,
    name: String,
    /// Whether it is what scales an object of that kind and name.
    scales: bool,
    /// None where it is that of whoever applies it.
    namespace: Option<String>,
}

impl Made {
    fn is(&self, missed: &Missed) -> bool {
        let is_there = match (&self.namespace, &missed.namespace) {
            (Some(own), Some(wanted)) => own == wanted || own.contains(['$', '{', '<']),
            _ => true,
        };
        // An operator makes a Secret of a SealedSecret.
        is_there
            && self.scales == missed.scales
            && self.name == missed.name
            && self.kind.ends_with(&missed.kind)
    }
}

/// Leaves out findings about objects that a plain manifest of the workspace holds, or a command makes.
pub(super) fn leave_out_applied(workspace: &Workspace, findings: &mut Vec<Finding>) {
    let missed: HashSet<Missed> = findings.iter().filter_map(Missed::of).collect();
    if missed.is_empty() {
        return;
    }
    let mut by_name: HashMap<&str, Vec<&Missed>> = HashMap::new();
    for one in &missed {
        by_name.entry(&one.name).or_default().push(one);
    }
    let words: HashSet<&str> = missed.iter().flat_map(beginnings).collect();
    let mut found: HashSet<&Missed> = HashSet::new();
    for some in searched(workspace).chunks(AT_ONCE) {
        let made = some.par_iter().map(|path| {
            let text = read_text(&workspace.root, path).ok();
            text.map_or_else(Vec::new, |text| {
                let may_make = words_of(&text).any(|word| words.contains(word));
                match may_make {
                    true => made_of(&text, told(workspace, path), &by_name),
                    false => Vec::new(),
                }
            })
        });
        found.par_extend(made.flatten_iter());
        if found.len() == missed.len() {
            break;
        }
    }
    findings.retain(|finding| !Missed::of(finding).is_some_and(|missed| found.contains(&missed)));
}

/// The files that may hold manifests or commands, as far as they are searched. What templates of apps' charts make is known.
fn searched(workspace: &Workspace) -> Vec<&String> {
    let charts = workspace.apps.iter();
    let charts: HashSet<&str> = charts.filter_map(|app| app.chart.as_deref()).collect();
    let budget = Budget::new(MOST_SEARCHED);
    let files = workspace.yaml_files().iter();
    let files = files.filter(|path| !charts_around(path).any(|chart| charts.contains(chart)));
    let length = |path: &String| {
        let found = std::fs::metadata(workspace.root.join(path));
        found.map_or(0, |found| found.len())
    };
    files
        .take_while(|path| budget.spend(length(path)))
        .collect()
}

/// The environment that the path of a file tells.
fn told<'w>(workspace: &'w Workspace, path: &str) -> Option<&'w str> {
    let of = |word: &str| {
        let mut all = workspace.environments.iter();
        let known = all.find(|environment| environment.names().any(|name| name == word));
        known.map(|environment| &*environment.name)
    };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let in_name = name.split(['.', '-', '_']).rev().find_map(of);
    of(stem)
        .or(in_name)
        .or_else(|| folders.rsplit('/').find_map(of))
}

/// What is missed and a text makes; `environment` is the one that it is for.
fn made_of<'m>(
    text: &str,
    environment: Option<&str>,
    by_name: &HashMap<&str, Vec<&'m Missed>>,
) -> Vec<&'m Missed> {
    let mut all: HashSet<Made> = HashSet::new();
    let document = Document::parse(text);
    for root in document.documents() {
        add_objects(root, &mut all);
    }
    for piece in pieces(text) {
        all.extend(written(&piece));
        all.extend(scaled(&piece));
    }
    for line in commands(text) {
        all.extend(command(&line, by_name));
    }
    let budget = Budget::new(MOST_COMPARED);
    let mut found = Vec::new();
    for made in all {
        for missed in by_name.get(&*made.name).into_iter().flatten() {
            if !budget.spend(1) {
                return found;
            }
            let is_of_it = environment.is_none_or(|told| {
                let wanted = missed.environment.as_deref();
                wanted.is_none_or(|wanted| wanted == told)
            });
            if is_of_it && made.is(missed) {
                found.push(*missed);
            }
        }
    }
    found
}

/// The words of which a file has one that makes what is missed: its name, or for a Secret what an operator makes it of,
/// `shop-db` for `shop-db-app`.
fn beginnings(missed: &Missed) -> impl Iterator<Item = &str> {
    let is_secret = missed.kind == "Secret" && !missed.scales;
    let ends = missed.name.match_indices(['-', '.']);
    let before = ends.filter_map(|(at, _)| missed.name.get(..at));
    let parts = missed.name.split('.');
    let of_operator = before.chain(parts).filter(move |_| is_secret);
    std::iter::once(&*missed.name).chain(of_operator)
}

/// The words that may be names. A text is cut once, however many names are looked for.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let is_end = |char: char| !char.is_alphanumeric() && !matches!(char, '-' | '_' | '.');
    text.split(is_end).filter(|word| !word.is_empty())
}

fn add_objects(root: &Node, all: &mut HashSet<Made>) {
    let get = |key: &str| root.as_mapping()?.get(key);
    let is_list = get("kind").and_then(Node::as_str) == Some("List");
    let items = get("items").and_then(Node::as_sequence);
    for item in items.filter(|_| is_list).unwrap_or_default() {
        all.extend(made_objects(item));
    }
    all.extend(made_objects(root));
    for (key, kind) in [
        ("secretGenerator", "Secret"),
        ("configMapGenerator", "ConfigMap"),
    ] {
        let generated = get(key).and_then(Node::as_sequence).unwrap_or_default();
        let names = generated
            .iter()
            .filter_map(|one| one.as_mapping()?.get("name")?.as_str());
        all.extend(names.map(|name| Made {
            kind: kind.to_owned(),
            name: name.to_owned(),
            scales: false,
            namespace: None,
        }));
    }
}

/// An object, the Secrets that its operator makes of it, and what it scales.
fn made_objects(root: &Node) -> Vec<Made> {
    let Some(object) = RenderedObject::plain(root) else {
        return Vec::new();
    };
    let secrets = object.secrets();
    let secrets = secrets.iter().map(|name| ("Secret", &**name, false));
    let scaled = object.scaled().map(|(kind, name)| (kind, name, true));
    let all = secrets.chain(scaled);
    let all = all.chain([(&*object.kind, &*object.name, false)]);
    let made = all.map(|(kind, name, scales)| Made {
        kind: kind.to_owned(),
        name: name.to_owned(),
        scales,
        namespace: object.namespace.clone(),
    });
    made.collect()
}

/// The pieces of a text that may be an object each: a command has it in a text of its own.
fn pieces(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let mut lines = text.lines().map(str::trim).peekable();
    std::iter::from_fn(move || {
        let mut piece = vec![lines.next()?];
        let is_start = |line: &&str| line.starts_with("apiVersion:") || line.starts_with("---");
        while let Some(line) = lines.next_if(|line| !is_start(line)) {
            piece.push(line);
        }
        Some(piece)
    })
}

/// The first value of a key in some lines.
fn value_of(lines: &[&str], key: &str) -> Option<String> {
    let mut values = lines.iter().filter_map(|line| line.strip_prefix(key));
    let value = values.next()?.trim().trim_matches(['"', '\'']);
    Some(value.to_owned())
}

/// The object in a piece.
fn written(piece: &[&str]) -> Option<Made> {
    value_of(piece, "apiVersion:")?;
    Some(Made {
        kind: value_of(piece, "kind:")?,
        name: value_of(piece, "name:")?,
        scales: false,
        namespace: value_of(piece, "namespace:"),
    })
}

/// What the autoscaler in a piece scales.
fn scaled(piece: &[&str]) -> Option<Made> {
    let target = |line: &&str| line.starts_with("scaleTargetRef:");
    let start = piece.iter().position(target)?;
    let lines = piece.iter().skip(start).take(MOST_OF_TARGET);
    let of_target: Vec<&str> = lines.flat_map(|line| parts(line)).collect();
    let all: Vec<&str> = piece.iter().flat_map(|line| parts(line)).collect();
    Some(Made {
        kind: value_of(&of_target, "kind:").unwrap_or_else(|| "Deployment".to_owned()),
        name: value_of(&of_target, "name:")?,
        scales: true,
        namespace: value_of(piece, "namespace:").or_else(|| value_of(&all, "namespace:")),
    })
}

/// The entries of a line, also those of a map that is written in it.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(['{', ',', '}']).map(str::trim)
}

/// What `kubectl` makes objects by.
const MAKERS: [&str; 2] = ["create ", "autoscale "];

/// The lines that make objects, each with those that go on with it.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let makes = MAKERS.iter().any(|maker| line.contains(maker));
        if line.starts_with('#') || !makes {
            continue;
        }
        let mut whole = line.to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            whole += lines.next().unwrap_or_default();
        }
        found.push(whole);
    }
    found
}

/// What a command makes: `kubectl create secret generic shop -n shop`, `kubectl autoscale deployment shop --max=5`.
fn command(line: &str, by_name: &HashMap<&str, Vec<&Missed>>) -> Vec<Made> {
    let mut makers = MAKERS.iter();
    let Some((maker, made)) = makers.find_map(|maker| Some((*maker, line.split_once(maker)?.1)))
    else {
        return Vec::new();
    };
    let scales = maker == "autoscale ";
    let mut after = made.split_whitespace();
    let named = after.find_map(|word| match word {
        "-n" | "--namespace" => Some(""),
        _ => word.strip_prefix("--namespace="),
    });
    let namespace = match named {
        Some("") => after.next(),
        named => named,
    };
    let all: BTreeSet<&str> = words_of(made).collect();
    let mut found = Vec::new();
    let named = all.iter().filter_map(|word| by_name.get(word)).flatten();
    for missed in named.filter(|missed| missed.scales == scales) {
        let kind = missed.kind.to_lowercase();
        let short = match kind.as_str() {
            "configmap" => "cm",
            "serviceaccount" => "sa",
            "namespace" => "ns",
            "service" => "svc",
            "deployment" => "deploy",
            "statefulset" => "sts",
            _ => &kind,
        };
        if all.contains(&*kind) || all.contains(short) {
            found.push(Made {
                kind: missed.kind.clone(),
                name: missed.name.clone(),
                scales,
                namespace: namespace.map(str::to_owned),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_once_however_many_names_begin_alike() {
        let text = format!("# {}\nname: aa\n", "a".repeat(1_000_000));
        assert_eq!(words_of(&text).count(), 3);
        let missed = Missed {
            kind: "Secret".to_owned(),
            name: "aa".to_owned(),
            scales: false,
            namespace: None,
            environment: None,
        };
        let by_name = HashMap::from([("aa", vec![&missed])]);
        assert_eq!(made_of(&text, None, &by_name).len(), 0);
        let text = format!("{text}apiVersion: v1\nkind: Secret\nmetadata: {{name: aa}}\n");
        assert_eq!(
            made_of(&text.replace("name: aa\n", ""), None, &by_name).len(),
            1
        );
    }

    #[test]
    fn an_autoscaler_is_found_by_what_it_scales() {
        let missed = Missed {
            kind: "Deployment".to_owned(),
            name: "web".to_owned(),
            scales: true,
            namespace: Some("shop".to_owned()),
            environment: None,
        };
        let by_name = HashMap::from([("web", vec![&missed])]);
        for (text, expected) in [
            (
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec:\n  scaleTargetRef: {kind: Deployment, name: web}\n",
                1,
            ),
            (
                "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: x}\nspec:\n  scaleTargetRef:\n    name: web\n",
                1,
            ),
            (
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: x\n  namespace: {{ .Release.Namespace }}\nspec:\n  scaleTargetRef:\n    kind: Deployment\n    name: web\n",
                1,
            ),
            (
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec:\n  scaleTargetRef: {kind: StatefulSet, name: web}\n",
                0,
            ),
            (
                "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x, namespace: other}\nspec:\n  scaleTargetRef: {kind: Deployment, name: web}\n",
                0,
            ),
            ("kubectl autoscale deployment/web --max=5\n", 1),
            ("kubectl create deployment web --image=x\n", 0),
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
                0,
            ),
        ] {
            assert_eq!(made_of(text, None, &by_name).len(), expected, "{text}");
        }
    }
}
