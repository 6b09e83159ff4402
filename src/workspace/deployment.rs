//! Deployments: one app in one environment, and what says so.

use std::sync::Arc;

use envlint_yaml::Span;

use super::Environment;
use crate::source::Location;
use crate::values::Pattern;

/// One app in one environment.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The environment.
    pub environment: Environment,
    /// The environment's own values file, relative to the workspace's root; it may not be there.
    pub values: String,
    /// What is laid below the environment's own file, the lowest first.
    pub below: Vec<LayerPath>,
    /// What is laid over the environment's own file: encrypted values, values that stand in a deployment's own manifest.
    pub above: Vec<LayerPath>,
    /// The chart as it is named: a directory of the workspace, or a reference to somewhere else.
    pub chart: Option<String>,
    /// Paths whose values are given when it is deployed.
    pub given: Arc<[Pattern]>,
    /// The Helm release, where something says its name.
    pub release: Option<String>,
    /// The namespace, where something says its name.
    pub namespace: Option<String>,
    /// What says that it is deployed so.
    pub evidence: Vec<Evidence>,
}

/// Where the values of a layer are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerPath {
    /// The file, relative to the workspace's root.
    pub path: String,
    /// The part of it, where it is not the whole: values in the manifest of an Argo CD Application.
    pub part: Option<(usize, usize)>,
}

/// A place that says what is deployed, and what it says.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The file, relative to the workspace's root.
    pub file: String,
    /// The line, from one.
    pub line: usize,
    /// The column, from one.
    pub column: usize,
    /// What it says, in words.
    pub words: String,
}

impl Evidence {
    /// The name of a file, or that it is there.
    pub fn of_file(file: impl Into<String>, words: impl Into<String>) -> Evidence {
        Evidence {
            file: file.into(),
            line: 1,
            column: 1,
            words: words.into(),
        }
    }

    /// A place in a file that was read.
    pub fn at(location: &Location, words: impl Into<String>) -> Evidence {
        let start = location.start();
        Evidence {
            file: location.source.path.clone(),
            line: start.line,
            column: start.column,
            words: words.into(),
        }
    }
}

impl Deployment {
    /// A deployment of which only the values file is known.
    pub fn new(environment: Environment, values: String) -> Deployment {
        Deployment {
            environment,
            values,
            below: Vec::new(),
            above: Vec::new(),
            chart: None,
            given: Arc::from([]),
            release: None,
            namespace: None,
            evidence: Vec::new(),
        }
    }

    /// All layers, the lowest first.
    pub fn layers(&self) -> impl Iterator<Item = LayerPath> {
        let own = LayerPath::file(self.values.clone());
        let (below, above) = (self.below.iter().cloned(), self.above.iter().cloned());
        below.chain([own]).chain(above)
    }
}

impl LayerPath {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> LayerPath {
        LayerPath {
            path: path.into(),
            part: None,
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
