//! `values/replaced-default`.

use envlint_yaml::Path;

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Located, Tree};

rule! {
    /// A map in the chart's defaults has another type in every environment, so nothing of it is ever used.
    ///
    /// ## What it does
    ///
    /// Holds the maps in the chart's own `values.yaml` against what the environments have in their place. It reports a map with
    /// values in it in place of which every environment has a list, a text or a number. Ignored: empty maps, values that turn
    /// the section off (`false`, `null`, nothing), and maps that no template of the chart reads.
    ///
    /// ## Why it matters
    ///
    /// Helm lays a map over a map, and nothing else: of a list over a map the list stays, and the map is gone as a whole, with
    /// no more than a warning (`cannot overwrite table with non table`). Whoever counts on the defaults does not have them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # charts/shop/values.yaml
    /// env:
    ///   secrets: {name: shop-secrets}
    ///
    /// # environments/prod/values.yaml
    /// env:
    ///   - {name: LOG_LEVEL, value: info}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # charts/shop/values.yaml
    /// env: []
    /// secrets: {name: shop-secrets}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    "values/replaced-default", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let own = cx.chart.filter(|chart| !chart.is_archive());
    let defaults = own.and_then(|chart| chart.values.as_ref().ok());
    let Some(root) = defaults.and_then(Tree::of).filter(Tree::is_mapping) else {
        return;
    };
    let all: Option<Vec<&Tree<'_>>> = cx
        .environments
        .iter()
        .map(|values| values.effective.as_ref())
        .collect();
    let Some(all) = all.filter(|all| !all.is_empty() && cx.has_one_chart()) else {
        return;
    };
    let mut found = Vec::new();
    collect(&Located::root(&root), &all, &mut found);
    for (default, replaced) in found {
        let path = default.path();
        if !cx.may_read(path) {
            continue;
        }
        let Some(values) = cx.environments.last() else {
            return;
        };
        let place = default.tree().key_location();
        let message = text!(
            "`{}` is a map in the chart's defaults and {} in every environment: Helm drops the map with all that is in it",
            path,
            replaced.describe()
        );
        let finding = out.finding(place, message).at(path.clone());
        out.push(
            finding
                .note(replaced.key_location(), text!("{} has this", Name(values.name())))
                .help("write the default in the form that the environments use, or give the two different keys"),
        );
    }
}

/// The maps in place of which every environment has something else.
fn collect<'a>(default: &Located<'a>, all: &[&Tree<'a>], found: &mut Vec<(Located<'a>, Tree<'a>)>) {
    for child in default.children() {
        if !child.tree().is_mapping() || child.tree().is_empty() {
            continue;
        }
        let there: Vec<Tree<'a>> = values_at(all, child.path());
        let is_replaced = there.len() == all.len() && there.iter().all(replaces);
        match there.last() {
            Some(last) if is_replaced => found.push((child, last.clone())),
            _ => collect(&child, all, found),
        }
    }
}

fn values_at<'a>(all: &[&Tree<'a>], path: &Path) -> Vec<Tree<'a>> {
    all.iter().filter_map(|tree| tree.at(path)).collect()
}

/// Whether a value says something else than a map. What is off, or nothing, takes a map away on purpose.
fn replaces(tree: &Tree<'_>) -> bool {
    !tree.is_mapping() && !tree.is_empty() && tree.as_bool().is_none()
}
