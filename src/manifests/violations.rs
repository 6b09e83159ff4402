//! What is wrong with the objects that a chart renders, each with the place to mend it.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Document, Node, Span};

use super::app::{AppManifests, RenderedChart};
use super::given::{alternatives as alternatives_of, is_sure};
use super::kubernetes;
use super::objects::{self, Definition, Violation, ViolationSort};
use super::rendered::RenderedObject;
use super::untaken::{Untaken, is_certain};
use super::written::Printed;
use super::{all, written};
use crate::masking::Text;
use crate::source::Location;
use crate::values::Located;

/// What is wrong with an object that the chart renders.
#[derive(Debug)]
pub struct RenderedViolation<'a> {
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
    /// The value that the field is made of, where the template only prints it.
    pub value: Option<PrintedValue<'a>>,
}

/// A value that a template prints into a field.
#[derive(Debug)]
pub struct PrintedValue<'a> {
    /// The value.
    pub value: Located<'a>,
    /// The environment that has it.
    pub environment: &'a Arc<str>,
    /// How much of the field it makes.
    pub printed: Printed,
}

impl RenderedViolation<'_> {
    /// Whether the same is wrong at the same place with another object of the kind.
    fn is_like(&self, other: &RenderedViolation<'_>) -> bool {
        fn place<'r>(of: &'r RenderedViolation<'_>) -> (&'r str, Span) {
            (&of.location.source.path, of.location.span)
        }
        self.violation.path == other.violation.path
            && self.violation.own == other.violation.own
            && place(self) == place(other)
    }
}

impl<'a> AppManifests<'a> {
    /// Adds what is wrong with the objects of one environment, whatever the values are that nobody here knows.
    fn add_violations(&self, chart: &RenderedChart<'a>, found: &mut Vec<RenderedViolation<'a>>) {
        let most = MOST_VIOLATIONS.min(found.len() + MOST_OF_ENVIRONMENT);
        let values = self.values_in(chart.environment);
        let is_open =
            !self.resolved.has_known_layers() || values.is_some_and(|values| values.file.is_open());
        let alternatives = OnceLock::new();
        let others = || -> Option<Vec<Rendered>> {
            let of = |values| alternatives_of(self.resolved.app, chart.chart, values);
            values.map_or_else(|| Some(Vec::new()), of)
        };
        for manifest in chart.manifests.iter().flat_map(all) {
            let violations = self.violations_of(chart, manifest, |violation, root| {
                is_sure(violation, (manifest, root), is_open, &chart.budget, || {
                    alternatives.get_or_init(others).as_deref()
                })
            });
            for violation in violations {
                if found.len() >= most {
                    self.cut.get_or_init(|| Arc::clone(chart.environment));
                    return;
                }
                let place = self.written(chart, manifest, violation.path.as_ref());
                let value = self.value_of(chart, manifest, &violation);
                found.extend(self.located(manifest, violation, (place, value), None));
            }
        }
    }

    /// What is wrong with the objects that the chart renders, in the order of environments and manifests.
    pub fn violations(&self) -> &[RenderedViolation<'a>] {
        self.violations.get_or_init(|| {
            let mut found = Vec::new();
            for chart in self.rendered() {
                self.add_violations(chart, &mut found);
            }
            for untaken in self.untaken(&|kind| self.knows(kind)) {
                self.add_untaken(&untaken, &mut found);
            }
            found
        })
    }

    /// Adds what is wrong with objects that no environment has and that is not wrong with others from the same place.
    fn add_untaken(&self, untaken: &Untaken<'_, 'a>, found: &mut Vec<RenderedViolation<'a>>) {
        let known = found.len();
        let mut left = MOST_OF_ENVIRONMENT;
        for (manifest, settings) in untaken.manifests() {
            for violation in self.violations_of(untaken.chart, manifest, is_certain) {
                let Some(rest) = left.checked_sub(1) else {
                    let cut = Arc::clone(untaken.chart.environment);
                    self.cut.get_or_init(|| cut);
                    return;
                };
                left = rest;
                let render = (untaken.chart.chart, Some(&untaken.rendered));
                let path = violation.path.as_ref();
                let place = self.written_in(render, (manifest, path));
                let settings = Some(settings.clone());
                let new = self.located(manifest, violation, (place, None), settings);
                let is_new = |new: &RenderedViolation<'_>| {
                    !found.iter().take(known).any(|known| known.is_like(new))
                };
                found.extend(new.filter(is_new));
            }
        }
    }

    /// The first environment whose objects have more mistakes than are listed; none where all are.
    pub fn cut(&self) -> Option<&str> {
        Some(self.cut.get()?)
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

    /// The value that a field with a violation is made of, where its template only prints it. What is wrong with a name is
    /// wrong where the name is written.
    fn value_of(
        &self,
        chart: &RenderedChart<'a>,
        manifest: &Manifest,
        violation: &Violation,
    ) -> Option<PrintedValue<'a>> {
        let path = violation.path.as_ref()?;
        let printed = written::printed(self.traced(chart)?, manifest, path)?;
        let is_of_name = matches!(
            violation.own,
            ViolationSort::UnknownField | ViolationSort::UnknownApiField
        );
        if is_of_name && printed == Printed::Value {
            return None;
        }
        let object = RenderedObject::of(manifest)?;
        Some(PrintedValue {
            value: self.origin(chart.environment, &object, path)?,
            environment: chart.environment,
            printed,
        })
    }

    /// A violation with its place; none where nothing of it is in a file.
    fn located(
        &self,
        manifest: &Manifest,
        violation: Violation,
        (place, value): (Option<Location>, Option<PrintedValue<'a>>),
        untaken: Option<Text>,
    ) -> Option<RenderedViolation<'a>> {
        let resolved = self.resolved;
        Some(RenderedViolation {
            kind: manifest.kind.clone(),
            name: manifest.name.clone(),
            untaken,
            violation,
            is_in_template: place.is_some(),
            location: place.or_else(|| resolved.app.declaration(resolved.workspace))?,
            value,
        })
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
