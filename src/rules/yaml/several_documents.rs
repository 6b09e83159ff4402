//! `yaml/several-documents`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Source;
use crate::values::several_documents;

rule! {
    /// A values file holds several YAML documents.
    ///
    /// ## What it does
    ///
    /// Reports values files, layers and a chart's own `values.yaml` with more than one YAML document, separated by `---`.
    /// Documents without content do not count. `envlint diff` says the same and compares the files as Helm 4 reads them;
    /// `envlint promote` refuses the app.
    ///
    /// ## Why it matters
    ///
    /// Helm 3 reads the first document and ignores the others. Helm 4 lays the later ones over the earlier ones. What is
    /// deployed depends on the version of Helm, and neither says a word.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// replicas: 2
    /// ---
    /// replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.2: document markers](https://yaml.org/spec/1.2.2/#912-document-markers)
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "yaml/several-documents", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for file in &cx.files.values {
        if let Ok(source) = &file.source
            && seen.insert(&source.path)
            && let Some(finding) = finding(source, out)
        {
            out.push(finding.environment(&file.environment.name));
        }
    }
    let layers = cx.workspace.layers_of(cx.app);
    let layers = layers.iter().filter_map(|layer| layer.source.as_ref().ok());
    let defaults = cx.chart.and_then(|chart| chart.values.as_ref().ok());
    for source in layers.chain(defaults) {
        if let Some(finding) = finding(source, out) {
            out.push(finding);
        }
    }
}

fn finding(source: &Arc<Source>, out: &Reporter<'_>) -> Option<Finding> {
    let problem = several_documents(source)?;
    let finding = out.finding(problem.location?, problem.message);
    Some(match problem.help {
        Some(help) => finding.help(help),
        None => finding,
    })
}
