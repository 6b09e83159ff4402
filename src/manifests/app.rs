//! What an app's chart makes of the values of every environment, rendered and checked once for all rules.

use std::sync::{Arc, OnceLock};

use envlint_helm::Rendered;

use super::objects::{self, Definition, Violation};
use super::workloads::{RenderedWorkload, workloads};
use super::{Failure, Purpose, all, of_chart, template_of};
use crate::resolve::{EnvironmentValues, ResolvedApp};
use crate::source::Location;

/// The manifests of one app, made when a rule first asks for them.
#[derive(Debug)]
pub struct AppManifests<'a> {
    resolved: &'a ResolvedApp<'a>,
    definitions: &'a [Definition],
    rendered: OnceLock<Vec<RenderedChart<'a>>>,
    violations: OnceLock<Vec<RenderedViolation>>,
}

/// An app's chart with the values of one environment.
#[derive(Debug)]
pub struct RenderedChart<'a> {
    /// The environment.
    pub environment: &'a Arc<str>,
    /// The manifests, or why there are none.
    pub manifests: Result<Rendered, Failure>,
    workloads: OnceLock<Option<Vec<RenderedWorkload>>>,
}

impl RenderedChart<'_> {
    /// The workloads among the manifests; none where the chart does not render, or makes too many to look at.
    pub fn workloads(&self) -> Option<&[RenderedWorkload]> {
        let rendered = self.manifests.as_ref().ok()?;
        self.workloads
            .get_or_init(|| workloads(rendered))
            .as_deref()
    }
}

/// What is wrong with an object that the chart renders.
#[derive(Debug)]
pub struct RenderedViolation {
    /// The object's kind.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// What is wrong with it.
    pub violation: Violation,
    /// The template's line that begins the object, or where the app is declared.
    pub location: Location,
}

impl<'a> AppManifests<'a> {
    /// The manifests of an app; `definitions` are the user's own.
    pub fn new(resolved: &'a ResolvedApp<'a>, definitions: &'a [Definition]) -> Self {
        AppManifests {
            resolved,
            definitions,
            rendered: OnceLock::new(),
            violations: OnceLock::new(),
        }
    }

    /// The app's chart, rendered for every environment that has a readable values file; empty for an app without a
    /// chart, or with one that cannot be loaded.
    pub fn rendered(&self) -> &[RenderedChart<'a>] {
        self.rendered.get_or_init(|| {
            let resolved = self.resolved;
            let Some(chart) = resolved.chart.filter(|chart| chart.chart.is_ok()) else {
                return Vec::new();
            };
            let rendered = |values: &EnvironmentValues<'a>| {
                Some(RenderedChart {
                    environment: &values.environment.name,
                    manifests: of_chart(resolved.app, chart, values, Purpose::Compare)?,
                    workloads: OnceLock::new(),
                })
            };
            resolved.environments.iter().filter_map(rendered).collect()
        })
    }

    /// The workloads that the chart makes in an environment; none where nobody knows.
    pub fn workloads(&self, environment: &str) -> Option<&[RenderedWorkload]> {
        let mut rendered = self.rendered().iter();
        let chart = rendered.find(|chart| **chart.environment == *environment)?;
        chart.workloads()
    }

    /// The line of its template where an object of an environment begins, by its kind, name and template; none where the
    /// template is no file of the workspace.
    pub fn template_of(
        &self,
        environment: &str,
        (kind, name, template): (&str, &str, &str),
    ) -> Option<Location> {
        let mut rendered = self.rendered().iter();
        let chart = rendered.find(|chart| **chart.environment == *environment)?;
        let manifests = &chart.manifests.as_ref().ok()?.manifests;
        let manifest = manifests.iter().find(|manifest| {
            manifest.template == template && manifest.name == name && manifest.kind == kind
        })?;
        template_of(self.resolved.workspace, self.resolved.chart?, manifest)
    }

    /// What is wrong with the objects that the chart renders, in the order of environments and manifests.
    pub fn violations(&self) -> &[RenderedViolation] {
        self.violations.get_or_init(|| {
            let mut found = Vec::new();
            for rendered in self
                .rendered()
                .iter()
                .filter_map(|chart| chart.manifests.as_ref().ok())
            {
                self.check(rendered, &mut found);
            }
            found
        })
    }

    fn check(&self, rendered: &Rendered, found: &mut Vec<RenderedViolation>) {
        let resolved = self.resolved;
        let Some(chart) = resolved.chart else { return };
        for manifest in
            all(rendered).filter(|manifest| objects::is_known(&manifest.kind, self.definitions))
        {
            let document = manifest.document();
            let Some(root) = document.root() else {
                continue;
            };
            let violations = objects::check(root, self.definitions);
            if violations.is_empty() {
                continue;
            }
            let place = template_of(resolved.workspace, chart, manifest);
            let Some(location) = place.or_else(|| resolved.app.declaration(resolved.workspace))
            else {
                continue;
            };
            found.extend(violations.into_iter().map(|violation| RenderedViolation {
                kind: manifest.kind.clone(),
                name: manifest.name.clone(),
                violation,
                location: location.clone(),
            }));
        }
    }
}
