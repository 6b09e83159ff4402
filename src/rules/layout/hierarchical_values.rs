//! `layout/hierarchical-values`.

use std::sync::Arc;

use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity, Source, is_yaml};
use crate::values::{Tree, TreeKind, words_of};
use crate::workspace::{Deployment, NeighbourKind, Own};

rule! {
    /// Environments share a values file.
    ///
    /// ## What it does
    ///
    /// Reports files and folders next to the values files that are named like values for several environments (`base`,
    /// `common`, `shared`, `global`, `default`, `defaults`, `all`, with or without a leading underscore), in the form
    /// that the environments have (`environments/base/values.yaml`, `environments/common.yaml`, `values-base.yaml`),
    /// and values files that name another values file (`extends: ../base.yaml`). A name that the configuration declares
    /// as an environment is fine, and so is a file that says so itself (`environment: shared`). So is a chart's own
    /// `values.yaml`, which holds the chart's defaults.
    ///
    /// The layers that the configuration or the repository's own deployments name, and a plain `values.yaml` next to
    /// `values-prod.yaml` where no `Chart.yaml` is, are one warning for each app, or one info for all apps without
    /// `envlint.yaml`. envlint overlays them with the environments' own files, as Helm does, and the other
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
        // What is known of a layer is said of the app that has it.
        if known.contains(&layer.path.as_str()) || cx.workspace.is_layer(&layer.path) {
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
        out.push(match (layer.kind, is_configured(cx)) {
            // A base and what each environment has over it: a way to work that nobody here has decided against.
            (NeighbourKind::Plain, false) => out.lower_severity(Severity::Info, finding),
            (NeighbourKind::Plain, true) | (_, false) => {
                out.lower_severity(Severity::Warning, finding)
            }
            (_, true) => finding,
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
            // What a helmfile writes out is as shared as the helmfile is.
            below.any(|layer| layer.part.is_none() && layer.path == **path)
        });
        having.count() > 1
    };
    let shared: Vec<&str> = layers.iter().filter(is_shared).copied().collect();
    let (first, others) = shared.split_first()?;
    let has_own = |deployment: &Deployment| matches!(deployment.own, Own::Layer(_));
    let below = match cx.app.deployments.iter().any(has_own) {
        true => "below the environments' own files",
        false => "of several environments, none of which has a file of its own",
    };
    let message = match others {
        [] => text!(
            "`{}` is a layer {}: a change to it reaches all of them at once",
            Name(first),
            below
        ),
        _ => text!(
            "{} layers are {}: a change to one reaches several at once: {}",
            shared.len(),
            below,
            Text::first(shared.iter().map(|path| Text::of(&Name(path))), MOST_NAMED)
        ),
    };
    let place = Location::start_of(&cx.workspace.open_file(first));
    let finding = out
        .finding(place, message)
        .help("copy their values into each environment's own file, and promote changes");
    Some(match is_configured(cx) {
        true => out.lower_severity(Severity::Warning, of_one_way(finding, first, "below")),
        // Where nobody has chosen flat values, layers are how all apps are deployed.
        false => {
            let finding = finding.once_of("", below, text!("`{}`", Name(first)));
            out.lower_severity(Severity::Info, finding)
        }
    })
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
    let is_file = |tree: &Tree<'_>| tree.as_str().is_some_and(is_yaml);
    match tree.kind() {
        TreeKind::Scalar(_) => is_file(tree),
        TreeKind::Sequence(items) => !items.is_empty() && items.iter().all(is_file),
        TreeKind::Mapping(_) => false,
    }
}
