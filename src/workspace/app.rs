//! Apps: what is deployed to every environment, and the files that describe it.

use std::collections::HashSet;
use std::sync::Arc;

use envlint_yaml::Spanned;

use super::chart::directory_of;
use super::config::AppConfig;
use super::deployment::Deployment;
use super::neighbours::{self, Neighbour};
use super::room::Room;
use super::values_file::{self, Around, LayerFile, ValuesFile};
use super::{Fleet, FleetApp, Workspace, discover};
use crate::evidence::LayerPath;
use crate::masking::{Name, text};
use crate::pulumi::stack_of;
use crate::source::{Location, Problem, join};

/// The text that stands for the environment's name in a configured path or name.
pub(super) const PLACEHOLDER: &str = "{env}";

/// One thing that is deployed to every environment.
#[derive(Debug)]
pub struct App {
    /// Its name, unique in the workspace.
    pub name: Arc<str>,
    /// The chart's directory or archive, relative to the workspace's root.
    pub chart: Option<String>,
    /// Where it is deployed, in promotion order; a values file that should be there may not be.
    pub deployments: Vec<Deployment>,
    /// Where values files are: paths with `{env}`.
    pub patterns: Vec<String>,
    /// A JSON Schema for its values files, when the configuration names one.
    pub schema: Option<Spanned<String>>,
    /// What declares it; nothing, where it was found.
    pub declared: Option<Declared>,
}

/// What declares an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// An entry of `apps:` in the configuration, by its place.
    Entry(usize),
    /// An item of the fleet's list, by its place among those without mistakes.
    Item(usize),
}

/// The files of one app, as far as they could be read.
#[derive(Debug)]
pub struct AppFiles {
    /// One per environment of the app, in promotion order.
    pub values: Vec<ValuesFile>,
    /// What else lies beside the values files.
    pub neighbours: Vec<Neighbour>,
}

impl AppFiles {
    /// The values file of one environment, as if the app had no other.
    #[must_use]
    pub fn of_one(&self, environment: &str) -> AppFiles {
        let values = self.values.iter();
        let own = values.filter(|file| *file.environment.name == *environment);
        let own = own.filter_map(|file| {
            let source = file.source.as_ref().ok()?;
            Some(file.with_source(Arc::clone(source)))
        });
        AppFiles {
            values: own.collect(),
            neighbours: Vec::new(),
        }
    }
}

impl App {
    /// The charts of the workspace that it is deployed with; an environment may have one of its own.
    pub fn charts(&self) -> impl Iterator<Item = &str> {
        let deployments = self.deployments.iter();
        let own = deployments.filter_map(|deployment| deployment.chart.as_deref());
        let here = own.filter(|chart| !chart.contains(['@', ':']));
        let all = self.chart.as_deref().into_iter().chain(here);
        all.map(directory_of)
    }

    /// Whether its values are the configuration of stacks of Pulumi, and no values of Helm.
    pub fn is_of_stacks(&self) -> bool {
        let mut own = self
            .deployments
            .iter()
            .map(|deployment| deployment.own.path());
        own.any(|path| stack_of(path).is_some())
    }

    /// Where it is deployed in an environment.
    pub fn deployment(&self, environment: &str) -> Option<&Deployment> {
        let mut deployments = self.deployments.iter();
        deployments.find(|deployment| *deployment.environment.name == *environment)
    }

    /// The namespace it is deployed to in an environment.
    pub fn namespace(&self, environment: &str) -> String {
        let named = self
            .deployment(environment)
            .and_then(|deployment| deployment.namespace.as_deref());
        named.unwrap_or("default").to_owned()
    }

    /// The name of its Helm release in an environment. Where nothing gives one, it is the app's own, as far as Helm takes
    /// it: an app may be named after a directory.
    pub fn release(&self, environment: &str) -> String {
        let named = self
            .deployment(environment)
            .and_then(|deployment| deployment.release.clone());
        named.unwrap_or_else(|| release_name(&self.name))
    }

    /// Whether something in the repository says where and how it is deployed; the path of a values file only tells its
    /// environment.
    pub fn has_evidence(&self) -> bool {
        self.deployments.iter().any(|deployment| {
            let mut evidence = deployment.evidence.iter();
            evidence.any(|evidence| {
                Some(evidence.file.as_str()) != deployment.values_file()
                    && !evidence.file.ends_with("Chart.yaml")
            })
        })
    }

    /// Its part of the configuration, when it is declared there.
    pub fn config<'a>(&self, workspace: &'a Workspace) -> Option<&'a AppConfig> {
        match self.declared? {
            Declared::Entry(index) => workspace.config.apps.get(index),
            Declared::Item(_) => None,
        }
    }

    /// Its item of the fleet's list, when it is one.
    pub fn fleet_item<'a>(&self, workspace: &'a Workspace) -> Option<(&'a Fleet, &'a FleetApp)> {
        let fleet = workspace.fleet.as_ref()?;
        match self.declared? {
            Declared::Item(index) => Some((fleet, fleet.items.get(index)?)),
            Declared::Entry(_) => None,
        }
    }

    /// Where the configuration declares it; none for an app that was found.
    pub fn declaration(&self, workspace: &Workspace) -> Option<Location> {
        if let Some((fleet, item)) = self.fleet_item(workspace) {
            return Some(item.location(fleet));
        }
        let source = workspace.config_source.as_ref()?;
        Some(Location::new(source, self.config(workspace)?.place()))
    }

    /// What is wrong with what the configuration says of it: a chart or a layer that is not there.
    pub fn problems(&self, workspace: &Workspace) -> Vec<Problem> {
        let chart = self.chart_problem(workspace);
        chart
            .into_iter()
            .chain(self.layer_problems(workspace))
            .collect()
    }

    /// What is wrong with its chart, when the configuration names one that is not there.
    pub fn chart_problem(&self, workspace: &Workspace) -> Option<Problem> {
        let source = workspace.config_source.as_ref()?;
        let declared = match self.config(workspace) {
            Some(config) => config.chart.as_ref()?,
            None => workspace.config.fleet.as_ref()?.chart.as_ref()?,
        };
        let chart = self.chart.as_ref()?;
        if workspace.root.join(chart).exists() {
            return None;
        }
        let message = text!(
            "the chart `{}` of `{}` does not exist",
            Name(&chart),
            Name(&self.name)
        );
        Some(
            Problem::located(Location::new(source, declared.span), message)
                .help("give the directory or archive of the chart, relative to envlint.yaml"),
        )
    }

    /// Layers that are declared and not there: Helm refuses to deploy without them.
    fn layer_problems(&self, workspace: &Workspace) -> Vec<Problem> {
        let declared = workspace.config_source.as_ref().zip(self.config(workspace));
        let Some((source, config)) = declared else {
            return Vec::new();
        };
        let listed = config.layers();
        let mut problems: Vec<Problem> = Vec::new();
        for deployment in &self.deployments {
            let is_there = |path: &str| workspace.root.join(path).is_file();
            let own = deployment.values_file();
            if !own.is_some_and(is_there) {
                continue;
            }
            for (layer, written) in deployment.below.iter().zip(&listed) {
                let message = text!(
                    "the layer `{}` of `{}` does not exist",
                    Name(&layer.path),
                    Name(&self.name)
                );
                let is_said = problems.iter().any(|problem| problem.message == message);
                if !is_there(&layer.path) && !is_said {
                    problems.push(
                        Problem::located(Location::new(source, written.span), message)
                            .help("give the path of a values file, relative to envlint.yaml"),
                    );
                }
            }
        }
        problems
    }

    /// For an app without a chart, the one that lies near its values files, when there is only one.
    pub fn chart_nearby<'w>(&self, workspace: &'w Workspace) -> Option<&'w str> {
        match (&self.chart, self.patterns.first()) {
            (None, Some(pattern)) => discover::chart_below(workspace.yaml_files(), pattern),
            _ => None,
        }
    }

    /// About how many bytes of values it has on disk: in its files, those of all environments, and in its chart. A packed
    /// chart counts as it is.
    pub fn bytes(&self, workspace: &Workspace) -> u64 {
        let length = |path: &str| {
            let found = std::fs::metadata(workspace.root.join(path));
            found.map_or(0, |found| found.len())
        };
        let of_chart = |chart: &str| length(chart) + length(&join(chart, "values.yaml"));
        let chart = self.chart.as_deref().map(of_chart);
        let layers = self.deployments.iter().flat_map(Deployment::layers);
        let paths: HashSet<&str> = layers.map(|layer| layer.path.as_str()).collect();
        chart.unwrap_or_default() + paths.into_iter().map(length).sum::<u64>()
    }

    /// Reads its values files.
    pub fn load(&self, workspace: &Workspace) -> AppFiles {
        let layers = |paths: &[LayerPath]| -> Vec<Arc<LayerFile>> {
            let layers = workspace.layers.of(&workspace.root, paths);
            let sources = layers.iter().filter_map(|layer| layer.source.as_ref().ok());
            sources.for_each(|source| workspace.learn_marked(self, source));
            layers
        };
        let file = |deployment: &Deployment| {
            let around = Around {
                below: layers(&deployment.below),
                above: layers(&deployment.above),
                given: (!deployment.given.is_empty()).then(|| Arc::clone(&deployment.given)),
                written: workspace.written_of(self, deployment),
            };
            if let Some(Ok(source)) = around.written.as_ref().map(|layer| &layer.source) {
                workspace.learn_marked(self, source);
            }
            let file = values_file::of(&workspace.root, deployment, &workspace.layers);
            if let Ok(source) = &file.source {
                workspace.learn_marked(self, source);
            }
            file.within(around)
        };
        let mut room = Room::of(self, workspace);
        let files = self.deployments.iter().map(file);
        AppFiles {
            values: files.map(|file| room.take(file)).collect(),
            neighbours: neighbours::of(workspace, &self.patterns),
        }
    }
}

/// The longest name that Helm takes for a release (`pkg/chart/v2/util/validate_name.go`).
const LONGEST_RELEASE: usize = 53;

/// A name in the letters of a release: lower case, digits and dashes.
fn release_name(name: &str) -> String {
    let letters: String = name
        .chars()
        .map(|char| char.to_ascii_lowercase())
        .map(|char| match char {
            'a'..='z' | '0'..='9' => char,
            _ => '-',
        })
        .take(LONGEST_RELEASE)
        .collect();
    match letters.trim_matches('-') {
        "" => "release-name".to_owned(),
        letters => letters.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_named_in_letters_that_helm_takes() {
        for (name, release) in [
            ("shop", "shop"),
            ("apps/Web_UI", "apps-web-ui"),
            (".shop.", "shop"),
            ("Größe", "gr--e"),
            ("-", "release-name"),
        ] {
            assert_eq!(release_name(name), release, "{name}");
        }
        assert_eq!(release_name(&"a".repeat(60)).len(), LONGEST_RELEASE);
    }
}
