//! Tasks of pipelines that run helm: `HelmDeploy` of Azure Pipelines.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/helm-deploy-v0>

use envlint_yaml::{Document, Node};

use crate::evidence::nodes::text;

/// The name of the task, without its version.
const TASK: &str = "HelmDeploy@";
/// Steps in steps are not looked for deeper than this.
const DEEPEST: usize = 30;

/// The commands that the tasks of a pipeline run: the byte where each begins, and its line.
pub(super) fn commands(text: &str) -> Vec<(usize, String)> {
    if !text.contains(TASK) {
        return Vec::new();
    }
    let document = Document::parse(text);
    let mut found = Vec::new();
    for root in document.documents() {
        add(root, 0, &mut found);
    }
    found
}

fn add(node: &Node, depth: usize, found: &mut Vec<(usize, String)>) {
    if depth > DEEPEST {
        return;
    }
    if text(node, &["task"]).is_some_and(|task| task.starts_with(TASK))
        && let Some(line) = line(node)
    {
        found.push((node.span().start, line));
    }
    let items = node.as_sequence().unwrap_or_default().iter();
    let values = node.as_mapping().into_iter().flat_map(|map| map.iter());
    for child in items.chain(values.map(|(_, value)| value)) {
        add(child, depth + 1, found);
    }
}

/// The command line of a task.
fn line(task: &Node) -> Option<String> {
    let inputs = task.as_mapping()?.get("inputs")?.as_mapping()?;
    let input = |name: &str| {
        let mut inputs = inputs.iter();
        let found = inputs.find(|(key, _)| key.text().eq_ignore_ascii_case(name));
        found
            .and_then(|(_, value)| value.as_scalar())
            .map(|value| value.text())
            .filter(|value| !value.is_empty())
    };
    let quoted = |value: &str| format!(" \"{}\"", value.replace('"', "\\\""));
    let chart = input("chartPath").or_else(|| input("chartName"))?;
    let mut line = format!("helm {}", input("command").unwrap_or("ls"));
    line += &quoted(input("releaseName").unwrap_or("release-name"));
    line += &quoted(chart);
    for (name, option) in [
        ("valueFile", "-f"),
        ("namespace", "-n"),
        ("chartVersion", "--version"),
        ("version", "--version"),
    ] {
        if let Some(value) = input(name) {
            line += &format!(" {option}{}", quoted(value));
        }
    }
    for value in input("overrideValues").unwrap_or_default().lines() {
        line += &format!(" --set{}", quoted(value.trim()));
    }
    // The arguments are a part of a command line themselves.
    line += &format!(
        " {}",
        input("arguments").unwrap_or_default().replace('\n', " ")
    );
    Some(line)
}
