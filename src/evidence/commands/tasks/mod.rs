//! What deploys charts without a command line of helm, read as the command that it comes to: steps of pipelines and playbooks
//! ([`steps`]), [`objects`] of operators, releases of [`skaffold`], of Rancher's [`fleet`] and of other [`tools`], resources of
//! [`terraform`], calls of a [`tiltfile`], lists of [`python`], runs of [`werf`] and [`hubploy`], command lines of [`others`].

mod circle;
mod devspace;
mod fleet;
pub(super) mod hubploy;
mod objects;
pub(super) mod others;
pub(super) mod python;
mod skaffold;
mod steps;
mod terraform;
mod tiltfile;
mod tools;
pub(super) mod werf;

use envlint_yaml::{Document, Kind, Node, Origin, Span};

use crate::evidence::files::Files;
use crate::evidence::nodes::leaves;
use crate::masking::Text;
use crate::source::is_yaml;
pub(super) use terraform::{Modules, is_shown};

/// Larger files are not read for tasks, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Something that deploys a chart.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// The byte where it begins.
    pub at: usize,
    /// The command that it comes to.
    pub line: String,
    /// What it is, in words; nothing where it is as good as a command.
    pub words: Option<Text>,
    /// What it is deployed to, where the place itself tells: the profile of skaffold.
    pub target: Option<String>,
    /// The environment that it is asked for, whatever its files are called.
    pub environment: Option<String>,
    /// Whether that is its name, be it a known one or not.
    pub is_named: bool,
    /// What it deploys, where that has a name beside the release's.
    pub app: Option<String>,
    /// Whether the folder that its file lies in tells the environment: `environments/prod/main.tf`.
    pub is_of_folder: bool,
    /// Values that are computed when it is deployed: any path may be among them.
    pub open: Option<Text>,
    /// That nothing runs it, unless its own files tell an environment.
    pub idle: Option<Idle>,
    /// Values that it writes out itself.
    pub written: Written,
}

/// Values that a task writes out: the bytes of maps that are YAML as they stand.
#[derive(Debug, Default, Clone)]
pub(super) struct Written {
    /// Below the files.
    pub below: Vec<Span>,
    /// Over the files.
    pub above: Vec<Span>,
}

/// Deeper values are not looked at.
const DEEPEST: usize = 50;

/// Whether all values of a map stand for themselves: nothing fills them in.
fn is_written(node: &Node, depth: usize) -> bool {
    const SIGNS: [&str; 4] = ["{{", "${", "((", "{%"];
    let is_child = |node: &Node| is_written(node, depth + 1);
    match node.kind() {
        _ if depth > DEEPEST || node.origin() != Origin::Written => false,
        Kind::Scalar(scalar) => !SIGNS.iter().any(|sign| scalar.text().contains(sign)),
        Kind::Sequence(items) => items.iter().all(is_child),
        Kind::Mapping(map) => map.iter().all(|(_, node)| is_child(node)),
    }
}

/// Why nothing runs what a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idle {
    pub reason: Text,
    /// Whether it is said here of all that it is true of.
    pub is_first: bool,
}

/// The tasks in a file.
pub(super) fn tasks(
    path: &str,
    text: &str,
    modules: &Modules<'_, '_>,
    files: &Files<'_>,
) -> Vec<Task> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if text.len() > LARGEST {
        return Vec::new();
    }
    if name.ends_with(".tf") {
        return terraform::tasks(path, text, modules);
    }
    if name.ends_with(".py") {
        return python::tasks(text);
    }
    if name == "Tiltfile" || name.ends_with(".tilt") {
        return tiltfile::tasks(text);
    }
    let is_fleet = matches!(name, "fleet.yaml" | "fleet.yml");
    let may_have = || MAY_HAVE.iter().any(|word| text.contains(word));
    if !is_yaml(name) || !(is_fleet || may_have()) {
        return Vec::new();
    }
    let document = Document::parse(text);
    let mut found = Vec::new();
    for root in document.documents() {
        match name {
            _ if is_fleet => fleet::add(root, files, &mut found),
            _ if name.starts_with("skaffold") => skaffold::add(root, &mut found),
            _ => {
                circle::add(root, &mut found);
                steps::add(root, 0, &mut found);
                objects::add(root, &mut found);
                tools::add(path, root, files, &mut found);
            }
        }
    }
    found
}

/// Words that a YAML file with tasks has.
const MAY_HAVE: [&str; 23] = [
    "type: helm",
    "valueFiles",
    "-helm-chart:",
    "_helm_chart:",
    "chart_name",
    "-helm-deploy:",
    "helm-upgrade-from-",
    "helm.crossplane.io/",
    "HelmChartProxy",
    "projectsveltos.io/",
    "kappctrl.k14s.io/",
    "deployments.plural.sh/",
    "devspace",
    "helmChart:",
    "HelmDeploy@",
    "chart_ref",
    "chart-path",
    "chart_path",
    "chartPath",
    "remoteChart",
    "valuesFiles",
    "values_files",
    "value-files",
];

/// What a task asks for.
#[derive(Debug, Default, Clone)]
struct Asked {
    /// `upgrade` where nothing is said.
    verb: Option<String>,
    release: Option<String>,
    chart: String,
    namespace: Option<String>,
    version: Option<String>,
    files: Vec<String>,
    /// Names as `--set` has them.
    given: Vec<String>,
    /// Values that are written out.
    written: Written,
}

impl Asked {
    /// The command that it comes to.
    fn line(&self) -> String {
        let quoted = |value: &str| format!(" \"{}\"", value.replace('"', "\\\""));
        let mut line = format!("helm {}", self.verb.as_deref().unwrap_or("upgrade"));
        // A variable that nothing sets: the chart tells the name.
        line += &quoted(self.release.as_deref().unwrap_or("${unnamed}"));
        line += &quoted(&self.chart);
        for file in &self.files {
            line += &format!(" -f{}", quoted(file));
        }
        for (option, value) in [("-n", &self.namespace), ("--version", &self.version)] {
            if let Some(value) = value {
                line += &format!(" {option}{}", quoted(value));
            }
        }
        for name in &self.given {
            line += &format!(
                " --set{}",
                quoted(&format!("{name}=x").replace('\\', "\\\\"))
            );
        }
        line
    }

    /// Adds values that are written in the task itself: their names are given.
    fn add_inline(&mut self, values: &Node) {
        self.given.extend(leaves(values));
    }

    /// The same of a map that is YAML as it stands: it is a layer, below the files or over them.
    fn add_map(&mut self, values: &Node, is_above: bool) {
        let is_map = values.as_mapping().is_some_and(|map| !map.is_empty());
        if !is_map || !is_written(values, 0) {
            return self.add_inline(values);
        }
        match is_above {
            true => self.written.above.push(values.span()),
            false => self.written.below.push(values.span()),
        }
    }
}

/// The texts of a node: of each item of a list, or the one that it is.
fn texts(node: &Node) -> Vec<String> {
    let items = node
        .as_sequence()
        .unwrap_or(std::slice::from_ref(node))
        .iter();
    let texts = items.filter_map(|item| item.as_scalar());
    texts
        .map(|scalar| scalar.text().trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
