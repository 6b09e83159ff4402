//! `chart/does-not-render`.

use crate::manifests::Failure;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, Severity};

rule! {
    /// A chart does not render with the values of an environment.
    ///
    /// ## What it does
    ///
    /// Renders the app's chart with the values file of every environment, as Helm does, and reports what Helm would
    /// refuse, in Helm's words, at the line of the template. A chart that cannot be loaded, for example because
    /// `charts/` lacks a dependency, is reported once, as an info.
    ///
    /// ## Why it matters
    ///
    /// The deployment of that environment fails, usually in the pipeline of whoever deploys next. When only production
    /// does not render, nobody notices before the release.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/templates/deployment.yaml
    /// image: {{ required "image.tag is needed" .Values.image.tag }}
    ///
    /// # environments/prod/values.yaml
    /// image: {}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// image:
    ///   tag: "1.4.2"
    /// ```
    ///
    /// A template that does not parse, or that prints invalid YAML, is an error. A template that fails, for example
    /// because a value is missing, is a warning: the deployment may give more values with `--set`. If yours does not,
    /// make it an error, too: `rules: {chart/does-not-render: error}`. envlint always refuses a promotion that stops a
    /// chart from rendering.
    ///
    /// ## References
    ///
    /// - [Helm: helm template](https://helm.sh/docs/helm/helm_template/)
    "chart/does-not-render", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some(chart) = cx.chart else { return };
    if cx.app.chart_problem(cx.workspace).is_some() {
        return; // The configuration names a chart that is not there: a problem of its own.
    }
    if let Err(reason) = &chart.chart {
        cannot_be_loaded(cx, out, &Failure::Chart(reason.to_string()));
        return;
    }
    for rendered in cx.manifests.rendered() {
        let Err(failure) = &rendered.manifests else {
            continue;
        };
        // `schema/values` says so, at the value; unless the configuration names another schema than Helm takes.
        if failure.is_about_the_schema() && cx.app.schema.is_none() {
            continue;
        }
        if failure.is_about_the_chart() {
            cannot_be_loaded(cx, out, failure);
            return;
        }
        let place = failure.location(cx.workspace, chart);
        let Some(location) = place.or_else(|| values_file(cx, rendered.environment)) else {
            continue;
        };
        let finding = out
            .finding(location, failure.message(cx.app, rendered.environment))
            .suggest(failure.suggestion());
        if failure.is_about_the_text() {
            out.push(finding);
            return; // The text is the same for all environments.
        }
        let finding = finding.environment(rendered.environment);
        out.push(match failure.may_lack_values() {
            true => out.lower_severity(Severity::Warning, finding),
            false => finding,
        });
    }
}

/// Nothing can be said about the chart's manifests in any environment.
fn cannot_be_loaded(cx: &AppContext<'_>, out: &mut Reporter<'_>, failure: &Failure) {
    let first = cx.environments.first().map(|values| values.name());
    let place = cx
        .app
        .declaration(cx.workspace)
        .or_else(|| values_file(cx, first?));
    let (Some(location), Some(environment)) = (place, first) else {
        return;
    };
    let message = failure.message(cx.app, environment);
    out.push(
        out.lowered(Severity::Info, location, message)
            .help("values are still compared; what the chart renders is not checked"),
    );
}

/// The values file of an environment, as a whole.
fn values_file(cx: &AppContext<'_>, environment: &str) -> Option<Location> {
    let values = cx
        .environments
        .iter()
        .find(|values| **values.name() == *environment)?;
    values.file.start()
}
