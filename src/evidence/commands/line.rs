//! One command line of helm: its subcommand, its options and what stands between them.

use super::place::is_open;
use super::words;
use crate::evidence::claim::Rank;
use crate::evidence::helm_secrets;
use crate::evidence::holes::hole;

/// What a command line says.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) verb: String,
    /// `helm diff upgrade`, `helm upgrade --dry-run`: nothing is deployed.
    pub(super) is_diff: bool,
    /// It is deployed to a cluster on the machine that runs it.
    pub(super) is_local: bool,
    pub(super) positional: Vec<String>,
    pub(super) values: Vec<String>,
    pub(super) given: Vec<String>,
    pub(super) namespace: Option<String>,
    pub(super) version: Option<String>,
    /// The context of kubectl, which names the cluster.
    pub(super) cluster: Option<String>,
}

/// Subcommands that take values.
const VERBS: [&str; 4] = ["upgrade", "install", "template", "lint"];
/// Words of plugins before the subcommand: `helm diff upgrade`, `helm secrets upgrade`.
const PLUGINS: [&str; 4] = ["diff", "secrets", "tiller", "x"];

/// The letters of options with a value.
const SHORT: &str = "fnoasl";

/// Options with a value, next to those that are read.
const WITH_VALUE: [&str; 35] = [
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-tls-server-name",
    "--kube-ca-file",
    "--timeout",
    "--history-max",
    "--description",
    "--name-template",
    "--output",
    "-o",
    "--output-dir",
    "--post-renderer",
    "--post-renderer-args",
    "--username",
    "--password",
    "--repo",
    "--ca-file",
    "--cert-file",
    "--key-file",
    "--keyring",
    "--registry-config",
    "--repository-config",
    "--repository-cache",
    "--kube-version",
    "--api-versions",
    "-a",
    "--show-only",
    "-s",
    "--labels",
    "-l",
    "--burst-limit",
    "--qps",
];

impl Line {
    pub(super) fn read(command: &[String]) -> Option<Line> {
        let mut rest = command.iter().skip(1);
        let mut line = Line::default();
        while let Some(word) = rest.next() {
            let (flag, joined) = words::option(word, SHORT);
            let mut value = || joined.clone().or_else(|| rest.next().cloned());
            match flag {
                "-f" | "--values" => {
                    let files = value().unwrap_or_default();
                    let files = files.split(',').map(helm_secrets::path_of);
                    line.values.extend(files.map(str::to_owned));
                }
                "--set" | "--set-string" | "--set-file" | "--set-json" | "--set-literal" => {
                    line.given.extend(names_of(&value().unwrap_or_default()));
                }
                "-n" | "--namespace" => line.namespace = value(),
                "--version" => line.version = value(),
                // Helm: `--dry-run` takes no word behind it, `--dry-run=none` runs.
                "--dry-run" => {
                    let mode = joined.as_deref();
                    line.is_diff |= !matches!(mode, Some("none" | "false"));
                }
                "--kube-context" => {
                    line.cluster = value();
                    let name = line.cluster.as_deref();
                    line.is_local = name.is_some_and(is_of_a_machine);
                }
                flag if WITH_VALUE.contains(&flag) => {
                    value();
                }
                flag if flag.starts_with('-') => {}
                word if line.verb.is_empty() => {
                    if VERBS.contains(&word) {
                        word.clone_into(&mut line.verb);
                    } else if !PLUGINS.contains(&word) {
                        return None;
                    }
                    line.is_diff |= word == "diff";
                }
                "" => {}
                word => line.positional.push(word.to_owned()),
            }
        }
        // A chart that is tried with nothing but its own values says nothing of a deployment.
        let says_values = !line.values.is_empty() || !line.rank().is_trial();
        let is_usable = !line.verb.is_empty() && says_values && !line.positional.is_empty();
        is_usable.then_some(line)
    }

    pub(super) fn rank(&self) -> Rank {
        match self.verb.as_str() {
            "lint" => Rank::Lint,
            "template" => Rank::Template,
            _ if self.is_diff || self.is_local => Rank::Template,
            _ => Rank::Command,
        }
    }

    /// Release and chart; a chart alone where the release is made up.
    pub(super) fn release_and_chart(&self) -> (Option<&String>, Option<&String>) {
        // `helm upgrade shop . "$@"`
        let words = match self.positional.as_slice() {
            [words @ .., last] if words.len() > 1 && *last == hole("arguments") => words,
            words => words,
        };
        match (self.verb.as_str(), words) {
            ("lint", [chart, ..]) | (_, [chart]) => (None, Some(chart)),
            // `helm upgrade $OPTIONS shop ./chart`
            (_, [options, release, chart]) if is_open(options) => (Some(release), Some(chart)),
            (_, [release, chart, ..]) => (Some(release), Some(chart)),
            _ => (None, None),
        }
    }
}

/// Whether a context is one that kind, k3d and the like write for a cluster on the own machine.
fn is_of_a_machine(context: &str) -> bool {
    context.starts_with("kind-")
        || context.starts_with("k3d-")
        || [
            "minikube",
            "docker-desktop",
            "rancher-desktop",
            "orbstack",
            "colima",
        ]
        .contains(&context)
}

/// The names in `a=1,b.c=2`. A comma may belong to a value: what has no `=` is no name.
fn names_of(set: &str) -> Vec<String> {
    let parts = set.split(',').filter_map(|part| part.split_once('='));
    parts.map(|(name, _)| name.trim().to_owned()).collect()
}
