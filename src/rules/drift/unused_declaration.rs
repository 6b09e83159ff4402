//! `drift/unused-declaration`.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_yaml::Path;

use crate::masking::text;
use crate::rules::{Check, Finding, Reporter, WorkspaceContext, rule};
use crate::source::Source;
use crate::source::{Location, nearest};
use crate::values::{Pattern, Tree, compare};
use crate::workspace::PerEnvironment;

rule! {
    /// A per-environment declaration, or a condition of promotions, matches nothing.
    ///
    /// ## What it does
    ///
    /// Reports entries of `perEnvironment:` in `envlint.yaml` that match no path of any app in any environment. It says
    /// so only when all apps were checked. A declaration of a map matches nothing, since only what is in the map has a
    /// value: `resources.**` is meant then. So do conditions under `promotion.stop` that name a single path.
    ///
    /// ## Why it matters
    ///
    /// The path was renamed or misspelt. Its differences are reported as undeclared, or worse, its expectation is no
    /// longer checked, and a promotion is no longer stopped.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// perEnvironment:
    ///   - {path: resources, expect: non-decreasing}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # envlint.yaml
    /// perEnvironment:
    ///   - {path: "resources.**", expect: non-decreasing}
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "drift/unused-declaration", Warning, Check::Workspace(check)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    let Some(config) = &cx.workspace.config_source else {
        return;
    };
    let all = &cx.workspace.config;
    let declared = all
        .per_environment
        .iter()
        .chain(all.apps.iter().flat_map(|app| &app.per_environment));
    let unused: Vec<&PerEnvironment> = declared
        .filter(|declaration| !cx.is_used(declaration))
        .collect();
    // A condition with a wildcard is a rule for all apps, those to come included.
    let mut named = all.promotion.stop.iter().map(|stop| &stop.path);
    let has_named = named.any(|path| path.value.as_path().is_some());
    if (unused.is_empty() && !has_named) || !cx.complete || cx.workspace.apps.is_empty() {
        return;
    }
    let known = known_paths(cx.sources, config);
    let is_idle =
        |path: &Path| known.len() <= MOST && !known.iter().any(|known| path.contains(known));
    let idle = all.promotion.stop.iter().map(|stop| &stop.path);
    let idle = idle.filter(|path| path.value.as_path().is_some_and(|path| is_idle(&path)));
    let unused = unused.into_iter().map(|declaration| &declaration.path);
    for declared in unused.chain(idle) {
        let message = text!("`{}` matches no path of any app", declared.value);
        let place = Location::new(config, declared.span);
        out.push(advise(out.finding(place, message), &declared.value, &known));
    }
}

/// How many paths are looked at for a suggestion.
const MOST: usize = 20_000;

/// The paths of all values files, each once.
fn known_paths(sources: &[Arc<Source>], config: &Arc<Source>) -> BTreeSet<Path> {
    let mut paths = BTreeSet::new();
    for source in sources.iter().filter(|source| source.path != config.path) {
        let rows = compare(&[Tree::of(source).filter(Tree::is_mapping)]);
        paths.extend(rows.into_iter().map(|row| row.path));
        if paths.len() > MOST {
            break;
        }
    }
    paths
}

fn advise(finding: Finding, pattern: &Pattern, known: &BTreeSet<Path>) -> Finding {
    let deep = pattern.with_everything_below();
    if known.iter().any(|path| deep.matches(path)) {
        return finding.help(text!("`{}` matches what is below it", deep));
    }
    // A path that lies deeper than the declared one may still be near: its beginning is what is compared.
    let depth = pattern
        .as_path()
        .map_or(usize::MAX, |path| path.segments().len());
    let texts: BTreeSet<String> = known
        .iter()
        .map(|path| {
            path.segments()
                .iter()
                .take(depth)
                .cloned()
                .collect::<Path>()
                .to_string()
        })
        .collect();
    let near = nearest(&pattern.to_string(), texts.iter().map(String::as_str));
    finding.suggest_or(near, "remove it, or spell it as the values files do")
}
