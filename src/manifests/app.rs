//! What an app's chart makes of the values of every environment, rendered and checked once for all rules.

use std::collections::HashSet;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};

use envlint_budget::Budget;
use envlint_helm::{Chart, Manifest, Rendered};
use envlint_yaml::Path;

use super::kubernetes::Cluster;
use super::objects::Definition;
use super::rendered::{RenderedObject, exponents, objects as objects_of};
use super::unseen::may_hold_others;
use super::workloads::{RenderedWorkload, workloads};
use super::{
    Failure, MOST_SEARCHED, Purpose, RenderedViolation, all, of_chart, traced, written_in,
};
use crate::resolve::{EnvironmentValues, ResolvedApp};
use crate::source::Location;
use crate::values::Tree;
use crate::workspace::ChartFiles;

/// How many fields of an app are looked for in its templates: each is found in a text that may be large. The others stand where
/// their object begins.
const MOST_TRACED: usize = 2_000;

/// The manifests of one app, made when a rule first asks for them.
#[derive(Debug)]
pub struct AppManifests<'a> {
    pub(super) resolved: &'a ResolvedApp<'a>,
    pub(super) definitions: &'a [Definition],
    /// The definitions that the chart itself brings, of kinds that nobody else knows.
    pub(super) own: OnceLock<Vec<Definition>>,
    /// How many values were tried that a field may be made of.
    pub(super) tried: AtomicUsize,
    /// How many fields were looked for in templates.
    traced: AtomicUsize,
    /// How many bytes of templates may still be searched.
    searched: Budget,
    rendered: OnceLock<Vec<RenderedChart<'a>>>,
    pub(super) violations: OnceLock<Vec<RenderedViolation<'a>>>,
    /// The first environment whose objects have more of them than are kept
    pub(super) cut: OnceLock<Arc<str>>,
}

/// An app's chart with the values of one environment.
#[derive(Debug)]
pub struct RenderedChart<'a> {
    /// The environment.
    pub environment: &'a Arc<str>,
    /// The chart.
    pub chart: &'a ChartFiles,
    /// The manifests, or why there are none.
    pub manifests: Result<Rendered, Failure>,
    pub(super) cluster: Cluster,
    pub(super) budget: Budget,
    room: Budget,
    /// The namespace of what names none
    namespace: String,
    workloads: OnceLock<Option<Vec<RenderedWorkload>>>,
    objects: OnceLock<Option<Vec<RenderedObject>>>,
    exponents: OnceLock<HashSet<String>>,
    /// The same once more, with the places that it comes from: made when something is found in it.
    traced: OnceLock<Option<Rendered>>,
}

impl RenderedChart<'_> {
    /// The manifests as they are written, with the whole names of the templates that make them; none where the chart does not
    /// render.
    pub fn texts(&self) -> Option<impl Iterator<Item = (&str, &str)>> {
        let rendered = self.manifests.as_ref().ok()?;
        Some(all(rendered).map(|manifest| (&*manifest.template, &*manifest.text)))
    }

    /// The workloads among the manifests; none where the chart does not render, or makes too many to look at.
    pub fn workloads(&self) -> Option<&[RenderedWorkload]> {
        let rendered = self.manifests.as_ref().ok()?;
        self.workloads
            .get_or_init(|| workloads(rendered, &self.namespace))
            .as_deref()
    }
}

impl<'a> AppManifests<'a> {
    /// The manifests of an app; `definitions` are the user's own.
    pub fn new(resolved: &'a ResolvedApp<'a>, definitions: &'a [Definition]) -> Self {
        AppManifests {
            resolved,
            definitions,
            own: OnceLock::new(),
            tried: AtomicUsize::new(0),
            traced: AtomicUsize::new(0),
            searched: Budget::new(MOST_SEARCHED),
            rendered: OnceLock::new(),
            violations: OnceLock::new(),
            cut: OnceLock::new(),
        }
    }

    /// The app's chart, rendered for every environment that has a readable values file; without those that have no chart,
    /// or one that cannot be loaded.
    pub fn rendered(&self) -> &[RenderedChart<'a>] {
        self.rendered.get_or_init(|| {
            let resolved = self.resolved;
            let rendered = |values: &EnvironmentValues<'a>| {
                let chart = values.chart.filter(|chart| chart.chart.is_ok())?;
                Some(RenderedChart {
                    chart,
                    environment: &values.environment.name,
                    manifests: of_chart(resolved.app, chart, values, Purpose::Compare)?,
                    budget: values.budget.clone(),
                    room: values.room.clone(),
                    namespace: resolved.app.namespace(values.name()),
                    cluster: Cluster::of(values.environment.kubernetes.as_ref()),
                    workloads: OnceLock::new(),
                    objects: OnceLock::new(),
                    exponents: OnceLock::new(),
                    traced: OnceLock::new(),
                })
            };
            resolved.environments.iter().filter_map(rendered).collect()
        })
    }

    /// Whether the app took all the work that there is for one, so that nothing more is said of what its chart makes.
    pub fn is_spent(&self) -> bool {
        let mut rendered = self.rendered().iter();
        rendered.any(|chart| {
            let is_spent = chart.budget.is_spent() || chart.room.is_spent();
            chart.manifests.is_ok() && is_spent
        })
    }

    /// The chart, rendered for an environment.
    fn rendered_in(&self, environment: &str) -> Option<&RenderedChart<'a>> {
        let mut rendered = self.rendered().iter();
        rendered.find(|chart| **chart.environment == *environment)
    }

    /// The chart of an environment, where it can be loaded and rendered.
    pub(super) fn chart_in(&self, environment: &str) -> Option<&'a Chart> {
        let rendered = self.rendered_in(environment)?;
        rendered.chart.chart.as_ref().ok()
    }

    /// The workloads that the chart makes in an environment; none where nobody knows.
    pub fn workloads(&self, environment: &str) -> Option<&[RenderedWorkload]> {
        self.rendered_in(environment)?.workloads()
    }

    /// Whether what the chart makes in an environment holds a number as Go prints it with an exponent, `1.2345678e+07`; none
    /// where it does not render.
    pub fn print(&self, environment: &str, number: &str) -> Option<bool> {
        let chart = self.rendered_in(environment)?;
        let rendered = chart.manifests.as_ref().ok()?;
        let known = chart.exponents.get_or_init(|| exponents(rendered));
        Some(known.contains(number))
    }

    /// Whether a template is a file of the workspace, where a person can edit it.
    pub fn is_in_workspace(&self, template: &str) -> bool {
        let chart = self.resolved.chart;
        chart
            .zip(template.split_once('/'))
            .is_some_and(|(chart, (_, inside))| {
                self.resolved
                    .workspace
                    .root
                    .join(chart.path(inside))
                    .is_file()
            })
    }

    /// What is known of the values of an environment.
    pub(super) fn values_in(&self, environment: &str) -> Option<&EnvironmentValues<'a>> {
        let mut environments = self.resolved.environments.iter();
        environments.find(|values| **values.name() == *environment)
    }

    /// The effective values of an environment.
    pub(super) fn values(&self, environment: &str) -> Option<&Tree<'a>> {
        self.values_in(environment)?.effective.as_ref()
    }

    /// The objects that the chart makes in an environment; none where nobody knows, or where it makes too many.
    pub fn objects(&self, environment: &str) -> Option<&[RenderedObject]> {
        let chart = self.rendered_in(environment)?;
        let manifests = chart.manifests.as_ref().ok()?;
        let objects = chart.objects.get_or_init(|| objects_of(manifests));
        objects.as_deref()
    }

    /// The same, where the cluster has no pods and Services of the app besides: no operator makes any, and no dependency of
    /// the chart is missing.
    pub fn all_objects(&self, environment: &str) -> Option<&[RenderedObject]> {
        let chart = self.rendered_in(environment)?.chart.chart.as_ref().ok()?;
        let objects = self.objects(environment)?;
        (chart.has_all() && !may_hold_others(objects)).then_some(objects)
    }

    /// Where a field of an object is written, or where the object begins: in its template, else where the app is
    /// declared.
    pub fn place_of(
        &self,
        environment: &str,
        object: &RenderedObject,
        path: Option<&Path>,
    ) -> Option<Location> {
        let key = (&*object.kind, &*object.name, &*object.template);
        let place = self.manifest_of(environment, key);
        let place = place.and_then(|(chart, manifest)| self.written(chart, manifest, path));
        place.or_else(|| self.resolved.app.declaration(self.resolved.workspace))
    }

    /// The line of its template where an object of an environment begins, by its kind, name and template; none where the
    /// template is no file of the workspace.
    pub fn template_of(&self, environment: &str, key: (&str, &str, &str)) -> Option<Location> {
        let (chart, manifest) = self.manifest_of(environment, key)?;
        self.written(chart, manifest, None)
    }

    /// The manifest of an environment with this kind, name and template.
    fn manifest_of(
        &self,
        environment: &str,
        (kind, name, template): (&str, &str, &str),
    ) -> Option<(&RenderedChart<'a>, &Manifest)> {
        let chart = self.rendered_in(environment)?;
        let mut manifests = all(chart.manifests.as_ref().ok()?);
        let manifest = manifests.find(|manifest| {
            manifest.template == template && manifest.name == name && manifest.kind == kind
        })?;
        Some((chart, manifest))
    }

    /// The line of a template that writes a field of a manifest, or begins it.
    pub(super) fn written(
        &self,
        chart: &RenderedChart<'a>,
        manifest: &Manifest,
        path: Option<&Path>,
    ) -> Option<Location> {
        let is_asked_too_often = self.traced.fetch_add(1, Relaxed) >= MOST_TRACED;
        let (traced, path) = match is_asked_too_often {
            true => (None, None),
            false => (self.traced(chart), path),
        };
        self.written_in((chart.chart, traced), (manifest, path))
    }

    /// The same for a render of the app's chart.
    pub(super) fn written_in(
        &self,
        render: (&ChartFiles, Option<&Rendered>),
        field: (&Manifest, Option<&Path>),
    ) -> Option<Location> {
        written_in(self.resolved.workspace, render, field, &self.searched)
    }

    /// A chart's manifests with the places that they come from.
    pub(super) fn traced<'c>(&self, chart: &'c RenderedChart<'a>) -> Option<&'c Rendered> {
        let traced = chart
            .traced
            .get_or_init(|| traced(self.resolved.app, self.values_in(chart.environment)?));
        traced.as_ref()
    }
}
