//! Fleet of Rancher: a chart in a `fleet.yaml`, and what is different for some clusters.
//!
//! <https://fleet.rancher.io/ref-fleet-yaml>

use envlint_yaml::Node;

use super::{Asked, Task, texts};
use crate::evidence::nodes::{at, items, text};
use crate::masking::{ObjectName, text as said_text};

/// Adds what a file deploys: once for each target that is different, else once.
pub(super) fn add(root: &Node, found: &mut Vec<Task>) {
    let Some(helm) = at(root, &["helm"]) else {
        return;
    };
    let base = |key: &str| text(root, &[key]).map(str::to_owned);
    let mut asked = Asked {
        chart: ".".to_owned(),
        namespace: base("namespace").or_else(|| base("defaultNamespace")),
        ..Asked::default()
    };
    lay_over(&mut asked, helm);
    let before = found.len();
    // `targets` is what they were called first.
    let targets = ["targetCustomizations", "targets"];
    for target in targets.iter().flat_map(|key| items(root, &[key])) {
        let (Some(name), Some(helm)) = (text(target, &["name"]), at(target, &["helm"])) else {
            continue;
        };
        if at(target, &["doNotDeploy"]).and_then(Node::as_bool) == Some(true) {
            continue;
        }
        let mut asked = asked.clone();
        let own = ["namespace", "defaultNamespace"];
        let own = own.iter().find_map(|key| text(target, &[key]));
        asked.namespace = own.map(str::to_owned).or(asked.namespace);
        lay_over(&mut asked, helm);
        found.push(Task {
            at: target.span().start,
            line: asked.line(),
            words: Some(said_text!("the target `{}` of Fleet", ObjectName(name))),
            target: Some(name.to_owned()),
            environment: environment(target),
            ..Task::default()
        });
    }
    if found.len() == before {
        found.push(Task {
            at: helm.span().start,
            line: asked.line(),
            words: Some("a chart of Fleet".into()),
            ..Task::default()
        });
    }
}

/// The environment that the labels tell of the clusters that a target selects.
/// <https://fleet.rancher.io/gitrepo-targets>
fn environment(target: &Node) -> Option<String> {
    let keys = ["env", "environment", "stage", "tier"];
    let mut labels = keys
        .iter()
        .filter_map(|key| text(target, &["clusterSelector", "matchLabels", key]));
    labels.next().map(str::to_owned)
}

/// What a target says comes over what is said for all; its values files come last.
fn lay_over(asked: &mut Asked, helm: &Node) {
    let of = |key: &str| text(helm, &[key]).map(str::to_owned);
    if let Some(chart) = of("chart") {
        asked.chart = match of("repo") {
            Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
            None => chart,
        };
    }
    asked.release = of("releaseName").or(asked.release.take());
    asked.version = of("version").or(asked.version.take());
    asked
        .files
        .extend(at(helm, &["valuesFiles"]).map(texts).unwrap_or_default());
    if let Some(values) = at(helm, &["values"]) {
        asked.add_inline(values);
    }
}
