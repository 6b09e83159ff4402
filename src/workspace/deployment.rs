//! Deployments: one app in one environment, and what says so.

use std::sync::Arc;

use super::Environment;
use crate::evidence::{Evidence, LayerPath};
use crate::values::Pattern;

/// One app in one environment.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The environment.
    pub environment: Environment,
    /// The values that are the environment's own.
    pub own: Own,
    /// What is laid below the environment's own values, the lowest first.
    pub below: Vec<LayerPath>,
    /// What is laid over the environment's own values: encrypted values, values that stand in a deployment's own manifest.
    pub above: Vec<LayerPath>,
    /// The chart as it is named: a directory of the workspace, or a reference to somewhere else.
    pub chart: Option<String>,
    /// Paths whose values are given when it is deployed.
    pub given: Arc<[Pattern]>,
    /// The Helm release, where something says its name.
    pub release: Option<String>,
    /// The namespace, where something says its name.
    pub namespace: Option<String>,
    /// The cluster, where something names it.
    pub cluster: Option<String>,
    /// What deploys it by itself: `Argo CD`; none for a command, and where nobody knows.
    pub tool: Option<&'static str>,
    /// What says that it is deployed so.
    pub evidence: Vec<Evidence>,
}

/// The values that are an environment's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own {
    /// A values file, which may not be there; or a part of a file: values in the manifest of an Argo CD Application.
    Layer(LayerPath),
    /// None: the chart's own values, what environments share, and what is given come to all that is deployed. The place
    /// that deploys it is where a person would write some.
    Nothing(Evidence),
}

impl Deployment {
    /// A deployment of which only its own values are known.
    pub fn new(environment: Environment, own: Own) -> Deployment {
        Deployment {
            environment,
            own,
            below: Vec::new(),
            above: Vec::new(),
            chart: None,
            given: Arc::from([]),
            release: None,
            namespace: None,
            cluster: None,
            tool: None,
            evidence: Vec::new(),
        }
    }

    /// The values file that is the environment's own; none where its values are a part of another file, or nothing.
    pub fn values_file(&self) -> Option<&str> {
        match &self.own {
            Own::Layer(LayerPath { path, part: None }) => Some(path),
            _ => None,
        }
    }

    /// All layers, the lowest first.
    pub fn layers(&self) -> impl Iterator<Item = &LayerPath> {
        let own = match &self.own {
            Own::Layer(layer) => Some(layer),
            Own::Nothing(_) => None,
        };
        self.below.iter().chain(own).chain(&self.above)
    }
}

impl Own {
    /// A values file.
    pub fn file(path: impl Into<String>) -> Own {
        Own::Layer(LayerPath::file(path))
    }

    /// The file where a person edits what is the environment's own.
    pub fn path(&self) -> &str {
        match self {
            Own::Layer(layer) => &layer.path,
            Own::Nothing(evidence) => &evidence.file,
        }
    }
}
