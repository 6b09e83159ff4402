//! `layout/unknown-environment`.

use crate::masking::{Name, text};
use crate::naming::{family, known_names};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Location, nearest};
use crate::workspace::NeighbourKind;

rule! {
    /// A values file belongs to an unknown environment.
    ///
    /// ## What it does
    ///
    /// Reports files next to an app's values files whose name is not an environment. In a folder that holds only
    /// environments (`environments/blue.yaml`, `values/blue.yaml`), it reports every name that the
    /// configuration does not declare; where it declares none, such a name is an environment, unless it resembles a known
    /// one. In the form `values-blue.yaml`, it reports only a name that resembles an environment's: `values-ha.yaml` is
    /// more often an example.
    ///
    /// ## Why it matters
    ///
    /// envlint does not check, compare or promote such a file. Either the configuration lacks the environment, or the
    /// name is misspelt and no pipeline finds the file.
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

/// The letters of the shortest name that a misspelt one may be meant for, where no app has it.
const SHORTEST_MEANT: usize = 4;

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
    // Short names that nothing here has are near to too many words: `init` is no `int`.
    let own = workspace.environments.len();
    let (own, others) = known.split_at(own);
    let others = others.iter().filter(|name| name.len() >= SHORTEST_MEANT);
    let meant: Vec<&str> = own.iter().chain(others).copied().collect();
    for neighbour in &cx.files.neighbours {
        // Another spelling of the same environment is what is meant, however far it is by its letters.
        let other_spelling = known
            .iter()
            .copied()
            .find(|name| family(name) == family(&neighbour.name));
        let near = other_spelling.or_else(|| nearest(&neighbour.name, meant.iter().copied()));
        let help = match (neighbour.kind, near) {
            (NeighbourKind::Layer | NeighbourKind::Plain, _) | (NeighbourKind::Similar, None) => {
                continue;
            }
            (_, Some(_)) => text!(
                "declare `{}` under `environments:` in envlint.yaml",
                Name(&neighbour.name)
            ),
            (NeighbourKind::Listed, None) => text!(
                "declare `{}` under `environments:` in envlint.yaml, or move the file away",
                Name(&neighbour.name)
            ),
        };
        let source = workspace.open_file(&neighbour.path);
        // A file with nothing in it is no values file yet; that it is not read is said with others.
        if source.is_empty() && workspace.yaml_files().contains(&neighbour.path) {
            continue;
        }
        // The file was found, and something says that it is not deployed; that is listed.
        if known.contains(&&*neighbour.name) && workspace.yaml_files().contains(&neighbour.path) {
            continue;
        }
        // The name is fine, and yet the file was not found: a search does not follow links.
        let place = Location::start_of(&source);
        out.push(if known.contains(&&*neighbour.name) {
            let message = text!(
                "this file of `{}` is a link or is ignored, so envlint does not check it",
                Name(&neighbour.name)
            );
            out.finding(place, message).help(
                "replace the link with the file, or declare the app under `apps:` in envlint.yaml",
            )
        } else {
            let message = text!(
                "`{}` is not a known environment, so envlint does not check this file",
                Name(&neighbour.name)
            );
            let file = text!("{}", Name(&neighbour.path));
            out.finding(place, message)
                .suggest(near)
                .help(help)
                .confidence(Confidence::Medium)
                .once_of("", text!("{}", Name(&neighbour.name)), file)
        });
    }
}
