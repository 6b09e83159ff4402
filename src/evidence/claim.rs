//! What evidence comes to: deployments that a repository says it makes, and what cannot be known of them.

use std::collections::{BTreeMap, BTreeSet};

use envlint_yaml::{Document, Node, Path, Segment, Span};

use super::argo::Refused;
use super::files::Files;
use super::holes::{OPEN, has_holes};
use super::kustomize::Broken;
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::{Location, Source};
use crate::values::Pattern;

/// How much a claim says of what runs, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// `helm lint`: the values are tried.
    Lint,
    /// `helm template`, `helm diff`: what would be deployed is looked at.
    Template,
    /// Argo CD, Flux, helmfile: what is to be deployed is declared.
    Declared,
    /// `helm upgrade`, `helm install`: it is deployed.
    Command,
}

impl Rank {
    /// Whether nothing is deployed by it.
    pub fn is_trial(self) -> bool {
        self < Rank::Declared
    }
}

/// What Argo CD calls the cluster that it runs in itself: it is another one than those that it knows by names.
pub const OWN_CLUSTER: &str = "in-cluster";

/// A deployment, as a place in the repository says it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it may be called, the best first; the environment's name may be a part.
    pub names: Vec<String>,
    /// The environment, where something tells it.
    pub environment: Option<String>,
    /// The name of the Helm release.
    pub release: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The cluster, where something names it.
    pub cluster: Option<String>,
    /// The chart.
    pub chart: Option<Chart>,
    /// The layers, the lowest first.
    pub layers: Vec<LayerPath>,
    /// Paths whose values are given when it is deployed.
    pub given: Vec<Pattern>,
    /// What says so.
    pub evidence: Evidence,
    /// How much that says.
    pub rank: Rank,
    /// The tool that keeps it deployed as it is declared, where one is known.
    pub tool: Option<&'static str>,
    /// What else takes part: the files with what helmfile knows of an environment.
    pub also: Vec<Evidence>,
    /// Whether nothing leads to it from where deployments begin: where it tells no environment either, it may be left over.
    pub is_loose: bool,
}

impl Claim {
    /// Whether a command leaves open which chart it deploys: `$CHART`.
    pub fn has_open_chart(&self) -> bool {
        matches!(&self.chart, Some(Chart::Remote(name)) if name.contains('{'))
    }
}

/// The chart of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chart {
    /// A directory or archive of the workspace.
    Local(String),
    /// Somewhere else: a registry, another repository.
    Remote(String),
}

/// Where the values of a layer are written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerPath {
    /// The file, relative to the workspace's root.
    pub path: String,
    /// The part of it, where it is not the whole: values in the manifest of an Argo CD Application.
    pub part: Option<(usize, usize)>,
}

impl LayerPath {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> LayerPath {
        LayerPath {
            path: path.into(),
            part: None,
        }
    }

    /// What the layer is of its file's text.
    pub fn read(&self, text: String) -> Document {
        match self.part {
            Some((start, end)) => Document::parse_part(&text, Span::new(start, end)),
            None => Document::parse(text),
        }
    }

    /// The bytes of a file.
    pub fn part(path: impl Into<String>, span: Span) -> LayerPath {
        LayerPath {
            path: path.into(),
            part: Some((span.start, span.end)),
        }
    }
}

/// The place of a text that is a block of lines in a file (`values: |`): it is YAML as it stands.
pub(super) fn block(source: &Source, node: &Node) -> Option<LayerPath> {
    node.as_str()?;
    let span = node.span();
    let raw = source.text().get(span.start..span.end)?;
    let head = raw.find('\n').filter(|_| raw.starts_with('|'))?;
    let text = Span::new(span.start + head + 1, span.end);
    Some(LayerPath::part(source.path.as_str(), text))
}

/// A place that says what is deployed, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The file, relative to the workspace's root.
    pub file: String,
    /// The line, from one.
    pub line: usize,
    /// The column, from one.
    pub column: usize,
    /// What it says, in words.
    pub words: Text,
}

impl Evidence {
    /// The name of a file, or that it is there.
    pub fn of_file(file: impl Into<String>, words: impl Into<Text>) -> Evidence {
        Evidence {
            file: file.into(),
            line: 1,
            column: 1,
            words: words.into(),
        }
    }

    /// Whether another one stands at the same place.
    pub fn is_at(&self, other: &Evidence) -> bool {
        (&self.file, self.line, self.column) == (&other.file, other.line, other.column)
    }

    /// The file, the line and the column, as a person reads them.
    pub fn place(&self) -> Text {
        match (self.line, self.column) {
            (1, 1) => Text::of(&Name(&self.file)),
            (line, column) => text!("{}:{}:{}", Name(&self.file), line, column),
        }
    }

    /// A place in a file that was read.
    pub fn at(location: &Location, words: impl Into<Text>) -> Evidence {
        let start = location.start();
        Evidence {
            file: location.source.path.clone(),
            line: start.line,
            column: start.column,
            words: words.into(),
        }
    }
}

/// What could not be known, with its place and the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file, relative to the workspace's root.
    pub file: String,
    /// The place in it, where it is not the whole: line and column, from one.
    pub place: Option<(usize, usize)>,
    /// Why.
    pub reason: Text,
    /// Whether it looks like values: then something may be deployed that nobody checks.
    pub is_values: bool,
}

impl Unread {
    /// What a piece of evidence leaves open.
    pub fn of(evidence: &Evidence, reason: impl Into<Text>) -> Unread {
        Unread {
            file: evidence.file.clone(),
            place: Some((evidence.line, evidence.column)),
            reason: reason.into(),
            is_values: false,
        }
    }

    /// Something at a place that cannot be known.
    pub fn at(location: &Location, reason: impl Into<Text>) -> Unread {
        let start = location.start();
        Unread {
            file: location.source.path.clone(),
            place: Some((start.line, start.column)),
            reason: reason.into(),
            is_values: false,
        }
    }
}

/// What was read of all evidence.
#[derive(Debug, Default)]
pub struct Claims {
    /// The deployments.
    pub claims: Vec<Claim>,
    /// What cannot be known.
    pub unread: Vec<Unread>,
    /// Files that look like values and are something else: what a helmfile knows of its environments.
    pub taken: BTreeSet<String>,
    /// Templates of values that a place evaluates.
    pub templates: BTreeSet<String>,
    /// Files with the parameters of generators.
    pub parameters: BTreeSet<String>,
    /// Files that a place reads, though it is not known for which deployment; with that place.
    pub named: BTreeMap<String, Evidence>,
    /// Files that a place reads which nothing runs, each with the reason.
    pub idle: BTreeMap<String, Text>,
    /// Files of an environment by their names, with which nothing is deployed there, each with the reason.
    pub left: BTreeMap<String, Text>,
    /// Files with objects that others bring, and the environments that these are of.
    pub(super) brought: BTreeMap<String, BTreeSet<String>>,
    /// Files that a place names and that are not there.
    pub missing: Vec<MissingFile>,
    /// What kustomizations name in vain.
    pub broken: Vec<Broken>,
    /// Files that Jsonnet names, with the place: what it deploys with them is not known.
    pub jsonnet: BTreeMap<String, Evidence>,
    /// Applications that Argo CD cannot deploy.
    pub refused: Vec<Refused>,
    /// Charts of the workspace that make Applications.
    pub makers: BTreeSet<String>,
    /// The stages of environments whose names tell none, where something else does.
    pub stages: BTreeMap<String, String>,
    /// Values of deployments that have no place in a file, as text.
    pub(super) inline: Vec<Inline>,
}

/// Values of a deployment that a rendered manifest holds.
#[derive(Debug)]
pub(super) struct Inline {
    /// The chart's directory.
    pub chart: String,
    /// The environment.
    pub environment: Option<String>,
    /// The values.
    pub text: String,
}

/// How many layers a deployment may have; those with many have a dozen.
const MOST_LAYERS: usize = 200;

impl Claims {
    /// Leaves out what no deployment is: thousands of values files over each other.
    pub(super) fn leave_out_the_endless(&mut self) {
        let unread = &mut self.unread;
        self.claims.retain(|claim| {
            let is_endless = claim.layers.len() > MOST_LAYERS;
            if is_endless {
                let reason = text!("it names more than {} values files", MOST_LAYERS);
                unread.push(Unread::of(&claim.evidence, reason));
            }
            !is_endless
        });
    }

    /// Leaves open the names of releases and namespaces that are filled in before they are deployed: `${NAMESPACE}`. A name of
    /// which nobody knows a part is no name of an app.
    pub(super) fn leave_names_open(&mut self) {
        for claim in &mut self.claims {
            for name in [&mut claim.release, &mut claim.namespace] {
                name.take_if(|name| name.contains(['$', '{', '<', '(', OPEN]));
            }
            claim.names.retain(|name| !has_holes(name));
        }
    }

    /// Says that a place names a file, if that one is not there.
    pub(super) fn add_missing(
        &mut self,
        of: &str,
        path: String,
        evidence: Evidence,
        files: &Files<'_>,
    ) {
        self.add_missing_file(
            MissingFile {
                path,
                of: of.to_owned(),
                evidence,
                is_needed: false,
                is_here: false,
            },
            files,
        );
    }

    /// The same of a file of which more is known.
    pub(super) fn add_missing_file(&mut self, missing: MissingFile, files: &Files<'_>) {
        let MissingFile {
            path, of, evidence, ..
        } = &missing;
        if files.exists(path) {
            return;
        }
        let reason = text!(
            "`{}` names the values file `{}`, which does not exist",
            ObjectName(of),
            ObjectName(path)
        );
        self.unread.push(Unread::of(evidence, reason));
        // `values-.yaml`: the part between is given when it is deployed.
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        if stem.is_empty() || stem.starts_with('-') || stem.ends_with('-') {
            return;
        }
        self.missing.push(missing);
    }
}

/// A file that a place in the repository names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFile {
    /// Where it would be, relative to the workspace's root.
    pub path: String,
    /// What is deployed with it, in the words of that place.
    pub of: String,
    /// Whether nothing at all is deployed without it: a chart, a helmfile.
    pub is_needed: bool,
    /// Whether the place says that it lies in this repository, and so nothing makes it before it is deployed.
    pub is_here: bool,
    /// The place.
    pub evidence: Evidence,
}

/// Longer names are no paths, in bytes.
const LONGEST: usize = 500;

/// A name as `--set` has it, as a pattern: `a.b[0].c`, with `\.` for a dot in a key. None for what is no path.
pub(super) fn given(name: &str) -> Option<Pattern> {
    let mut path = Path::root();
    let mut key = String::new();
    let mut chars = name.chars();
    let mut push = |key: &mut String| {
        if !key.is_empty() {
            path.push(Segment::Key(std::mem::take(key)));
        }
    };
    while let Some(char) = chars.next() {
        match char {
            '\\' => key.extend(chars.next()),
            '.' => push(&mut key),
            // An item of a list stands for the whole list: `--set` makes a new one.
            '[' => break,
            other => key.push(other),
        }
    }
    push(&mut key);
    (!path.is_root() && name.len() <= LONGEST).then(|| Pattern::from(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_set_become_patterns() {
        for (name, expected) in [
            ("image.tag", Some("image.tag")),
            ("env[0].value", Some("env")),
            (
                r"nodeSelector.kubernetes\.io/role",
                Some("nodeSelector.\"kubernetes.io/role\""),
            ),
            ("", None),
        ] {
            let pattern = given(name).map(|pattern| pattern.to_string());
            assert_eq!(pattern.as_deref(), expected, "{name}");
        }
    }
}
