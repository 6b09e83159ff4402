//! `values/unused-default`.

use envlint_helm::{Coverage, Reads};
use envlint_yaml::{Origin, Segment};

use crate::masking::{Text, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::{Located, Tree};

rule! {
    /// A default of the chart is read by none of its templates.
    ///
    /// ## What it does
    ///
    /// Reads the templates of a chart of the workspace without executing them, as `values/unused` does, and looks for values in
    /// its own `values.yaml` that none of them reads. One finding names the topmost of them. It is an info; of a chart without
    /// templates of its own, whose dependencies do not get the values, it is a warning. What an environment sets, too, is for
    /// `values/unused`; what that rule ignores is ignored here.
    ///
    /// ## Why it matters
    ///
    /// Whoever wants another value overrides the default, and nothing happens.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/values.yaml
    /// service:
    ///   port: 4000
    ///
    /// # charts/shop/templates/service.yaml
    /// ports: [{port: 8080}]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # charts/shop/templates/service.yaml
    /// ports: [{port: {{ .Values.service.port }}}]
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "values/unused-default", Warning, Check::App(check)
}

/// How many defaults one finding names.
const MOST_NAMED: usize = 10;
/// More are not looked for in one chart.
const MOST: usize = 200;

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(chart) = cx.chart.filter(|chart| !chart.is_archive()) else {
        return;
    };
    let is_read = |reads: &Reads| !reads.is_empty() && !reads.reads_files();
    if !cx.has_one_chart() || !chart.reads().is_some_and(is_read) {
        return;
    }
    let root = chart.values.as_ref().ok().and_then(Tree::of);
    let Some(root) = root.filter(Tree::is_mapping) else {
        return;
    };
    let mut found = Vec::new();
    collect(cx, &Located::root(&root), &mut found);
    found.retain(|value| !out.ignores(value.path(), value.tree().source()));
    let Some(first) = found.first() else {
        return;
    };
    let paths = found.iter().map(|value| text!("`{}`", value.path()));
    let paths = match found.len() {
        0..=MOST_NAMED => Text::sentence(paths),
        _ => Text::first(paths, MOST_NAMED),
    };
    let (are, them) = match found.len() {
        1 => ("is a default", "it"),
        _ => ("are defaults", "them"),
    };
    let message = text!(
        "{} {} of the chart, but no template reads {}",
        paths,
        are,
        them
    );
    let finding = out
        .finding(first.tree().key_location(), message)
        .of_paths(found.iter().map(|value| value.path().clone()))
        .help(text!("remove {}, or let a template read {0}", them));
    let finding = match found.as_slice() {
        [one] => finding.at(one.path().clone()),
        _ => finding,
    };
    // Such a chart only hands values to its dependencies: these do not get them.
    let is_wrapper = chart
        .chart
        .as_ref()
        .is_ok_and(|chart| chart.templates().is_empty());
    out.push(match is_wrapper {
        true => finding,
        false => out.lower_severity(Severity::Info, finding),
    });
}

/// The topmost values that nothing reads.
fn collect<'a>(cx: &AppContext<'_>, value: &Located<'a>, found: &mut Vec<Located<'a>>) {
    for child in value.children() {
        if found.len() >= MOST {
            return;
        }
        match cx.coverage(child.path()) {
            Coverage::Unread if is_own(cx, &child) => found.push(child),
            Coverage::Read if child.tree().is_mapping() => collect(cx, &child, found),
            _ => {}
        }
    }
}

/// Whether a default is one that templates would have to read: not empty, not there for others, and set by no environment.
fn is_own(cx: &AppContext<'_>, value: &Located<'_>) -> bool {
    let tree = value.tree();
    let document = &tree.source().document;
    let is_selection = matches!(value.path().segments().first(), Some(Segment::Key(key)) if key == "secrets")
        && cx.secrets().enabled().next().is_some();
    let mut environments = cx.environments.iter();
    !tree.is_empty()
        && tree.node().origin() != Origin::Merge
        && !document.is_used_elsewhere(tree.node().span())
        && !is_selection
        && !environments.any(|values| values.mentions_outside(&tree.source().path, value.path()))
}
