//! `values/undefined`.

use std::collections::BTreeMap;

use envlint_helm::{Chart, Layer, Read, Reads};
use envlint_yaml::{Node, Path, Segment, Value};

use crate::manifests::{Field, Probe, Reach};
use crate::masking::{ObjectName, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::Tree;

rule! {
    /// A template prints a value that nothing sets.
    ///
    /// ## What it does
    ///
    /// Looks for values that the templates of the app's chart print without a guard (`if`, `with`, `default`, `required`
    /// and the like), and that neither the chart's defaults nor any layer of any environment sets. It then renders the
    /// chart once more with a value in that place, and reports those that change an object: the finding names the field
    /// and what it is now. It suggests a key next to it that is written almost the same.
    ///
    /// - Go's words for a mistake (`%!s(<nil>)`) in a field are an error.
    /// - A gap in a longer text, as in `image: "shop:"`, is a warning.
    /// - A field that is empty or null is an info: Kubernetes takes its own default.
    ///
    /// Ignored: values that are null among the chart's defaults, values that are given at deploy time (`given:`, `--set`), charts that do not render
    /// (`chart/does-not-render`), paths that another environment has (`drift/missing-key`), and what only notes print. Where
    /// nothing says how the app is deployed, `--set` may give the value, so that the finding is an info.
    ///
    /// ## Why it matters
    ///
    /// Helm prints nothing where a value is missing, and goes on. What is deployed has an image without a tag, an address
    /// without a host, or a setting without effect.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// image: "{{ .Values.image.repository }}:{{ .Values.image.tga }}"
    ///
    /// # environments/prod/values.yaml
    /// image: {repository: example.com/shop, tag: "1.4.2"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: template functions, `required` and `default`](https://helm.sh/docs/howto/charts_tips_and_tricks/#using-the-required-function)
    "values/undefined", Error, Check::App(check)
}

/// For how many values of an environment the chart is rendered once more.
const MOST: usize = 40;
/// Longer texts are not shown.
const LONGEST: usize = 80;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((files, chart, reads)) = cx
        .chart
        .and_then(|files| Some((files, files.chart.as_ref().ok()?, files.reads()?)))
        .filter(|_| cx.has_one_chart())
    else {
        return;
    };
    let unset = reads.unset(chart);
    if unset.is_empty() {
        return;
    }
    let mut found: BTreeMap<&Path, Undefined<'_>> = BTreeMap::new();
    for (index, values) in cx.environments.iter().enumerate() {
        let missing = missing(cx, values, reads, unset);
        // Rendering takes time: only where a template gets to one of them.
        let Some(probe) = (!missing.is_empty())
            .then(|| Probe::of(cx.app, files, values))
            .flatten()
        else {
            continue;
        };
        for (path, read) in missing.into_iter().take(MOST) {
            if let Reach::Fields(fields) = probe.reach(path)
                && let Some(field) = fields.into_iter().max_by_key(gap)
                && gap(&field) > Gap::None
            {
                let known = found.entry(path).or_insert_with(|| Undefined {
                    read: reading(reads, path, &field).unwrap_or(read),
                    field,
                    environments: Vec::new(),
                });
                known.environments.push(index);
            }
        }
    }
    for (path, undefined) in &found {
        if let Some(finding) = undefined.finding(cx, path, out) {
            out.push(finding);
        }
    }
}

/// The paths that an environment lacks, as all others do, and that a template may print there.
fn missing<'c>(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    reads: &'c Reads,
    unset: &'c [Path],
) -> Vec<(&'c Path, Read<'c>)> {
    let Some(Ok(effective)) = &values.overlaid else {
        return Vec::new();
    };
    // A layer that cannot be read may set any.
    if values.file.others().any(|layer| layer.source.is_err()) {
        return Vec::new();
    }
    let is_set = |path: &Path| {
        let mut trees = cx
            .environments
            .iter()
            .filter_map(|other| other.effective.as_ref());
        trees.any(|tree| tree.at(path).is_some())
    };
    let read = |path: &'c Path| {
        let depth = path.segments().len();
        let is_missing = effective.values().lacks(path) == depth.checked_sub(1);
        if !is_missing
            || values.lacks_on_purpose(path)
            || values.file.is_given(path)
            || is_set(path)
            || cx
                .chart
                .and_then(|chart| chart.chart.as_ref().ok())
                .is_some_and(|chart| says_null(chart, path.segments()))
        {
            return None;
        }
        let places = reads.needing(path);
        let mut reached = places
            .into_iter()
            .filter(|read| read.is_reached(effective, path) != Some(false))
            .filter(|read| !read.is_supplied(effective, path));
        Some((path, reached.next()?))
    };
    unset.iter().filter_map(read).collect()
}

/// Whether the defaults of a chart, or of one in it, have a null at a path: whoever wrote it knows that templates get none.
fn says_null(chart: &Chart, path: &[Segment]) -> bool {
    let find = |layer: &Layer| {
        let document = layer.document();
        let mut roots = document.documents().iter();
        roots.any(|root| {
            let mut path = path.iter();
            let found = path.try_fold(root, |node, segment| node.child(segment));
            found.is_some_and(Node::is_null)
        })
    };
    if chart.values().is_some_and(find) {
        return true;
    }
    let Some((Segment::Key(first), below)) = path.split_first() else {
        return false;
    };
    let declared = chart.metadata().dependencies.iter();
    let mut names = declared
        .filter(|dependency| dependency.appears_as() == first)
        .map(|dependency| dependency.name.as_str())
        .chain([first.as_str()]);
    names.any(|name| {
        let mut charts = chart.dependencies().iter();
        charts.any(|chart| chart.name() == name && says_null(chart, below))
    })
}

/// The place that reads a path in the template of a field.
fn reading<'c>(reads: &'c Reads, path: &Path, field: &Field) -> Option<Read<'c>> {
    let mut places = reads.needing(path).into_iter();
    places.find(|read| read.file() == field.template)
}

/// How bad it is that a field lacks a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// It does not lack it.
    None,
    /// It is empty as a whole.
    Empty,
    /// It is a text with a hole.
    Hole,
    /// It holds Go's words for a mistake.
    Mistake,
}

fn gap(field: &Field) -> Gap {
    // A checksum of what is elsewhere says nothing by itself.
    let is_checksum =
        matches!(field.path.last(), Some(Segment::Key(key)) if key.contains("checksum"));
    match &field.before {
        _ if field.path.is_root() || is_checksum => Gap::None,
        None => Gap::None,
        Some(Value::Null) => Gap::Empty,
        Some(Value::String(text)) if text.is_empty() => Gap::Empty,
        Some(Value::String(text)) if text.contains("%!") => Gap::Mistake,
        Some(Value::String(_)) => Gap::Hole,
        Some(_) => Gap::None,
    }
}

/// A value that nothing sets.
struct Undefined<'c> {
    read: Read<'c>,
    field: Field,
    environments: Vec<usize>,
}

impl Undefined<'_> {
    fn finding(&self, cx: &AppContext<'_>, path: &Path, out: &Reporter<'_>) -> Option<Finding> {
        let values = cx.environments.get(*self.environments.last()?)?;
        let names: Vec<&str> = self
            .environments
            .iter()
            .map(|index| cx.name(*index))
            .collect();
        let state = match &self.field.before {
            Some(Value::String(text)) if text.is_empty() => text!("is empty"),
            Some(Value::String(text)) if text.len() <= LONGEST && !text.contains('\n') => {
                text!("is `{}`", Said(text))
            }
            Some(Value::String(_)) => text!("has a gap"),
            _ => text!("has no value"),
        };
        let message = text!(
            "nothing sets `{}`, so `{}` of {} `{}` {} in {}",
            path,
            self.field.path,
            ObjectName(&self.field.kind),
            ObjectName(&self.field.name),
            state,
            Text::listed(&names)
        );
        let is_known = cx.app.declared.is_some() || cx.app.has_evidence();
        let near = near(values.effective.as_ref(), path, out);
        let help = match is_known {
            true => text!(
                "set it in {}, or give the template a default",
                values.file.called()
            ),
            false => text!(
                "set it in {}, or give the template a default; if it is given when the app is deployed, list it under `given:` in envlint.yaml",
                values.file.called()
            ),
        };
        let template = cx.place_of_read(&self.read);
        let place = template.or_else(|| values.place_of(path))?;
        let mut finding = out
            .finding(place, message)
            .at(path.clone())
            .environment(values.name())
            .suggest(near)
            .help(help);
        if let Some(beside) = values
            .place_of(path)
            .filter(|place| place.source.path != finding.location.source.path)
        {
            finding = finding.note(beside, "it would be set here");
        }
        let severity = match gap(&self.field) {
            Gap::Mistake => Severity::Error,
            Gap::Hole => Severity::Warning,
            Gap::Empty | Gap::None => Severity::Info,
        };
        Some(match is_known {
            true => out.lower_severity(severity, finding),
            false => out
                .lower_severity(Severity::Info, finding)
                .confidence(Confidence::Medium),
        })
    }
}

/// A path next to it that is set and written almost the same.
fn near(effective: Option<&Tree<'_>>, path: &Path, out: &Reporter<'_>) -> Option<Path> {
    let Some(Segment::Key(key)) = path.last() else {
        return None;
    };
    let parent = path.parent()?;
    let siblings = effective?.at(&parent)?.entries();
    let known = out.nearest(key, siblings.iter().map(|(known, _)| *known))?;
    Some(parent.key(known))
}
