//! `layout/unknown-environment`.

use crate::naming::{family, known_names};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Location, nearest};
use crate::workspace::NeighbourKind;

rule! {
    /// A values file belongs to an environment that nobody knows.
    ///
    /// ## What it does
    ///
    /// Reports files that lie where an app's values files lie and bear a name that is no environment. In a folder that
    /// holds nothing but environments (`environments/blue.yaml`, `values/blue.yaml`), every name that the configuration does
    /// not declare is reported; where it declares none, such a name is an environment, unless it is nearly a known one. In
    /// the form `values-blue.yaml`, only a name that is nearly that of an environment is: `values-ha.yaml` is more often
    /// somebody's example.
    ///
    /// ## Why it matters
    ///
    /// Such a file is not checked, not compared and not promoted. It is an environment that was forgotten in the
    /// configuration, or a misspelt name that a pipeline will not find.
    ///
    /// ## Example
    ///
    /// ```text
    /// environments/dev/values.yaml
    /// environments/prod/values.yaml
    /// environments/stagin/values.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// Rename the file, or declare the environment in `envlint.yaml`:
    ///
    /// ```yaml
    /// environments:
    ///   dev: {tier: development}
    ///   blue: {tier: staging}
    ///   prod: {tier: production}
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "layout/unknown-environment", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let workspace = cx.workspace;
    let mut known: Vec<&str> = Vec::new();
    for environment in &workspace.environments {
        known.push(&environment.name);
    }
    if workspace.config.environments.is_empty() {
        // Without a declaration, a misspelt name may be meant for an environment that no app has yet.
        for name in known_names() {
            known.push(name);
        }
    }
    for neighbour in &cx.files.neighbours {
        // Another spelling of the same environment is what is meant, however far it is by its letters.
        let other_spelling = known
            .iter()
            .copied()
            .find(|name| family(name) == family(&neighbour.name));
        let near = other_spelling.or_else(|| nearest(&neighbour.name, known.iter().copied()));
        let help = match (neighbour.kind, near) {
            (NeighbourKind::Layer | NeighbourKind::Plain, _) | (NeighbourKind::Similar, None) => {
                continue;
            }
            (_, Some(_)) => format!(
                "declare `{}` under `environments:` in envlint.yaml",
                neighbour.name
            ),
            (NeighbourKind::Listed, None) => format!(
                "declare `{}` under `environments:` in envlint.yaml, or move the file away",
                neighbour.name
            ),
        };
        let source = workspace.open_file(&neighbour.path);
        // The name is fine, and yet the file was not found: a search does not follow links.
        let place = Location::start_of(&source);
        out.push(if known.contains(&&*neighbour.name) {
            let message = format!(
                "this file of `{}` is a link or is ignored, so it is not checked",
                neighbour.name
            );
            out.finding(place, message)
                .help("put the file itself here, or declare the app under `apps:` in envlint.yaml")
        } else {
            let message = format!(
                "`{}` is no known environment, so this file is not checked",
                neighbour.name
            );
            out.finding(place, message).suggest(near).help(help)
        });
    }
}
