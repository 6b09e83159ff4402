//! YAML files that are surely no values: objects of Kubernetes, pipelines, lists.
//!
//! Most files are decided by their lines. Where a line may stand in values, too, the parsed file decides.

use envlint_yaml::{Document, Mapping, Node};

use super::nodes::{at, items, text};
use crate::naming::around_values;

/// What a YAML file is that is surely no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// An object of Kubernetes.
    Object,
    /// Comments, or nothing at all.
    Empty,
    /// A list.
    List,
    /// Jobs of a pipeline.
    Pipeline,
    /// A helmfile.
    Helmfile,
    /// An OpenAPI description.
    OpenApi,
    /// A stack of CloudFormation.
    Stack,
    /// A file of Docker Compose.
    Compose,
}

impl Foreign {
    /// What such a file holds.
    pub fn words(self) -> &'static str {
        match self {
            Foreign::Object => "an object of Kubernetes",
            Foreign::Empty => "nothing",
            Foreign::List => "a list, which Helm does not take for values",
            Foreign::Pipeline => "the jobs of a pipeline",
            Foreign::Helmfile => "a helmfile",
            Foreign::OpenApi => "an OpenAPI description",
            Foreign::Stack => "a stack of CloudFormation",
            Foreign::Compose => "services of Docker Compose",
        }
    }
}

/// Keys that values may have as well: what they hold decides.
const DOUBTFUL: [&str; 16] = [
    "AWSTemplateFormatVersion",
    "bases",
    "blocks",
    "environments",
    "helmDefaults",
    "helmfiles",
    "jobs",
    "openapi",
    "phases",
    "pipeline",
    "pipelines",
    "releases",
    "stages",
    "steps",
    "swagger",
    "templates",
];

/// Keys at the root of a helmfile and of its bases.
/// <https://helmfile.readthedocs.io/en/latest/#configuration>
const OF_HELMFILE: [&str; 24] = [
    "apiVersions",
    "bases",
    "chartify",
    "commonLabels",
    "context",
    "defaultInherit",
    "disableOpenAPIValidation",
    "environments",
    "helmBinary",
    "helmDefaults",
    "helmfiles",
    "hooks",
    "kubeContext",
    "kubeVersion",
    "kustomizeBinary",
    "lockFilePath",
    "missingFileHandler",
    "namespace",
    "postRenderer",
    "releases",
    "repositories",
    "secrets",
    "templates",
    "values",
];

/// What a YAML text is, where it is surely no values.
pub(super) fn foreign(path: &str, text: &str) -> Option<Foreign> {
    if path.starts_with(".github/") || path.contains("/.github/") || is_of_pipelines(path) {
        return Some(Foreign::Pipeline);
    }
    let says_nothing = |line: &&str| {
        let line = line.trim();
        line.is_empty() || line == "---" || line.starts_with(['#', '%'])
    };
    let Some(first) = text.lines().find(|line| !says_nothing(line)) else {
        return Some(Foreign::Empty);
    };
    // Only the root begins at the left edge of the first line that says anything.
    if first == "-" || first.starts_with("- ") || first.starts_with('[') {
        return Some(Foreign::List);
    }
    let edges = || text.lines().filter_map(edge_key);
    if edges().any(|key| key == "apiVersion") && edges().any(|key| key == "kind") {
        return Some(Foreign::Object);
    }
    if is_compose(path, text) {
        return Some(Foreign::Compose);
    }
    let is_flow = first.starts_with('{') && !first.starts_with("{{");
    if is_flow || edges().any(|key| DOUBTFUL.contains(&key)) {
        let shape = of_shape(text);
        // Values may have steps and phases, too.
        let has_shape = || Document::parse(text).root().is_some_and(has_steps);
        let is_pipeline = shape.is_none() && !is_called_values(path) && has_shape();
        return shape.or(is_pipeline.then_some(Foreign::Pipeline));
    }
    None
}

/// The key that a line has at its left edge.
fn edge_key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    let key = key.trim_end().trim_matches(['"', '\'']);
    key.starts_with(|char: char| char.is_ascii_alphanumeric())
        .then_some(key)
}

/// What a text is by what its keys hold.
fn of_shape(content: &str) -> Option<Foreign> {
    let document = Document::parse(content);
    let Some(root) = document.root() else {
        // A helmfile is a template first, and no YAML before it is evaluated.
        let mut edges = content.lines().filter_map(edge_key);
        let has_releases = edges.any(|key| key == "releases");
        return (has_releases && content.contains("{{")).then_some(Foreign::Helmfile);
    };
    let Some(map) = root.as_mapping() else {
        return root.as_sequence().is_some().then_some(Foreign::List);
    };
    let has = |key: &str| map.get(key).is_some();
    let has_scalar = |key: &str| map.get(key).is_some_and(|node| node.as_scalar().is_some());
    // `openapi: 3.0.0`, and not `openapi: true`.
    let has_version = |key: &str| {
        let version = text(root, &[key]);
        version.is_some_and(|text| text.starts_with(|char: char| char.is_ascii_digit()))
    };
    if has_scalar("apiVersion") && has_scalar("kind") {
        Some(Foreign::Object)
    } else if has_version("openapi") || has_version("swagger") {
        Some(Foreign::OpenApi)
    } else if has_scalar("AWSTemplateFormatVersion") && has("Resources") {
        Some(Foreign::Stack)
    } else if is_helmfile(root) || is_base(root, map) {
        Some(Foreign::Helmfile)
    } else if has_jobs(root, map) || has_stages(root, map) || has_pipeline(root) {
        Some(Foreign::Pipeline)
    } else {
        None
    }
}

/// Releases of helmfile name a chart each: <https://helmfile.readthedocs.io/en/latest/#configuration>
fn is_helmfile(root: &Node) -> bool {
    let mut releases = items(root, &["releases"]).iter();
    releases
        .any(|release| text(release, &["name"]).is_some() && text(release, &["chart"]).is_some())
}

/// A piece of a helmfile: environments, defaults or templates of releases that others take in, and nothing else.
fn is_base(root: &Node, map: &Mapping) -> bool {
    let mut keys = map.iter().map(|(key, _)| key.text());
    let has_list = |node: &Node, key: &str| !items(node, &[key]).is_empty();
    let is_environment = |node: &Node| has_list(node, "values") || has_list(node, "secrets");
    let is_template = |node: &Node| {
        let keys = [
            "chart",
            "values",
            "secrets",
            "missingFileHandler",
            "inherit",
        ];
        keys.iter().any(|key| at(node, &[key]).is_some())
    };
    keys.all(|key| OF_HELMFILE.contains(&key))
        && (entries(root, "environments").any(is_environment)
            || entries(root, "templates").any(is_template)
            || at(root, &["helmDefaults"]).is_some()
            || has_list(root, "bases")
            || has_list(root, "helmfiles"))
}

/// The entries of a map.
fn entries<'n>(root: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    let map = at(root, &[key]).and_then(Node::as_mapping);
    map.into_iter()
        .flat_map(|map| map.iter())
        .map(|(_, node)| node)
}

/// Jobs of GitHub and CircleCI are maps with steps, those of Azure and Concourse items of a list.
fn has_jobs(root: &Node, map: &Mapping) -> bool {
    let is_pipeline = ["on", "workflows", "version"]
        .iter()
        .any(|key| map.get(key).is_some());
    let has_steps =
        |job: &Node| at(job, &["steps"]).is_some_and(|node| node.as_sequence().is_some());
    let runs_on = |job: &Node| at(job, &["runs-on"]).is_some() && has_steps(job);
    let is_listed = |job: &Node| {
        let plan = at(job, &["plan"]).is_some_and(|node| node.as_sequence().is_some());
        let is_named = at(job, &["job"])
            .or_else(|| at(job, &["deployment"]))
            .is_some();
        plan || is_named && (has_steps(job) || at(job, &["strategy"]).is_some())
    };
    entries(root, "jobs").any(|job| {
        runs_on(job) || is_pipeline && (has_steps(job) || text(job, &["uses"]).is_some())
    }) || items(root, &["jobs"]).iter().any(is_listed)
}

/// Stages of GitLab are names, next to jobs with scripts; those of Azure hold jobs.
fn has_stages(root: &Node, map: &Mapping) -> bool {
    let stages = items(root, &["stages"]);
    let has_script = || {
        let mut nodes = map.iter().map(|(_, node)| node);
        map.get("include").is_some()
            || nodes.any(|node| {
                let keys = ["script", "extends", "trigger"];
                keys.iter().any(|key| at(node, &[key]).is_some())
            })
    };
    let are_names = !stages.is_empty() && stages.iter().all(|stage| stage.as_str().is_some());
    let holds_jobs = |stage: &Node| {
        at(stage, &["stage"]).is_some() && !items(stage, &["jobs"]).is_empty()
            || at(stage, &["template"]).is_some()
    };
    are_names && has_script() || stages.iter().any(holds_jobs)
}

/// Steps of Woodpecker run commands in an image; a pipeline of Harness has an identifier.
fn has_pipeline(root: &Node) -> bool {
    let runs = |step: &Node| text(step, &["image"]).is_some() && at(step, &["commands"]).is_some();
    entries(root, "pipeline").any(runs)
        || items(root, &["pipeline"]).iter().any(runs)
        || at(root, &["pipeline", "identifier"]).is_some()
            && at(root, &["pipeline", "stages"]).is_some()
}

/// Steps at the root of a file: of Buildkite, Woodpecker, Drone, Codefresh and Cloud Build; the blocks of Semaphore, the phases of
/// CodeBuild, the pipelines of Bitbucket.
fn has_steps(root: &Node) -> bool {
    const RUNNING: [&str; 7] = [
        "args", "block", "command", "commands", "plugins", "trigger", "wait",
    ];
    let is_step = |step: &Node| RUNNING.iter().any(|key| at(step, &[key]).is_some());
    let is_list = |node: &Node, key: &str| !items(node, &[key]).is_empty();
    let mut steps = items(root, &["steps"]).iter().chain(entries(root, "steps"));
    let mut blocks = items(root, &["blocks"]).iter();
    let is_branch = |node: &Node| {
        let mut steps = node.as_sequence().into_iter().flatten();
        steps.any(|step| {
            at(step, &["step"])
                .or_else(|| at(step, &["parallel"]))
                .is_some()
        })
    };
    let pipelines = at(root, &["pipelines", "default"]).into_iter();
    let mut pipelines = pipelines.chain(
        ["branches", "custom", "tags", "pull-requests"]
            .iter()
            .filter_map(|kind| at(root, &["pipelines", kind])?.as_mapping())
            .flat_map(|map| map.iter().map(|(_, node)| node)),
    );
    steps.any(is_step)
        || blocks.any(|block| is_list(block, "task") || at(block, &["task", "jobs"]).is_some())
        || entries(root, "phases").any(|phase| is_list(phase, "commands"))
        || pipelines.any(is_branch)
}

/// Folders at the root of a repository in which systems of pipelines look for them.
const HOMES: [&str; 14] = [
    ".azure-pipelines",
    ".azuredevops",
    ".buildkite",
    ".circleci",
    ".drone",
    ".forgejo",
    ".gitea",
    ".gitlab",
    ".harness",
    ".pipelines",
    ".semaphore",
    ".teamcity",
    ".tekton",
    ".woodpecker",
];

/// Whether a file is a pipeline by where it lies. What is called values may be just that: `.gitlab/values-dev.yaml`.
fn is_of_pipelines(path: &str) -> bool {
    let Some((home, inside)) = path.split_once('/') else {
        return false;
    };
    // Below a folder of their own, files may be anything that the pipelines use.
    let is_near = !inside.contains('/') || home != ".gitlab";
    HOMES.contains(&home) && is_near && !is_called_values(path)
}

/// Whether the name of a file says that it holds values.
fn is_called_values(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split(".y").next().unwrap_or(file);
    around_values(stem).is_some()
}

/// Keys that a file of Docker Compose may have at its edge.
/// <https://docs.docker.com/reference/compose-file/>
const COMPOSE: [&str; 8] = [
    "services", "version", "networks", "volumes", "configs", "secrets", "name", "include",
];

/// Keys of a service that only Docker Compose has: an app's values have maps of services, too.
const OF_SERVICES: [&str; 4] = ["container_name:", "depends_on:", "build:", "env_file:"];

/// Whether a text is a file of Docker Compose: by its name, or by keys that nothing else has.
fn is_compose(path: &str, text: &str) -> bool {
    if !text.lines().any(|line| line.starts_with("services:")) {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_named = name.split(['-', '_', '.']).any(|word| word == "compose");
    let mut edges = text.lines().filter(|line| {
        let first = line.chars().next();
        first.is_some_and(|char| char.is_ascii_alphanumeric())
    });
    let is_known = |line: &str| {
        let key = line.split(':').next().unwrap_or(line);
        COMPOSE.contains(&key) || key.starts_with("x-")
    };
    let mut lines = text.lines().map(str::trim_start);
    is_named
        || edges.all(is_known)
            && lines.any(|line| OF_SERVICES.iter().any(|key| line.starts_with(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_values_by_their_shape() {
        for (text, expected) in [
            ("replicas: 1\nlist:\n  - a\n", None),
            ("hosts:\n- a.example.com\nreplicas: 1\n", None),
            ("# x\napiVersion: v1\nkind: Secret\n", Some(Foreign::Object)),
            ("{apiVersion: v1, kind: Secret}\n", Some(Foreign::Object)),
            ("apiVersion: v1\nreplicas: 1\n", None),
            ("- name: a\n", Some(Foreign::List)),
            ("# made by a tool\n---\n", Some(Foreign::Empty)),
            ("image:\n  apiVersion: v1\n", None),
            ("jobs:\n  cleanup: {schedule: '@daily', steps: [a]}\n", None),
            (
                "jobs: {enabled: true}\nstages: 3\npipeline: {workers: 2}\nreleases: [a]\n",
                None,
            ),
            (
                "on: push\njobs:\n  test:\n    runs-on: x\n    steps: [{run: a}]\n",
                Some(Foreign::Pipeline),
            ),
            ("stages: [build, test]\n", None),
            (
                "stages: [build]\nx: {script: [make]}\n",
                Some(Foreign::Pipeline),
            ),
            (
                "stages:\n- stage: a\n  jobs:\n  - job: b\n",
                Some(Foreign::Pipeline),
            ),
            (
                "jobs:\n- name: a\n  plan: [{get: x}]\n",
                Some(Foreign::Pipeline),
            ),
            (
                "releases:\n- name: a\n  chart: b/c\n",
                Some(Foreign::Helmfile),
            ),
            (
                "environments:\n  dev:\n    values: [dev.yaml]\n",
                Some(Foreign::Helmfile),
            ),
            (
                "helmDefaults: {wait: true}\nrepositories: []\n",
                Some(Foreign::Helmfile),
            ),
            ("bases: [environments.yaml]\n", Some(Foreign::Helmfile)),
            ("environments:\n  dev: {values: [a]}\nreplicas: 1\n", None),
            ("environments: [dev]\n", None),
            ("templates: {a: {image: x}}\n", None),
            ("environments:\n  x: {{ .a }}\n", None),
            (
                "version: v1.0\nblocks:\n- name: a\n  task: {jobs: [{commands: [make]}]}\n",
                Some(Foreign::Pipeline),
            ),
            ("blocks: [{name: a, task: b}]\n", None),
            (
                "steps:\n- label: a\n  command: make\n",
                Some(Foreign::Pipeline),
            ),
            (
                "steps:\n  a: {image: b, commands: [make]}\n",
                Some(Foreign::Pipeline),
            ),
            ("steps: 3\n", None),
            ("steps: [{weight: 10}, {weight: 50}]\n", None),
            (
                "version: 0.2\nphases:\n  build:\n    commands: [make]\n",
                Some(Foreign::Pipeline),
            ),
            (
                "pipelines:\n  default:\n  - step: {script: [make]}\n",
                Some(Foreign::Pipeline),
            ),
            ("pipelines: {default: main}\n", None),
            ("openapi: 3.0.0\n", Some(Foreign::OpenApi)),
            ("openapi: {enabled: true}\n", None),
            (
                "services:\n  web:\n    image: a\n    build: .\n",
                Some(Foreign::Compose),
            ),
            ("services:\n  web:\n    image: a\n", None),
            ("global: {}\nservices:\n  web:\n    deploy: {}\n", None),
        ] {
            assert_eq!(foreign("a.yaml", text), expected, "{text}");
        }
        for (path, expected) in [
            (".semaphore/production.yml", Some(Foreign::Pipeline)),
            (".gitlab/deploy/prod.yaml", None),
            (".circleci/values-prod.yaml", None),
            ("semaphore/production.yml", None),
        ] {
            assert_eq!(foreign(path, "replicas: 1\n"), expected, "{path}");
        }
        let compose = "services:\n  web: {image: a}\n";
        for path in ["docker-compose.prod.yml", "compose.yaml"] {
            assert_eq!(foreign(path, compose), Some(Foreign::Compose), "{path}");
        }
    }
}
