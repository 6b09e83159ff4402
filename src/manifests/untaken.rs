//! Branches of templates that no environment takes: what they would write is as good as deployed once somebody flips the
//! switch. The chart is rendered once more, in memory, with these switches on.

use std::collections::BTreeMap;

use envlint_helm::{Branch, Manifest, Rendered};
use envlint_yaml::{Node, Path, Value};

use super::objects::{Violation, ViolationSort};
use super::probe::Variant;
use super::{AppManifests, RenderedChart, all};
use crate::masking::{Said, Text, text};
use crate::resolve::EnvironmentValues;

/// So many renders are tried for the branches of an app.
const MOST_TRIED: usize = 10;

/// What values have to be.
type Settings = Vec<(Path, Value)>;

/// An object that no environment has, and a few switches that would bring it.
#[derive(Debug, Clone)]
struct Opening {
    template: String,
    kind: String,
    settings: Settings,
}

/// A render with switches on that are off in every environment.
pub(super) struct Untaken<'m, 'a> {
    /// The environment whose other values it has.
    pub chart: &'m RenderedChart<'a>,
    /// With the places that its manifests come from.
    pub rendered: Rendered,
    openings: Vec<Opening>,
}

impl Untaken<'_, '_> {
    /// The manifests that come of the switches, each with those that bring it. One that is always there may be among them
    /// where the same template makes another of its kind.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&Manifest, Text)> {
        all(&self.rendered).filter_map(|manifest| {
            let mut openings = self.openings.iter();
            let opening = openings.find(|opening| {
                opening.template == manifest.template && opening.kind == manifest.kind
            })?;
            Some((manifest, said(&opening.settings)))
        })
    }
}

/// `ingress.enabled: true` and `provider: azure`
fn said(settings: &Settings) -> Text {
    let each = settings.iter().map(|(path, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => serde_json::to_string(other).unwrap_or_default(),
        };
        text!("`{}: {}`", path, Said(&value))
    });
    Text::join(each, " and ")
}

impl<'a> AppManifests<'a> {
    /// What the chart would make in branches that no environment takes, with the other values of the last one that renders.
    pub(super) fn untaken(&self, knows: &dyn Fn(&str) -> bool) -> Vec<Untaken<'_, 'a>> {
        let last = self.last_rendered();
        let made = last.and_then(|(chart, values)| {
            let openings = self.openings(values, knows);
            // Most apps take all branches of their chart.
            let openings = (!openings.is_empty()).then_some(openings)?;
            let variant = Variant::of(self.resolved.app, chart.chart, values)?;
            let variant = variant.kept(values).traced();
            Some(rendered(&variant, chart, openings))
        });
        made.unwrap_or_default()
    }

    /// The last environment with an own chart of the workspace that renders: the one that matters most.
    fn last_rendered(&self) -> Option<(&RenderedChart<'a>, &EnvironmentValues<'a>)> {
        // With a chart for each environment there is no branch that is in all of them.
        let own = self.resolved.chart.filter(|chart| !chart.is_archive())?;
        let mut rendered = self.rendered().iter().rev();
        let chart =
            rendered.find(|chart| chart.manifests.is_ok() && std::ptr::eq(chart.chart, own))?;
        let mut environments = self.resolved.environments.iter();
        let values = environments.find(|values| values.environment.name == *chart.environment)?;
        Some((chart, values))
    }

    /// The objects that no environment has and that a few switches would bring.
    fn openings(
        &self,
        values: &EnvironmentValues<'_>,
        knows: &dyn Fn(&str) -> bool,
    ) -> Vec<Opening> {
        let reads = self.resolved.chart.and_then(|chart| chart.reads());
        let overlaid = values.overlaid.as_ref();
        let effective = overlaid.and_then(|overlaid| overlaid.as_ref().ok());
        let (Some(reads), Some(effective)) = (reads, effective) else {
            return Vec::new();
        };
        let opening = |branch: Branch<'_>| {
            let settings = branch.settings(effective)?;
            // Whoever deploys may flip it already.
            let is_given = |(path, _): &(Path, Value)| values.file.is_given(path);
            let is_plain = !settings.is_empty() && !settings.iter().any(is_given);
            is_plain.then(|| Opening {
                template: branch.file().to_owned(),
                kind: branch.kind().to_owned(),
                settings,
            })
        };
        let branches = reads.branches().filter(|branch| knows(branch.kind()));
        let untaken = branches.filter(|branch| self.is_untaken(branch));
        untaken.filter_map(opening).collect()
    }

    /// Whether it is known of every environment that it does not take a branch.
    fn is_untaken(&self, branch: &Branch<'_>) -> bool {
        let mut environments = self.resolved.environments.iter();
        environments.all(|values| match &values.overlaid {
            Some(Ok(effective)) => branch.is_taken(effective) == Some(false),
            _ => false,
        })
    }
}

/// As few renders as bring all objects: those whose switches agree come together, as long as the chart renders so.
fn rendered<'m, 'a>(
    variant: &Variant<'_>,
    chart: &'m RenderedChart<'a>,
    openings: Vec<Opening>,
) -> Vec<Untaken<'m, 'a>> {
    let render = |openings: Vec<Opening>| {
        let settings: BTreeMap<&Path, &Value> = wanted(&openings).collect();
        let changes = settings
            .into_iter()
            .map(|(path, value)| (path, value.clone()));
        match variant.rendered_with(changes.collect()) {
            Some(rendered) => Ok(Untaken {
                chart,
                rendered,
                openings,
            }),
            None => Err(openings),
        }
    };
    let (mut made, mut tried) = (Vec::new(), 0);
    for group in grouped(openings, agree) {
        if tried >= MOST_TRIED {
            break;
        }
        tried += 1;
        let alone = match render(group) {
            Ok(untaken) => {
                made.push(untaken);
                continue;
            }
            Err(group) => grouped(group, |left, right| left.settings == right.settings),
        };
        if alone.len() > 1 {
            let left = MOST_TRIED.saturating_sub(tried);
            tried += alone.len().min(left);
            made.extend(
                alone
                    .into_iter()
                    .take(left)
                    .filter_map(|group| render(group).ok()),
            );
        }
    }
    made
}

fn wanted(openings: &[Opening]) -> impl Iterator<Item = (&Path, &Value)> {
    let settings = openings.iter().flat_map(|opening| &opening.settings);
    settings.map(|(path, value)| (path, value))
}

/// Each opening in the first group with whose members it goes together.
fn grouped(
    openings: Vec<Opening>,
    go_together: impl Fn(&Opening, &Opening) -> bool,
) -> Vec<Vec<Opening>> {
    let mut groups: Vec<Vec<Opening>> = Vec::new();
    for opening in openings {
        let fits =
            |group: &&mut Vec<Opening>| group.iter().all(|known| go_together(known, &opening));
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(opening),
            None => groups.push(vec![opening]),
        }
    }
    groups
}

/// Whether no value has to be one thing for one and another for the other.
fn agree(left: &Opening, right: &Opening) -> bool {
    let differs = |(path, value): &(Path, Value)| {
        let mut others = right.settings.iter();
        others.any(|(other, wanted)| other == path && wanted != value)
    };
    !left.settings.iter().any(differs)
}

/// Whether a violation is the template's own, whatever else would be set together with the switch: what is empty or missing
/// now is what one who flips it would fill in.
pub(super) fn is_certain(violation: &Violation, object: &Node) -> bool {
    match violation.own {
        ViolationSort::Unserved
        | ViolationSort::Retired
        | ViolationSort::UnknownField
        | ViolationSort::Removed
        | ViolationSort::UnknownApiField => true,
        ViolationSort::Deprecated => false,
        ViolationSort::Invalid | ViolationSort::InvalidApi => has_value(violation, object),
    }
}

/// Whether something is there that is wrong: what is empty or missing may be filled in.
pub(super) fn has_value(violation: &Violation, object: &Node) -> bool {
    let value = violation.path.as_ref().and_then(|path| object.get(path));
    let value = value.and_then(Node::as_scalar).map(|scalar| scalar.value());
    value.is_some_and(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    })
}
