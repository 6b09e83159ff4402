//! Steps of pipelines and tasks of playbooks whose settings name a chart and values files: `HelmDeploy` of Azure Pipelines,
//! actions of GitHub, plugins of Drone and Woodpecker, the module `helm` of Ansible, the step `helm` of Codefresh, pipes of
//! Bitbucket, tasks of Tekton.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/helm-deploy-v0>,
//! <https://docs.ansible.com/ansible/latest/collections/kubernetes/core/helm_module.html>,
//! <https://plugins.drone.io/plugins/drone-helm3>,
//! <https://codefresh.io/steps/step/helm>,
//! <https://bitbucket.org/atlassian/aws-eks-helm-deploy>,
//! <https://hub.tekton.dev/tekton/task/helm-upgrade-from-source>

use envlint_yaml::{Document, Node};

use super::{Asked, Task, texts};
use crate::evidence::nodes::{at, text};
use crate::masking::{ObjectName, text as said_text};
use crate::source::is_yaml;

/// The name of the task of Azure, without its version.
const AZURE: &str = "HelmDeploy@";
/// Steps in steps are not looked for deeper than this.
const DEEPEST: usize = 30;

/// Keys of the settings of a step, and modules of Ansible.
const SETTINGS: [&str; 9] = [
    "with",
    "settings",
    "inputs",
    "arguments",
    "variables",
    "kubernetes.core.helm",
    "community.kubernetes.helm",
    "community.general.helm",
    "helm",
];

/// How the settings are called, without `-` and `_` and in lower case.
const CHART: [&str; 5] = ["chartpath", "chartref", "chart", "chartname", "chartsdir"];
const RELEASE: [&str; 3] = ["releasename", "release", "name"];
const FILES: [&str; 10] = [
    "valuefile",
    "valuesyaml",
    "customvaluefiles",
    "overridefiles",
    "valuefiles",
    "valuesfile",
    "valuesfiles",
    "configfiles",
    "valuesyamlfile",
    "values",
];
const NAMESPACE: [&str; 3] = ["releasenamespace", "namespace", "kubenamespace"];
const VERSION: [&str; 2] = ["chartversion", "version"];
const INLINE: [&str; 9] = [
    "values",
    "releasevalues",
    "stringvalues",
    "customvalues",
    "setvalues",
    "set",
    "overwritevalues",
    "overrides",
    "valuestooverride",
];

/// The settings of a step, by their names.
type Settings<'n> = Vec<(String, &'n Node)>;

/// The settings that a node is: those of a map, or of a list of names and values.
fn settings_of(node: &Node) -> Option<Settings<'_>> {
    let plain = |key: &str| key.to_ascii_lowercase().replace(['-', '_'], "");
    if let Some(map) = node.as_mapping() {
        let entries = map.iter();
        return Some(
            entries
                .map(|(key, node)| (plain(key.text()), node))
                .collect(),
        );
    }
    let items = node.as_sequence()?.iter();
    let entries = items.map(|item| Some((plain(text(item, &["name"])?), at(item, &["value"])?)));
    entries.collect()
}

/// What a step runs that has settings, where that is surely helm: it may have no values files.
fn is_helm(step: &Node, kind: &str) -> bool {
    let is_named = |key: &str| text(step, &[key]).is_some_and(|name| name.contains("helm"));
    match kind {
        "arguments" => {
            text(step, &["type"]).is_some_and(|kind| kind == "helm" || kind.starts_with("helm:"))
        }
        "variables" => is_named("pipe"),
        "params" => is_tekton(step),
        "with" => is_named("uses"),
        "settings" | "image" => is_named("image"),
        kind => kind.ends_with(".helm"),
    }
}

/// Whether a step runs a task of Tekton's catalogue that deploys a chart.
fn is_tekton(step: &Node) -> bool {
    text(step, &["taskRef", "name"]).is_some_and(|name| name.starts_with("helm-upgrade-from-"))
}

/// Adds the steps at and below a node.
pub(super) fn add(node: &Node, depth: usize, found: &mut Vec<Task>) {
    if depth > DEEPEST {
        return;
    }
    let map = node.as_mapping();
    // Plugins of old versions of Drone have their settings next to their image.
    let is_plugin = text(node, &["image"]).is_some_and(|image| image.contains("helm"));
    let plugin = map
        .filter(|_| is_plugin)
        .and_then(|_| step(node, "image", &settings_of(node)?));
    found.extend(plugin.map(|task| Task {
        at: node.span().start,
        ..task
    }));
    for (key, settings) in map.into_iter().flat_map(|map| map.iter()) {
        let kind = key.text();
        let is_of_step = SETTINGS.contains(&kind) || (kind == "params" && is_tekton(node));
        // Of variables and arguments in general, nothing tells what reads them.
        let is_open = ["arguments", "variables"].contains(&kind) && !is_helm(node, kind);
        let settings = settings_of(settings).filter(|_| is_of_step && !is_open);
        let Some(settings) = settings else {
            continue;
        };
        let of_azure = text(node, &["task"]).is_some_and(|task| task.starts_with(AZURE));
        let task = match of_azure {
            true => azure(&settings),
            false => step(node, kind, &settings),
        };
        found.extend(task.map(|task| Task {
            at: node.span().start,
            ..task
        }));
    }
    let items = node.as_sequence().unwrap_or_default().iter();
    let values = map.into_iter().flat_map(|map| map.iter());
    for child in items.chain(values.map(|(_, value)| value)) {
        add(child, depth + 1, found);
    }
}

/// A setting by any of its names.
fn setting<'n>(settings: &Settings<'n>, names: &[&str]) -> Option<&'n Node> {
    names.iter().find_map(|name| {
        let mut entries = settings.iter();
        let found = entries.find(|(key, _)| key == name);
        found.map(|(_, value)| *value)
    })
}

fn text_of(settings: &Settings<'_>, names: &[&str]) -> Option<String> {
    let value = setting(settings, names)?.as_scalar()?.text();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A step whose settings name a chart and values files.
fn step(step: &Node, kind: &str, settings: &Settings<'_>) -> Option<Task> {
    let is_off = ["absent", "uninstall", "delete", "auth", "push", "promotion"];
    let modes = [
        "state",
        "releasestate",
        "mode",
        "helmcommand",
        "command",
        "action",
    ];
    let mode = text_of(settings, &modes).unwrap_or_default();
    if is_off.contains(&mode.as_str()) {
        return None;
    }
    let mut asked = Asked {
        verb: Some(mode).filter(|mode| ["lint", "template", "diff"].contains(&mode.as_str())),
        release: text_of(settings, &RELEASE),
        chart: text_of(settings, &CHART)?,
        namespace: text_of(settings, &NAMESPACE),
        version: text_of(settings, &VERSION),
        ..Asked::default()
    };
    for name in FILES {
        let files = setting(settings, &[name]).map(texts).unwrap_or_default();
        // `value-files: '["a.yaml", "b.yaml"]'`, `values_files: a.yaml,b.yaml`
        let words = files
            .iter()
            .flat_map(|text| text.split([',', '[', ']', '"', '\n']));
        let paths = words
            .map(|word| word.trim().trim_matches('\''))
            .filter(|word| is_yaml(word) || (name != "values" && is_variable(word)));
        asked.files.extend(paths.map(str::to_owned));
    }
    let is_helm = is_helm(step, kind) && asked.release.is_some();
    if asked.files.is_empty() && !is_helm {
        return None;
    }
    for inline in INLINE.iter().filter_map(|name| setting(settings, &[name])) {
        let is_map = inline.as_mapping().is_some();
        if is_map {
            asked.add_map(inline, true);
        }
        // `values: image.tag=v1,replicas=2`, `custom_values: [image_tag=v1]`: Codefresh writes dots as underscores.
        let listed = texts(inline);
        let set = listed.iter().filter(|_| !is_map);
        let set = set.flat_map(|text| text.split([',', '\n']));
        let names = set.filter_map(|part| part.split_once('='));
        let names = names.map(|(name, _)| match kind {
            "arguments" => name.trim().replace('_', "."),
            _ => name.trim().to_owned(),
        });
        asked.given.extend(names);
        let parsed = inline.as_str().map(Document::parse);
        let root = parsed.as_ref().and_then(|document| document.root());
        if let Some(map) = root.filter(|root| root.as_mapping().is_some()) {
            asked.add_inline(map);
        }
    }
    let names = [&["uses"][..], &["image"], &["pipe"], &["taskRef", "name"]];
    let name = names.iter().find_map(|keys| text(step, keys));
    let name = name.or_else(|| text(step, &["type"]).filter(|_| kind == "arguments"));
    let name = name.unwrap_or(kind);
    Some(Task {
        line: asked.line(),
        words: Some(said_text!("a step with `{}`", ObjectName(name))),
        written: asked.written,
        ..Task::default()
    })
}

/// Whether a word is a variable alone: `${{ env.VALUES }}`, `$VALUES`.
fn is_variable(word: &str) -> bool {
    let inner = word
        .strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"));
    let inner = inner.map(str::trim).or_else(|| word.strip_prefix('$'));
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    inner.is_some_and(|inner| !inner.is_empty() && inner.chars().all(is_letter))
}

/// The command line of a task of Azure.
fn azure(inputs: &Settings<'_>) -> Option<Task> {
    let input = |name: &str| text_of(inputs, &[name]);
    let asked = Asked {
        verb: Some(input("command").unwrap_or_else(|| "ls".to_owned())),
        release: input("releasename"),
        chart: text_of(inputs, &["chartpath", "chartname"])?,
        namespace: input("namespace"),
        version: text_of(inputs, &VERSION),
        files: input("valuefile").into_iter().collect(),
        ..Asked::default()
    };
    let mut line = asked.line();
    for value in input("overridevalues").unwrap_or_default().lines() {
        line += &format!(" --set \"{}\"", value.trim().replace('"', "\\\""));
    }
    // The arguments are a part of a command line themselves.
    let arguments = input("arguments").unwrap_or_default();
    line += &format!(" {}", arguments.replace('\n', " "));
    Some(Task {
        line,
        ..Task::default()
    })
}
