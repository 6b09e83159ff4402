//! `values/unset-switch`.

use std::collections::BTreeMap;

use envlint_helm::{Coverage, Reads};
use envlint_yaml::Path;

use crate::manifests::Probe;
use crate::masking::{Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::values::{Located, Tree};

rule! {
    /// A section has values, but nothing sets the switch that templates ask for before they read them.
    ///
    /// ## What it does
    ///
    /// Looks for sections of the environments' files that have a switch (`enabled`, `enable`, `create`) which the templates of the
    /// chart read, and which neither the chart's defaults nor any file of any environment sets. It then renders the chart with
    /// other values in the section, without the switch and with it: where they change nothing without and something with it, that
    /// is reported.
    ///
    /// Nothing is said where the switch is given when the app is deployed, where some environment turns it off, and where the
    /// chart does not render.
    ///
    /// ## Why it matters
    ///
    /// Whoever wrote the path of the probe believes that there is a probe. An empty value is false for a template, so that the
    /// section has no effect in any environment, and nobody is told.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// {{- if .Values.readinessProbe.enabled }}
    /// readinessProbe: {httpGet: {path: {{ .Values.readinessProbe.path }}, port: http}}
    /// {{- end }}
    ///
    /// # environments/prod/values.yaml
    /// readinessProbe: {path: /ready}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// readinessProbe: {enabled: true, path: /ready}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: flow control](https://helm.sh/docs/chart_template_guide/control_structures/#ifelse)
    "values/unset-switch", Warning, Check::App(check)
}

/// The keys that turn a section on.
const SWITCHES: [&str; 3] = ["enabled", "enable", "create"];
/// For how many sections of an environment the chart is rendered with other values.
const MOST: usize = 20;
/// How many values of a section are changed together.
const MOST_VALUES: usize = 20;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((files, reads)) = cx
        .chart
        .and_then(|files| Some((files, files.reads()?)))
        .filter(|_| cx.has_one_chart())
    else {
        return;
    };
    let mut found: BTreeMap<Path, Section<'_>> = BTreeMap::new();
    for (index, values) in cx.environments.iter().enumerate() {
        let sections = sections(cx, values, reads);
        // Rendering takes time: only where there is such a section.
        let Some(probe) = (!sections.is_empty())
            .then(|| Probe::of(cx.app, files, values))
            .flatten()
        else {
            continue;
        };
        for mut section in sections.into_iter().take(MOST) {
            if probe.waits_for(&section.values, &section.switch) {
                let known = found.entry(section.switch.clone());
                let known = known.or_insert_with(|| {
                    section.environments.clear();
                    section
                });
                known.environments.push(index);
            }
        }
    }
    for section in found.values() {
        if let Some(finding) = section.finding(cx, reads, out) {
            out.push(finding);
        }
    }
}

/// A section with values and without its switch.
struct Section<'c> {
    place: Located<'c>,
    switch: Path,
    /// The paths of values in it that templates read
    values: Vec<Path>,
    environments: Vec<usize>,
}

/// The sections of an environment's own file that no environment has a switch for, though templates read one.
fn sections<'c>(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'c>,
    reads: &Reads,
) -> Vec<Section<'c>> {
    let Some(root) = values.values.as_ref().filter(|_| !values.file.is_open()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut waiting = vec![Located::root(root)];
    while let Some(map) = waiting.pop() {
        let path = map.path();
        let children = map.children();
        let known = reads.keys_below(path);
        let switch = SWITCHES.iter().find(|switch| known.contains(**switch));
        let switch = switch.filter(|_| !path.is_root()).map(|key| path.key(*key));
        if let Some(switch) = switch.filter(|switch| is_unset(cx, switch)) {
            let values = read(&map, reads);
            if !values.is_empty() {
                found.push(Section {
                    place: map.clone(),
                    switch,
                    values,
                    environments: Vec::new(),
                });
                continue;
            }
        }
        waiting.extend(
            children
                .into_iter()
                .filter(|child| child.tree().is_mapping()),
        );
    }
    found
}

/// Whether nothing sets a path in any environment.
fn is_unset(cx: &AppContext<'_>, path: &Path) -> bool {
    cx.environments.iter().all(|values| {
        let effective = values.effective.as_ref();
        effective.is_some_and(|tree| tree.at(path).is_none())
            && !values.mentions(path)
            && !values.file.is_given(path)
    })
}

/// The paths of values and lists in a map that templates read.
fn read(map: &Located<'_>, reads: &Reads) -> Vec<Path> {
    let mut found = Vec::new();
    let mut waiting = map.children();
    while let Some(value) = waiting.pop().filter(|_| found.len() < MOST_VALUES) {
        if value.tree().is_mapping() {
            waiting.extend(value.children());
        } else if reads.coverage(value.path()) != Coverage::Unread {
            found.push(value.path().clone());
        }
    }
    found
}

impl Section<'_> {
    fn finding(&self, cx: &AppContext<'_>, reads: &Reads, out: &Reporter<'_>) -> Option<Finding> {
        let names: Vec<&str> = self
            .environments
            .iter()
            .map(|index| cx.name(*index))
            .collect();
        let values = cx.environments.get(*self.environments.first()?)?;
        let path = self.place.path();
        let message = text!(
            "`{}` is set in {} and has no effect: templates ask for `{}` first, which nothing sets",
            path,
            Text::listed(&names),
            self.switch
        );
        let tree: &Tree<'_> = self.place.tree();
        let finding = out
            .finding(tree.key_location(), message)
            .at(path.clone())
            .environment(values.name())
            .help(text!(
                "set `{}: true` in {}, or remove `{}`",
                self.switch,
                values.file.called(),
                path
            ));
        let mut asking = reads.places(&self.switch).into_iter();
        Some(match asking.find_map(|read| cx.place_of_read(&read)) {
            Some(place) => finding.note(place, "templates ask for it here"),
            None => finding,
        })
    }
}
