//! What an app's chart makes of the values of every environment, rendered and checked once for all rules.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use envlint_budget::Budget;
use envlint_helm::{Chart, Manifest, Rendered};
use envlint_yaml::{Document, Node, Path};

use super::kubernetes::{self, Cluster};
use super::objects::{self, Definition, Violation};
use super::rendered::{RenderedObject, exponents, objects as objects_of};
use super::unseen::may_hold_others;
use super::untaken::is_certain;
use super::workloads::{RenderedWorkload, workloads};
use super::{Failure, Purpose, all, of_chart, traced, written_in};
use crate::masking::Text;
use crate::resolve::{EnvironmentValues, ResolvedApp};
use crate::source::Location;
use crate::values::Tree;
use crate::workspace::ChartFiles;

/// The manifests of one app, made when a rule first asks for them.
#[derive(Debug)]
pub struct AppManifests<'a> {
    pub(super) resolved: &'a ResolvedApp<'a>,
    definitions: &'a [Definition],
    /// The definitions that the chart itself brings, of kinds that nobody else knows.
    own: OnceLock<Vec<Definition>>,
    /// How many values were tried that a field may be made of.
    pub(super) tried: AtomicUsize,
    rendered: OnceLock<Vec<RenderedChart<'a>>>,
    violations: OnceLock<Vec<RenderedViolation>>,
    /// The first environment whose objects have more of them than are kept, and how many are
    cut: OnceLock<(Arc<str>, usize)>,
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
    cluster: Cluster,
    budget: Budget,
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
    /// The values that would bring the object, where no environment has it.
    pub untaken: Option<Text>,
    /// The template's line that writes the field, or begins the object; else where the app is declared.
    pub location: Location,
    /// Whether that is a template of the workspace.
    pub is_in_template: bool,
}

impl RenderedViolation {
    /// Whether the same is wrong at the same place with another object of the kind.
    fn is_like(&self, other: &RenderedViolation) -> bool {
        let place = |of: &RenderedViolation| (of.location.source.path.clone(), of.location.span);
        self.violation.path == other.violation.path
            && self.violation.own == other.violation.own
            && place(self) == place(other)
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

    /// The effective values of an environment.
    pub(super) fn values(&self, environment: &str) -> Option<&Tree<'a>> {
        let mut environments = self.resolved.environments.iter();
        let values = environments.find(|values| **values.name() == *environment)?;
        values.effective.as_ref()
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
    fn written(
        &self,
        chart: &RenderedChart<'a>,
        manifest: &Manifest,
        path: Option<&Path>,
    ) -> Option<Location> {
        let render = (chart.chart, self.traced(chart));
        written_in(self.resolved.workspace, render, manifest, path)
    }

    /// A chart's manifests with the places that they come from.
    fn traced<'c>(&self, chart: &'c RenderedChart<'a>) -> Option<&'c Rendered> {
        let traced = chart.traced.get_or_init(|| {
            let mut environments = self.resolved.environments.iter();
            let values = environments.find(|values| values.name() == chart.environment)?;
            traced(self.resolved.app, values)
        });
        traced.as_ref()
    }

    /// What is wrong with the objects that the chart renders, in the order of environments and manifests.
    pub fn violations(&self) -> &[RenderedViolation] {
        self.violations.get_or_init(|| {
            let mut found = Vec::new();
            for chart in self.rendered() {
                let most = MOST_VIOLATIONS.min(found.len() + MOST_OF_ENVIRONMENT);
                let before = found.len();
                for manifest in chart.manifests.iter().flat_map(all) {
                    let mut violations = self.violations_of(chart, manifest, |_, _| true);
                    if violations.len() > most.saturating_sub(found.len()) {
                        violations.truncate(most.saturating_sub(found.len()));
                        let cut = (Arc::clone(chart.environment), most - before);
                        self.cut.get_or_init(|| cut);
                    }
                    let place = |path: Option<&Path>| self.written(chart, manifest, path);
                    found.extend(self.located(manifest, violations, None, &place));
                    if self.cut.get().is_some() && found.len() >= most {
                        break;
                    }
                }
            }
            let taken = found.len();
            for untaken in self.untaken(&|kind| self.knows(kind)) {
                for (manifest, settings) in untaken.manifests() {
                    let violations = self.violations_of(untaken.chart, manifest, is_certain);
                    let place = |path: Option<&Path>| {
                        let render = (untaken.chart.chart, Some(&untaken.rendered));
                        written_in(self.resolved.workspace, render, manifest, path)
                    };
                    let mut new = self.located(manifest, violations, Some(settings), &place);
                    new.retain(|new| !found.iter().take(taken).any(|known| known.is_like(new)));
                    found.extend(new);
                }
            }
            found
        })
    }

    /// The first environment whose objects have more mistakes than are listed, and how many are; none where all are.
    pub fn cut(&self) -> Option<(&str, usize)> {
        let (environment, most) = self.cut.get()?;
        Some((environment, *most))
    }

    /// Whether something is known of objects of a kind.
    fn knows(&self, kind: &str) -> bool {
        objects::is_known(kind, self.definitions)
            || kubernetes::is_known(kind, "")
            || is_defined(kind, self.own())
    }

    /// The definitions that the chart brings for kinds of its objects that nobody else knows.
    fn own(&self) -> &[Definition] {
        self.own.get_or_init(|| {
            let rendered = self.rendered().iter();
            let rendered = rendered.filter_map(|chart| chart.manifests.as_ref().ok());
            rendered
                .max_by_key(|rendered| rendered.crds.len())
                .map_or_else(Vec::new, brought_along)
        })
    }

    /// What is wrong with an object, as far as it counts.
    fn violations_of(
        &self,
        chart: &RenderedChart<'_>,
        manifest: &Manifest,
        counts: impl Fn(&Violation, &Node) -> bool,
    ) -> Vec<Violation> {
        let kind = manifest.kind.as_str();
        let steps = &chart.budget;
        let check = |root: &Node| match kind {
            _ if objects::is_known(kind, self.definitions) => {
                objects::check(root, self.definitions, steps)
            }
            _ if kubernetes::is_known(kind, &manifest.api_version) => {
                kubernetes::check(root, chart.cluster)
            }
            _ if is_defined(kind, self.own()) => objects::check(root, self.own(), steps),
            _ => Vec::new(),
        };
        let Some(root) = manifest.document().root() else {
            return Vec::new();
        };
        let mut violations = check(root);
        violations.retain(|violation| counts(violation, root));
        violations
    }

    /// Violations with their places; without those of which nothing is in a file.
    fn located(
        &self,
        manifest: &Manifest,
        violations: Vec<Violation>,
        untaken: Option<Text>,
        place: &dyn Fn(Option<&Path>) -> Option<Location>,
    ) -> Vec<RenderedViolation> {
        let resolved = self.resolved;
        let located = |violation: Violation| {
            let place = place(violation.path.as_ref());
            Some(RenderedViolation {
                kind: manifest.kind.clone(),
                name: manifest.name.clone(),
                untaken: untaken.clone(),
                violation,
                is_in_template: place.is_some(),
                location: place.or_else(|| resolved.app.declaration(resolved.workspace))?,
            })
        };
        violations.into_iter().filter_map(located).collect()
    }
}

/// How many violations of an app are listed, and of one of its environments: a chart that makes thousands of broken objects
/// makes them in a few lines.
const MOST_VIOLATIONS: usize = 2_000;
const MOST_OF_ENVIRONMENT: usize = 500;

fn is_defined(kind: &str, definitions: &[Definition]) -> bool {
    let mut kinds = definitions.iter().flat_map(|definition| &definition.kinds);
    kinds.any(|known| known == kind)
}

/// The definitions in the folder `crds` of a chart. Operators bring megabytes of them, so only those are read that may be of
/// a kind among the objects.
fn brought_along(rendered: &Rendered) -> Vec<Definition> {
    let custom = all(rendered).filter(|manifest| !kubernetes::is_own_group(&manifest.api_version));
    let kinds: BTreeSet<&str> = custom.map(|manifest| manifest.kind.as_str()).collect();
    let may_define = |text: &str| kinds.iter().any(|kind| text.contains(*kind));
    let texts = rendered.crds.iter().map(|crd| crd.text.as_str());
    let documents = texts.filter(|text| may_define(text)).map(Document::parse);
    let definitions = documents.flat_map(|document| {
        let values = document
            .documents()
            .iter()
            .map(|root| serde_json::to_value(root.to_value()));
        let definitions = values
            .flatten()
            .filter_map(|value| Definition::of_crd(&value));
        definitions.collect::<Vec<_>>()
    });
    definitions.collect()
}
