//! `layout/refused-application`.

use crate::masking::{ObjectName, text};
use crate::naming::{is_copied_from, is_in_showing, is_put_aside};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::Location;
use crate::workspace::WhyRefused;

rule! {
    /// Argo CD refuses an Application, or can never find its chart or its values.
    ///
    /// ## What it does
    ///
    /// Reports Applications and ApplicationSets with a source that names neither `path` nor `chart` nor `ref`, with a `chart`
    /// that is taken from a git repository, and with values files that begin with `$name/`, where no source has `ref: name`.
    ///
    /// Ignored are folders of what was put aside (`legacy`, `archive`, `unused`), folders that show or test something
    /// (`examples`, `docs`, `tests`), and Applications that no kustomization takes up, where one of the workspace patches
    /// Applications: that may add what is missing.
    ///
    /// ## Why it matters
    ///
    /// Argo CD shows an error and deploys nothing, however often it is synchronized. What runs already stays as it is.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # argocd/shop.yaml
    /// source:
    ///   repoURL: https://git.example.com/acme/shop.git
    ///   targetRevision: main
    ///   helm:
    ///     valueFiles: [values-prod.yaml]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # argocd/shop.yaml
    /// source:
    ///   repoURL: https://git.example.com/acme/shop.git
    ///   targetRevision: main
    ///   path: charts/shop
    ///   helm:
    ///     valueFiles: [values-prod.yaml]
    /// ```
    ///
    /// ## References
    ///
    /// - [Argo CD: specification of an Application](https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/)
    /// - [Argo CD: values files of another source](https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/)
    "layout/refused-application", Error, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    for refused in &cx.workspace.refused {
        let file = &refused.file;
        let is_asked = cx.complete || cx.asked.contains(file.as_str());
        if !is_asked || is_put_aside(file) || is_in_showing(file) || is_copied_from(file) {
            continue;
        }
        let name = ObjectName(&refused.name);
        let (message, help) = match &refused.why {
            WhyRefused::Nowhere => (
                text!(
                    "Argo CD refuses `{}`: a source names neither `path` nor `chart`",
                    name
                ),
                text!(
                    "add `path`, the folder of the chart; `path: .` is the root of the repository"
                ),
            ),
            WhyRefused::ChartOfGit(chart) => (
                text!(
                    "`{}` takes `chart: {}` from a git repository, and Argo CD finds charts by name only in repositories of Helm",
                    name,
                    ObjectName(chart)
                ),
                text!("name the folder of the chart in that repository: `path` instead of `chart`"),
            ),
            WhyRefused::NoReference(reference) => (
                text!(
                    "no source of `{}` has `ref: {}`, so Argo CD does not find its values files that begin with `${}/`",
                    name,
                    ObjectName(reference),
                    ObjectName(reference)
                ),
                text!(
                    "add `ref: {}` to the source that has these files",
                    ObjectName(reference)
                ),
            ),
        };
        let place = Location::new(&cx.workspace.open_file(file), refused.span);
        out.push(out.finding(place, message).help(help));
    }
}
