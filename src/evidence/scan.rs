//! The files of a repository that may say what it deploys: each is read once, and most are put aside by a few words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::foreign::{Foreign, foreign};
use super::jsonnet::is_jsonnet;
use super::pipelines::{choices_of_jenkins, environments, is_pipeline};
use crate::source::{is_yaml, read_text};

/// What a text may say, by the words in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// Objects of Argo CD.
    pub argo: bool,
    /// Objects that Terraform makes, of Argo CD and of Flux.
    pub terraform: bool,
    /// Objects of Flux.
    pub flux: bool,
    /// Charts that Kustomize inflates.
    pub kustomize: bool,
    /// Releases of helmfile.
    pub helmfile: bool,
    /// Charts of K3s.
    pub k3s: bool,
    /// Desired states of helmsman.
    pub helmsman: bool,
    /// Command lines of helm or helmfile.
    pub commands: bool,
}

impl Hints {
    fn any(self) -> bool {
        self != Hints::default()
    }
}

/// A file that may say what is deployed.
#[derive(Debug)]
pub struct Candidate {
    /// Its path, relative to the workspace's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it may say.
    pub hints: Hints,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Scan {
    /// The files that may say what is deployed, in the order of their paths.
    pub candidates: Vec<Candidate>,
    /// YAML files that are surely no values, and what they are.
    pub foreign: BTreeMap<String, Foreign>,
    /// Names of environments that pipelines tell.
    pub house: BTreeSet<String>,
}

/// Words by which texts are put aside, and what each hints at.
const WORDS: [&str; 15] = [
    "argoproj.io/",
    "kind: HelmRelease",
    "toolkit.fluxcd.io/",
    "helmCharts:",
    "HelmChartInflationGenerator",
    "releases:",
    "helm",
    "configMapGenerator",
    "valuesFile",
    "argocd app create",
    "werf converge",
    "werf/actions/",
    "hubploy ",
    "helm.cattle.io/",
    "\"argocd_",
];

/// What a file is that is no values, the names that it tells, the file where it may say more, its path.
type Read<'f> = (Option<Foreign>, Vec<String>, Option<Candidate>, &'f str);

/// Reads files below a root, in parallel. Those that cannot be read say nothing.
pub fn scan(root: &Path, files: &[&str]) -> Scan {
    let Ok(words) = AhoCorasick::new(WORDS) else {
        return Scan::default();
    };
    let read: Vec<Read<'_>> = files
        .par_iter()
        .filter_map(|path| {
            let text = read_text(root, path).ok()?;
            let hints = hints(path, &text, &words);
            let foreign = foreign(path, &text);
            let may_say =
                hints.any() || is_pipeline(path) || is_jsonnet(path) || runs_scripts(path, &text);
            let candidate = may_say.then(|| Candidate {
                path: (*path).to_owned(),
                text,
                hints,
            });
            let text = candidate.as_ref().map_or("", |file| &file.text);
            let house = match is_pipeline(path) {
                true if is_yaml(path) => environments(text),
                true => choices_of_jenkins(text),
                false => Vec::new(),
            };
            Some((foreign, house, candidate, *path))
        })
        .collect();
    let mut scan = Scan::default();
    for (foreign, house, candidate, path) in read {
        scan.house.extend(house);
        scan.candidates.extend(candidate);
        let foreign = foreign.map(|what| (path.to_owned(), what));
        scan.foreign.extend(foreign);
    }
    scan
}

fn hints(path: &str, text: &str, words: &AhoCorasick) -> Hints {
    let mut seen = [false; WORDS.len()];
    for found in words.find_overlapping_iter(text) {
        if let Some(seen) = seen.get_mut(found.pattern().as_usize()) {
            *seen = true;
        }
        if seen.iter().all(|seen| *seen) {
            break;
        }
    }
    let [
        argo,
        release,
        flux,
        charts,
        generator,
        releases,
        helm,
        config,
        values_file,
        argocd,
        werf,
        werf_action,
        hubploy,
        k3s,
        argo_resource,
    ] = seen;
    let is_terraform = path.ends_with(".tf");
    let deploys = argocd || werf || werf_action || hubploy;
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_kustomization = name.starts_with("kustomization.");
    Hints {
        argo: argo && !is_terraform,
        terraform: is_terraform && (argo || release || flux || argo_resource),
        flux: !is_terraform && (release || flux || (is_kustomization && config)),
        kustomize: charts || generator,
        k3s,
        helmfile: releases || name.starts_with("helmfile") || path.contains("helmfile.d/"),
        helmsman: text.lines().any(|line| line == "apps:")
            && (values_file || path.contains("helmsman")),
        commands: (helm && !(argo && is_object(path, text)) && !is_config_map(path, text))
            || deploys
            || ["HelmDeploy@", "HelmChartProxy"]
                .iter()
                .any(|word| text.contains(word))
            || is_of_tool(name),
    }
}

/// Whether a file may run scripts, which may deploy: it says with what.
fn runs_scripts(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_runner = [
        "Makefile",
        "Jenkinsfile",
        "Taskfile",
        "justfile",
        "package.json",
    ]
    .iter()
    .any(|runner| name.starts_with(runner));
    (is_runner || name.ends_with(".sh") || name.ends_with(".mk")) && text.contains(".sh ")
}

/// Whether a file is one of a tool that deploys charts, whatever it calls them.
fn is_of_tool(name: &str) -> bool {
    name.starts_with("skaffold") || name == "fleet.yaml" || name == "fleet.yml"
}

/// Whether a file is an object of Argo CD, and does not only speak of one, or write one.
fn is_object(path: &str, text: &str) -> bool {
    is_yaml(path)
        && text
            .lines()
            .any(|line| line.starts_with("apiVersion: argoproj.io/"))
}

/// Whether a file is a ConfigMap: scripts in it run in a pod, in another folder than its own.
fn is_config_map(path: &str, text: &str) -> bool {
    is_yaml(path)
        && text
            .lines()
            .any(|line| line.trim_end() == "kind: ConfigMap")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_hint_at_what_a_text_says() {
        let words = AhoCorasick::new(WORDS).expect("words");
        let seen = |path: &str, text: &str| hints(path, text, &words);
        assert!(seen("a.yaml", "apiVersion: argoproj.io/v1alpha1\n").argo);
        assert!(seen("a.yaml", "kind: HelmRelease\n").flux);
        assert!(seen("kustomization.yaml", "helmCharts:\n").kustomize);
        assert!(seen("Makefile", "\thelm upgrade shop .\n").commands);
        let of_workflow = "# see https://argoproj.io/docs\nrun: helm upgrade shop .\n";
        assert!(seen("ci.yaml", of_workflow).commands);
        assert!(seen("helmfile.yaml", "").helmfile);
        assert!(!seen("a.yaml", "replicas: 1\n").any());
    }
}
