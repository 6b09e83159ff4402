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
    /// The environment's own values file, relative to the workspace's root; it may not be there.
    pub values: String,
    /// The part of that file, where it is not the whole: values in the manifest of an Argo CD Application.
    pub own_part: Option<(usize, usize)>,
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

impl Deployment {
    /// A deployment of which only the values file is known.
    pub fn new(environment: Environment, values: String) -> Deployment {
        Deployment {
            environment,
            values,
            own_part: None,
            below: Vec::new(),
            above: Vec::new(),
            chart: None,
            given: Arc::from([]),
            release: None,
            namespace: None,
            evidence: Vec::new(),
        }
    }

    /// The environment's own layer.
    pub fn own(&self) -> LayerPath {
        LayerPath {
            path: self.values.clone(),
            part: self.own_part,
        }
    }

    /// All layers, the lowest first.
    pub fn layers(&self) -> impl Iterator<Item = LayerPath> {
        let own = self.own();
        let (below, above) = (self.below.iter().cloned(), self.above.iter().cloned());
        below.chain([own]).chain(above)
    }
}
