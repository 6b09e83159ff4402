//! `layout/hierarchical-values`.

use std::sync::Arc;

use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity, Source};
use crate::values::{Tree, TreeKind, words_of};
use crate::workspace::NeighbourKind;

rule! {
    /// Environments share a values file.
    ///
    /// ## What it does
    ///
    /// Reports files and folders next to the values files that are named like values for several environments (`base`,
    /// `common`, `shared`, `global`, `default`, `defaults`, `all`, with or without a leading underscore), in the form
    /// that the environments have (`environments/base/values.yaml`, `environments/common.yaml`, `values-base.yaml`),
    /// and values files that name another values file (`extends: ../base.yaml`). A name that the configuration declares
    /// as an environment is fine, and so is a file that says so itself (`environment: shared`). So is a chart's own `values.yaml`, which holds the chart's defaults.
    ///
    /// The layers that the configuration or the repository's own deployments name, and a plain `values.yaml` next to
    /// `values-prod.yaml` where no `Chart.yaml` is, are one warning for each app, or one info without `envlint.yaml`. envlint overlays them with the environments' own files, as Helm does, and the other
    /// rules check the result.
    ///
    /// ## Why it matters
    ///
    /// envlint expects one complete values file per environment. A change to a shared file reaches production without a
    /// promotion, and no single file shows what is deployed. envlint does not read a shared file that nothing names.
    ///
    /// ## Example
    ///
    /// ```text
    /// environments/common/values.yaml
    /// environments/dev/values.yaml
    /// environments/prod/values.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// Copy the shared values into each environment's own file; `envlint check` reports when they differ:
    ///
    /// ```text
    /// environments/dev/values.yaml
    /// environments/prod/values.yaml
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "layout/hierarchical-values", Error, Check::App(check)
}

/// Keys by which tools pull other values files in.
const PULLING: [&str; 7] = [
    "extends", "inherits", "bases", "base", "imports", "include", "includes",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let known = layers(cx);
    if let Some(finding) = shared(cx, &known, out) {
        out.push(finding);
    }
    for layer in &cx.files.neighbours {
        if known.contains(&layer.path.as_str()) {
            continue;
        }
        let message = match layer.kind {
            NeighbourKind::Layer => text!(
                "`{}` looks like values that several environments share; a change there skips promotion",
                Name(&layer.path)
            ),
            NeighbourKind::Plain => text!(
                "`{}` is next to the environments' files and belongs to no chart; if they share it, a change there skips promotion",
                Name(&layer.path)
            ),
            NeighbourKind::Listed | NeighbourKind::Similar => continue,
        };
        let source = cx.workspace.open_file(&layer.path);
        if layer.kind == NeighbourKind::Layer && says_environment(&source, &layer.name) {
            continue;
        }
        let finding = out.finding(Location::start_of(&source), message).help(
            "copy its values into each environment's own file; if it is an environment, declare it in envlint.yaml",
        );
        let finding = of_one_way(finding, &layer.path, "next to");
        out.push(match layer.kind {
            NeighbourKind::Plain => out.lower_severity(Severity::Warning, finding),
            _ if !is_configured(cx) => out.lower_severity(Severity::Warning, finding),
            _ => finding,
        });
    }
    for values in &cx.environments {
        let entries = values
            .values
            .as_ref()
            .map(Tree::entries)
            .unwrap_or_default();
        for (key, tree) in entries
            .iter()
            .filter(|(key, tree)| PULLING.contains(key) && names_files(tree))
        {
            let message = text!(
                "`{}` names another values file, but Helm does not read it",
                Name(&key)
            );
            let finding = out
                .finding(tree.key_location(), message)
                .environment(values.name());
            out.push(finding.help("write all values into this file"));
        }
    }
}

/// Layers of one file name in many apps are one way of working, which is said once.
fn of_one_way(finding: Finding, path: &str, how: &'static str) -> Finding {
    let name = path.rsplit('/').next().unwrap_or(path);
    finding.once_of(name, how, text!("`{}`", Name(path)))
}

/// Whether a file says itself that it is the one of an environment of that name: `environment: shared`. Clusters of tools
/// that all others use are called so.
fn says_environment(source: &Arc<Source>, name: &str) -> bool {
    let Some(tree) = Tree::of(source) else {
        return false;
    };
    let says = |tree: &Tree<'_>| {
        tree.entries().iter().any(|(key, value)| {
            let words = words_of(key);
            let last = words.last().map_or("", String::as_str);
            matches!(last, "env" | "environment") && value.as_str() == Some(name)
        })
    };
    says(&tree) || tree.entries().iter().any(|(_, below)| says(below))
}

/// How many layers are named.
const MOST_NAMED: usize = 10;

/// The layers that several environments share, in one finding.
fn shared(cx: &AppContext<'_>, layers: &[&str], out: &Reporter<'_>) -> Option<Finding> {
    let is_shared = |path: &&&str| {
        let deployments = cx.app.deployments.iter();
        let having = deployments.filter(|deployment| {
            let mut below = deployment.below.iter();
            below.any(|layer| layer.path == **path)
        });
        having.count() > 1
    };
    let shared: Vec<&str> = layers.iter().filter(is_shared).copied().collect();
    let (first, others) = shared.split_first()?;
    let message = match others {
        [] => text!(
            "`{}` is a layer below the environments' own files: a change to it reaches all of them at once",
            Name(first)
        ),
        _ => text!(
            "{} layers are below the environments' own files: a change to one reaches several at once: {}",
            shared.len(),
            Text::first(shared.iter().map(|path| Text::of(&Name(path))), MOST_NAMED)
        ),
    };
    let place = Location::start_of(&cx.workspace.open_file(first));
    let finding = out
        .finding(place, message)
        .help("copy their values into each environment's own file, and promote changes");
    let finding = of_one_way(finding, first, "below");
    let severity = match is_configured(cx) {
        true => Severity::Warning,
        false => Severity::Info,
    };
    Some(out.lower_severity(severity, finding))
}

/// Whether a team has decided anything: without a configuration, nobody has chosen flat values.
fn is_configured(cx: &AppContext<'_>) -> bool {
    let config = &cx.workspace.config;
    config.declares_apps() || !(config.environments.is_empty() && config.per_environment.is_empty())
}

/// The files that are laid below the environments' own, each once; not the defaults of the chart, which may be named
/// among them.
fn layers<'a>(cx: &AppContext<'a>) -> Vec<&'a str> {
    let defaults = cx.chart.map(|chart| chart.path("values.yaml"));
    let deployments = cx.app.deployments.iter();
    let mut layers: Vec<&str> = deployments
        .flat_map(|deployment| &deployment.below)
        .map(|layer| layer.path.as_str())
        .filter(|path| defaults.as_deref() != Some(path))
        .collect();
    layers.sort_unstable();
    layers.dedup();
    layers
}

/// Whether a value is the path of a YAML file, or a list of such paths.
fn names_files(tree: &Tree<'_>) -> bool {
    let is_file = |tree: &Tree<'_>| {
        tree.as_str()
            .is_some_and(|text| text.ends_with(".yaml") || text.ends_with(".yml"))
    };
    match tree.kind() {
        TreeKind::Scalar(_) => is_file(tree),
        TreeKind::Sequence(items) => !items.is_empty() && items.iter().all(is_file),
        TreeKind::Mapping(_) => false,
    }
}
