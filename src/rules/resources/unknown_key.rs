//! `resources/unknown-key`.

use envlint_helm::Coverage;

use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Severity, nearest};
use crate::values::{Section, Tree, words_of};

rule! {
    /// The resources of a container have a key that Kubernetes does not know.
    ///
    /// ## What it does
    ///
    /// Looks at the maps whose key ends in `resources` and that have `requests` or `limits`, and reports
    ///
    /// - `cpu`, `memory`, `storage` and `ephemeral-storage` next to `requests` and `limits`: they belong into one of the two;
    /// - a key that is written almost as `requests` or `limits` are: `limit`, `request`, `Limits`.
    ///
    /// It is an error where a template of the chart copies the map as a whole, and a warning where no chart tells. Keys that
    /// a template reads by their names are ignored, and so are sections that are turned off. Where the chart renders,
    /// `api/unknown-field` reports the manifests instead.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object or drops the key. Then the container runs without the limit that somebody wrote.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// resources:
    ///   requests:
    ///   cpu: 500m
    ///   memory: 1Gi
    ///   limit:
    ///     memory: 1Gi
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// resources:
    ///   requests:
    ///     cpu: 500m
    ///     memory: 1Gi
    ///   limits:
    ///     memory: 1Gi
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: resource management](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    "resources/unknown-key", Error, Check::App(check)
}

/// What `resources` of a container may have. <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#resourcerequirements-v1-core>
const KNOWN: [&str; 2] = ["requests", "limits"];

/// Amounts that belong into them.
const AMOUNTS: [&str; 4] = ["cpu", "memory", "storage", "ephemeral-storage"];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (values, _) in cx.readable() {
        for section in values.sections.iter() {
            if !is_of_container(&section) || values.is_off_above(&section.path()) {
                continue;
            }
            for (key, tree) in section.entries() {
                let Some(wrong) = wrong(key, tree) else {
                    continue;
                };
                let Some(value) = section.located(key) else {
                    continue;
                };
                // Without a chart, nothing says what becomes of it.
                let coverage = cx.chart.map(|_| cx.coverage(value.path()));
                if matches!(coverage, Some(Coverage::Read | Coverage::Unread)) {
                    continue;
                }
                // `api/unknown-field` says it of the manifests.
                let is_rendered = cx.manifests.workloads(values.name()).is_some();
                if is_rendered && coverage == Some(Coverage::Taken) {
                    continue;
                }
                let (message, rest, help) = match wrong {
                    Wrong::Misplaced => (
                        text!("`{}` is next to `requests` and `limits`", value.path()),
                        ", where Kubernetes knows no such key",
                        text!("move it into `requests` or `limits`"),
                    ),
                    Wrong::Misspelt(meant) => (
                        text!("`{}` is set", value.path()),
                        ", but the resources of a container have no such key",
                        text!("did you mean `{}`?", meant),
                    ),
                };
                let finding = out.written(cx, values, &value, message);
                let finding = finding.help(help.clone()).once(help, rest);
                out.push(match coverage {
                    Some(Coverage::Taken) => finding,
                    _ => out.lower_severity(Severity::Warning, finding),
                });
            }
        }
    }
}

/// Whether a section is the resources of a container: its name says so, and it has what only these have.
fn is_of_container(section: &Section<'_, '_>) -> bool {
    let is_named = section.key().is_some_and(|key| {
        let words = words_of(key);
        words.last().is_some_and(|word| word == "resources")
    });
    is_named && KNOWN.iter().any(|key| section.get(key).is_some())
}

/// What is wrong with a key.
#[derive(Clone, Copy)]
enum Wrong {
    /// It belongs a level deeper.
    Misplaced,
    /// It is written almost as another one.
    Misspelt(&'static str),
}

fn wrong(key: &str, tree: &Tree<'_>) -> Option<Wrong> {
    if KNOWN.contains(&key) {
        return None;
    }
    if AMOUNTS.contains(&key) {
        return tree.as_scalar().map(|_| Wrong::Misplaced);
    }
    let meant = nearest(key, KNOWN)?;
    tree.is_mapping().then_some(Wrong::Misspelt(meant))
}
