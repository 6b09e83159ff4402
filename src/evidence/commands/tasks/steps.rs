//! Steps of pipelines and tasks of playbooks whose settings name a chart and values files: `HelmDeploy` of Azure Pipelines,
//! actions of GitHub, plugins of Drone and Woodpecker, the module `helm` of Ansible.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/helm-deploy-v0>,
//! <https://docs.ansible.com/ansible/latest/collections/kubernetes/core/helm_module.html>,
//! <https://plugins.drone.io/plugins/drone-helm3>

use envlint_yaml::{Document, Mapping, Node};

use super::{Asked, Task, texts};
use crate::evidence::nodes::text;
use crate::masking::{ObjectName, text as said_text};
use crate::source::is_yaml;

/// The name of the task of Azure, without its version.
const AZURE: &str = "HelmDeploy@";
/// Steps in steps are not looked for deeper than this.
const DEEPEST: usize = 30;

/// Keys of the settings of a step, and modules of Ansible.
const SETTINGS: [&str; 7] = [
    "with",
    "settings",
    "inputs",
    "kubernetes.core.helm",
    "community.kubernetes.helm",
    "community.general.helm",
    "helm",
];

/// How the settings are called, without `-` and `_` and in lower case.
const CHART: [&str; 4] = ["chartpath", "chartref", "chart", "chartname"];
const RELEASE: [&str; 3] = ["releasename", "release", "name"];
const FILES: [&str; 7] = [
    "valuefile",
    "valuefiles",
    "valuesfile",
    "valuesfiles",
    "configfiles",
    "valuesyamlfile",
    "values",
];
const NAMESPACE: [&str; 3] = ["releasenamespace", "namespace", "kubenamespace"];
const VERSION: [&str; 2] = ["chartversion", "version"];
const INLINE: [&str; 3] = ["values", "releasevalues", "stringvalues"];

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
        .and_then(|map| step(node, "image", map));
    found.extend(plugin.map(|task| Task {
        at: node.span().start,
        ..task
    }));
    for (key, settings) in map.into_iter().flat_map(|map| map.iter()) {
        if !SETTINGS.contains(&key.text()) {
            continue;
        }
        let Some(settings) = settings.as_mapping() else {
            continue;
        };
        let of_azure = text(node, &["task"]).is_some_and(|task| task.starts_with(AZURE));
        let task = match of_azure {
            true => azure(settings),
            false => step(node, key.text(), settings),
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
fn setting<'n>(settings: &'n Mapping, names: &[&str]) -> Option<&'n Node> {
    let is_it = |key: &str, name: &str| {
        let plain = key.to_ascii_lowercase().replace(['-', '_'], "");
        plain == name
    };
    names.iter().find_map(|name| {
        let mut entries = settings.iter();
        let found = entries.find(|(key, _)| is_it(key.text(), name));
        found.map(|(_, value)| value)
    })
}

fn text_of(settings: &Mapping, names: &[&str]) -> Option<String> {
    let value = setting(settings, names)?.as_scalar()?.text();
    (!value.is_empty()).then(|| value.to_owned())
}

/// A step whose settings name a chart and values files.
fn step(step: &Node, kind: &str, settings: &Mapping) -> Option<Task> {
    let is_off = ["absent", "uninstall", "delete"];
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
            .filter(|word| is_file(word));
        asked.files.extend(paths.map(str::to_owned));
    }
    if asked.files.is_empty() {
        return None;
    }
    if let Some(inline) = setting(settings, &INLINE) {
        asked.add_inline(inline);
        // `values: image.tag=v1,replicas=2`
        let set = inline.as_str().into_iter().flat_map(|text| text.split(','));
        let names = set.filter_map(|part| part.split_once('='));
        asked
            .given
            .extend(names.map(|(name, _)| name.trim().to_owned()));
        let parsed = inline.as_str().map(Document::parse);
        let root = parsed.as_ref().and_then(|document| document.root());
        if let Some(map) = root.filter(|root| root.as_mapping().is_some()) {
            asked.add_inline(map);
        }
    }
    let name = text(step, &["uses"])
        .or_else(|| text(step, &["image"]))
        .unwrap_or(kind);
    Some(Task {
        line: asked.line(),
        words: Some(said_text!("a step with `{}`", ObjectName(name))),
        ..Task::default()
    })
}

fn is_file(word: &str) -> bool {
    is_yaml(word)
}

/// The command line of a task of Azure.
fn azure(inputs: &Mapping) -> Option<Task> {
    let input = |name: &str| text_of(inputs, &[name]);
    let asked = Asked {
        verb: Some(input("command").unwrap_or_else(|| "ls".to_owned())),
        release: input("releasename"),
        chart: text_of(inputs, &["chartpath", "chartname"])?,
        namespace: input("namespace"),
        version: text_of(inputs, &VERSION),
        files: input("valuefile").into_iter().collect(),
        given: Vec::new(),
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
