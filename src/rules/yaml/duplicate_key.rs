//! `yaml/duplicate-key`.

use envlint_yaml::ProblemKind;

use crate::masking::{Said, Text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::Location;

rule! {
    /// A map has the same key twice.
    ///
    /// ## What it does
    ///
    /// Reports every key that appears twice in one map, in values files and in the chart's own `values.yaml`, with both
    /// places.
    ///
    /// ## Why it matters
    ///
    /// Helm silently keeps the last one. An edit of the first one has no effect; and when the key holds a map,
    /// everything that the first one sets is lost.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// resources:
    ///   limits: {memory: 2Gi}
    /// replicas: 3
    /// resources:
    ///   requests: {memory: 1Gi}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// resources:
    ///   limits: {memory: 2Gi}
    ///   requests: {memory: 1Gi}
    /// replicas: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.2: mappings have unique keys](https://yaml.org/spec/1.2.2/#3213-node-comparison)
    "yaml/duplicate-key", Error, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let errors = cx.source.document.errors().iter();
    for problem in errors.filter(|problem| problem.kind == ProblemKind::DuplicateKey) {
        let place = Location::new(cx.source, problem.span);
        let mut finding = out.finding(place, Text::of(&Said(&problem.message)));
        if let Some(related) = &problem.related {
            finding = finding.note(
                Location::new(cx.source, related.span),
                Text::of(&Said(&related.message)),
            );
        }
        out.push(finding.help("keep one of the two; Helm ignores the first"));
    }
}
